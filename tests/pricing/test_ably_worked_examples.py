"""Ably's own worked examples, which leave out the base fee of the package.

Source: github.com/ably/docs, src/pages/docs/platform/pricing/examples/ (livestream of 2026-03-13,
realtime-dashboard of 2026-03-04). Each is billed at its own date.
"""

from datetime import date
from decimal import Decimal

import pytest

from toolkit.pricing.bill import Bill, bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage

LIVESTREAM = date(2026, 3, 13)
DASHBOARD = date(2026, 3, 4)


def amounts(made: Bill) -> dict[str, Decimal | None]:
    return {line.meter: line.amount for line in made.lines}


def billed(made: Bill) -> dict[str, Decimal]:
    return {line.meter: line.billed_quantity for line in made.lines}


def test_livestream_without_batching(ably: PriceBook) -> None:
    # "35,000 sent + 175,000,000 delivered": 5,000 users publish 7 times each in an hour and all receive
    # everything.
    users, publishes = 5_000, 7
    usage = Usage(
        messages_published=users * publishes,
        messages_delivered=users * publishes * users,
        peak_connections=users,
    )
    made = bill(ably, usage, plan="standard", as_of=LIVESTREAM)
    assert billed(made)["messages"] == 176_000_000
    assert amounts(made)["messages"] == Decimal("440.00")


def test_livestream_with_server_side_batching(ably: PriceBook) -> None:
    # 7,200 batches of 500 ms x 5,000 users delivered; 300,000 connection-minutes; one channel for an hour.
    usage = Usage(
        messages_published=35_000,
        messages_delivered=7_200 * 5_000,
        connection_minutes=5_000 * 60,
        channel_minutes=60,
        peak_connections=5_000,
        peak_channels=1,
    )
    made = bill(ably, usage, plan="standard", as_of=LIVESTREAM)
    assert amounts(made) == {
        "base_fee": Decimal("29"),
        "messages": Decimal("92.50"),
        "connection_minutes": Decimal("1.00"),
        "channel_minutes": Decimal("1.00"),
    }
    assert made.total == Decimal("94.50") + 29


def test_realtime_dashboard(ably: PriceBook) -> None:
    # 100 publishers with 5 subscribers each, a message every 10 s, 8 hours a day on 22 days.
    published = 100 * 6 * 60 * 8 * 22
    minutes = 8 * 22 * 60
    usage = Usage(
        messages_published=published,
        messages_delivered=5 * published,
        connection_minutes=105 * minutes,
        channel_minutes=100 * minutes,
        peak_connections=105,
        peak_channels=100,
    )
    assert published == 6_336_000
    made = bill(ably, usage, plan="standard", as_of=DASHBOARD)
    assert billed(made) == {
        "base_fee": 1,
        "messages": 39_000_000,
        "connection_minutes": 2_000_000,
        "channel_minutes": 2_000_000,
    }
    assert made.total == Decimal("101.50") + 29


@pytest.mark.parametrize("plan", ["standard", "pro"])
def test_half_a_billion_messages_at_list_price(ably: PriceBook, as_of: date, plan: str) -> None:
    # Derived from list prices: 500 M messages, 2 M connection-minutes, 20 M channel-minutes = 1,250 + 2 + 20.
    # The six free million of the free package do not carry over, so a third-party total of 1,634 on pro is
    # wrong.
    usage = Usage(messages_published=500_000_000, connection_minutes=2_000_000, channel_minutes=20_000_000)
    total = bill(ably, usage, plan=plan, as_of=as_of).total
    assert total == {"standard": Decimal(1_301), "pro": Decimal(1_671)}[plan]


def test_one_publish_to_ten_subscribers_counts_eleven(ably: PriceBook, as_of: date) -> None:
    # message-counting.mdx of 2026-06-09: 1 publish, 10 subscribers = 11; with the echo to the publisher 12.
    assert _messages(ably, as_of, Usage(messages_published=1, messages_delivered=10)) == 11
    assert _messages(ably, as_of, Usage(messages_published=1, messages_delivered=11)) == 12


def test_a_presence_burst_counts_every_delivery(ably: PriceBook, as_of: date) -> None:
    # limits.mdx of 2026-05-07: 200 clients all enter and leave = 200 + 40,000 + 200 + 40,000 = 80,400
    # messages.
    usage = Usage(presence_events=400, messages_delivered=80_000)
    assert _messages(ably, as_of, usage) == 80_400


@pytest.mark.parametrize(("kib", "chunks"), [(1, 1), (5, 1), (16, 4), (50, 10)])
def test_messages_count_by_5_kib_begun(ably: PriceBook, as_of: date, kib: int, chunks: int) -> None:
    # message-counting.mdx: 50 KiB counts as 10, 16 KiB as 4.
    usage = Usage(messages_published=1, message_bytes=kib * 1024)
    assert _messages(ably, as_of, usage) == chunks


def test_bandwidth_is_charged_beyond_5_kib_a_message(ably: PriceBook, as_of: date) -> None:
    # pricing/index.mdx: 0.25 per GiB over 5 KiB x the messages of the month; 2**20 x 5 KiB = 5 GiB, and here
    # 5 million messages bring 5 x 10**6 x 5 KiB = 23.84185791015625 GiB.
    usage = Usage(messages_published=5_000_000, egress_gib=30)
    made = bill(ably, usage, plan="standard", as_of=as_of)
    line = next(line for line in made.lines if line.meter == "egress_gib")
    assert line.quantity == 30
    assert line.billed_quantity == Decimal("30") - Decimal("23.84185791015625")
    assert line.amount == line.billed_quantity / 4


def test_bandwidth_within_5_kib_a_message_is_free(ably: PriceBook, as_of: date) -> None:
    made = bill(ably, Usage(messages_published=5_000_000, egress_gib=23), plan="standard", as_of=as_of)
    assert amounts(made)["egress_gib"] == 0


def _messages(book: PriceBook, as_of: date, usage: Usage) -> Decimal:
    made = bill(book, usage, plan="standard", as_of=as_of)
    return next(line.quantity for line in made.lines if line.meter == "messages")
