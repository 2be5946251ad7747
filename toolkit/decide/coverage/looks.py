"""What the gates say of many worlds on every day: the vectorised twin of the judgement of one criterion.

It uses the same functions of wealth as the gates, and counts effective samples and blocks of time as the
rollups do; tests hold it to them number by number.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from toolkit.decide import blockbound, rates, sequence
from toolkit.decide.coverage.worlds import Floats
from toolkit.decide.mixtures import gamma_poisson
from toolkit.metrics.effective import FEWEST_BLOCKS, UNLUCKY

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sides:
    """On which side of the threshold the interval lies, one row a world, one column a day."""

    above: Bools
    below: Bools


def daily(values: Floats, *, by: int = 1) -> Floats:
    """Sums from the first day to the end of each, of values by blocks of ``by`` hours.

    Of a block that a day cuts only what the day has seen would count; so a day is a whole number of blocks
    here, or a block a whole number of days.
    """
    return np.asarray(in_blocks(values, max(1, 24 // by)).cumsum(axis=1), dtype=np.float64)


def in_blocks(values: Floats, length: int) -> Floats:
    """Values summed by blocks of so many; those after the last whole block are left out."""
    whole = values.shape[1] // length * length
    return np.asarray(
        np.einsum("wbl->wb", values[:, :whole].reshape(len(values), -1, length)), dtype=np.float64
    )


def spread(x: Floats, y: Floats, *, by: int) -> Floats:
    """The variance of the ratio of the sums of x and y by blocks, raised as for the rollups; nan for few."""
    count = daily((y > 0).astype(np.float64), by=by)
    sums = [daily(part, by=by) for part in (x, y, x * x, x * y, y * y)]
    total_x, total_y, xx, xy, yy = sums
    ratio = total_x / total_y
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (xx - 2 * ratio * xy + ratio**2 * yy) / total_y**2 * count / (count - 1)
        raised = variance * (count - 1) / (2 * special.gammaincinv((count - 1) / 2, UNLUCKY))
    return np.where(count >= FEWEST_BLOCKS, raised, np.nan)


def largest_spread(x: Floats, y: Floats, block_hours: int) -> Floats:
    """The larger of the variances by hours and by blocks on each look; nan where neither is known."""
    by_hour = spread(x, y, by=1)
    if block_hours == 1:
        return by_hour
    by_block = spread(in_blocks(x, block_hours), in_blocks(y, block_hours), by=block_hours)
    days = 1 if block_hours <= 24 else block_hours // 24
    return np.fmax(by_hour[:, days - 1 :: days][:, : by_block.shape[1]], by_block)


def share_sides(x: Floats, y: Floats, threshold: float, *, alpha: float, block_hours: int | None) -> Sides:
    """What the gates say of a share, from successes and events of each hour.

    Args:
        block_hours: None where no outage is allowed for.
    """
    length = block_hours or 1
    n, k = _looks(y, length), _looks(x, length)
    share = k / n
    variance = largest_spread(x, y, length)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.where((variance > 0) & (share < 1) & (share > 0), share * (1 - share) / variance, n)
    effective = np.minimum(n, worth)
    won = sequence.rejects(threshold, share * effective, effective, alpha=alpha)
    above, below = won & (share > threshold), won & (share < threshold)
    if block_hours is None:
        return Sides(above, below)
    return _by_blocks(above, below, in_blocks(x, length), in_blocks(y, length), threshold, alpha, length)


def duration_sides(
    ends: Floats,
    connected_s: Floats,
    threshold_s: float,
    *,
    alpha: float,
    flap_s: float,
    block_hours: int | None,
) -> Sides:
    """What the gates say of a mean duration, from ends and connected seconds of each hour."""
    length = block_hours or 1
    n, time, worth = worth_of_ends(ends, connected_s, length)
    expected, found = time * worth / threshold_s, n * worth
    wealth = [gamma_poisson(found - expected, expected, rho=rates.RHO, more=more) for more in (False, True)]
    proven = np.log(2 / alpha)
    above = (wealth[0] >= proven) & (found < expected)
    below = (wealth[1] >= proven) & (found > expected)
    if block_hours is None:
        return Sides(above, below)
    time_blocks = in_blocks(connected_s, length)
    good = good_time(ends, connected_s, flap_s=flap_s, block_hours=length)
    return _by_blocks(above, below, good, time_blocks, 1 - flap_s / threshold_s, alpha, length)


def worth_of_ends(ends: Floats, connected_s: Floats, block_hours: int) -> tuple[Floats, Floats, Floats]:
    """Ends and connected seconds up to each look, and what share of an independent end one is worth."""
    n, time = _looks(ends, block_hours), _looks(connected_s, block_hours)
    variance = largest_spread(ends, connected_s, block_hours)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.where((variance > 0) & (n > 0), n / time / time / variance, 1.0)
    return n, time, np.minimum(worth, 1.0)


def good_time(ends: Floats, connected_s: Floats, *, flap_s: float, block_hours: int) -> Floats:
    """The time of each block that does not lie within ``flap_s`` before an end."""
    time = in_blocks(connected_s, block_hours)
    return time - np.minimum(in_blocks(ends, block_hours) * flap_s, time)


def _looks(values: Floats, block_hours: int) -> Floats:
    """Sums to the end of each day, or of each block where that is longer."""
    if block_hours <= 24:
        return daily(values)
    return daily(in_blocks(values, block_hours), by=block_hours)


def _by_blocks(
    above: Bools, below: Bools, x: Floats, y: Floats, m: float, alpha: float, block_hours: int
) -> Sides:
    """What is good only where blocks prove it as well, and what is bad once there are blocks enough."""
    count, mean, sd = block_looks(x, y, block_hours)
    proven = blockbound.proves(m, count, mean, sd, alpha=alpha, above=True)
    return Sides(above & proven, below & (count >= blockbound.LEAST_TO_STOP))


def block_looks(x: Floats, y: Floats, block_hours: int) -> tuple[Floats, Floats, Floats]:
    """How many blocks there are up to each look, the mean of their shares, and the standard deviation."""
    shares = np.divide(x, y, out=np.zeros_like(x), where=y > 0)
    count = np.maximum(daily((y > 0).astype(np.float64), by=block_hours), 1)
    mean = daily(shares, by=block_hours) / count
    sd = np.sqrt(np.maximum(daily(shares * shares, by=block_hours) / count - mean**2, 0))
    return count, mean, sd
