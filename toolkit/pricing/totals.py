"""The vectorised path: what every plan charges for many usages at once, in float64.

It follows the tariff on its own, apart from the exact path, so that each can be held against the other.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from toolkit.pricing.book import PriceBook
from toolkit.pricing.tariff import Meter, Plan, Tier
from toolkit.pricing.usage import Usage
from toolkit.project import near

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

NO_PLAN = -1
SAME_USD = 6
"""Totals that agree to so many decimals are one price; the earlier plan of the book then wins."""


def plan_totals(book: PriceBook, usage: Mapping[str, Floats], *, as_of: date) -> dict[str, Floats]:
    """US dollars a month of every plan: nan where a price is unknown, inf where the usage is past the plan.

    Args:
        book: the vendor's prices.
        usage: whole numbers by usage field, of one shape or broadcastable to it; a field that is absent is 0,
            ``days`` 30 and ``peak_day_messages`` the even share.
        as_of: the UTC day of the question.

    Raises:
        ValueError: a name is not a usage field, or a quantity is negative or nan.
    """
    arrays = {name: _quantities(name, values) for name, values in usage.items()}
    shape = np.broadcast_shapes(*(values.shape for values in arrays.values()))
    return {plan.id: np.broadcast_to(_plan_total(plan, arrays, as_of), shape) for plan in book.plans}


def cheapest(book: PriceBook, usage: Mapping[str, Floats], *, as_of: date) -> tuple[Floats, Integers]:
    """The cheapest total of the plans that need not be named, and its plan's index in ``book.plans``.

    Where all plans that carry a usage have unknown prices, the total is nan and the index the first of them;
    where none carries it, the total is inf and the index -1. Arguments and errors are those of
    :func:`plan_totals`.
    """
    totals = plan_totals(book, usage, as_of=as_of)
    offered = [index for index, plan in enumerate(book.plans) if plan.chosen_unnamed(as_of=as_of)]
    shape = next(iter(totals.values())).shape
    if not offered:
        return np.full(shape, np.inf), np.full(shape, NO_PLAN, dtype=np.intp)
    stack = np.stack([totals[book.plans[index].id] for index in offered])
    # An unknown price is worse than any known one, and better than a plan that does not carry the usage.
    ranked = np.where(np.isnan(stack), np.finfo(np.float64).max, np.round(stack, SAME_USD))
    best = np.argmin(ranked, axis=0)
    total = np.take_along_axis(stack, best[np.newaxis], axis=0)[0]
    return total, np.where(np.isposinf(total), NO_PLAN, np.asarray(offered, dtype=np.intp)[best])


def _quantities(name: str, values: Floats) -> Floats:
    if name not in Usage.model_fields:
        raise ValueError(f"{name!r} is not a usage field; {near(name, list(Usage.model_fields))}")
    numbers = np.asarray(values, dtype=np.float64)
    if not np.all(numbers >= 0):
        raise ValueError(f"{name} holds a quantity that is negative or nan; write 0 or more")
    return numbers


def _plan_total(plan: Plan, usage: Mapping[str, Floats], as_of: date) -> Floats:
    fee = plan.base_fee.amount if plan.priced(plan.base_fee, as_of=as_of) else None
    total = np.asarray(np.nan if fee is None else float(fee))
    carried = np.asarray(True)
    billed: dict[str, Floats] = {}
    for meter in sorted(plan.meters, key=lambda meter: meter.included_with is not None):
        units = _counted(meter, usage)
        billed[meter.meter] = _billed(meter, units, billed)
        charge = _charge(meter.tiers, billed[meter.meter])
        total = total + (charge if plan.priced(meter, as_of=as_of) else np.where(units > 0, np.nan, 0.0))
        carried = carried & _within_quota(meter, units, usage)
    for name, limit in plan.limits.items():
        carried = carried & (_field(usage, name) <= float(limit))
    return np.where(carried, total, np.inf)


def _field(usage: Mapping[str, Floats], name: str) -> Floats:
    return usage.get(name, np.asarray(0.0))


def _counted(meter: Meter, usage: Mapping[str, Floats]) -> Floats:
    steps = np.asarray(1.0)
    if meter.size_step_bytes is not None:
        steps = np.maximum(np.ceil(_field(usage, "message_bytes") / meter.size_step_bytes), 1.0)
    total = np.asarray(0.0)
    for name, weight in meter.counts.items():
        total = total + float(weight) * _field(usage, name) * (steps if name in meter.sized else 1.0)
    return total if all(weight == int(weight) for weight in meter.counts.values()) else _without_dust(total)


def _without_dust(values: Floats) -> Floats:
    """Fractional weights leave binary dust, which rounding up would turn into whole units."""
    nearest = np.rint(values)
    return np.where(np.isclose(values, nearest, rtol=1e-15, atol=1e-9), nearest, values)


def _round_up(values: Floats, step: Floats | float) -> Floats:
    """Whole multiples of a step; by the remainder, which float64 has exactly where a quotient is rounded."""
    rest = np.mod(values, step)
    return values - rest + np.where(rest > 0, step, 0.0)


def _billed(meter: Meter, units: Floats, billed: Mapping[str, Floats]) -> Floats:
    if not meter.tiers:
        return np.zeros_like(units)
    included = np.asarray(float(meter.included))
    if meter.included_with is not None:
        included = included + float(meter.included_with.per_unit) * billed[meter.included_with.meter]
    if meter.quota is not None and meter.quota.past_it == "overage":
        included = included + meter.quota.amount
    beyond = np.maximum(units - included, 0.0)
    if meter.rounding is None:
        return np.asarray(beyond)
    return _round_up(beyond, float(meter.rounding.to))


def _charge(tiers: list[Tier], billed: Floats) -> Floats:
    """Graduated tiers: each prices the units between its ends; unknown only where units fall into it."""
    total, start = np.zeros_like(billed), 0.0
    for tier in tiers:
        end = np.inf if tier.up_to is None else float(tier.up_to)
        inside = np.clip(billed, start, end) - start
        each = tier.unit_price_per.each
        total = total + (np.where(inside > 0, np.nan, 0.0) if each is None else inside * float(each))
        start = end
    return total


def _within_quota(meter: Meter, units: Floats, usage: Mapping[str, Floats]) -> NDArray[np.bool_]:
    quota = meter.quota
    if quota is None or quota.past_it == "overage":
        return np.asarray(True)
    if quota.period == "month":
        return np.asarray(units <= quota.amount)
    # The even share, rounded up, is within a whole quota just where the month is within that many days of it.
    within_share = units <= quota.amount * usage.get("days", np.asarray(30.0))
    return np.asarray(within_share & (_field(usage, "peak_day_messages") <= quota.amount))
