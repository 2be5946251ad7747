"""A plan's history: versions of one id, each from its day until the next begins or it ends."""

from datetime import date

import numpy as np
import pytest
from pricebooks import MakeBook, book_text

from toolkit.pricing.bill import bill, other_plans
from toolkit.pricing.book import PriceBook
from toolkit.pricing.offers import offers
from toolkit.pricing.totals import cheapest, plan_totals
from toolkit.pricing.usage import Usage
from toolkit.project import InputError

HISTORY = """
- id: basic
  name: Basic
  kind: introductory
  valid_from: 2020-01-01
  valid_to: 2020-12-31
  base_fee: {amount: 1, source: old}
- id: other
  name: Other
  kind: self_serve
  valid_from: 2021-01-01
  base_fee: {amount: 4, source: old}
# Out of order on purpose: the day decides, not the place.
- id: basic
  name: Basic
  kind: self_serve
  valid_from: 2023-01-01
  base_fee: {amount: 5, source: new}
- id: basic
  name: Basic
  kind: self_serve
  valid_from: 2021-06-01
  base_fee: {amount: 3, source: old}
"""
SOURCES = """
old: {where: a page, as_of: 2020-01-01, confirmed: 2022-12-31, grade: published, recheck: It stays.}
new: {where: a page, as_of: 2023-01-01, grade: published, recheck: Look again.}
"""


@pytest.fixture
def book(make_book: MakeBook) -> PriceBook:
    return make_book(book_text(HISTORY, sources=SOURCES))


@pytest.mark.parametrize(
    ("day", "fee"),
    [
        (date(2020, 1, 1), 1),
        (date(2020, 12, 31), 1),
        (date(2021, 6, 1), 3),
        (date(2022, 12, 31), 3),
        (date(2023, 1, 1), 5),
        (date(2026, 11, 23), 5),
    ],
)
def test_the_version_of_the_day_is_billed(book: PriceBook, day: date, fee: int) -> None:
    assert book.plan("basic", as_of=day).base_fee.amount == fee
    assert bill(book, Usage(), plan="basic", as_of=day).total == fee


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2021, 1, 1), date(2021, 5, 31)])
def test_before_the_first_and_between_two_versions_the_price_is_unknown(book: PriceBook, day: date) -> None:
    assert bill(book, Usage(), plan="basic", as_of=day).total is None


def test_before_all_versions_the_first_one_is_asked(book: PriceBook) -> None:
    assert book.plan("basic", as_of=date(2000, 1, 1)).valid_from == date(2020, 1, 1)


def test_a_day_has_one_version_of_each_plan_in_the_vendors_order(book: PriceBook) -> None:
    for day, fees in ((date(2020, 5, 1), [1, 4]), (date(2022, 1, 1), [3, 4]), (date(2024, 1, 1), [5, 4])):
        assert [plan.base_fee.amount for plan in book.on(day)] == fees
        assert [offer.plan for offer in offers(book, day)] == book.on(day)


def test_the_kind_is_that_of_the_day_too(book: PriceBook) -> None:
    assert bill(book, Usage(), as_of=date(2022, 1, 1)).plan == "basic"
    assert bill(book, Usage(), as_of=date(2024, 1, 1)).plan == "other"


def test_the_other_plans_are_those_of_the_day(book: PriceBook) -> None:
    found = other_plans(book, Usage(), than="other", as_of=date(2024, 1, 1))
    assert [(other.plan, other.total) for other in found] == [("basic", 5)]


@pytest.mark.parametrize(("day", "total", "index"), [(date(2022, 1, 1), 3, 0), (date(2024, 1, 1), 4, 1)])
def test_the_vectorised_path_takes_the_day_as_well(
    book: PriceBook, day: date, total: int, index: int
) -> None:
    usage = {"messages_published": np.zeros(1)}
    assert list(plan_totals(book, usage, as_of=day)) == ["basic", "other"]
    assert [float(part[0]) for part in cheapest(book, usage, as_of=day)] == [total, index]


def test_a_price_book_is_as_new_as_the_prices_of_the_day(book: PriceBook) -> None:
    assert book.newest(date(2022, 6, 1)) == date(2020, 1, 1)
    assert book.newest(date(2023, 6, 1)) == date(2023, 1, 1)
    assert bill(book, Usage(), as_of=date(2024, 1, 1)).price_book == "acme@2023-01-01"


def test_how_to_check_again_is_told_of_the_prices_of_the_day(book: PriceBook) -> None:
    assert book.recheck(date(2022, 1, 1)) == "It stays."
    assert book.recheck(date(2024, 1, 1)) == "Look again. It stays."


def test_an_unknown_plan_is_told_with_each_id_once(book: PriceBook) -> None:
    with pytest.raises(InputError, match="there are basic, other; did you mean basic"):
        book.plan("basik", as_of=date(2024, 1, 1))
