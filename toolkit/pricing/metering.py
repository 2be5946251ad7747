"""From usage to metered and billed quantities, exactly."""

from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from toolkit.pricing.tariff import Meter, Plan, Rounding
from toolkit.pricing.usage import Usage

# Every function here runs inside a context that raises where a number would be rounded.


@dataclass(frozen=True)
class Metered:
    """What one meter counted, in its own units.

    Args:
        counted: all units.
        included: units without charge.
        billed: units charged, rounded as the meter says.
    """

    counted: Decimal
    included: Decimal
    billed: Decimal


def size_units(message_bytes: int, step_bytes: int) -> int:
    """How often a message counts: once for every step begun.

    >>> size_units(50 * 1024, 5 * 1024), size_units(16 * 1024, 5 * 1024), size_units(0, 5 * 1024)
    (10, 4, 1)
    """
    return max(1, -(-message_bytes // step_bytes))


def counted(meter: Meter, usage: Usage) -> Decimal:
    """The units that a meter counts: the weighted sum of its usage fields, sized ones in size steps."""
    units = 1 if meter.size_step_bytes is None else size_units(usage.message_bytes, meter.size_step_bytes)
    return sum(
        (weight * field_of(usage, name) * (units if name in meter.sized else 1)
         for name, weight in meter.counts.items()),
        Decimal(0),
    )  # fmt: skip


def field_of(usage: Usage, name: str) -> int:
    """A usage field by name; no daily peak reads as 0, which the even share then exceeds."""
    return cast("int | None", getattr(usage, name)) or 0


def round_up(quantity: Decimal, rounding: Rounding | None) -> Decimal:
    """The quantity in whole multiples of the rounding unit; as it is where there is none.

    >>> round_up(Decimal(1_000_001), Rounding(to=1_000_000))
    Decimal('2000000')
    """
    if rounding is None:
        return quantity
    whole, rest = divmod(quantity, Decimal(rounding.to))
    return (whole + (rest > 0)) * rounding.to


def metered(plan: Plan, usage: Usage) -> dict[str, Metered]:
    """What every meter of a plan counts and charges, by meter name."""
    done: dict[str, Metered] = {}
    # A meter that gives units to another has to be measured first.
    for meter in sorted(plan.meters, key=lambda meter: meter.included_with is not None):
        units = counted(meter, usage)
        included = meter.included
        if meter.included_with is not None:
            included += meter.included_with.per_unit * done[meter.included_with.meter].billed
        if meter.quota is not None and meter.quota.past_it == "overage":
            included += meter.quota.amount
        billed = round_up(max(units - included, Decimal(0)), meter.rounding) if meter.tiers else Decimal(0)
        done[meter.meter] = Metered(units, included, billed)
    return done


def busiest_day(units: Decimal, usage: Usage) -> Decimal:
    """Units of the busiest day: what usage says, but at least the even share of the month, rounded up."""
    share, rest = divmod(units, Decimal(usage.days))
    return max(share + (rest > 0), Decimal(usage.peak_day_messages or 0))
