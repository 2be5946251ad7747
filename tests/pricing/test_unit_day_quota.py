"""A quota a unit-day: every unit brings its share of each UTC day."""

from datetime import date
from decimal import Decimal

import pytest
from exactly import columns, exact
from numpy.testing import assert_array_equal
from pricebooks import MakeBook, book_text, plan_text

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.totals import plan_totals
from toolkit.pricing.usage import Usage

DAY = date(2026, 6, 1)
MESSAGES = """
    meter: messages
    counts: {messages_delivered: 1}
    quota: {amount: 1000, period: unit_day, past_it: overage}
    tiers: [{unit_price_per: {amount: 1}}]
"""
UNITS = "units: {connections: 10, sizes: [1, 2, 4], SOURCED}"


@pytest.fixture
def book(make_book: MakeBook) -> PriceBook:
    return make_book(book_text(plan_text("only", MESSAGES, rest=UNITS)))


def overage(book: PriceBook, **usage: int) -> int:
    return int(bill(book, Usage(**usage), as_of=DAY).lines[1].billed_quantity)


@pytest.mark.parametrize(("connections", "units"), [(0, 1), (10, 1), (11, 2), (21, 4)])
def test_what_is_past_the_units_quota_is_billed(book: PriceBook, connections: int, units: int) -> None:
    free = units * 1000 * 30
    assert overage(book, peak_connections=connections, messages_delivered=free) == 0
    assert overage(book, peak_connections=connections, messages_delivered=free + 7) == 7


def test_stated_unit_hours_bring_their_average(book: PriceBook) -> None:
    # 1,080 unit-hours are 1.5 units all month.
    assert overage(book, unit_hours=1080, messages_delivered=1500 * 30 + 1) == 1


def test_a_part_of_a_message_is_not_brought(book: PriceBook) -> None:
    # 721 unit-hours bring 1,001.39 messages a day, of which 1,001 are whole.
    assert overage(book, unit_hours=721, messages_delivered=1001 * 30) == 0
    assert overage(book, unit_hours=721, messages_delivered=1001 * 30 + 1) == 1


def test_the_busiest_day_passes_it_alone(book: PriceBook) -> None:
    # 1,500 on one day, 29 x 500 on the others: 500 past the quota of a unit.
    assert overage(book, messages_delivered=1500 + 29 * 500, peak_day_messages=1500) == 500


@pytest.mark.parametrize(
    ("connections", "billed"),
    # Twice 750 are 500 past the quota of a unit, and within that of two.
    [(10, 500), (11, 0)],
)
def test_the_busiest_day_may_be_told_by_its_factor(book: PriceBook, connections: int, billed: int) -> None:
    month = Usage(messages_delivered=750 * 30, busiest_day_factor=Decimal(2), peak_connections=connections)
    assert bill(book, month, as_of=DAY).lines[1].billed_quantity == billed


def test_more_units_carry_the_same_day(book: PriceBook) -> None:
    usage = {"messages_delivered": 1500 + 29 * 500, "peak_day_messages": 1500}
    assert overage(book, peak_connections=11, **usage) == 0


def test_past_a_quota_that_blocks_the_plan_does_not_carry_it(make_book: MakeBook) -> None:
    text = plan_text("only", MESSAGES.replace("overage", "blocked"), rest=UNITS)
    book = make_book(book_text(text))
    assert bill(book, Usage(messages_delivered=60_000, peak_connections=11), as_of=DAY).feasible
    made = bill(book, Usage(messages_delivered=60_000, peak_connections=10), as_of=DAY)
    assert made.violations == (
        "messages 2,000 on each of 30 days > 1,000 a day of only (publishing is blocked past it)",
    )


def test_the_vectorised_path_agrees(book: PriceBook) -> None:
    months = [
        Usage(messages_delivered=60_007, peak_connections=11),
        Usage(messages_delivered=45_001, unit_hours=1080),
        Usage(messages_delivered=30_031, unit_hours=721),
        Usage(messages_delivered=16_000, peak_day_messages=1500),
        Usage(messages_delivered=16_000, peak_day_messages=1500, days=28),
        Usage(messages_delivered=22_500, busiest_day_factor=Decimal(2)),
        Usage(messages_delivered=22_501, busiest_day_factor=Decimal("2.35"), days=31),
    ]
    expected = [exact(book, month, "only", as_of=DAY) for month in months]
    # 22,501 x 2.35 / 31 are 1,705.7.
    assert expected == [7, 1, 1, 500, 500, 500, 706]
    assert_array_equal(plan_totals(book, columns(months), as_of=DAY)["only"], expected)
