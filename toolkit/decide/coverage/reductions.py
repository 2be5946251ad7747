"""The vectorised twin of a criterion on the reduction of a rate, and the worlds that it is tried in."""

from dataclasses import dataclass, replace

import numpy as np

from toolkit.decide import blockbound, rates
from toolkit.decide.coverage.looks import Bools, Sides, block_looks, good_time, in_blocks, worth_of_ends
from toolkit.decide.coverage.worlds import Floats, World, ends
from toolkit.decide.mixtures import gamma_poisson
from toolkit.decide.reductions import SIDES

BASELINE_MEAN_S = 300.0
"""The mean duration of the simulated baseline: what the brief raises an alarm at."""

BISECTIONS = 36

Counted = tuple[Floats, Floats]
"""Ends and connected seconds of each hour, one row a world."""


def both_sides(
    option: World, rng: np.random.Generator, *, worlds: int, flap_s: float
) -> tuple[Counted, Counted]:
    """What an option and its baseline show in as much connected time, each with outages of its own.

    Args:
        option: its world; that of the baseline differs in how often connections end.
    """
    bad = flap_s / BASELINE_MEAN_S
    baseline = replace(option, bad=bad, events_a_day=option.events_a_day * bad / option.bad)
    first = ends(option, rng, worlds=worlds, flap_s=flap_s)
    return first, ends(baseline, rng, worlds=worlds, flap_s=flap_s)


@dataclass(frozen=True)
class _Side:
    """Effective ends and seconds up to each look, and the blocks behind them.

    Args:
        blocks: count, mean and standard deviation. None where no outage is allowed for.
    """

    found: Floats
    time_s: Floats
    blocks: tuple[Floats, Floats, Floats] | None

    def longest(self, *, alpha: float) -> Floats:
        """The upper end of the mean time between ends, by events."""
        low, high = np.zeros_like(self.found), self.found.copy()
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            wealth = gamma_poisson(self.found - middle, middle, rho=rates.RHO, more=True)
            left_out = wealth >= np.log(2 / alpha)
            low, high = np.where(left_out, middle, low), np.where(left_out, high, middle)
        with np.errstate(divide="ignore"):
            return np.asarray(self.time_s / low)

    def lasts(self, needed_s: Floats, *, alpha: float, flap_s: float) -> Bools:
        """Whether more than so many seconds between two ends are proven."""
        if self.blocks is not None:
            needed_s = np.maximum(needed_s, flap_s / (1 - blockbound.EDGE))
        expected = self.time_s / needed_s
        wealth = gamma_poisson(self.found - expected, expected, rho=rates.RHO, more=False)
        proven = (wealth >= np.log(2 / alpha)) & (self.found < expected)
        if self.blocks is None:
            return np.asarray(proven)
        # Where nothing bounds the other side all of the time would have to be good, which none proves.
        m = np.minimum(1 - flap_s / needed_s, 1 - 1e-12)
        return np.asarray(proven & blockbound.proves(m, *self.blocks, alpha=alpha, above=True))

    @property
    def enough(self) -> Bools | bool:
        """Whether it has blocks enough for its events to bound it from below."""
        return True if self.blocks is None else self.blocks[0] >= blockbound.LEAST_TO_STOP


def reduction_sides(
    option: Counted,
    baseline: Counted,
    threshold: float,
    *,
    alpha: float,
    flap_s: float,
    block_hours: int | None,
) -> Sides:
    """What the gates say of the reduction from the baseline to the option.

    Args:
        threshold: below 1.
        block_hours: None where no outage is allowed for.
    """
    length = block_hours or 1
    counted = [worth_of_ends(*side, length) for side in (option, baseline)]
    worth = np.minimum(counted[0][2], counted[1][2])
    new, old = (
        _Side(n * worth, time_s * worth, None if block_hours is None else _blocks(side, flap_s, length))
        for (n, time_s, _), side in zip(counted, (option, baseline), strict=True)
    )
    half = alpha / SIDES
    above = new.lasts(old.longest(alpha=half) / (1 - threshold), alpha=half, flap_s=flap_s)
    below = old.lasts(new.longest(alpha=half) * (1 - threshold), alpha=half, flap_s=flap_s)
    return Sides(above & old.enough, below & new.enough)


def _blocks(side: Counted, flap_s: float, length: int) -> tuple[Floats, Floats, Floats]:
    good = good_time(*side, flap_s=flap_s, block_hours=length)
    return block_looks(good, in_blocks(side[1], length), length)
