"""Capacity bought in units: how many the peak needs, how long they are held, and what a unit-day costs."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from pricebooks import MakeBook, book_text, one_meter, plan_text

from toolkit.pricing.bill import Line, bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.totals import plan_totals
from toolkit.pricing.usage import Usage

DAY = date(2026, 6, 1)
UNIT_DAYS = """
    meter: unit_hours
    counts: {unit_hours: 1}
    hours_per_unit: 24
    tiers: [{unit_price_per: {amount: 1.61}}]
"""
UNITS = "units: {connections: 1000, sizes: [1, 2, 5, 10], SOURCED}"


@pytest.fixture
def book(make_book: MakeBook) -> PriceBook:
    return make_book(book_text(plan_text("only", UNIT_DAYS, rest=UNITS)))


def unit_days(book: PriceBook, usage: Usage) -> Line:
    return bill(book, usage, as_of=DAY).lines[1]


@pytest.mark.parametrize(
    ("connections", "size"),
    [(0, 1), (1, 1), (1000, 1), (1001, 2), (2000, 2), (2001, 5), (5000, 5), (5001, 10), (10_000, 10)],
)
def test_the_smallest_size_that_carries_the_peak_is_held_all_month(
    book: PriceBook, connections: int, size: int
) -> None:
    line = unit_days(book, Usage(peak_connections=connections))
    assert (line.quantity, line.unit) == (size * 30, "Unit-Days")
    assert line.amount == size * 30 * Decimal("1.61")


@pytest.mark.parametrize("days", [28, 30, 31])
def test_a_month_is_as_long_as_it_is(book: PriceBook, days: int) -> None:
    assert unit_days(book, Usage(peak_connections=1500, days=days)).quantity == 2 * days


def test_stated_unit_hours_are_what_was_held(book: PriceBook) -> None:
    # Azure's example: 5 units for 18 hours and 10 for 6 are 150 unit-hours, 6.25 unit-days.
    line = unit_days(book, Usage(peak_connections=9_000, unit_hours=5 * 18 + 10 * 6))
    assert (line.quantity, line.amount) == (Decimal("6.25"), Decimal("6.25") * Decimal("1.61"))


def test_a_peak_beyond_the_largest_size_is_a_violation(book: PriceBook) -> None:
    made = bill(book, Usage(peak_connections=10_001), as_of=DAY)
    assert made.violations == ("peak_connections 10,001 > 10,000 of only",)
    assert made.lines[1].quantity == 10 * 30


def test_more_hours_than_the_largest_size_has_are_a_violation(book: PriceBook) -> None:
    assert bill(book, Usage(unit_hours=10 * 24 * 30), as_of=DAY).feasible
    made = bill(book, Usage(unit_hours=10 * 24 * 30 + 1), as_of=DAY)
    assert made.violations == ("unit_hours 7,201 > 7,200 of only",)


def test_stated_unit_hours_do_not_lift_the_largest_size(book: PriceBook) -> None:
    assert not bill(book, Usage(peak_connections=10_001, unit_hours=10**6), as_of=DAY).feasible


def test_the_vectorised_path_buys_the_same_units(book: PriceBook) -> None:
    usage = {
        "peak_connections": np.array([0.0, 1000, 1001, 5001, 10_000, 10_001, 9_000, 0]),
        "unit_hours": np.array([0.0, 0, 0, 0, 0, 0, 150, 7201]),
    }
    totals = plan_totals(book, usage, as_of=DAY)["only"]
    np.testing.assert_allclose(totals[:5], np.array([1, 1, 2, 10, 10]) * 30 * 1.61, rtol=1e-12)
    assert_array_equal(totals[[5, 7]], np.inf)
    np.testing.assert_allclose(totals[6], 6.25 * 1.61, rtol=1e-12)


def test_without_units_only_stated_hours_count(make_book: MakeBook) -> None:
    book = make_book(one_meter(UNIT_DAYS))
    assert len(bill(book, Usage(peak_connections=5000), as_of=DAY).lines) == 1
    assert unit_days(book, Usage(unit_hours=36)).quantity == Decimal("1.5")


def test_hours_are_counted_as_they_are_without_hours_per_unit(make_book: MakeBook) -> None:
    text = one_meter(UNIT_DAYS.replace("    hours_per_unit: 24\n", ""))
    line = unit_days(make_book(text), Usage(unit_hours=36))
    assert (line.quantity, line.unit) == (36, "Hours")


@pytest.mark.parametrize(("hours_per_unit", "unit"), [(24, "Unit-Days"), (730, "730 Hours"), (1, "1 Hours")])
def test_a_unit_of_other_hours_is_no_unit_day(make_book: MakeBook, hours_per_unit: int, unit: str) -> None:
    text = one_meter(UNIT_DAYS.replace("hours_per_unit: 24", f"hours_per_unit: {hours_per_unit}"))
    line = unit_days(make_book(text), Usage(unit_hours=2 * hours_per_unit))
    assert (line.quantity, line.unit, line.amount) == (2, unit, Decimal("3.22"))


@pytest.mark.parametrize(("hours", "days"), [(1, "0.041666666667"), (2, "0.083333333333"), (3, "0.125")])
def test_a_fraction_of_a_unit_has_twelve_decimals(make_book: MakeBook, hours: int, days: str) -> None:
    line = unit_days(make_book(one_meter(UNIT_DAYS)), Usage(unit_hours=hours))
    assert line.quantity == line.billed_quantity == Decimal(days)
    assert line.amount == Decimal(days) * Decimal("1.61")


def test_hours_of_compute_make_units_too(make_book: MakeBook) -> None:
    text = one_meter(UNIT_DAYS.replace("unit_hours", "compute_hours"))
    assert unit_days(make_book(text), Usage(compute_hours=48)).quantity == 2
