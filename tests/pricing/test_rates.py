"""Rates a second and an hour, held against the pace that the busiest day needs at the very least."""

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
A_DAY = 86_400


def book(make_book: MakeBook, rates: str) -> PriceBook:
    return make_book(book_text(plan_text("only", rest=f"rates: {{{rates}}}\nlimits_source: {{SOURCED}}")))


def violations(book: PriceBook, **usage: int) -> tuple[str, ...]:
    return bill(book, Usage(**usage), as_of=DAY).violations


def test_a_rate_carries_a_day_that_keeps_to_it(make_book: MakeBook) -> None:
    found = book(make_book, "messages_per_s: 10")
    full = {"messages_published": 10 * A_DAY * 10, "messages_delivered": 10 * A_DAY * 20}
    assert violations(found, **full) == ()
    full["messages_delivered"] += 1
    assert violations(found, **full) == ("messages 10.001 a second all through the busiest day > 10 of only",)


def test_in_and_out_are_held_together(make_book: MakeBook) -> None:
    found = book(make_book, "messages_per_s: 10")
    both = {"messages_published": 10 * A_DAY * 30, "messages_delivered": 10 * A_DAY * 30}
    (violation,) = violations(found, **both)
    assert violation.startswith("messages 20 a second all")


def test_the_busiest_day_is_the_one_that_counts(make_book: MakeBook) -> None:
    found = book(make_book, "messages_per_s: 10")
    assert violations(found, messages_delivered=10**7, peak_day_messages=10 * A_DAY) == ()
    assert violations(found, messages_delivered=10**7, peak_day_messages=15 * A_DAY) == (
        "messages 15 a second all through the busiest day > 10 of only",
    )


def test_an_hour_is_held_as_the_average_hour_of_the_day(make_book: MakeBook) -> None:
    found = book(make_book, "messages_per_h: 1000")
    assert violations(found, messages_delivered=24_000 * 30) == ()
    assert violations(found, messages_delivered=36_000 * 30) == (
        "messages 1,500 an hour all through the busiest day > 1,000 of only",
    )


def test_new_connections_know_no_peak_of_messages(make_book: MakeBook) -> None:
    found = book(make_book, "connections_opened_per_s: 2")
    assert violations(found, connections_opened=2 * A_DAY * 30, peak_day_messages=10**9) == ()
    assert violations(found, connections_opened=2 * A_DAY * 30 + 1) == (
        "connections_opened 2.001 a second all through the busiest day > 2 of only",
    )


def test_new_connections_go_by_the_factor_of_the_busiest_day(make_book: MakeBook) -> None:
    found = book(make_book, "connections_opened_per_s: 3")
    full = Usage(connections_opened=2 * A_DAY * 30, busiest_day_factor=Decimal("1.5"))
    assert bill(found, full, as_of=DAY).feasible
    more = full.model_copy(update={"busiest_day_factor": Decimal("1.75")})
    assert bill(found, more, as_of=DAY).violations == (
        "connections_opened 3.5 a second all through the busiest day > 3 of only",
    )
    # Of one more a month, one and a half fall on that day: two whole ones.
    one_more = full.model_copy(update={"connections_opened": full.connections_opened + 1})
    assert len(bill(found, one_more, as_of=DAY).violations) == 1


def test_messages_go_by_the_factor_or_the_stated_peak_whichever_is_more(make_book: MakeBook) -> None:
    found = book(make_book, "messages_per_s: 10")
    month = Usage(messages_published=A_DAY * 30, messages_delivered=4 * A_DAY * 30)
    for factor, peak, pace in [
        ("2", None, None),
        ("2.1", None, "10.5"),
        ("2.1", 11, "11"),
        ("2.1", 7, "10.5"),
    ]:
        told = {"busiest_day_factor": Decimal(factor), "peak_day_messages": peak and peak * A_DAY}
        expected = (
            () if pace is None else (f"messages {pace} a second all through the busiest day > 10 of only",)
        )
        assert bill(found, month.model_copy(update=told), as_of=DAY).violations == expected


SIZED = """
    meter: messages
    counts: {messages_published: 1, messages_delivered: 1, presence_events: 1}
    size_step_bytes: 100
    sized: [messages_published, messages_delivered]
"""


@pytest.mark.parametrize(
    ("message_bytes", "peak", "pace"),
    [
        (100, 10 * A_DAY, None),
        (100, 10 * A_DAY + 1, "10.001"),
        # 450 bytes count five times, so that so many units are a fifth of the messages.
        (450, 10 * A_DAY + 1, None),
        (450, 50 * A_DAY, None),
        (450, 50 * A_DAY + 1, "10.001"),
    ],
)
def test_a_stated_peak_is_in_units_of_the_vendor_and_a_rate_is_of_messages(
    make_book: MakeBook, message_bytes: int, peak: int, pace: str | None
) -> None:
    rates = "rates: {messages_per_s: 10}\nlimits_source: {SOURCED}"
    found = make_book(book_text(plan_text("only", SIZED, rest=rates)))
    month = Usage(messages_delivered=10**7, message_bytes=message_bytes, peak_day_messages=peak)
    told = () if pace is None else (f"messages {pace} a second all through the busiest day > 10 of only",)
    assert bill(found, month, as_of=DAY).violations == told
    totals = plan_totals(found, columns([month]), as_of=DAY)["only"]
    assert_array_equal(totals, [exact(found, month, "only", as_of=DAY)])


def test_a_peak_of_units_that_are_no_messages_needs_none(make_book: MakeBook) -> None:
    rates = "rates: {messages_per_s: 10}\nlimits_source: {SOURCED}"
    found = make_book(book_text(plan_text("only", SIZED, rest=rates)))
    month = Usage(presence_events=10**8, peak_day_messages=10**7)
    assert bill(found, month, as_of=DAY).feasible
    assert_array_equal(plan_totals(found, columns([month]), as_of=DAY)["only"], [0])


def test_a_month_is_as_long_as_it_is(make_book: MakeBook) -> None:
    found = book(make_book, "messages_per_s: 10")
    assert violations(found, messages_delivered=10 * A_DAY * 31, days=31) == ()
    assert len(violations(found, messages_delivered=10 * A_DAY * 31)) == 1


def test_every_rate_that_is_passed_is_told(make_book: MakeBook) -> None:
    found = book(make_book, "messages_per_s: 1, messages_per_h: 3600, connections_opened_per_s: 1")
    assert len(violations(found, messages_delivered=10**9, connections_opened=10**9)) == 3


@pytest.mark.parametrize("factor", ["1", "1.5", "2"])
@pytest.mark.parametrize("count", [n * A_DAY + more for n in (300, 200, 150) for more in (0, 1)])
@pytest.mark.parametrize("busiest", [None, 0, 10 * A_DAY, 10 * A_DAY + 1])
def test_the_vectorised_path_agrees(
    make_book: MakeBook, factor: str, count: int, busiest: int | None
) -> None:
    found = book(make_book, "messages_per_s: 10, connections_opened_per_s: 10")
    for field in ("messages_delivered", "connections_opened"):
        month = Usage(busiest_day_factor=Decimal(factor), peak_day_messages=busiest, **{field: count})
        totals = plan_totals(found, columns([month]), as_of=DAY)["only"]
        assert_array_equal(totals, [exact(found, month, "only", as_of=DAY)])
