"""More usage never makes a month cheaper, on any plan of any book that ships."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from usages import FIELDS, usages

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.offers import offers
from toolkit.pricing.usage import MOST_DAYS, Usage

AS_OF = date(2026, 11, 23)
NEVER = Decimal("Infinity")
MILLIONTH = Decimal("0.000001")

# From none stated to the first one is no growth: a message without a size counts once, and bought units
# without hours are held all month.
STATED = {"message_bytes", "unit_hours"}


def grow(usage: Usage, field: str, more: int) -> Usage:
    """The month with more of one field, all others as they are; of the busiest day's factor, millionths."""
    if field == "busiest_day_factor":
        grown = min(usage.busiest_day_factor + more * MILLIONTH, Decimal(MOST_DAYS))
        return usage.model_copy(update={field: grown})
    return usage.model_copy(update={field: (getattr(usage, field) or 0) + more})


def price(book: PriceBook, usage: Usage, plan: str | None) -> Decimal | None:
    """The total; infinite where the plan does not carry the usage."""
    made = bill(book, usage, plan=plan, as_of=AS_OF)
    return made.total if made.feasible else NEVER


def plans(book: PriceBook) -> Iterator[str]:
    """Those whose price does not fall by itself, as it does where a volume tier begins."""
    for plan in book.on(AS_OF):
        if all(meter.tiers_mode == "graduated" for meter in plan.meters):
            yield plan.id


def never_falls(less: Decimal | None, greater: Decimal | None) -> bool:
    """A plan whose price is unknown stays so, unless it stops to carry the usage."""
    return greater is None or greater == NEVER if less is None else greater is None or greater >= less


@given(usage=usages(), field=st.sampled_from(FIELDS), more=st.integers(1, 10**7))
@settings(max_examples=400, deadline=None)
def test_a_plan_never_gets_cheaper_with_more_of_anything(
    shipped_books: Mapping[str, PriceBook], usage: Usage, field: str, more: int
) -> None:
    assume(field not in STATED or getattr(usage, field))
    grown = grow(usage, field, more)
    for vendor, book in shipped_books.items():
        for plan in plans(book):
            less, greater = price(book, usage, plan), price(book, grown, plan)
            assert never_falls(less, greater), (vendor, plan, less, greater)


@given(usage=usages(), field=st.sampled_from(FIELDS), more=st.integers(1, 10**7))
@settings(max_examples=400, deadline=None)
def test_the_cheapest_plan_never_gets_cheaper_either(
    shipped_books: Mapping[str, PriceBook], usage: Usage, field: str, more: int
) -> None:
    assume(field not in STATED or getattr(usage, field))
    grown = grow(usage, field, more)
    for vendor, book in shipped_books.items():
        if any(offer.chosen_unnamed for offer in offers(book, AS_OF)):
            less, greater = price(book, usage, None), price(book, grown, None)
            assert less is None or greater is None or greater >= less, (vendor, less, greater)


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
