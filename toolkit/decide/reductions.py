"""Always-valid interval for the relative reduction of a rate of events against a baseline.

The reduction is 1 - r1 / r0, with the rate of the option over that of the baseline: in epidemiology 1 less
the incidence rate ratio, or the relative rate reduction (Rothman, Greenland and Lash, "Modern Epidemiology",
3rd ed. 2008, chapter 4). Each side has its own confidence sequence, by the gamma-Poisson mixture of
:mod:`toolkit.decide.rates`, at half the error; by the union bound both hold at once, on all looks ever, with
the whole of it, and so does what their ends say of the ratio.

Given the sum of both counts, those of one side are binomial (Przyborowski and Wilenski, Biometrika 31, 1940),
which makes a narrower interval at one look. As a sequence that is not valid here: it takes the events to come
in an order that tells nothing of whose they are, while a baseline is mostly recorded before the option. The
union bound asks nothing of when each side was watched, nor of how the two depend, which they do where one
script struck both, and anybody can take its ends from the two intervals. The price is evidence: with 80 %
power it decides on 2.6 to 3.2 times the events of one look at a fixed time around a reduction of 90 %, where
the option has few events and nearly all of the width is its own, and on up to 3.8 times where both have as
many.

An outage to come can only raise a rate. So the rate of a side has to be bounded from above in blocks of time
too, and its events bound it from below once there are :data:`~toolkit.decide.blockbound.LEAST_TO_STOP`
blocks: what speaks for the option is proven by its own blocks, what speaks against it by the baseline's.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from math import inf, nan
from typing import Self

from toolkit.decide import blockbound, rates
from toolkit.decide.tally import Asked, DurationTally, ShareTally
from toolkit.metrics.blocks import Blocks

SIDES = 2
"""Each may be wrong in so much of the error."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """What was counted of one side.

    Args:
        option: its id.
        ends: raw events.
        connected_s: the time in which they came, raw, above 0.
        tally: the same in effective events and seconds, and in blocks of time.
        recorded_days: calendar days from its first to its newest evidence.
        goes_on: whether more of it is to come.
    """

    option: str
    ends: int
    connected_s: float
    tally: DurationTally
    recorded_days: int
    goes_on: bool = True

    def longest(self, *, alpha: float) -> float:
        """The upper end of its mean time between events, in seconds, by events. Infinite without any."""
        low_rate = rates.lowest_rate(self.tally.n_effective, self.tally.exposure_s, alpha=alpha)
        return 1 / low_rate if low_rate else inf

    def asked(self, least: int | None) -> Asked | None:
        """Its blocks, of which there must be so many."""
        if self.tally.blocks is None:
            return None
        return Asked(
            blocks=self.tally.blocks, least=least, of=self.option,
            recorded_days=self.recorded_days, goes_on=self.goes_on,
        )  # fmt: skip

    def times(self, factor: float) -> "Side":
        """So many times as much of it, where it goes on."""
        return replace(self, tally=self.tally.times(factor)) if self.goes_on else self


@dataclass(frozen=True, kw_only=True)
class ReductionTally:
    """The reduction of a rate from a baseline to an option."""

    option: Side
    baseline: Side

    @property
    def n_effective(self) -> float:
        """Effective events of both sides."""
        return self.option.tally.n_effective + self.baseline.tally.n_effective

    @property
    def blocks(self) -> Blocks | None:
        """Those of the option."""
        return self.option.tally.blocks

    @cached_property
    def estimate(self) -> float:
        """Minus infinity where the baseline had no event, not a number where neither had any."""
        if not self.baseline.tally.n_effective:
            return -inf if self.option.tally.n_effective else nan
        return 1 - self.baseline.tally.estimate / self.option.tally.estimate

    def interval(self, *, alpha: float) -> tuple[float, float]:
        """The always-valid interval, from minus infinity to 1 where nothing bounds it."""
        shortest, longest = self.option.tally.interval(alpha=alpha / SIDES)
        before_shortest, before_longest = self.baseline.tally.interval(alpha=alpha / SIDES)
        low = 1 - before_longest / shortest if shortest > 0 and before_longest < inf else -inf
        return low, 1 - before_shortest / longest

    def rejects(self, threshold: float, *, alpha: float) -> bool:
        """Whether the interval leaves out a reduction, on blocks enough."""
        above = self.estimate > threshold
        other = (self.baseline if above else self.option).asked(blockbound.LEAST_TO_STOP)
        if threshold >= 1 or (other is not None and other.lacking):
            return False
        side, needed = self._to_prove(threshold, alpha=alpha, above=above)
        longer = side.tally.estimate > needed
        return longer and side.tally.rejects(needed, alpha=alpha / SIDES)

    def times(self, factor: float) -> Self:
        """So many times as much evidence of each side that goes on."""
        return replace(self, option=self.option.times(factor), baseline=self.baseline.times(factor))

    def extreme(self, *, high: bool) -> Self:
        """The same baseline, and an option that never disconnects, or always does."""
        tally = self.option.tally.extreme(high=high)
        return replace(self, option=replace(self.option, tally=tally))

    def asked(self, threshold: float, *, alpha: float, above: bool) -> Asked | None:
        """The blocks that could show the reduction above a threshold (else: below it).

        Those of the side that lacks some; where neither does, those of the side that has to prove it.
        """
        proving, needed = self._to_prove(threshold, alpha=alpha, above=above)
        flap_s = proving.tally.flap_s
        least = None
        if flap_s < needed < inf:
            least = blockbound.least_blocks(1 - flap_s / needed, alpha=alpha / SIDES, above=True)
        first = proving.asked(least)
        other = (self.baseline if above else self.option).asked(blockbound.LEAST_TO_STOP)
        return other if other is not None and other.lacking and not (first and first.lacking) else first

    def _to_prove(self, threshold: float, *, alpha: float, above: bool) -> tuple[Side, float]:
        """Which side has to be shown to last longer than how many seconds between two events."""
        if above:
            side, longest = self.option, self.baseline.longest(alpha=alpha / SIDES)
            needed = longest / (1 - threshold) if threshold < 1 else inf
        else:
            side, longest = self.baseline, self.option.longest(alpha=alpha / SIDES)
            needed = longest * (1 - threshold)
        if side.tally.blocks is None:
            return side, needed
        # Blocks prove nothing shorter than an outage leaves between two events.
        return side, max(needed, side.tally.flap_s / (1 - blockbound.EDGE))


Tally = ShareTally | DurationTally | ReductionTally
