"""A plan of a vendor: its fee, its meters, what it carries and what it promises."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from toolkit.evidence import Day, Strict, Text
from toolkit.pricing.prices import BaseFee, LimitedField, Number, Positive, Sourced, told_together
from toolkit.pricing.sla import Sla
from toolkit.pricing.tariff import Meter

HOURS_A_DAY = 24
MOST_UNITS = 10_000

Kind = Literal["self_serve", "by_request", "legacy", "introductory", "component"]


class Units(Sourced):
    """Capacity that is bought in units and billed by how long they are held.

    Where usage states ``unit_hours``, that is what was held. Else the smallest size that carries the peak is
    taken to be held all month.

    Args:
        connections: connections at once that one unit carries.
        sizes: how many units may be bought together, ascending.
    """

    connections: Positive
    sizes: list[Annotated[int, Field(gt=0, le=MOST_UNITS)]] = Field(min_length=1)

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if self.sizes != sorted(set(self.sizes)):
            raise ValueError("sizes repeat or run backwards|write them ascending")
        return self

    @property
    def most_connections(self) -> int:
        """Connections at once that the largest size carries."""
        return self.connections * self.sizes[-1]

    @property
    def most_hours_a_day(self) -> int:
        """Unit-hours of a day through which the largest size is held."""
        return HOURS_A_DAY * self.sizes[-1]


SECONDS_A_DAY = 86_400
RATES = {
    "messages_per_s": ("messages", 1),
    "messages_per_h": ("messages", 3600),
    "connections_opened_per_s": ("connections_opened", 1),
}
"""What each rate counts, and in how many seconds."""


class Rates(Strict):
    """The most that a plan carries in a short time; None where it states no such limit.

    Usage is monthly, so only the pace that the busiest day needs at the very least can be held against them.

    Args:
        messages_per_s: messages in and out in a second.
        messages_per_h: messages in and out in an hour.
        connections_opened_per_s: new connections in a second.
    """

    messages_per_s: Positive | None = None
    messages_per_h: Positive | None = None
    connections_opened_per_s: Positive | None = None


class Plan(Strict):
    """A plan of a vendor, as it stood from one day on.

    Args:
        id: the vendor's name of it in lower case with hyphens.
        name: as the vendor writes it.
        kind: only ``self_serve`` is chosen without being named; ``component`` is a part of a set-up.
        valid_from, valid_to: UTC days of the offer, both included; valid_to None while it lasts, or until the
            next version of the same id.
        base_fee: what a month costs before usage.
        meters: what it counts, each name once.
        units: how capacity is bought. None where it is not bought in units.
        limits: the most of a usage field that it carries.
        rates: the most that it carries in a short time. None where nothing is known of that.
        limits_source: where limits and rates stand. None only without them.
        sla: its service level agreement. None where nothing is known of one.
        note: what a reader must know. None where there is nothing to add.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: Text
    kind: Kind
    valid_from: Day
    valid_to: Day | None = None
    base_fee: BaseFee
    meters: list[Meter] = Field(default_factory=list)
    units: Units | None = None
    limits: dict[LimitedField, Number] = Field(default_factory=dict)
    rates: Rates | None = None
    limits_source: Sourced | None = None
    sla: Sla | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        told_together(_plan_faults(self))
        return self

    def on_offer(self, day: date) -> bool:
        """Whether this version of the plan stood on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def sourced(self) -> Iterator[Sourced]:
        """Everything about the plan that a source said."""
        yield self.base_fee
        yield from self.meters
        yield from (said for said in (self.units, self.limits_source, self.sla) if said is not None)


def _plan_faults(plan: Plan) -> Iterator[str]:
    names = [meter.meter for meter in plan.meters]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"meter {name} stands twice|keep one of the two"
    if (plan.limits or plan.rates) and plan.limits_source is None:
        yield "limits have no limits_source|say where they stand, and since when"
    if plan.valid_to is not None and plan.valid_to < plan.valid_from:
        yield "valid_to is before valid_from|write valid_from <= valid_to"
    if plan.units is None and any(m.quota and m.quota.period == "unit_day" for m in plan.meters):
        yield "a quota a unit_day needs units|say what a unit carries, and in which sizes it is sold"
    if plan.base_fee.prepaid and plan.base_fee.amount == Decimal(0):
        yield "nothing is prepaid|leave prepaid out, or write the amount"
    yield from _gift_faults(plan)


def _gift_faults(plan: Plan) -> Iterator[str]:
    on_their_own = {meter.meter for meter in plan.meters if meter.included_with is None}
    for meter in plan.meters:
        if meter.included_with is not None and meter.included_with.meter not in on_their_own:
            told = f"included_with of {meter.meter} names {meter.included_with.meter}"
            yield f"{told}|name another meter of the plan, one without included_with"
