"""A book whose newest price is older than 180 days is told of, and only on days when that is so."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from pricebooks import LIST, MakeBook, book_text

from toolkit.pricing.book import PriceBook, stale

PLAN = """
- id: basic
  name: Basic
  kind: self_serve
  valid_from: 2026-01-01
  base_fee: {amount: 5, source: list}
- id: other
  name: Other
  kind: KIND
  valid_from: 2026-01-01
  base_fee: {amount: AMOUNT, source: seen-again}
"""
SOURCES = f"""
{LIST}
seen-again: {{where: a page, as_of: 2026-01-01, confirmed: 2026-03-01, grade: published, recheck: Look.}}
"""


def book(make_book: MakeBook, *, kind: str = "self_serve", amount: object = 7) -> PriceBook:
    return make_book(book_text(PLAN.replace("KIND", kind).replace("AMOUNT", str(amount)), sources=SOURCES))


def test_180_days_are_fresh_and_181_are_not(make_book: MakeBook) -> None:
    found, confirmed = book(make_book), date(2026, 3, 1)
    assert stale(found, confirmed + timedelta(days=180)) is None
    told = stale(found, confirmed + timedelta(days=181))
    assert told == "the newest price of acme is of 2026-03-01, 181 days before 2026-08-29"


def test_a_price_confirmed_later_does_not_help_an_earlier_day(make_book: MakeBook) -> None:
    assert book(make_book).newest(date(2026, 2, 1)) == date(2026, 1, 1)


def test_before_any_price_was_known_the_book_says_so(make_book: MakeBook) -> None:
    assert stale(book(make_book), date(2025, 12, 31)) == "no price of acme was known on 2025-12-31"


@pytest.mark.parametrize(("kind", "amount"), [("by_request", 7), ("self_serve", "unknown")])
def test_neither_a_by_request_price_nor_an_unknown_one_keeps_a_book_fresh(
    make_book: MakeBook, kind: str, amount: object
) -> None:
    assert book(make_book, kind=kind, amount=amount).newest(date(2026, 11, 23)) == date(2026, 1, 1)


def test_which_books_that_ship_are_old_on_the_folders_day(
    shipped_books: Mapping[str, PriceBook], as_of: date
) -> None:
    # Their newest sources are transcriptions of 2026-05-08; the other books were confirmed later.
    old = [vendor for vendor, found in shipped_books.items() if stale(found, as_of) is not None]
    assert old == ["pubnub", "pusher"]
