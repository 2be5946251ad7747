"""An unknown price stays unknown: it is not 0, and it spoils the total that it belongs to."""

from datetime import date
from decimal import Decimal

import pytest
from pricebooks import MakeBook, book_text, one_meter

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage

DAY = date(2026, 6, 1)


def test_an_unknown_base_fee_makes_the_total_unknown(make_book: MakeBook) -> None:
    meter = "meter: messages\ncounts: {messages_delivered: 1}\ntiers: [{unit_price_per: {amount: 1}}]"
    made = bill(make_book(one_meter(meter, fee="unknown")), Usage(messages_delivered=3), as_of=DAY)
    assert [line.amount for line in made.lines] == [None, 3]
    assert made.total is None


UNKNOWN_ABOVE_TEN = """
    meter: messages
    counts: {messages_delivered: 1}
    tiers: [{up_to: 10, unit_price_per: {amount: 1}}, {unit_price_per: {amount: unknown}}]
"""


def test_an_unknown_tier_matters_only_where_it_is_touched(make_book: MakeBook) -> None:
    book = make_book(one_meter(UNKNOWN_ABOVE_TEN))
    assert bill(book, Usage(messages_delivered=10), as_of=DAY).total == 10
    beyond = bill(book, Usage(messages_delivered=11), as_of=DAY)
    assert [(line.meter, line.amount) for line in beyond.lines] == [
        ("base_fee", 0),
        ("messages", 10),
        ("messages", None),
    ]
    assert beyond.total is None


def test_an_unknown_price_of_what_is_included_costs_nothing(make_book: MakeBook) -> None:
    meter = """
        meter: messages
        counts: {messages_delivered: 1}
        included: 100
        tiers: [{unit_price_per: {amount: unknown}}]
    """
    made = bill(make_book(one_meter(meter)), Usage(messages_delivered=100), as_of=DAY)
    assert (made.lines[1].unit_price, made.lines[1].amount, made.total) == (None, 0, 0)


def test_unknown_is_not_free(make_book: MakeBook) -> None:
    template = "meter: messages\ncounts: {messages_delivered: 1}\ntiers: [{unit_price_per: {amount: %s}}]"
    free = bill(make_book(one_meter(template % 0)), Usage(messages_delivered=9), as_of=DAY)
    unknown = bill(make_book(one_meter(template % "unknown")), Usage(messages_delivered=9), as_of=DAY)
    assert (free.total, unknown.total) == (0, None)


def test_a_price_is_unknown_before_its_source_stated_it(ably: PriceBook) -> None:
    usage = Usage(messages_published=1_000_000)
    assert bill(ably, usage, plan="standard", as_of=date(2024, 10, 17)).total == Decimal("31.50")
    before = bill(ably, usage, plan="standard", as_of=date(2024, 10, 16))
    assert before.total is None
    assert [line.amount for line in before.lines] == [None, None]


def test_a_bill_of_long_ago_is_unknown_and_never_an_error(ably: PriceBook) -> None:
    made = bill(ably, Usage(messages_published=1), as_of=date(2000, 1, 1))
    assert made.feasible and made.total is None
    assert made.to_document()["price_book"] == "ably"


def test_a_price_stated_after_its_plan_began_is_unknown_until_then(make_book: MakeBook) -> None:
    book = make_book(
        book_text(
            """
        - id: basic
          name: Basic
          kind: self_serve
          valid_from: 2026-01-01
          base_fee: {amount: 5, source: page}
    """,
            sources="page: {where: a page, as_of: 2026-05-01, grade: published, recheck: Read it again.}",
        )
    )
    assert bill(book, Usage(), as_of=date(2026, 4, 30)).total is None
    assert bill(book, Usage(), as_of=date(2026, 5, 1)).total == 5


DATED = """
- id: basic
  name: Basic
  kind: self_serve
  valid_from: 2026-03-01
  valid_to: 2026-03-31
  base_fee: {amount: 5, SOURCED}
- id: later
  name: Later
  kind: self_serve
  valid_from: 2026-04-01
  base_fee: {amount: 7, SOURCED}
"""


@pytest.mark.parametrize(
    ("day", "total"),
    [(date(2026, 2, 28), None), (date(2026, 3, 1), 5), (date(2026, 3, 31), 5), (date(2026, 4, 1), None)],
)
def test_a_plan_has_its_price_while_it_is_valid(make_book: MakeBook, day: date, total: int | None) -> None:
    assert bill(make_book(book_text(DATED)), Usage(), plan="basic", as_of=day).total == total


@pytest.mark.parametrize(("day", "plan"), [(date(2026, 3, 31), "basic"), (date(2026, 4, 1), "later")])
def test_a_plan_that_ended_is_not_chosen(make_book: MakeBook, day: date, plan: str) -> None:
    assert bill(make_book(book_text(DATED)), Usage(), as_of=day).plan == plan
