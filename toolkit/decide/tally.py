"""What is counted for a criterion, and the interval that it proves: by events, and by blocks of time."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Self

from toolkit.decide import blockbound, rates, sequence
from toolkit.metrics.blocks import Blocks


@dataclass(frozen=True, kw_only=True)
class ShareTally:
    """A share of events.

    Args:
        estimate: the share.
        n_effective: as many independent events would know it as well.
        blocks: the same share in blocks of time. None where no outage is allowed for.
    """

    estimate: float
    n_effective: float
    blocks: Blocks | None

    def interval(self, *, alpha: float) -> tuple[float, float]:
        """The always-valid interval: the wider, at each end, of the one by events and the one by blocks."""
        n = self.n_effective
        low, high = sequence.bernoulli_interval(min(self.estimate * n, n), n, alpha=alpha)
        if self.blocks is None:
            return low, high
        by_blocks = blockbound.block_interval(self.blocks, alpha=alpha)
        return min(low, by_blocks[0]), max(high, by_blocks[1])

    def rejects(self, threshold: float, *, alpha: float) -> bool:
        """Whether both intervals leave out a share on the same side of it."""
        if not 0 < threshold < 1:
            return False
        n, blocks = self.n_effective, self.blocks
        by_events = bool(sequence.rejects(threshold, min(self.estimate * n, n), n, alpha=alpha))
        if blocks is None or not by_events:
            return by_events
        alike = (self.estimate > threshold) == (blocks.mean > threshold)
        return alike and bool(
            blockbound.rejects(threshold, blocks.count, blocks.mean, blocks.sd, alpha=alpha)
        )

    def times(self, factor: float) -> Self:
        """So many times as much evidence of the same kind."""
        return replace(self, n_effective=self.n_effective * factor, blocks=_times(self.blocks, factor))

    def extreme(self, *, high: bool) -> Self:
        """As much evidence, all of it on one side."""
        return replace(self, estimate=float(high), blocks=_extreme(self.blocks, high))

    def least_blocks(self, threshold: float, *, alpha: float, above: bool) -> int | None:
        """The fewest blocks that could show the share above a threshold (else: below it)."""
        if self.blocks is None:
            return None
        return blockbound.least_blocks(threshold, alpha=alpha, above=above)


@dataclass(frozen=True, kw_only=True)
class DurationTally:
    """The mean time until something happens, in seconds.

    Args:
        n_effective: how often it happened, in effective events.
        exposure_s: the time in which these came, effective likewise: the two keep the ratio of the raw ones.
        flap_s: an outage makes it happen at most once in so many seconds.
        blocks: the share of the time in blocks that does not lie within ``flap_s`` before an event. None
            where no outage is allowed for.
    """

    n_effective: float
    exposure_s: float
    flap_s: float
    blocks: Blocks | None

    @cached_property
    def estimate(self) -> float:
        """Infinite where it never happened."""
        return self.exposure_s / self.n_effective if self.n_effective else inf

    def interval(self, *, alpha: float) -> tuple[float, float]:
        """The always-valid interval in seconds: the wider, at each end, of that by events and by blocks."""
        low_rate, high_rate = rates.rate_interval(self.n_effective, self.exposure_s, alpha=alpha)
        low, high = 1 / high_rate, 1 / low_rate if low_rate else inf
        if self.blocks is None:
            return low, high
        least, most = blockbound.block_interval(self.blocks, alpha=alpha)
        # A mean at the edge of what an outage does says nothing of longer or shorter ones.
        low = min(low, self.flap_s / (1 - least) if least > 0 else 0.0)
        return low, max(high, self.flap_s / (1 - most) if most < 1 else inf)

    def rejects(self, threshold: float, *, alpha: float) -> bool:
        """Whether both intervals leave out a duration on the same side of it."""
        if not threshold > 0:
            return False
        by_events = rates.rejects(1 / threshold, self.n_effective, self.exposure_s, alpha=alpha)
        m, blocks = 1 - self.flap_s / threshold, self.blocks
        if blocks is None or not by_events:
            return by_events
        alike = (self.estimate > threshold) == (blocks.mean > m)
        return alike and bool(blockbound.rejects(m, blocks.count, blocks.mean, blocks.sd, alpha=alpha))

    def times(self, factor: float) -> Self:
        """So many times as much evidence of the same kind."""
        return replace(
            self,
            n_effective=self.n_effective * factor,
            exposure_s=self.exposure_s * factor,
            blocks=_times(self.blocks, factor),
        )

    def extreme(self, *, high: bool) -> Self:
        """In as much time no event at all, or one after another."""
        events = 0.0 if high else self.exposure_s / self.flap_s
        return replace(self, n_effective=events, blocks=_extreme(self.blocks, high))

    def least_blocks(self, threshold: float, *, alpha: float, above: bool) -> int | None:
        """The fewest blocks that could show the mean above a threshold (else: below it)."""
        if self.blocks is None or not threshold > 0:
            return None
        return blockbound.least_blocks(1 - self.flap_s / threshold, alpha=alpha, above=above)


Tally = ShareTally | DurationTally


def _times(blocks: Blocks | None, factor: float) -> Blocks | None:
    return blocks and replace(blocks, count=blocks.count * factor)


def _extreme(blocks: Blocks | None, high: bool) -> Blocks | None:
    return blocks and replace(blocks, mean=float(high), sd=0.0)
