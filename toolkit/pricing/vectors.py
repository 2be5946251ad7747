"""The arithmetic of meters on float64 arrays: counting, rounding, tiers.

Whole numbers up to 2 ** 53 are exact in float64; what fractional weights leave is told apart from dust.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.pricing.tariff import Meter, Tier

Floats = NDArray[np.float64]

ZERO = np.asarray(0.0)


def counted(
    meter: Meter, weights: Sequence[tuple[str, float]], usage: Mapping[str, Floats], *, whole: bool
) -> Floats:
    """The units that a meter counts: the weighted sum of its usage fields, sized ones in size steps.

    Args:
        meter: the meter.
        weights: of each usage field.
        usage: by usage field; one that is absent is 0.
        whole: whether all weights are whole numbers, and nothing is divided.
    """
    message_bytes, step = usage.get("message_bytes", ZERO), meter.size_step_bytes
    each = step is not None and meter.sizing == "each" and bool(np.any(message_bytes > (step or 0)))
    sized, plain = ZERO, ZERO
    for name, weight in weights:
        values = usage.get(name)
        if values is None:
            continue
        values = values if weight == 1.0 else weight * values
        if each and name in meter.sized:
            sized = sized + values
        else:
            plain = plain + values
    total = plain
    if each:
        total = total + sized * np.maximum(np.ceil(message_bytes / (step or 1)), 1.0)
    if step is not None and meter.sizing == "total":
        total = _bytes_added_up(total, message_bytes, step, whole=whole)
    if meter.hours_per_unit is not None:
        total = total / meter.hours_per_unit
    return total if whole else without_dust(total)


def _bytes_added_up(messages: Floats, message_bytes: Floats, step: int, *, whole: bool) -> Floats:
    steps = messages * message_bytes / step
    return np.where(message_bytes > 0, np.ceil(steps if whole else without_dust(steps)), messages)


def without_dust(values: Floats) -> Floats:
    """The values, those next to a whole number made whole: dust must not round up to another unit.

    >>> without_dust(np.array([1.1 * 50, 55.5]))
    array([55. , 55.5])
    """
    nearest = np.rint(values)
    return np.where(np.abs(values - nearest) <= 1e-12 + 2e-15 * np.abs(nearest), nearest, values)


def round_up(values: Floats, step: float) -> Floats:
    """Whole multiples of a step.

    The quotient of whole numbers below 2 ** 53 is never rounded to a whole number that it is not, so that
    this is exact there.

    >>> round_up(np.array([1_000_001.0, 1_000_000.0]), 1e6)
    array([2000000., 1000000.])
    """
    return np.ceil(values / step) * step


def graduated(tiers: Sequence[Tier], billed: Floats) -> Floats:
    """Each tier prices the units between its ends; unknown only where units fall into it."""
    if len(tiers) == 1:
        return _stretch(tiers[0], billed)
    total, start = np.zeros_like(billed), 0.0
    for tier in tiers:
        end = np.inf if tier.up_to is None else float(tier.up_to)
        total = total + _stretch(tier, np.clip(billed, start, end) - start)
        start = end
    return total


def _stretch(tier: Tier, units: Floats) -> Floats:
    each = tier.unit_price_per.each
    return np.where(units > 0, np.nan, 0.0) if each is None else units * float(each)


def volume(tiers: Sequence[Tier], billed: Floats) -> Floats:
    """All units at the price of the last tier that they reach; nothing where none are billed."""
    ends = np.array([np.inf if tier.up_to is None else float(tier.up_to) for tier in tiers])
    prices = [tier.unit_price_per.each for tier in tiers]
    each = np.array([np.nan if price is None else float(price) for price in prices])
    return np.where(billed > 0, billed * each[np.searchsorted(ends, billed)], 0.0)
