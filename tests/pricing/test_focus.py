"""A bill under the FOCUS columns."""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.pricing.bill import Bill, bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.focus import COLUMNS, focus_csv, focus_document, rows
from toolkit.pricing.usage import Usage


@pytest.fixture
def made(ably: PriceBook, as_of: date) -> Bill:
    usage = Usage(messages_published=35_000, messages_delivered=36_000_000, connection_minutes=300_000)
    return bill(ably, usage, plan="standard", as_of=as_of)


def test_every_line_is_a_row_with_every_column(made: Bill) -> None:
    found = rows(made)
    assert len(found) == len(made.lines) == 3
    assert all(tuple(row) == COLUMNS for row in found)


def test_a_usage_row(made: Bill) -> None:
    row = rows(made)[1]
    assert row["ChargeCategory"] == "Usage" and row["ChargeFrequency"] == "Usage-Based"
    assert (row["ConsumedQuantity"], row["ConsumedUnit"]) == ("36035000", "Messages")
    assert (row["PricingQuantity"], row["PricingUnit"]) == ("37000000", "Messages")
    assert (row["ListUnitPrice"], row["ListCost"]) == ("0.0000025", "92.50")
    assert row["BilledCost"] == row["EffectiveCost"] == row["ContractedCost"] == row["ListCost"]
    assert (row["ProviderName"], row["ServiceName"], row["BillingCurrency"]) == ("Ably", "Ably", "USD")
    assert row["ChargeDescription"] == "Ably Standard: messages"
    assert row["x_Grade"] == "published"


def test_the_base_fee_is_a_recurring_purchase_without_consumption(made: Bill) -> None:
    row = rows(made)[0]
    assert (row["ChargeCategory"], row["ChargeFrequency"]) == ("Purchase", "Recurring")
    assert row["ConsumedQuantity"] is None and row["ConsumedUnit"] is None
    assert (row["PricingQuantity"], row["ListCost"]) == ("1", "29.00")


def test_the_period_is_null_unless_it_is_known(made: Bill) -> None:
    assert rows(made)[0]["BillingPeriodStart"] is None
    row = rows(made, start=date(2026, 11, 1), end=date(2026, 12, 1))[0]
    assert row["BillingPeriodStart"] == row["ChargePeriodStart"] == "2026-11-01T00:00:00Z"
    assert row["BillingPeriodEnd"] == row["ChargePeriodEnd"] == "2026-12-01T00:00:00Z"


def test_unknown_costs_are_null(ably: PriceBook, as_of: date) -> None:
    row = rows(bill(ably, Usage(), plan="mau-pro", as_of=as_of))[0]
    assert [row[name] for name in ("ListUnitPrice", "ListCost", "BilledCost")] == [None, None, None]


def test_csv_has_a_header_and_reads_back(made: Bill) -> None:
    found = list(csv.DictReader(io.StringIO(focus_csv(made))))
    assert [row["ListCost"] for row in found] == ["29.00", "92.50", "1.00"]
    assert found[0]["BillingPeriodStart"] == ""
    assert tuple(found[0]) == COLUMNS


def test_no_text_is_a_formula_in_csv(made: Bill) -> None:
    hostile = replace(made, vendor_name="=HYPERLINK(1)")
    found = list(csv.DictReader(io.StringIO(focus_csv(hostile))))
    assert {row["ServiceName"] for row in found} == {"'=HYPERLINK(1)"}
    assert [row["ListCost"] for row in found] == ["29.00", "92.50", "1.00"]
    assert rows(hostile)[0]["ServiceName"] == "=HYPERLINK(1)"


def test_the_json_document_names_its_schema(made: Bill) -> None:
    document = focus_document(made)
    assert document["schema"] == "toolkit.focus/1"
    assert document["rows"] == rows(made)


@given(messages=st.integers(0, 10**12), minutes=st.integers(0, 10**12), egress_gib=st.integers(0, 10**6))
def test_list_price_times_quantity_is_list_cost(
    ably: PriceBook, messages: int, minutes: int, egress_gib: int
) -> None:
    usage = Usage(messages_delivered=messages, connection_minutes=minutes, egress_gib=egress_gib)
    for row in rows(bill(ably, usage, plan="pro", as_of=date(2026, 11, 23))):
        price, quantity, cost = (
            Decimal(str(row[name])) for name in ("ListUnitPrice", "PricingQuantity", "ListCost")
        )
        assert price * quantity == cost
