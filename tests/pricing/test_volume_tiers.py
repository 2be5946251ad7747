"""Volume tiers price all units at the tier that they reach, so a bill may fall where a tier begins."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from pricebooks import MakeBook, one_meter

from toolkit.pricing.bill import Line, bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.totals import plan_totals
from toolkit.pricing.usage import Usage

DAY = date(2026, 6, 1)
VOLUME = """
    meter: messages
    counts: {messages_delivered: 1}
    tiers_mode: volume
    tiers:
      - {up_to: 1000, unit_price_per: {amount: 5}}
      - {up_to: 2000, unit_price_per: {amount: 3}}
      - {unit_price_per: {amount: 2}}
"""


def lines(book: PriceBook, messages: int) -> list[Line]:
    return list(bill(book, Usage(messages_delivered=messages), as_of=DAY).lines[1:])


def total(book: PriceBook, messages: int) -> Decimal:
    (line,) = lines(book, messages)
    assert line.amount is not None
    return line.amount


@pytest.mark.parametrize(
    ("messages", "unit_price"), [(1, 5), (1000, 5), (1001, 3), (2000, 3), (2001, 2), (10**9, 2)]
)
def test_all_units_have_the_price_of_the_tier_that_they_reach(
    make_book: MakeBook, messages: int, unit_price: int
) -> None:
    (line,) = lines(make_book(one_meter(VOLUME)), messages)
    assert (line.quantity, line.billed_quantity) == (messages, messages)
    assert (line.unit_price, line.amount) == (unit_price, messages * unit_price)


@pytest.mark.parametrize(("edge", "before", "after"), [(1000, 5, 3), (2000, 3, 2)])
def test_the_fall_at_an_edge_is_the_quantity_that_is_priced_anew(
    make_book: MakeBook, edge: int, before: int, after: int
) -> None:
    book = make_book(one_meter(VOLUME))
    assert total(book, edge) - total(book, edge + 1) == edge * (before - after) - after


def test_graduated_is_what_tiers_are_without_a_mode(make_book: MakeBook) -> None:
    book = make_book(one_meter(VOLUME.replace("tiers_mode: volume", "tiers_mode: graduated")))
    plain = make_book(one_meter(VOLUME.replace("    tiers_mode: volume\n", "")))
    for found in (book, plain):
        assert [line.amount for line in lines(found, 2500)] == [5000, 3000, 1000]


def test_what_is_included_does_not_count_towards_a_tier(make_book: MakeBook) -> None:
    book = make_book(one_meter(VOLUME + "    included: 500\n"))
    assert total(book, 1500) == 1000 * 5
    assert total(book, 1501) == 1001 * 3
    assert total(book, 500) == 0


def test_rounding_comes_before_the_tier(make_book: MakeBook) -> None:
    book = make_book(one_meter(VOLUME + "    rounding: {to: 300}\n"))
    (line,) = lines(book, 901)
    assert (line.quantity, line.billed_quantity, line.amount) == (901, 1200, 3600)


def test_an_unknown_tier_is_unknown_for_all_units_and_only_where_it_is_reached(make_book: MakeBook) -> None:
    book = make_book(one_meter(VOLUME.replace("amount: 2", "amount: unknown")))
    assert total(book, 2000) == 6000
    (line,) = lines(book, 2001)
    assert (line.billed_quantity, line.unit_price, line.amount) == (2001, None, None)
    vectorised = plan_totals(book, {"messages_delivered": np.array([0.0, 2000, 2001])}, as_of=DAY)["only"]
    assert_array_equal(vectorised, [0, 6000, np.nan])


@given(messages=st.lists(st.integers(0, 3000), min_size=1, max_size=5))
def test_the_vectorised_path_agrees(volume_book: PriceBook, messages: list[int]) -> None:
    column = {"messages_delivered": np.array(messages, dtype=float)}
    expected = [bill(volume_book, Usage(messages_delivered=count), as_of=DAY).total for count in messages]
    assert_array_equal(plan_totals(volume_book, column, as_of=DAY)["only"], [float(t or 0) for t in expected])


@pytest.fixture(scope="module")
def volume_book(module_book: MakeBook) -> PriceBook:
    return module_book(one_meter(VOLUME))
