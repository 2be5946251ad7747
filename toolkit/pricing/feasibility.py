"""Whether a plan carries a usage, and what stands in the way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from toolkit.pricing.document import plain
from toolkit.pricing.metering import Metered, busiest_day, field_of
from toolkit.pricing.tariff import Meter, Plan, Quota
from toolkit.pricing.usage import Usage

PAST_IT = {"blocked": "publishing is blocked past it", "upgrade": "the vendor asks for a larger plan past it"}


@dataclass(frozen=True)
class Violation:
    """One thing that a plan does not carry.

    Args:
        text: the quantity, the limit and the plan, in words.
        ratio: how far past the limit; above 1.
    """

    text: str
    ratio: float


def violations(plan: Plan, usage: Usage, quantities: Mapping[str, Metered]) -> list[Violation]:
    """Everything about a usage that a plan does not carry; empty where it is feasible.

    Args:
        plan: the plan.
        usage: the month.
        quantities: what the plan's meters counted of it, by meter name.
    """
    past_quota = (_past_quota(plan, meter, usage, quantities[meter.meter]) for meter in plan.meters)
    return [*_past_limits(plan, usage), *(found for found in past_quota if found is not None)]


def _past_limits(plan: Plan, usage: Usage) -> Iterator[Violation]:
    for name, limit in plan.limits.items():
        value = field_of(usage, name)
        if value > limit:
            text = f"{name} {value:,} > {grouped(limit)} of {plan.id}"
            yield Violation(text, _ratio(Decimal(value), limit))


def _past_quota(plan: Plan, meter: Meter, usage: Usage, quantity: Metered) -> Violation | None:
    quota = meter.quota
    if quota is None or quota.past_it == "overage":
        return None
    daily = quota.period == "day"
    used = busiest_day(quantity.counted, usage) if daily else quantity.counted
    if used <= quota.amount:
        return None
    when = " on the busiest day" if daily else ""
    text = f"{meter.meter} {grouped(used)}{when} > {_allowed(quota)} of {plan.id} ({PAST_IT[quota.past_it]})"
    return Violation(text, _ratio(used, Decimal(quota.amount)))


def _allowed(quota: Quota) -> str:
    return f"{quota.amount:,} a {quota.period}"


def grouped(number: Decimal) -> str:
    """The number with thousands separated.

    >>> grouped(Decimal("1500000")), grouped(Decimal("28.6"))
    ('1,500,000', '28.6')
    """
    whole, point, fraction = plain(number).partition(".")
    return f"{int(whole):,}{point}{fraction}"


def _ratio(used: Decimal, limit: Decimal) -> float:
    return float(used) / float(limit) if limit else float("inf")
