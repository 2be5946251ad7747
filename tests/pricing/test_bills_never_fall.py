"""More usage never makes a month cheaper, on any plan of any book that ships."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from usages import FIELDS, usages

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.usage import Usage

AS_OF = date(2026, 11, 23)
NEVER = Decimal("Infinity")


def grow(usage: Usage, field: str, more: int) -> Usage:
    return usage.model_copy(update={field: (getattr(usage, field) or 0) + more})


def price(book: PriceBook, usage: Usage, plan: str | None) -> Decimal | None:
    """The total; infinite where the plan does not carry the usage."""
    made = bill(book, usage, plan=plan, as_of=AS_OF)
    return made.total if made.feasible else NEVER


@pytest.mark.parametrize("vendor", ["ably", "pusher", "pubnub"])
@given(usage=usages(), field=st.sampled_from(FIELDS), more=st.integers(1, 10**7), data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_plan_never_gets_cheaper_with_more_of_anything(
    shipped_books: Mapping[str, PriceBook],
    vendor: str,
    usage: Usage,
    field: str,
    more: int,
    data: st.DataObject,
) -> None:
    book = shipped_books[vendor]
    plan = data.draw(st.sampled_from([plan.id for plan in book.plans]))
    less, greater = price(book, usage, plan), price(book, grow(usage, field, more), plan)
    # A plan whose price is unknown stays so, unless it stops to carry the usage.
    assert greater is None or greater == NEVER if less is None else greater is None or greater >= less


@pytest.mark.parametrize("vendor", ["ably", "pusher", "pubnub"])
@given(usage=usages(), field=st.sampled_from(FIELDS), more=st.integers(1, 10**7))
@settings(max_examples=100, deadline=None)
def test_the_cheapest_plan_never_gets_cheaper_either(
    shipped_books: Mapping[str, PriceBook], vendor: str, usage: Usage, field: str, more: int
) -> None:
    book = shipped_books[vendor]
    less, greater = price(book, usage, None), price(book, grow(usage, field, more), None)
    assert less is None or greater is None or greater >= less


def test_bandwidth_that_messages_bring_does_not_make_more_messages_cheaper(ably: PriceBook) -> None:
    # Each message brings 5 KiB of bandwidth, worth less than half of the message's own price; what it brings
    # grows in the steps in which messages are billed, so no further message within a million takes anything
    # off.
    totals = [
        price(ably, Usage(messages_published=count, egress_gib=100), "standard")
        for count in range(900_000, 2_200_000, 50_000)
    ]
    assert totals == sorted(totals, key=lambda total: total or NEVER)
    assert len(set(totals)) == 3
