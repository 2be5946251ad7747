"""What changed between two states of the price books, and what it does to bills."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from pricebooks import MakeBook, book_text, plan_text

from toolkit.pricing.book import PriceBook
from toolkit.pricing.diff import Change, compare, newest_day
from toolkit.pricing.scenario import Scenario

DAY = date(2026, 6, 1)
TEAM = Scenario.model_validate({
    "title": "team", "peak_concurrent_users": 50.0, "monthly_active_users": 100.0,
    "connected_hours_per_user_day": 1.0, "messages_per_user_day": 10.0, "recipients_per_message": 4.0,
    "message_bytes": 300.0, "channels": 5.0, "horizon_months": 12,
})  # fmt: skip
METER = """
meter: messages
counts: {messages_published: 1, messages_delivered: 1}
tiers: [{up_to: 1000, unit_price_per: {amount: 0.002}}, {unit_price_per: {amount: PRICE}}]
"""


def book(make_book: MakeBook, *, price: str = "0.001", fee: str = "10", more: str = "") -> PriceBook:
    return make_book(book_text(plan_text("basic", METER.replace("PRICE", price), fee=fee) + more))


def changes(old: PriceBook | None, new: PriceBook | None) -> list[Change]:
    before, after = ({} if found is None else {found.vendor: found} for found in (old, new))
    return compare(before, after, {"team": TEAM}, as_of=DAY).changes


def test_nothing_changed(make_book: MakeBook) -> None:
    same = book(make_book)
    found = compare({"acme": same}, {"acme": book(make_book)}, {"team": TEAM}, as_of=DAY)
    assert (found.changes, found.bills) == ([], [])


def test_a_price_that_changed_is_told_by_where_it_stands(make_book: MakeBook) -> None:
    assert changes(book(make_book), book(make_book, price="0.0015")) == [
        Change(
            "acme",
            "plans[basic from 2026-01-01].meters[messages].tiers[without end].unit_price_per.amount",
            "0.001",
            "0.0015",
        )
    ]


def test_a_price_that_became_unknown(make_book: MakeBook) -> None:
    (change,) = changes(book(make_book), book(make_book, fee="unknown"))
    assert (change.before, change.after) == ("10", "unknown")


def test_a_new_plan_moves_no_other(make_book: MakeBook) -> None:
    (change,) = changes(book(make_book), book(make_book, more=plan_text("large", fee="99")))
    assert change == Change("acme", "plans[large from 2026-01-01]", None, "Large, base fee 99")


def test_a_plan_that_is_gone(make_book: MakeBook) -> None:
    (change,) = changes(book(make_book, more=plan_text("large", fee="99")), book(make_book))
    assert (change.before, change.after) == ("Large, base fee 99", None)


def test_a_book_that_is_new_or_gone_is_told_once(make_book: MakeBook) -> None:
    assert changes(None, book(make_book)) == [Change("acme", "book", None, "Acme, 1 plans")]
    assert changes(book(make_book), None) == [Change("acme", "book", "Acme, 1 plans", None)]


def test_a_new_version_tells_what_differs_from_the_one_that_stood(make_book: MakeBook) -> None:
    later = plan_text("basic", METER.replace("PRICE", "0.0015"), fee="10").replace("2026-01-01", "2026-07-01")
    path = "plans[basic from 2026-07-01]"
    assert changes(book(make_book), book(make_book, more=later)) == [
        Change("acme", path, None, "Basic, base fee 10"),
        Change(
            "acme", f"{path}.meters[messages].tiers[without end].unit_price_per.amount", "0.001", "0.0015"
        ),
    ]


def test_a_version_that_begins_on_another_day_tells_the_same(make_book: MakeBook) -> None:
    moved = make_book(book_text(plan_text("basic", fee="10").replace("2026-01-01", "2026-07-01")))
    found = changes(make_book(book_text(plan_text("basic", fee="12"))), moved)
    assert Change("acme", "plans[basic from 2026-07-01].base_fee.amount", "12", "10") in found


def test_an_unknown_price_of_a_new_tier_is_told_as_unknown(make_book: MakeBook) -> None:
    tiers = "{up_to: 1000, unit_price_per: {amount: 0.002}}"
    more = f"{tiers}, {{up_to: 5000, unit_price_per: {{amount: unknown}}}}"
    text = book_text(plan_text("basic", METER.replace("PRICE", "0.001")))
    (change,) = changes(make_book(text), make_book(text.replace(tiers, more)))
    assert change.after == "up_to 5000, unit_price_per amount unknown, per 1"


def test_a_plan_may_last_to_the_end_of_the_calendar(make_book: MakeBook) -> None:
    ends = make_book(book_text(plan_text("basic", rest="valid_to: 9999-12-31")))
    assert newest_day({"acme": ends}) == date(9999, 12, 31)


def test_entries_that_begin_alike_do_not_hide_one_another(make_book: MakeBook) -> None:
    same = "All of these words stand at the beginning of each note"
    text = book_text(plan_text("basic", fee="10"))
    books = [
        make_book(text.replace("plans:", f"notes: ['{same}, the first', '{same}, {last}']\nplans:", 1))
        for last in ("the second", "the last")
    ]
    (change,) = changes(*books)
    assert (change.before, change.after) == (f"{same}, the second", f"{same}, the last")


def bill_change(old: Mapping[str, PriceBook], new: Mapping[str, PriceBook]) -> tuple[object, ...]:
    (found,) = compare(old, new, {"team": TEAM}, as_of=DAY).bills
    return found.differs, found.difference


def test_what_a_change_does_to_a_scenarios_bill(make_book: MakeBook) -> None:
    # 100 users x 10 messages x 30 days to four others: 150,000 messages, 149,000 past the first tier.
    old, new = {"acme": book(make_book)}, {"acme": book(make_book, price="0.0015")}
    assert bill_change(old, new) == (True, Decimal("74.5"))
    assert bill_change(new, old) == (True, Decimal("-74.5"))


def test_a_change_that_no_bill_feels(make_book: MakeBook) -> None:
    new = book(make_book, more=plan_text("large", fee="9999"))
    assert bill_change({"acme": book(make_book)}, {"acme": new}) == (False, 0)


@pytest.mark.parametrize("fee", ["unknown", None])
def test_what_is_unknown_or_new_has_no_difference(make_book: MakeBook, fee: str | None) -> None:
    old = {} if fee is None else {"acme": book(make_book, fee=fee)}
    assert bill_change(old, {"acme": book(make_book)}) == (True, None)


def test_bills_are_of_the_day_asked_for(make_book: MakeBook) -> None:
    found = compare({}, {"acme": book(make_book)}, {"team": TEAM}, as_of=date(2025, 12, 31))
    assert found.bills[0].after is not None and found.bills[0].after.total is None


def test_the_newest_day_is_one_on_which_all_prices_are_known(shipped_books: Mapping[str, PriceBook]) -> None:
    day = newest_day(shipped_books)
    assert day == date(2026, 11, 23)
    assert all(source.as_of <= day for book in shipped_books.values() for source in book.sources.values())


def test_the_document_has_amounts_as_exact_text(make_book: MakeBook) -> None:
    found = compare({"acme": book(make_book)}, {"acme": book(make_book, fee="12")}, {"team": TEAM}, as_of=DAY)
    document = found.to_document()
    assert list(document) == ["schema", "as_of", "changes", "bills"]
    assert document["bills"] == [{
        "scenario": "team",
        "vendor": "acme",
        "before": {"plan": "basic", "feasible": True, "total": "161.00"},
        "after": {"plan": "basic", "feasible": True, "total": "163.00"},
        "difference": "2.00",
        "differs": True,
    }]  # fmt: skip
