"""The vectorised path gives what the exact path gives: every plan of every book, today and in its history."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pytest
from exactly import HALF_A_CENT_USD, columns, exact
from hypothesis import given, settings
from hypothesis import strategies as st
from usages import usages

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.offers import offers
from toolkit.pricing.totals import NO_PLAN, cheapest, plan_totals
from toolkit.pricing.usage import Usage

DAYS = [date(2019, 6, 1), date(2023, 1, 1), date(2025, 1, 1), date(2026, 3, 1), date(2026, 11, 23)]
MONTHS = st.lists(usages(), min_size=1, max_size=4)


@pytest.mark.parametrize("as_of", DAYS)
@given(months=MONTHS)
@settings(max_examples=100, deadline=None)
def test_every_plan_agrees_within_half_a_cent(
    shipped_books: Mapping[str, PriceBook], as_of: date, months: list[Usage]
) -> None:
    for vendor, book in shipped_books.items():
        found = plan_totals(book, columns(months), as_of=as_of)
        assert list(found) == [plan.id for plan in book.on(as_of)]
        for plan, totals in found.items():
            expected = [exact(book, month, plan, as_of=as_of) for month in months]
            np.testing.assert_allclose(
                totals, expected, rtol=0, atol=HALF_A_CENT_USD, err_msg=f"{vendor} {plan}"
            )


@pytest.mark.parametrize("as_of", DAYS)
@given(months=MONTHS)
@settings(max_examples=100, deadline=None)
def test_the_same_plan_is_the_cheapest(
    shipped_books: Mapping[str, PriceBook], as_of: date, months: list[Usage]
) -> None:
    for vendor, book in shipped_books.items():
        offered = offers(book, as_of)
        totals, index = cheapest(book, columns(months), as_of=as_of)
        if not any(offer.chosen_unnamed for offer in offered):
            assert set(index) == {NO_PLAN} and np.isposinf(totals).all(), vendor
            continue
        for month, total, chosen in zip(months, totals, index, strict=True):
            made = bill(book, month, as_of=as_of)
            by_name = None if chosen == NO_PLAN else offered[chosen].plan.id
            assert by_name == (made.plan if made.feasible else None), vendor
            expected = exact(book, month, None, as_of=as_of)
            assert np.isclose(total, expected, rtol=0, atol=HALF_A_CENT_USD, equal_nan=True), vendor


def test_some_of_these_days_have_other_plans_and_prices(shipped_books: Mapping[str, PriceBook]) -> None:
    fees = {
        day: {vendor: [plan.valid_from for plan in book.on(day)] for vendor, book in shipped_books.items()}
        for day in DAYS
    }
    assert len({str(of_day) for of_day in fees.values()}) == len(DAYS)
