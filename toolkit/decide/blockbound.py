"""What blocks of time prove of a mean share, whatever happens in each of them: outages included.

An outage that has not struck yet can only make things worse, so that blocks have to prove what is good; what
is bad shows in the events themselves, once there are blocks enough for one outage not to be all of it.

One bets, in each block, on the share being above (or below) a candidate ``m``. No block can show less than
nothing good, so that a bet loses at most its stake, and an outage that has not struck yet is paid for before
anything is concluded. With a step x = (share - m) / m, at least -1, the wealth of a bet of size b is at least
exp(b Σx + (ln(1 - b) + b) Σx²) (Fan, Grama and Liu, "Exponential inequalities for martingales with
applications", Electronic Journal of Probability 20, 2015, lemma 4.1; Howard et al. 2021, section 4.2); the
mixture over all sizes has a closed form in three numbers, the count of blocks, their mean and their spread.
It holds for blocks whose mean does not depend on the blocks before. Nothing is assumed of what happens
within one: so a block is as long as the longest outage allowed for.
"""

from functools import cache
from math import ceil, inf, log

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from toolkit.decide.mixtures import Floats, gamma_exponential
from toolkit.metrics.blocks import Blocks

RHO = 1.0
"""Of the mixture: every size of a bet, from nothing to everything, counts about alike."""

EDGE = 1e-4
"""The nearest that a candidate share comes to 0 and 1: beyond it, sums lose their last digits."""

LEAST_TO_STOP = 24
"""Blocks before events may prove what is bad: enough that one outage is not the whole of the evidence."""

FEW_BLOCKS = 1_000
"""Among so many a least number is looked for first."""

MOST_BLOCKS = 100_000
"""Hours of eleven years."""

CANDIDATES = 257
"""Among which an end is looked for before it is found exactly."""


def block_hours(outage_hours: float) -> int | None:
    """The length of a block that holds an outage: whole hours. None where no outage is allowed for.

    >>> block_hours(1), block_hours(6), block_hours(0.5), block_hours(0)
    (1, 6, 1, None)
    """
    return max(1, ceil(outage_hours)) if outage_hours > 0 else None


def log_wealth(m: ArrayLike, count: ArrayLike, mean: ArrayLike, sd: ArrayLike, *, above: bool) -> Floats:
    """The log wealth of bets that the mean share is above ``m`` (else: below it); broadcasts.

    Args:
        m: candidate shares, above 0 and below 1.
        count, mean, sd: of the blocks, their mean share and its standard deviation over ``count``.
    """
    m, count, mean, sd = (np.asarray(part, dtype=np.float64) for part in (m, count, mean, sd))
    gap, most = (mean - m, m) if above else (m - mean, 1 - m)
    s, v = count * gap / most, count * (sd**2 + gap**2) / most**2
    return np.where(gap > 0, gamma_exponential(np.maximum(s, 0), v, rho=RHO), -inf)


def proves(
    m: ArrayLike, count: ArrayLike, mean: ArrayLike, sd: ArrayLike, *, alpha: float, above: bool
) -> NDArray[np.bool_]:
    """Whether blocks prove that the mean share is above ``m`` (else: below it); broadcasts.

    Args:
        alpha: the error over all looks of an interval, of which this end may make half.
    """
    return np.asarray(log_wealth(m, count, mean, sd, above=above) >= log(2 / alpha))


@cache
def least_blocks(m: float, *, alpha: float, above: bool) -> int | None:
    """The fewest blocks that could prove a mean share above ``m`` (else: below it), each of them perfect.

    None where ``m`` is so near to the end that no number does.

    >>> least_blocks(0.95, alpha=0.05, above=True), least_blocks(0.95, alpha=0.05, above=False)
    (105, 16)
    """
    if not 0 < m < 1:
        return None
    start, stop = 1, FEW_BLOCKS
    while start < MOST_BLOCKS:
        counts = np.arange(start, min(stop, MOST_BLOCKS), dtype=np.float64)
        won = log_wealth(m, counts, 1.0 if above else 0.0, 0.0, above=above) >= log(2 / alpha)
        if won.any():
            return start + int(won.argmax())
        start, stop = stop, 4 * stop
    return None


def proven_end(blocks: Blocks, *, alpha: float, above: bool) -> float:
    """The share that blocks prove to be exceeded by the mean one (else: not reached by it).

    Whoever shows that the mean is above one candidate has shown that it is above all smaller ones, though
    bets of these sizes may gain less on those: so the end is the candidate nearest to the mean.

    Args:
        alpha: the error over all looks of an interval, of which this end may make half.

    >>> low = proven_end(Blocks(hours=1, count=240, mean=0.98, sd=0.02), alpha=0.05, above=True)
    >>> f"{low:.6f}"
    '0.958346'
    """
    proven = log(2 / alpha)
    far, near, trivial = (EDGE, blocks.mean, 0.0) if above else (1 - EDGE, blocks.mean, 1.0)

    def excess(m: ArrayLike) -> Floats:
        wealth = log_wealth(m, blocks.count, blocks.mean, blocks.sd, above=above)
        return np.maximum(wealth - proven, -proven)

    if near <= EDGE if above else near >= 1 - EDGE:
        return trivial
    candidates = np.linspace(far, near, CANDIDATES)
    won = np.flatnonzero(excess(candidates) >= 0)
    if not len(won):
        return trivial
    last = int(won[-1])
    return float(brentq(lambda m: float(excess(m)), candidates[last], candidates[last + 1], xtol=1e-13))
