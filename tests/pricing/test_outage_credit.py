"""What the plan of a bill pays back for an outage, by the agreement as it was known on the bill's day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from pricebooks import LIST, MakeBook, book_text, plan_text

from toolkit.pricing.bill import bill, other_plans, outage_credit
from toolkit.pricing.book import PriceBook
from toolkit.pricing.sla import SlaCredit
from toolkit.pricing.usage import Usage
from toolkit.project import InputError

STEPS = "credits: [{below: 0.999, share: 0.1}]"
SOURCES = f"""
{LIST}
terms: {{where: the terms, as_of: 2026-03-01, grade: contract, recheck: Read them.}}
"""


@pytest.fixture
def book(make_book: MakeBook) -> PriceBook:
    sla = f"sla: {{promise: 0.999, {STEPS}, source: terms, text: as they say}}"
    return make_book(book_text(plan_text("basic", fee="50", rest=sla) + plan_text("plain"), sources=SOURCES))


def credit(
    book: PriceBook, outage_minutes: str, *, plan: str = "basic", day: date = date(2026, 6, 1)
) -> SlaCredit:
    made = bill(book, Usage(), plan=plan, as_of=day)
    return outage_credit(book, made, outage_minutes=Decimal(outage_minutes), days=30)


def test_the_credit_is_a_share_of_the_bill_and_names_the_agreement(book: PriceBook) -> None:
    found = credit(book, "60")
    assert (found.amount, found.source) == (5, "the terms (2026-03-01)")


def test_the_bill_itself_stays_as_it_is(book: PriceBook) -> None:
    made = bill(book, Usage(), plan="basic", as_of=date(2026, 6, 1))
    outage_credit(book, made, outage_minutes=Decimal(60), days=30)
    assert (made.total, made.sla_credit) == (50, None)


def test_an_agreement_that_was_not_known_yet_is_unknown(book: PriceBook) -> None:
    assert credit(book, "60", day=date(2026, 3, 1)).amount == 5
    found = credit(book, "60", day=date(2026, 2, 28))
    assert (found.amount, found.promise, found.source) == (None, None, None)


def test_the_words_of_an_agreement_that_was_not_known_yet_stand_on_no_bill(book: PriceBook) -> None:
    notes = {
        day: bill(book, Usage(), plan="basic", as_of=day).notes
        for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 6, 1))
    }
    assert list(notes.values()) == [(), ("as they say",), ("as they say",)]


def test_a_plan_without_a_word_on_it_has_an_unknown_credit(book: PriceBook) -> None:
    assert credit(book, "60", plan="plain").reason == "nothing is known of an SLA on this plan"


@pytest.mark.parametrize("outage_minutes", ["-1", "43201"])
def test_an_outage_longer_than_the_month_is_wrong_input(book: PriceBook, outage_minutes: str) -> None:
    with pytest.raises(InputError, match=r"^arguments:1: outage-minutes: .*; write 0 to 43200$"):
        credit(book, outage_minutes)


def test_the_bills_document_has_the_credit_where_it_was_asked_for(book: PriceBook) -> None:
    made = bill(book, Usage(), plan="basic", as_of=date(2026, 6, 1))
    assert made.to_document()["sla_credit"] is None
    others = other_plans(book, Usage(), than="basic", as_of=made.as_of)
    found = replace(made, sla_credit=credit(book, "60"), others=others)
    assert found.to_document()["sla_credit"] == credit(book, "60").to_document()
    assert found.to_document()["others"] == [{"plan": "plain", "total": "0.00", "violations": []}]
