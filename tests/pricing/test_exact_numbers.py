"""Prices are read as the file writes them, digit by digit, and sums and differences never round."""

from datetime import date
from decimal import Decimal

import pytest
from pricebooks import BookFaults, MakeBook, book_text, plan_text

from toolkit.pricing.bill import bill
from toolkit.pricing.diff import BillChange
from toolkit.pricing.usage import Usage

DAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    "written",
    ["0.12345678901234567891", "12345678901234.123456789012", "0." + "1" * 30, "1e-30", "2.50", "7", "0.1"],
)
def test_every_digit_of_a_price_counts(make_book: MakeBook, written: str) -> None:
    book = make_book(book_text(plan_text("only", fee=written)))
    assert bill(book, Usage(), as_of=DAY).total == Decimal(written)


def test_minus_nothing_is_nothing(make_book: MakeBook) -> None:
    document = bill(make_book(book_text(plan_text("only", fee="-0.0"))), Usage(), as_of=DAY).to_document()
    assert document["total"] == "0.00"


@pytest.mark.parametrize("written", ["1_000", "017", "'٣'", "' 10 '", "1:30", "0x1F", "'1e99999'", "'1,5'"])
def test_what_only_looks_like_a_number_is_refused(book_faults: BookFaults, written: str) -> None:
    (fault,) = book_faults(book_text(plan_text("only", fee=written)))
    assert "plans[0].base_fee.amount: " in fault and "is not a number of 0 or more" in fault


def test_a_number_of_thousands_of_digits_is_not_repeated_whole(book_faults: BookFaults) -> None:
    (fault,) = book_faults(book_text(plan_text("only", fee="'" + "9" * 5_000 + "'")))
    assert len(fault) < 250


def test_the_difference_of_two_bills_is_exact(make_book: MakeBook) -> None:
    large, small = ("1000000000000000", "0." + "0" * 29 + "1")
    made = [
        bill(make_book(book_text(plan_text("only", fee=fee))), Usage(), as_of=DAY) for fee in (large, small)
    ]
    assert BillChange("s", "acme", *made).difference == Decimal("-" + "9" * 15 + "." + "9" * 30)
