"""The tariff language: what a meter counts and what it charges, in the words of the trade.

A meter counts usage (a weighted sum of usage fields, messages in size steps), takes off what is included,
rounds, and prices the rest through tiers. A quota says how much a plan carries in a period, and what happens
past it.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from toolkit.evidence import Strict
from toolkit.pricing.prices import (
    CountedField,
    MeterName,
    Number,
    Positive,
    Sourced,
    UnitPrice,
    told_together,
)
from toolkit.pricing.usage import GIB_FIELDS, LEVELS

GB_PER_GIB = Decimal("1.073741824")
"""2 ** 30 / 10 ** 9."""


class Tier(Strict):
    """A stretch of a tariff, from the tier before it to ``up_to`` units; None has no end."""

    up_to: Positive | None = None
    unit_price_per: UnitPrice


class Rounding(Strict):
    """What is billed rounds up to whole multiples of ``to`` units, sold as packages of that size."""

    to: Positive
    mode: Literal["up"] = "up"


class Quota(Strict):
    """A quantity that a plan carries in a period.

    Args:
        amount: metered units in one period.
        period: ``day`` is a UTC day, ``month`` a calendar month, ``unit_day`` a UTC day of each unit bought.
        past_it: ``blocked`` refuses more, ``upgrade`` asks for a larger plan, ``overage`` bills by the tiers.
    """

    amount: Positive
    period: Literal["day", "month", "unit_day"]
    past_it: Literal["blocked", "overage", "upgrade"]


class IncludedWith(Strict):
    """A quantity that comes with another meter's: ``per_unit`` for each unit past what that one includes."""

    meter: str
    per_unit: Number


def _no_rounding(value: Any) -> Any:
    return None if value == "none" else value


class Meter(Sourced):
    """What a plan counts and what it charges for it.

    Args:
        meter: the usage field, or ``messages`` where several kinds are metered together.
        counts: weight of each usage field in the count: the fan-out rule of messages. 1 in and 1 for each
            out; out only; 2 in where the echo counts and deliveries leave it out; 0.05 where 20 count as one.
        size_step_bytes: a sized message counts once for every step begun. None where size does not matter.
        sized: the counted fields that size steps apply to.
        sizing: ``each`` message rounds up on its own, or the bytes of all are added up first (``total``).
        unit: what a GiB field is priced in; the vendor's GB of 10 ** 9 bytes, or GiB. None for other fields.
        hours_per_unit: hours of use that make one unit, such as 24 for a unit-day. None counts as it is.
        included: units without charge.
        included_with: units without charge that another meter brings. None where there are none.
        rounding: of the units beyond what is included. None bills them as they are.
        tiers: prices, ascending, the last without end. Empty where the base fee covers all.
        tiers_mode: ``graduated`` prices each stretch by its own tier, ``volume`` all units by the last one
            that they reach.
        quota: what the plan carries. None where that is not limited.
        credit_usd: what the vendor takes off this meter's charge each month, as far as it goes.
    """

    meter: MeterName
    counts: dict[CountedField, Number] = Field(min_length=1)
    size_step_bytes: Positive | None = None
    sized: list[CountedField] = Field(default_factory=list)
    sizing: Literal["each", "total"] = "each"
    unit: Literal["GB", "GiB"] | None = None
    hours_per_unit: Positive | None = None
    included: Number = Decimal(0)
    included_with: IncludedWith | None = None
    rounding: Annotated[Rounding | None, BeforeValidator(_no_rounding)] = None
    tiers: list[Tier] = Field(default_factory=list)
    tiers_mode: Literal["graduated", "volume"] = "graduated"
    quota: Quota | None = None
    credit_usd: Number = Decimal(0)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        told_together(_meter_faults(self))
        return self


def _meter_faults(meter: Meter) -> Iterator[str]:
    yield from _tier_faults([tier.up_to for tier in meter.tiers])
    if (meter.size_step_bytes is None) != (not meter.sized):
        yield "size_step_bytes and sized go together|give both or none"
    if not any(meter.counts.values()):
        yield "every weight of counts is 0, so that nothing is counted|give a weight above 0"
    if stray := [name for name in meter.sized if name not in meter.counts]:
        yield f"sized names {stray[0]}, which counts does not|name counted fields"
    if meter.sizing == "total" and set(meter.sized) != set(meter.counts):
        yield "the bytes of all can be added up only where all counted fields are sized|sized: all of counts"
    in_gib = set(meter.counts) & set(GIB_FIELDS)
    if (meter.unit is not None) != bool(in_gib):
        yield "a meter of stored_gib or egress_gib, and no other, says its unit|write unit: GB or unit: GiB"
    if in_gib and in_gib != set(meter.counts):
        yield "GiB are counted together with something else|give them a meter of their own"
    if meter.hours_per_unit is not None and not set(meter.counts) <= {"unit_hours", "compute_hours"}:
        yield "hours_per_unit is of hours only|count unit_hours or compute_hours"
    if meter.meter not in ("messages", *meter.counts):
        yield f"counts leaves out {meter.meter}, which the meter is of|count it, or name what is counted"
    if (meter.included or meter.included_with is not None) and not meter.tiers:
        yield "what is past the included has no price|give tiers, with amount: unknown where it is not known"
    if meter.credit_usd and not meter.tiers:
        yield "a credit needs a charge to be taken off|give the prices as tiers"
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
    if quota.past_it == "overage" and (not meter.tiers or meter.included):
        yield "overage needs tiers, and no included beside its quota|give the prices past it as tiers"
    if quota.past_it == "overage" and meter.included_with is not None:
        yield "overage and included_with both say what is without charge|keep one of the two"
    if quota.period != "month" and (levels := [name for name in LEVELS if name in meter.counts]):
        yield f"{levels[0]} does not add up over days, so that no day has a share of it|write period: month"
