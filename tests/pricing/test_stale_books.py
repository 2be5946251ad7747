"""A book whose newest price is older than 180 days is told of, and only on days when that is so."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from pricebooks import LIST, MakeBook, book_text, plan_text

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


ENDED = PLAN.replace("KIND", "self_serve").replace("AMOUNT", "7") + "  valid_to: 2026-04-30\n"


def test_a_plan_that_ended_does_not_keep_a_book_fresh(make_book: MakeBook) -> None:
    found = make_book(book_text(ENDED, sources=SOURCES))
    on_its_last_day, after_it = date(2026, 4, 30), date(2026, 5, 1)
    assert (found.newest(on_its_last_day), found.newest(after_it)) == (date(2026, 3, 1), date(2026, 1, 1))
    assert found.recheck(on_its_last_day) == "Read the list again. Look."
    assert found.recheck(after_it) == "Read the list again."
    assert stale(found, date(2026, 7, 1)) == (
        "the newest price of acme is of 2026-01-01, 181 days before 2026-07-01"
    )


def test_a_book_whose_plans_all_ended_is_as_new_as_these(make_book: MakeBook) -> None:
    text = ENDED.replace("  base_fee: {amount: 5", "  valid_to: 2026-02-28\n  base_fee: {amount: 5")
    found = make_book(book_text(text, sources=SOURCES))
    assert found.newest(date(2026, 6, 1)) == date(2026, 3, 1)
    assert found.recheck(date(2026, 6, 1)) == "Read the list again. Look."


METER = "meter: messages\ncounts: {messages_delivered: 1}\ntiers: [{unit_price_per: {amount: PRICE}}]"
WITHOUT_TIERS = METER.partition("\ntiers")[0]


@pytest.mark.parametrize(
    ("meter", "fee", "newest"),
    [
        (METER.replace("PRICE", "1"), "0", date(2026, 1, 1)),
        (METER.replace("PRICE", "0"), "0", date(2026, 1, 1)),
        (METER.replace("PRICE", "1"), "0.01", date(2026, 3, 1)),
        # Where nothing else is priced, that a plan is free is its price.
        (METER.replace("PRICE", "unknown"), "0", date(2026, 3, 1)),
        (WITHOUT_TIERS, "0", date(2026, 3, 1)),
    ],
)
def test_that_a_metered_plan_has_no_fee_says_nothing_of_its_prices(
    make_book: MakeBook, meter: str, fee: str, newest: date
) -> None:
    plan = plan_text("basic", meter, fee=fee).replace(
        f"amount: {fee}, SOURCED", f"amount: {fee}, source: seen-again"
    )
    assert make_book(book_text(plan, sources=SOURCES)).newest(date(2026, 11, 23)) == newest


def test_which_books_that_ship_are_old_on_the_folders_day(
    shipped_books: Mapping[str, PriceBook], as_of: date
) -> None:
    # Their newest sources are transcriptions of 2026-05-08; the other books were confirmed later.
    old = [vendor for vendor, found in shipped_books.items() if stale(found, as_of) is not None]
    assert old == ["pubnub", "pusher"]
