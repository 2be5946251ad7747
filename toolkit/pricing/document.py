"""A bill, and its JSON document."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from toolkit.evidence import Grade
from toolkit.pricing.amounts import money, plain
from toolkit.pricing.sla import SlaCredit

SCHEMA = "toolkit.bill/1"

LineKind = Literal["base_fee", "usage", "credit"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One charge: ``unit_price`` x ``billed_quantity`` = ``amount``, exactly.

    Args:
        kind: what it is for; a credit is what the vendor takes off a meter's charge, an amount below 0.
        meter: a usage field, ``messages``, or ``base_fee``.
        unit: what the quantities are of, as FOCUS writes units.
        quantity: metered units that this line is about; over a meter's lines they add up to all of them.
        billed_quantity: units charged, after what is included and rounding; of a credit, its dollars.
        unit_price: US dollars for one unit. None where unknown.
        amount: US dollars. None where unknown.
        source: the page or document that the price comes from.
        as_of: the UTC day on which it said so.
        confirmed: the last day up to that of the bill on which it still did. None where it had not yet.
        grade: how strong that evidence is.
    """

    kind: LineKind
    meter: str
    unit: str
    quantity: Decimal
    billed_quantity: Decimal
    unit_price: Decimal | None
    amount: Decimal | None
    source: str
    as_of: date
    confirmed: date | None
    grade: Grade

    @property
    def cited(self) -> str:
        """The source with its days."""
        again = "" if self.confirmed in (None, self.as_of) else f", confirmed {self.confirmed}"
        return f"{self.source} ({self.as_of}{again})"


@dataclass(frozen=True)
class OtherPlan:
    """A plan that a bill is not for.

    Args:
        plan: its id.
        total: US dollars of the month, were it chosen. None where a price is unknown.
        violations: what it does not carry, in words; empty where it is only dearer, or its price unknown.
    """

    plan: str
    total: Decimal | None
    violations: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """The plan as JSON."""
        return {"plan": self.plan, "total": money(self.total), "violations": list(self.violations)}


@dataclass(frozen=True, kw_only=True)
class Bill:
    """The itemised monthly charge of one plan for one usage.

    Args:
        vendor, plan: ids.
        vendor_name, plan_name: as readers know them.
        price_book: the book and the day of its newest known price, such as ``ably@2026-08-03``.
        as_of: the UTC day of the question.
        currency: of every amount.
        violations: what the plan does not carry, in words; empty where it is feasible.
        lines: the charges, the base fee first.
        total: US dollars a month. None where a line has no known price.
        notes: what a reader must know of the vendor and the plan.
        others: the other plans that need not be named, and why they are out. Empty where nobody asked.
        sla_credit: what an outage would bring back, beside the total. None where nobody asked.
    """

    vendor: str
    vendor_name: str
    plan: str
    plan_name: str
    price_book: str
    as_of: date
    currency: str
    violations: tuple[str, ...]
    lines: tuple[Line, ...]
    total: Decimal | None
    notes: tuple[str, ...] = ()
    others: tuple[OtherPlan, ...] = ()
    sla_credit: SlaCredit | None = None

    @property
    def feasible(self) -> bool:
        """Whether the plan carries the usage."""
        return not self.violations

    def to_document(self) -> dict[str, Any]:
        """The bill as JSON, numbers as exact decimal strings."""
        return {
            "schema": SCHEMA,
            "vendor": self.vendor,
            "plan": self.plan,
            "price_book": self.price_book,
            "as_of": self.as_of.isoformat(),
            "currency": self.currency,
            "feasible": self.feasible,
            "violations": list(self.violations),
            "lines": [_line(line) for line in self.lines],
            "total": money(self.total),
            "others": [other.to_document() for other in self.others],
            "sla_credit": None if self.sla_credit is None else self.sla_credit.to_document(),
            "notes": list(self.notes),
        }


def _line(line: Line) -> dict[str, str | None]:
    return {
        "meter": line.meter,
        "quantity": plain(line.quantity),
        "billed_quantity": plain(line.billed_quantity),
        "unit_price": None if line.unit_price is None else plain(line.unit_price),
        "amount": money(line.amount),
        "source": line.cited,
        "kind": line.kind,
        "unit": line.unit,
        "grade": line.grade,
    }
