"""Units that a meter without a price of its own brings to another one, such as users that the fee covers."""

from datetime import date

import pytest
from exactly import columns, exact
from numpy.testing import assert_array_equal
from pricebooks import MakeBook, book_text, plan_text

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.totals import plan_totals
from toolkit.pricing.usage import Usage

DAY = date(2026, 6, 1)
USERS = """
    meter: monthly_active_users
    counts: {monthly_active_users: 1}
"""
MESSAGES = """
    meter: messages
    counts: {messages_published: 1}
    included_with: {meter: monthly_active_users, per_unit: 1000}
    tiers: [{unit_price_per: {amount: 1}}]
"""


@pytest.fixture
def book(make_book: MakeBook) -> PriceBook:
    return make_book(book_text(plan_text("only", USERS, MESSAGES, fee="100")))


@pytest.mark.parametrize(("messages", "charge"), [(1_999, 0), (2_000, 0), (2_001, 1), (3_500, 1_500)])
def test_users_without_a_price_bring_what_they_bring(book: PriceBook, messages: int, charge: int) -> None:
    made = bill(book, Usage(monthly_active_users=2, messages_published=messages), as_of=DAY)
    assert made.total == 100 + charge


def test_they_are_not_charged(book: PriceBook) -> None:
    users = bill(book, Usage(monthly_active_users=2), as_of=DAY).lines[1]
    assert (users.quantity, users.billed_quantity, users.amount) == (2, 0, 0)


def test_nor_are_they_before_the_price_of_the_plan_was_known(book: PriceBook) -> None:
    users = bill(book, Usage(monthly_active_users=2), as_of=date(2025, 12, 31)).lines[1]
    assert (users.quantity, users.billed_quantity, users.amount) == (2, 0, None)


def test_both_paths_agree(book: PriceBook) -> None:
    months = [
        Usage(monthly_active_users=users, messages_published=messages)
        for users in (0, 1, 2)
        for messages in (0, 999, 1_000, 1_001, 2_001)
    ]
    totals = plan_totals(book, columns(months), as_of=DAY)["only"]
    assert_array_equal(totals, [exact(book, month, "only", as_of=DAY) for month in months])
