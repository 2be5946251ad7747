"""Rates a second and an hour, held against the pace that a day needs at the very least."""

from datetime import date

import numpy as np
import pytest
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
    assert violations(found, **full) == ("messages 10.0 a second all through the busiest day > 10 of only",)


def test_in_and_out_are_held_together(make_book: MakeBook) -> None:
    found = book(make_book, "messages_per_s: 10")
    both = {"messages_published": 10 * A_DAY * 30, "messages_delivered": 10 * A_DAY * 30}
    (violation,) = violations(found, **both)
    assert violation.startswith("messages 20.0 a second")


def test_the_busiest_day_is_the_one_that_counts(make_book: MakeBook) -> None:
    found = book(make_book, "messages_per_s: 10")
    assert violations(found, messages_delivered=10**7, peak_day_messages=10 * A_DAY) == ()
    assert violations(found, messages_delivered=10**7, peak_day_messages=15 * A_DAY) == (
        "messages 15.0 a second all through the busiest day > 10 of only",
    )


def test_an_hour_is_held_as_the_average_hour_of_the_day(make_book: MakeBook) -> None:
    found = book(make_book, "messages_per_h: 1000")
    assert violations(found, messages_delivered=24_000 * 30) == ()
    assert violations(found, messages_delivered=36_000 * 30) == (
        "messages 1,500.0 a hour all through the busiest day > 1,000 of only",
    )


def test_new_connections_are_held_by_the_average_day(make_book: MakeBook) -> None:
    found = book(make_book, "connections_opened_per_s: 2")
    assert violations(found, connections_opened=2 * A_DAY * 30, peak_day_messages=10**9) == ()
    assert violations(found, connections_opened=2 * A_DAY * 30 + 1) == (
        "connections_opened 2.0 a second all through the average day > 2 of only",
    )


def test_a_month_is_as_long_as_it_is(make_book: MakeBook) -> None:
    found = book(make_book, "messages_per_s: 10")
    assert violations(found, messages_delivered=10 * A_DAY * 31, days=31) == ()
    assert len(violations(found, messages_delivered=10 * A_DAY * 31)) == 1


def test_every_rate_that_is_passed_is_told(make_book: MakeBook) -> None:
    found = book(make_book, "messages_per_s: 1, messages_per_h: 3600, connections_opened_per_s: 1")
    assert len(violations(found, messages_delivered=10**9, connections_opened=10**9)) == 3


@pytest.mark.parametrize("messages", [10 * A_DAY * 30, 10 * A_DAY * 30 + 1])
@pytest.mark.parametrize("busiest", [0, 10 * A_DAY, 10 * A_DAY + 1])
def test_the_vectorised_path_agrees(make_book: MakeBook, messages: int, busiest: int) -> None:
    found = book(make_book, "messages_per_s: 10")
    usage = {"messages_delivered": messages, "peak_day_messages": busiest}
    totals = plan_totals(found, {name: np.array([float(n)]) for name, n in usage.items()}, as_of=DAY)["only"]
    assert_array_equal(totals, [np.inf if violations(found, **usage) else 0.0])
