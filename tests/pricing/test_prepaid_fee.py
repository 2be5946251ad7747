"""A prepaid base fee: usage draws on it, and only what is left of it is charged beside the usage."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from pricebooks import MakeBook, book_text, one_meter, plan_text

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.totals import plan_totals
from toolkit.pricing.usage import Usage

DAY = date(2026, 6, 1)
METER = """
    meter: messages
    counts: {messages_delivered: 1}
    tiers: [{up_to: 100, unit_price_per: {amount: 1}}, {unit_price_per: {amount: LAST}}]
"""
PRICED = METER.replace("LAST", "1")


@pytest.fixture
def book(make_book: MakeBook) -> PriceBook:
    return make_book(one_meter(PRICED, fee="49, prepaid: true"))


@pytest.mark.parametrize(
    ("messages", "left", "total"), [(0, 49, 49), (20, 29, 49), (49, 0, 49), (50, 0, 50), (100, 0, 100)]
)
def test_usage_draws_on_the_fee_before_it_costs_more(
    book: PriceBook, messages: int, left: int, total: int
) -> None:
    made = bill(book, Usage(messages_delivered=messages), as_of=DAY)
    fee = made.lines[0]
    assert (fee.kind, fee.meter, fee.amount) == ("base_fee", "base_fee", left)
    assert fee.unit_price == fee.amount and fee.billed_quantity == 1
    assert made.total == total
    assert sum((line.amount or Decimal(0) for line in made.lines), Decimal(0)) == total


def test_a_fee_that_is_not_prepaid_comes_on_top(make_book: MakeBook) -> None:
    book = make_book(one_meter(PRICED, fee="49"))
    assert bill(book, Usage(messages_delivered=20), as_of=DAY).total == 69


def test_all_meters_draw_on_one_fee(make_book: MakeBook) -> None:
    calls = "meter: webhook_calls\ncounts: {webhook_calls: 1}\ntiers: [{unit_price_per: {amount: 2}}]"
    book = make_book(book_text(plan_text("only", PRICED, calls, fee="49, prepaid: true")))
    made = bill(book, Usage(messages_delivered=20, webhook_calls=10), as_of=DAY)
    assert [line.amount for line in made.lines] == [9, 20, 20]
    assert made.total == 49


def test_what_is_left_is_unknown_where_a_charge_is(make_book: MakeBook) -> None:
    book = make_book(one_meter(METER.replace("LAST", "unknown"), fee="49, prepaid: true"))
    made = bill(book, Usage(messages_delivered=101), as_of=DAY)
    assert [line.amount for line in made.lines] == [None, 100, None]
    assert made.total is None
    assert bill(book, Usage(messages_delivered=100), as_of=DAY).total == 100


def test_an_unknown_fee_stays_unknown_when_it_is_prepaid(make_book: MakeBook) -> None:
    book = make_book(one_meter(PRICED, fee="unknown, prepaid: true"))
    made = bill(book, Usage(messages_delivered=5), as_of=DAY)
    assert (made.lines[0].amount, made.total) == (None, None)


def test_the_vectorised_path_agrees(make_book: MakeBook) -> None:
    book = make_book(one_meter(METER.replace("LAST", "unknown"), fee="49, prepaid: true"))
    usage = {"messages_delivered": np.array([0.0, 20, 49, 50, 100, 101])}
    assert_array_equal(plan_totals(book, usage, as_of=DAY)["only"], [49, 49, 49, 50, 100, np.nan])


def test_pubnub_of_2019_draws_on_49(pubnub: PriceBook) -> None:
    # 0.000075 a replicated and 0.000020 an edge transaction: 7.50 + 20.00 leave 21.50 of 49.
    usage = Usage(messages_published=100_000, messages_delivered=1_000_000)
    made = bill(pubnub, usage, plan="transactions", as_of=date(2019, 6, 1))
    assert [line.amount for line in made.lines] == [Decimal("21.5"), Decimal("7.5"), 20]
    assert made.total == 49
