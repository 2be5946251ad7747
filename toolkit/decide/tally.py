"""What is counted for a criterion, and the interval that it proves: by events, and by blocks of time."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Self

from toolkit.decide import blockbound, proofs, rates, sequence
from toolkit.metrics.blocks import Blocks


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Blocks of time that a conclusion asks for.

    Args:
        blocks: those that there are.
        least: the fewest that could do. None where no number does.
        of: the option that they are of. Empty where only one is spoken of.
        recorded_days: calendar days in which they were recorded. None: those of the whole evidence.
        goes_on: whether more of them are to come.
    """

    blocks: Blocks
    least: int | None
    of: str = ""
    recorded_days: int | None = None
    goes_on: bool = True

    @property
    def lacking(self) -> bool:
        """Whether there are fewer than it takes."""
        return self.least is not None and self.blocks.count < self.least


@dataclass(frozen=True, kw_only=True)
class ShareTally:
    """A share of events.

    Args:
        estimate: the share.
        n_effective: as many independent events would know it as well.
        blocks: the same share in blocks of time, or where no outage is allowed for in hours of single
            clients. None where nothing is known of these.
        high_is_good: whether an outage lowers it; else it raises it.
    """

    estimate: float
    n_effective: float
    blocks: Blocks | None
    high_is_good: bool = True

    def interval(self, *, alpha: float) -> tuple[float, float]:
        """The always-valid interval by events; at its good end blocks must prove as much."""
        n = self.n_effective
        low, high = sequence.bernoulli_interval(min(self.estimate * n, n), n, alpha=alpha)
        if self.blocks is None:
            return low, high
        end = proofs.proven_end(self.blocks, alpha=alpha, above=self.high_is_good)
        return (min(low, end), high) if self.high_is_good else (low, max(high, end))

    def rejects(self, threshold: float, *, alpha: float) -> bool:
        """Whether the interval leaves out a share, on blocks enough."""
        if not 0 < threshold < 1:
            return False
        n, above = self.n_effective, self.estimate > threshold
        by_events = bool(sequence.rejects(threshold, min(self.estimate * n, n), n, alpha=alpha))
        good = above == self.high_is_good
        return by_events and _in_blocks_too(self.blocks, threshold, alpha=alpha, above=above, good=good)

    def times(self, factor: float) -> Self:
        """So many times as much evidence of the same kind."""
        return replace(self, n_effective=self.n_effective * factor, blocks=_times(self.blocks, factor))

    def extreme(self, *, high: bool) -> Self:
        """As much evidence, all of it on one side."""
        return replace(self, estimate=float(high), blocks=_extreme(self.blocks, high))

    def asked(self, threshold: float, *, alpha: float, above: bool) -> Asked | None:
        """The blocks that could show the share above a threshold (else: below it)."""
        return _asked(self.blocks, threshold, alpha=alpha, above=above, good=above == self.high_is_good)


@dataclass(frozen=True, kw_only=True)
class DurationTally:
    """The mean time until something happens, in seconds.

    Args:
        n_effective: how often it happened, in effective events.
        exposure_s: the time in which these came, effective likewise: the two keep the ratio of the raw ones.
        flap_s: an outage makes it happen at most once in so many seconds.
        blocks: the share of the time that does not lie within ``flap_s`` before an event, in blocks of time,
            or where no outage is allowed for in hours of single clients. None where these are not known.
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
        """The always-valid interval in seconds by events; at its lower end blocks must prove as much."""
        low_rate, high_rate = rates.rate_interval(self.n_effective, self.exposure_s, alpha=alpha)
        low, high = 1 / high_rate, 1 / low_rate if low_rate else inf
        if self.blocks is None:
            return low, high
        end = proofs.proven_end(self.blocks, alpha=alpha, above=True)
        # Blocks that prove nothing do not even prove that it is longer than in an outage.
        return min(low, self.flap_s / (1 - end) if end > 0 else 0.0), high

    def rejects(self, threshold: float, *, alpha: float) -> bool:
        """Whether the interval leaves out a duration, on blocks enough."""
        if not threshold > 0:
            return False
        by_events = rates.rejects(1 / threshold, self.n_effective, self.exposure_s, alpha=alpha)
        m, above = 1 - self.flap_s / threshold, self.estimate > threshold
        return by_events and _in_blocks_too(self.blocks, m, alpha=alpha, above=above, good=above)

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

    def asked(self, threshold: float, *, alpha: float, above: bool) -> Asked | None:
        """The blocks that could show the mean above a threshold (else: below it)."""
        if not threshold > 0:
            return None if self.blocks is None else Asked(blocks=self.blocks, least=None)
        return _asked(self.blocks, 1 - self.flap_s / threshold, alpha=alpha, above=above, good=above)


def _in_blocks_too(blocks: Blocks | None, m: float, *, alpha: float, above: bool, good: bool) -> bool:
    """Whether blocks prove what is good, or are enough for events to prove what is bad."""
    if blocks is None:
        return True
    if not good:
        return blocks.of_clients or blocks.count >= blockbound.LEAST_TO_STOP
    return proofs.proves(blocks, m, alpha=alpha, above=above)


def _asked(blocks: Blocks | None, m: float, *, alpha: float, above: bool, good: bool) -> Asked | None:
    if blocks is None:
        return None
    least = blockbound.least_blocks(m, alpha=alpha, above=above) if good else blockbound.LEAST_TO_STOP
    return Asked(blocks=blocks, least=least if good or not blocks.of_clients else None)


def _times(blocks: Blocks | None, factor: float) -> Blocks | None:
    return blocks and replace(blocks, count=blocks.count * factor)


def _extreme(blocks: Blocks | None, high: bool) -> Blocks | None:
    return blocks and replace(blocks, mean=float(high), sd=0.0)
