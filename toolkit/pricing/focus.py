"""A bill under the columns of FOCUS, the FinOps Foundation's billing format.

Names, allowed values and "null where unknown" follow https://focus.finops.org/focus-specification/ (1.x).
A bill here is an estimate from list prices: nothing is negotiated, so billed, contracted, effective and list
cost are one amount.
"""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any

from toolkit.pricing.amounts import money, plain
from toolkit.pricing.document import Bill, Line
from toolkit.project.spreadsheet import row_of_texts

SCHEMA = "toolkit.focus/1"

COLUMNS = (
    "BilledCost",
    "BillingAccountId",
    "BillingCurrency",
    "BillingPeriodStart",
    "BillingPeriodEnd",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "ServiceCategory",
    "ServiceName",
    "SkuId",
    "x_Grade",
    "x_Source",
)
"""Columns of every row; those with x_ are this toolkit's own, as FOCUS names additions."""

CATEGORIES = {"base_fee": "Purchase", "usage": "Usage", "credit": "Credit"}

Row = dict[str, str | None]


def rows(bill: Bill, *, start: date | None = None, end: date | None = None) -> list[Row]:
    """One row for each line of a bill; ListUnitPrice x PricingQuantity = ListCost exactly, where it has both.

    Args:
        bill: the bill.
        start: first UTC day of the month that it is for. None leaves the period null: usage names no month.
        end: the UTC day after its last. None likewise.
    """
    period = {"Start": _midnight(start), "End": _midnight(end)}
    return [_row(bill, line, period) for line in bill.lines]


def _row(bill: Bill, line: Line, period: dict[str, str | None]) -> Row:
    usage, cost = line.kind == "usage", money(line.amount)
    # FOCUS has no unit price below 0, so that a credit is its amount alone.
    priced = line.kind != "credit"
    price = plain(line.unit_price) if priced and line.unit_price is not None else None
    values: Row = {
        **dict.fromkeys(("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"), cost),
        **dict.fromkeys(("ListUnitPrice", "ContractedUnitPrice"), price),
        **{f"BillingPeriod{edge}": instant for edge, instant in period.items()},
        **{f"ChargePeriod{edge}": instant for edge, instant in period.items()},
        "BillingCurrency": bill.currency,
        "ChargeCategory": CATEGORIES[line.kind],
        "ChargeDescription": f"{bill.vendor_name} {bill.plan_name}: {line.meter}",
        "ChargeFrequency": "Usage-Based" if usage else "Recurring",
        # FOCUS leaves consumption of a purchase and of a credit null.
        "ConsumedQuantity": plain(line.quantity) if usage else None,
        "ConsumedUnit": line.unit if usage else None,
        "PricingCategory": "Standard",
        "PricingQuantity": plain(line.billed_quantity) if priced else None,
        "PricingUnit": line.unit if priced else None,
        "ServiceCategory": "Integration",
        "ServiceName": bill.vendor_name,
        "SkuId": f"{bill.vendor}/{bill.plan}/{line.meter}",
        "x_Grade": line.grade,
        "x_Source": line.cited,
        **dict.fromkeys(("InvoiceIssuerName", "ProviderName", "PublisherName"), bill.vendor_name),
    }
    return {column: values.get(column) for column in COLUMNS}


def _midnight(day: date | None) -> str | None:
    return None if day is None else f"{day.isoformat()}T00:00:00Z"


def focus_document(bill: Bill, *, start: date | None = None, end: date | None = None) -> dict[str, Any]:
    """The rows as one JSON document; arguments are those of :func:`rows`."""
    return {"schema": SCHEMA, "rows": rows(bill, start=start, end=end)}


def focus_csv(bill: Bill, *, start: date | None = None, end: date | None = None) -> str:
    """The rows as CSV with a header, null as an empty cell; arguments are those of :func:`rows`."""
    return rows_csv(rows(bill, start=start, end=end))


def rows_csv(found: Iterable[Row]) -> str:
    """Rows as CSV with a header, null as an empty cell."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(map(row_of_texts, found))
    return text.getvalue()
