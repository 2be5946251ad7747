"""The line items under the columns of FOCUS, as :mod:`toolkit.pricing.focus` has them for a bill.

A row is one line of one option in one month. Labour and downtime cost the team and nobody sends an invoice
for them: their billed cost is 0, and their effective cost what they cost.
"""

from typing import Any, NamedTuple

from toolkit.cost.items import Item, items, month_start
from toolkit.cost.result import CostResult
from toolkit.pricing.focus import COLUMNS, SCHEMA, Row, rows_csv


class Kind(NamedTuple):
    """How FOCUS sees a line.

    Args:
        charge, frequency, service: its category, frequency and service category.
        invoiced: whether somebody bills it. None where it is a sum of both kinds.
    """

    charge: str
    frequency: str
    service: str
    invoiced: bool | None = True


KINDS = {
    "vendor bill": Kind("Usage", "Usage-Based", "Integration"),
    "servers": Kind("Usage", "Usage-Based", "Compute"),
    "load balancer": Kind("Usage", "Usage-Based", "Networking"),
    "cache": Kind("Usage", "Usage-Based", "Databases"),
    "egress": Kind("Usage", "Usage-Based", "Networking"),
    "operations labour": Kind("Purchase", "Recurring", "Other", invoiced=False),
    "migration": Kind("Purchase", "One-Time", "Migration", invoiced=False),
    "parallel running": Kind("Usage", "Usage-Based", "Migration", invoiced=None),
    "way back": Kind("Purchase", "One-Time", "Migration", invoiced=False),
    "downtime": Kind("Adjustment", "Recurring", "Other", invoiced=False),
    "SLA credits": Kind("Credit", "Usage-Based", "Integration"),
}
"""By line."""


def rows(result: CostResult) -> list[Row]:
    """One row for each line item; amounts are means in whole cents, not discounted, null where unknown."""
    return [_row(item, result) for item in items(result)]


def _row(item: Item, result: CostResult) -> Row:
    kind = KINDS[item.line]
    amount = None if item.mean_usd is None else f"{item.mean_usd:.2f}"
    what = item.line if item.component is None else f"{item.line}: {item.component}"
    period = {"Start": _midnight(item.starts.isoformat()),
              "End": _midnight(month_start(result.as_of, item.month).isoformat())}  # fmt: skip
    values: Row = {
        **dict.fromkeys(("ContractedCost", "EffectiveCost", "ListCost"), amount),
        "BilledCost": _billed(amount, kind),
        **{f"BillingPeriod{edge}": instant for edge, instant in period.items()},
        **{f"ChargePeriod{edge}": instant for edge, instant in period.items()},
        "BillingCurrency": "USD",
        "ChargeCategory": kind.charge,
        "ChargeDescription": f"{item.option}: {what}",
        "ChargeFrequency": kind.frequency,
        "PricingCategory": "Standard",
        "ServiceCategory": kind.service,
        "ServiceName": item.option,
        "SkuId": f"{item.option}/{what}",
        "x_Grade": item.grade,
        "x_Source": item.source,
    }
    return {column: values.get(column) for column in COLUMNS}


def _billed(amount: str | None, kind: Kind) -> str | None:
    if amount is None or kind.invoiced is None:
        return None
    return amount if kind.invoiced else "0.00"


def _midnight(day: str) -> str:
    return f"{day}T00:00:00Z"


def focus_document(result: CostResult) -> dict[str, Any]:
    """The rows as one JSON document."""
    return {"schema": SCHEMA, "rows": rows(result)}


def focus_csv(result: CostResult) -> str:
    """The rows as CSV with a header, null as an empty cell."""
    return rows_csv(rows(result))
