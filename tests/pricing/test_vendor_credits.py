"""What a vendor takes off a meter's charge each month: a line of its own, never more than the charge."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from pricebooks import MakeBook, one_meter

from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.focus import rows
from toolkit.pricing.totals import plan_totals
from toolkit.pricing.usage import Usage

DAY = date(2026, 6, 1)
COMPUTE = """
    meter: compute_hours
    counts: {compute_hours: 1}
    tiers: [{up_to: 1000, unit_price_per: {amount: 0.02}}, {unit_price_per: {amount: LAST}}]
    credit_usd: 10
"""


@pytest.fixture
def book(make_book: MakeBook) -> PriceBook:
    return make_book(one_meter(COMPUTE.replace("LAST", "0.01"), fee="25"))


@pytest.mark.parametrize(
    ("hours", "charges", "credit"),
    [(100, ["2"], "-2"), (500, ["10"], "-10"), (750, ["15"], "-10"), (1100, ["20", "1"], "-10")],
)
def test_the_credit_is_a_line_after_the_charges_and_no_larger(
    book: PriceBook, hours: int, charges: list[str], credit: str
) -> None:
    made = bill(book, Usage(compute_hours=hours), as_of=DAY)
    assert [line.kind for line in made.lines] == ["base_fee", *["usage"] * len(charges), "credit"]
    assert [line.amount for line in made.lines[1:]] == [*map(Decimal, charges), Decimal(credit)]
    assert made.total == 25 + sum(map(Decimal, charges)) + Decimal(credit)


def test_a_credit_counts_dollars_at_minus_one(book: PriceBook) -> None:
    credit = bill(book, Usage(compute_hours=750), as_of=DAY).lines[-1]
    assert (credit.meter, credit.unit, credit.quantity) == ("compute_hours", "USD", 0)
    assert (credit.billed_quantity, credit.unit_price, credit.amount) == (10, -1, -10)


def test_without_a_charge_there_is_no_credit(book: PriceBook) -> None:
    assert [line.kind for line in bill(book, Usage(), as_of=DAY).lines] == ["base_fee"]


def test_the_credit_of_one_meter_does_not_pay_for_another(book: PriceBook) -> None:
    assert bill(book, Usage(compute_hours=100, messages_published=5), as_of=DAY).total == 25


def test_the_credit_of_an_unknown_charge_is_unknown(make_book: MakeBook) -> None:
    book = make_book(one_meter(COMPUTE.replace("LAST", "unknown")))
    made = bill(book, Usage(compute_hours=1001), as_of=DAY)
    assert [(line.kind, line.amount) for line in made.lines[1:]] == [
        ("usage", 20),
        ("usage", None),
        ("credit", None),
    ]
    assert made.total is None


def test_units_without_charge_come_off_before_the_credit(make_book: MakeBook) -> None:
    text = one_meter(COMPUTE.replace("LAST", "0.01") + "    included: 100\n")
    made = bill(make_book(text), Usage(compute_hours=700), as_of=DAY)
    assert [line.amount for line in made.lines[1:]] == [12, -10]


def test_the_document_multiplies_and_adds_up_with_a_credit(book: PriceBook) -> None:
    document = bill(book, Usage(compute_hours=750), as_of=DAY).to_document()
    for line in document["lines"]:
        assert Decimal(line["unit_price"]) * Decimal(line["billed_quantity"]) == Decimal(line["amount"])
    assert [line["amount"] for line in document["lines"]] == ["25.00", "15.00", "-10.00"]
    assert document["total"] == "30.00"


def test_focus_has_a_category_for_credits(book: PriceBook) -> None:
    row = rows(bill(book, Usage(compute_hours=750), as_of=DAY))[-1]
    assert (row["ChargeCategory"], row["BilledCost"], row["ListCost"]) == ("Credit", "-10.00", "-10.00")
    assert row["ConsumedQuantity"] is None and row["ConsumedUnit"] is None


def test_a_credit_under_focus_is_its_amount_since_no_unit_price_may_be_below_0(book: PriceBook) -> None:
    row = rows(bill(book, Usage(compute_hours=750), as_of=DAY))[-1]
    priced = ("ListUnitPrice", "ContractedUnitPrice", "PricingQuantity", "PricingUnit")
    assert [row[name] for name in priced] == [None] * 4


def test_the_vectorised_path_agrees(make_book: MakeBook) -> None:
    book = make_book(one_meter(COMPUTE.replace("LAST", "unknown"), fee="25"))
    usage = {"compute_hours": np.array([0.0, 100, 500, 750, 1000, 1001])}
    assert_array_equal(plan_totals(book, usage, as_of=DAY)["only"], [25, 25, 25, 30, 35, np.nan])
