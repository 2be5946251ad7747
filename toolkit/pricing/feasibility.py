"""Whether a plan carries a usage, and what stands in the way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from toolkit.pricing.amounts import plain
from toolkit.pricing.metering import (
    Metered,
    allowance,
    busiest_day,
    busiest_day_messages,
    busiest_day_openings,
    field_of,
    steps_begun,
)
from toolkit.pricing.offers import Offer, Part
from toolkit.pricing.plan import RATES, SECONDS_A_DAY, Units
from toolkit.pricing.tariff import Quota
from toolkit.pricing.usage import Usage

PAST_IT = {"blocked": "publishing is blocked past it", "upgrade": "the vendor asks for a larger plan past it"}

SPANS = {1: "a second", 3600: "an hour"}


@dataclass(frozen=True)
class Violation:
    """One thing that a plan does not carry.

    Args:
        used: what the usage needs.
        limit: what the plan carries.
        tell: the quantity, the limit and the plan, in words; made only where somebody reads them.
    """

    used: Decimal
    limit: Decimal
    tell: Callable[[], str]

    @property
    def ratio(self) -> float:
        """How far past the limit; above 1."""
        return float(self.used) / float(self.limit) if self.limit else float("inf")


Quantity = Callable[[Part], Metered]
"""What a part of the offer metered."""


def violations(offer: Offer, usage: Usage, metered: Quantity) -> Iterator[Violation]:
    """Everything about a usage that a plan does not carry; nothing where it is feasible.

    Args:
        offer: the plan on its day.
        usage: the month.
        metered: gives what a part of the offer metered.
    """
    plan = offer.plan
    for name, limit in plan.limits.items():
        value = field_of(usage, name)
        if value > limit:
            yield _past_limit(name, value, limit, plan.id)
    if plan.units is not None:
        yield from _past_largest_size(plan.units, usage, plan.id)
    if plan.rates is not None:
        units = sum((metered(part).counted for part in offer.parts if part.of_messages), Decimal(0))
        yield from _past_rates(offer, usage, units)
    for part in offer.parts_as_told:
        if part.meter.quota is not None and part.meter.quota.past_it != "overage":
            yield from _past_quota(offer, part, usage, metered(part).counted)


def _past_limit(name: str, value: int, limit: Decimal | int, plan_id: str) -> Violation:
    def tell() -> str:
        return f"{name} {value:,} > {grouped(Decimal(limit))} of {plan_id}"

    return Violation(Decimal(value), Decimal(limit), tell)


def _past_largest_size(units: Units, usage: Usage, plan_id: str) -> Iterator[Violation]:
    if usage.peak_connections > units.most_connections:
        yield _past_limit("peak_connections", usage.peak_connections, units.most_connections, plan_id)
    if usage.unit_hours > units.most_hours_a_day * usage.days:
        yield _past_limit("unit_hours", usage.unit_hours, units.most_hours_a_day * usage.days, plan_id)


def _past_rates(offer: Offer, usage: Usage, units: Decimal) -> Iterator[Violation]:
    """Rates that the busiest day passes even when its traffic is spread evenly over it."""
    for name, limit in offer.plan.rates or ():
        what, seconds = RATES[name]
        opened = what == "connections_opened"
        a_day = busiest_day_openings(usage) if opened else busiest_day_messages(usage, units)
        if limit is not None and a_day * seconds > limit * SECONDS_A_DAY:
            yield _past_rate(what, a_day * seconds, limit, SPANS[seconds], offer.plan.id)


def _past_rate(what: str, used: int, limit: int, span: str, plan_id: str) -> Violation:
    def tell() -> str:
        # In thousandths, rounded up, so that what passes the limit reads as past it.
        pace = Decimal(-(-used * 1000 // SECONDS_A_DAY)) / 1000
        return f"{what} {grouped(pace)} {span} all through the busiest day > {limit:,} of {plan_id}"

    return Violation(Decimal(used), Decimal(limit * SECONDS_A_DAY), tell)


def _past_quota(offer: Offer, part: Part, usage: Usage, units: Decimal) -> Iterator[Violation]:
    quota = part.meter.quota
    if quota is None:
        return
    limit = allowance(part, quota, usage)
    used = units if quota.period == "month" else busiest_day(part, units, usage)
    if used > limit:

        def tell() -> str:
            return _quota_text(offer, part, quota, usage, units, used, limit)

        yield Violation(used, Decimal(limit), tell)


def _quota_text(
    offer: Offer, part: Part, quota: Quota, usage: Usage, units: Decimal, used: Decimal, limit: int
) -> str:
    """How much passes the quota, and on which day: the busiest, or even the average one."""
    needed, period = grouped(used), "month"
    if quota.period != "month":
        period, even = "day", steps_begun(units, usage.days)
        needed += (
            " on the busiest day" if used > even or usage.days == 1 else f" on each of {usage.days} days"
        )
        if limit < even < used:
            needed += f", {grouped(even)} on the average one,"
    past = PAST_IT[quota.past_it]
    return f"{part.meter.meter} {needed} > {limit:,} a {period} of {offer.plan.id} ({past})"


def grouped(number: Decimal) -> str:
    """The number with thousands separated.

    >>> grouped(Decimal("1500000")), grouped(Decimal("28.6"))
    ('1,500,000', '28.6')
    """
    whole, point, fraction = plain(number).partition(".")
    return f"{int(whole):,}{point}{fraction}"
