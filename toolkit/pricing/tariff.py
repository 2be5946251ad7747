"""The tariff language: what a plan charges for, in the words of the trade.

A meter counts usage (a weighted sum of usage fields, large messages in size steps), takes off what is
included, rounds, and prices the rest through graduated tiers. A quota or a limit says what a plan does not
carry at all.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from toolkit.evidence import Day, Strict
from toolkit.pricing.prices import (
    BaseFee,
    CountedField,
    LimitedField,
    MeterName,
    Number,
    Positive,
    Sourced,
    UnitPrice,
    told_together,
)


class Tier(Strict):
    """A stretch of a graduated tariff, from the tier before it to ``up_to`` units; None has no end."""

    up_to: Positive | None = None
    unit_price_per: UnitPrice


class Rounding(Strict):
    """What is billed rounds up to whole multiples of ``to`` units."""

    to: Positive
    mode: Literal["up"] = "up"


class Quota(Strict):
    """A quantity that a plan carries in a period.

    Args:
        amount: metered units in one period.
        period: ``day`` is a UTC day, ``month`` a calendar month.
        past_it: ``blocked`` refuses more, ``upgrade`` asks for a larger plan, ``overage`` bills by the tiers.
    """

    amount: Positive
    period: Literal["day", "month"]
    past_it: Literal["blocked", "overage", "upgrade"]


class IncludedWith(Strict):
    """A quantity that comes with another meter's: ``per_unit`` for each unit billed there."""

    meter: str
    per_unit: Number


def _no_rounding(value: Any) -> Any:
    return None if value == "none" else value


class Meter(Sourced):
    """What a plan counts and what it charges for it.

    Args:
        meter: the usage field, or ``messages`` where several kinds are metered together.
        counts: weight of each usage field in the count.
        size_step_bytes: a sized message counts once for every step begun. None where size does not matter.
        sized: the counted fields that size steps apply to.
        included: units without charge.
        included_with: units without charge that another meter brings. None where there are none.
        rounding: of the units beyond what is included. None bills them as they are.
        tiers: graduated prices, ascending, the last without end. Empty where the base fee covers all.
        quota: what the plan carries. None where that is not limited.
    """

    meter: MeterName
    counts: dict[CountedField, Number] = Field(min_length=1)
    size_step_bytes: Positive | None = None
    sized: list[CountedField] = Field(default_factory=list)
    included: Number = Decimal(0)
    included_with: IncludedWith | None = None
    rounding: Annotated[Rounding | None, BeforeValidator(_no_rounding)] = None
    tiers: list[Tier] = Field(default_factory=list)
    quota: Quota | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        told_together(_meter_faults(self))
        return self


def _meter_faults(meter: Meter) -> Iterator[str]:
    yield from _tier_faults([tier.up_to for tier in meter.tiers])
    if (meter.size_step_bytes is None) != (not meter.sized):
        yield "size_step_bytes and sized go together|give both or none"
    if stray := [name for name in meter.sized if name not in meter.counts]:
        yield f"sized names {stray[0]}, which counts does not|name counted fields"
    if meter.quota is not None:
        yield from _quota_faults(meter, meter.quota)


def _tier_faults(ends: Sequence[int | None]) -> Iterator[str]:
    inner = [end for end in ends[:-1] if end is not None]
    if len(inner) < len(ends[:-1]):
        yield "a tier after the one without end is never reached|leave up_to out of the last tier only"
    if inner != sorted(set(inner)):
        told = ", ".join(f"{end:,}" for end in inner)
        yield f"tiers end at {told}: they overlap or run backwards|write them ascending"
    if ends and ends[-1] is not None:
        yield f"the tiers leave a gap above {ends[-1]:,}|leave up_to out of the last tier"


def _quota_faults(meter: Meter, quota: Quota) -> Iterator[str]:
    if quota.period == "day" and meter.meter != "messages":
        yield "a quota a day needs a daily count, which only messages have|write period: month"
    if quota.past_it == "overage" and quota.period == "day":
        yield "overage by the day is not available in this version|write period: month"
    if quota.past_it == "overage" and (not meter.tiers or meter.included):
        yield "overage needs tiers, and no included beside its quota|give the prices past it as tiers"


class Plan(Strict):
    """A plan of a vendor.

    Args:
        id: the vendor's name of it in lower case with hyphens.
        name: as the vendor writes it.
        kind: only ``self_serve`` is chosen without being named.
        valid_from, valid_to: UTC days of the offer, both included; valid_to None while it lasts.
        base_fee: what a month costs before usage.
        meters: what it counts, each name once.
        limits: the most of a usage field that it carries.
        limits_source: where the limits stand. None only without limits.
        sla: what is known of its service level agreement. None where nothing is.
        note: what a reader must know. None where there is nothing to add.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: str = Field(min_length=1)
    kind: Literal["self_serve", "by_request", "legacy", "introductory"]
    valid_from: Day
    valid_to: Day | None = None
    base_fee: BaseFee
    meters: list[Meter] = Field(default_factory=list)
    limits: dict[LimitedField, Number] = Field(default_factory=dict)
    limits_source: Sourced | None = None
    sla: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        told_together(_plan_faults(self))
        return self

    def priced(self, price: Sourced, *, as_of: date) -> bool:
        """Whether the plan and one of its prices were known and valid on a day."""
        until = self.valid_to or as_of
        return self.valid_from <= as_of <= until and price.as_of <= as_of

    def chosen_unnamed(self, *, as_of: date) -> bool:
        """Whether the cheapest plan is looked for here too."""
        return self.kind == "self_serve" and (self.valid_to is None or as_of <= self.valid_to)


def _plan_faults(plan: Plan) -> Iterator[str]:
    names = [meter.meter for meter in plan.meters]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"meter {name} stands twice|keep one of the two"
    if plan.limits and plan.limits_source is None:
        yield "limits have no limits_source|say where they stand, and since when"
    if plan.valid_to is not None and plan.valid_to < plan.valid_from:
        yield "valid_to is before valid_from|write valid_from <= valid_to"
    on_their_own = {meter.meter for meter in plan.meters if meter.included_with is None}
    for meter in plan.meters:
        if meter.included_with is not None and meter.included_with.meter not in on_their_own:
            told = f"included_with of {meter.meter} names {meter.included_with.meter}"
            yield f"{told}|name another meter of the plan, one without included_with"
