"""Ably's worked examples, today's and older ones, each billed at its own date.

Source: github.com/ably/docs, src/pages/docs/platform/pricing/examples/ and its history. Since March 2026 the
examples leave out the base fee and round each meter up to whole millions.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from published import Example

from toolkit.pricing.bill import bill, outage_credit
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage

TIERED, MARCH, JULY = date(2024, 10, 17), date(2026, 3, 13), date(2026, 7, 22)
FEE = 29


def case(
    what: str, day: date, usage: Usage, beside_the_fee: str | None, plan: str = "standard", **amounts: str
) -> Example:
    total = None if beside_the_fee is None else str(Decimal(beside_the_fee) + FEE)
    return Example(
        what=what, vendor="ably", plan=plan, day=day, usage=usage, total=total, amounts=amounts
    )  # fmt: skip


EXAMPLES = [
    # data-broadcast.mdx: 50 matches with 200 users each for 120 minutes, 10 updates a second in, 2 out.
    case("broadcast", MARCH,
         Usage(messages_published=10 * 7_200 * 50, messages_delivered=2 * 7_200 * 200 * 50,
               connection_minutes=1_200_000, channel_minutes=1_200_000),
         "374.00", messages="370.00", connection_minutes="2.00", channel_minutes="2.00"),
    # ai-chatbot.mdx: 35,000 chats of 4 prompts, 100 messages a response, all that comes in is stored.
    case("chatbot", JULY,
         Usage(messages_published=14_140_000, messages_delivered=14_140_000, stored_messages=14_140_000,
               connection_minutes=35_000 * 3 * 2, channel_minutes=105_000),
         "109.50", messages="107.50", connection_minutes="1.00", channel_minutes="1.00"),
    # support-chat.mdx: 250,000 conversations of 20 messages and 20 minutes, with the echo.
    case("support", MARCH,
         Usage(messages_published=5_000_000, messages_delivered=10_000_000, connection_minutes=10_000_000,
               channel_minutes=5_000_000),
         "52.50", messages="37.50", connection_minutes="10.00", channel_minutes="5.00"),
    # content/pricing/ of 2024-10-17: graduated tiers. 140 M channel-minutes are 129.50, 130 M minutes 121.00.
    case("120 million messages", TIERED, Usage(messages_published=120_000_000), None, messages="282.50"),
    case("49 million messages", TIERED, Usage(messages_published=49_000_000), None, messages="122.50"),
    case("140 million channel-minutes", TIERED, Usage(channel_minutes=140_000_000), None,
         channel_minutes="129.50"),
    case("130 million connection-minutes", TIERED, Usage(connection_minutes=130_000_000), None,
         connection_minutes="121.00"),
    case("8 million channel-minutes", TIERED, Usage(channel_minutes=8_000_000), None, channel_minutes="8.00"),
    # An unpublished draft of January 2026 prices 50,000 users at 0.05.
    case("users", MARCH, Usage(monthly_active_users=50_000), None, plan="mau-standard",
         monthly_active_users="2500"),
]  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_it_was_published_so(shipped_books: Mapping[str, PriceBook], example: Example) -> None:
    example.billed(shipped_books)


def test_a_user_brings_a_fair_use_and_more_is_at_list_price(shipped_books: Mapping[str, PriceBook]) -> None:
    # pricing/index.mdx of 2025-09-16: 0.05 a user with 20,000 messages and 2,000 minutes; then 2.50 and 1.00
    # a million.
    usage = Usage(monthly_active_users=100, messages_published=3_000_000, connection_minutes=1_200_000)
    case(
        "fair use", MARCH, usage, "8.50", plan="mau-standard", messages="2.50", connection_minutes="1.00"
    ).billed(shipped_books)


def test_five_million_messages_on_standard_are_41_50_beside_minutes(
    shipped_books: Mapping[str, PriceBook],
) -> None:
    case("5 M", MARCH, Usage(messages_published=5_000_000), "12.50").billed(shipped_books)


def test_self_service_sold_more_at_twice_the_price(shipped_books: Mapping[str, PriceBook]) -> None:
    # ably.com/pricing/full-calculator: 2.50 a million messages, 20 for 1,000 peak connections or channels
    # past the package of 6 million and 500, here at 19.99.
    Example(
        what="overage", vendor="ably", plan="self-service", day=date(2022, 1, 1), total="44.99",
        usage=Usage(messages_published=8_000_000, peak_connections=1_000, peak_channels=1_000),
        amounts={"messages": "5", "peak_connections": "10", "peak_channels": "10"},
    ).billed(shipped_books)  # fmt: skip


def test_bandwidth_was_charged_in_2024_too(shipped_books: Mapping[str, PriceBook]) -> None:
    # content/pricing/index.textile of 2024-10-17: 0.25 a GiB past 5 KiB a message.
    usage = Usage(messages_published=2**20, egress_gib=105)
    case("bandwidth", TIERED, usage, None, egress_gib="25").billed(shipped_books)


def test_pay_as_you_go(shipped_books: Mapping[str, PriceBook]) -> None:
    # faqs.ably.com, undated, pay as you go from November 2022: 4.5 M messages are 5 x 2.50, 1,400 channels
    # 2 x 15, 2,900 connections 3 x 15.
    Example(
        what="payg", vendor="ably", plan="payg", day=date(2023, 6, 1), total="87.50",
        usage=Usage(messages_published=4_500_000, peak_channels=1_400, peak_connections=2_900),
        amounts={"messages": "12.50", "peak_channels": "30", "peak_connections": "45"},
    ).billed(shipped_books)  # fmt: skip


@pytest.mark.parametrize(
    ("day", "messages", "connections"),
    [(date(2021, 9, 27), 3_000_000, 100), (date(2022, 8, 3), 6_000_000, 200), (MARCH, 6_000_000, 200)],
)
def test_the_free_package_grew(ably: PriceBook, day: date, messages: int, connections: int) -> None:
    full = Usage(messages_published=messages, peak_connections=connections)
    assert bill(ably, full, plan="free", as_of=day).feasible
    for field in ("messages_published", "peak_connections"):
        more = full.model_copy(update={field: getattr(full, field) + 1})
        assert not bill(ably, more, plan="free", as_of=day).feasible


def test_self_service_credited_a_day_for_an_hour(ably: PriceBook) -> None:
    # support.ably.io 3000029530: each hour of downtime is a day of the month's charge, a month's at most.
    made = bill(ably, Usage(), plan="self-service", as_of=date(2022, 1, 1))
    assert made.total == Decimal("19.99")
    credits = [
        outage_credit(ably, made, outage_minutes=Decimal(60 * hours), days=30).amount for hours in (3, 40)
    ]
    assert credits == [Decimal("1.999"), Decimal("19.99")]
