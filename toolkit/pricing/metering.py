"""From usage to metered and billed quantities, exactly."""

from decimal import Decimal
from typing import NamedTuple, cast

from toolkit.pricing.amounts import quotient
from toolkit.pricing.offers import Part
from toolkit.pricing.plan import HOURS_A_DAY, Units
from toolkit.pricing.tariff import Quota, Rounding
from toolkit.pricing.usage import Usage

# Every function here runs inside a context that raises where a number would be rounded.

ZERO = Decimal(0)


class Metered(NamedTuple):
    """What one meter counted, in its own units.

    Args:
        counted: all units.
        included: units without charge.
        billed: units past them, rounded as the meter says; charged where it has prices, and what brings
            units to another meter.
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


def counted(part: Part, usage: Usage) -> Decimal:
    """The units that a meter counts: the weighted sum of its usage fields, sized ones in size steps."""
    meter, step = part.meter, part.meter.size_step_bytes
    steps = 1 if step is None or meter.sizing == "total" else size_units(usage.message_bytes, step)
    total = ZERO
    for name, weight in part.weights:
        value = held_hours(part.units, usage) if name == "unit_hours" else field_of(usage, name)
        if value:
            total += weight * value * (steps if steps > 1 and name in meter.sized else 1)
    if step is not None and meter.sizing == "total" and usage.message_bytes:
        total = steps_begun(total * usage.message_bytes, step)
    return quotient(total, Decimal(meter.hours_per_unit)) if meter.hours_per_unit else total


def field_of(usage: Usage, name: str) -> int:
    """A usage field by name; no daily peak reads as 0, which the even share then exceeds."""
    return cast("int | None", getattr(usage, name)) or 0


def held_hours(units: Units | None, usage: Usage) -> int:
    """Unit-hours of the month: what usage states, else of the smallest size that carries the peak all month.

    A peak beyond the largest size takes that one; the plan does not carry it then.
    """
    if usage.unit_hours or units is None:
        return usage.unit_hours
    needed = -(-usage.peak_connections // units.connections)
    size = next((size for size in units.sizes if size >= needed), units.sizes[-1])
    return size * HOURS_A_DAY * usage.days


def round_up(quantity: Decimal, rounding: Rounding | None) -> Decimal:
    """The quantity in whole multiples of the rounding unit; as it is where there is none.

    >>> round_up(Decimal(1_000_001), Rounding(to=1_000_000))
    Decimal('2000000')
    """
    return quantity if rounding is None else steps_begun(quantity, rounding.to) * rounding.to


def steps_begun(quantity: Decimal, step: int | Decimal) -> Decimal:
    """How many steps a quantity needs, the last one begun.

    >>> steps_begun(Decimal(60), 30), steps_begun(Decimal("60.5"), 30)
    (Decimal('2'), Decimal('3'))
    """
    whole, rest = divmod(quantity, Decimal(step))
    return whole + (rest > 0)


def metered(part: Part, usage: Usage, units: Decimal, giver: Metered | None) -> Metered:
    """What a meter counts and charges.

    Args:
        part: the meter on its day.
        usage: the month.
        units: what it counted.
        giver: what the meter that brings units to this one metered. None where there is none.
    """
    meter = part.meter
    included = meter.included
    if meter.included_with is not None and giver is not None:
        included += meter.included_with.per_unit * giver.billed
    if meter.quota is not None and meter.quota.past_it == "overage":
        included = units - overage(part, meter.quota, units, usage)
    if units <= included:
        return Metered(units, included, ZERO)
    return Metered(units, included, round_up(units - included, meter.rounding))


def overage(part: Part, quota: Quota, units: Decimal, usage: Usage) -> Decimal:
    """Units past a quota: of the month, or of the busiest day and of the other days, which are alike."""
    if quota.period == "month":
        return max(units - quota.amount, ZERO)
    a_day, busiest = allowance(part, quota, usage), min(busiest_day(part, units, usage), units)
    others = units - busiest - (usage.days - 1) * a_day
    return max(busiest - a_day, ZERO) + max(others, ZERO)


def allowance(part: Part, quota: Quota, usage: Usage) -> int:
    """Units that a period's quota carries; a unit-day's is that of the units held on the average day."""
    if quota.period != "unit_day":
        return quota.amount
    return quota.amount * held_hours(part.units, usage) // (HOURS_A_DAY * usage.days)


def busiest_day(part: Part, units: Decimal, usage: Usage) -> Decimal:
    """A meter's units on the busiest day: the average day's times the factor, rounded up, or the stated peak.

    A stated peak is of messages, so that other meters go by the factor alone.
    """
    by_factor = _times_factor(units, usage)
    if usage.peak_day_messages is None or not part.of_messages:
        return by_factor
    return max(by_factor, Decimal(usage.peak_day_messages))


def busiest_day_messages(usage: Usage, units: Decimal = ZERO) -> int:
    """Messages in and out on the busiest day, at least.

    Args:
        usage: the month, whose stated peak is in the units that the vendor counts.
        units: what the vendor counts of its messages. Of 0, a stated peak is taken to be of messages.
    """
    messages = Decimal(usage.messages_published + usage.messages_delivered)
    stated = Decimal(usage.peak_day_messages or 0)
    peak = steps_begun(messages * stated, units) if units else stated
    return int(max(_times_factor(messages, usage), peak))


def busiest_day_openings(usage: Usage) -> int:
    """Connections opened on the busiest day, at least."""
    return int(_times_factor(Decimal(usage.connections_opened), usage))


def _times_factor(count: Decimal, usage: Usage) -> Decimal:
    """The average day's count times the factor of the busiest one, rounded up."""
    return steps_begun(count * usage.busiest_day_factor, usage.days)
