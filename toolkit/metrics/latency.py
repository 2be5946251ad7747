"""Latency percentiles over the deliveries expected, from histograms, with distribution-free intervals."""

import math
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from toolkit.metrics.buckets import latency_high_ms, latency_low_ms, latency_ms
from toolkit.metrics.hourly import Rollups
from toolkit.metrics.intervals import quantile_ranks
from toolkit.metrics.reach import Deliveries, deliveries_of


@dataclass(frozen=True)
class Latencies:
    """The latencies of one option in one environment.

    Args:
        buckets: bucket numbers in rising order, of the deliveries in time.
        counts: how many deliveries each holds.
        expected: all deliveries, those that missed their deadline too.
        deadline_ms: the shortest deadline, beyond which a missed delivery cannot be told from a slow one.
        n_effective: as many independent deliveries would know the percentiles as well.
    """

    buckets: tuple[int, ...]
    counts: tuple[int, ...]
    expected: int
    deadline_ms: float
    n_effective: float

    def bucket_at(self, rank: int) -> int | None:
        """The bucket of the delivery at a 1-based rank; None where it may have missed its deadline."""
        reached = np.cumsum(self.counts) >= rank
        if not reached.any():
            return None
        bucket = self.buckets[int(reached.argmax())]
        all_in_time = sum(self.counts) == self.expected
        return bucket if all_in_time or latency_low_ms(bucket) < self.deadline_ms else None


@dataclass(frozen=True)
class Percentile:
    """A latency in ms with its interval; without an estimate it is beyond the deadline, which is ``low``."""

    estimate: float | None
    low: float | None
    high: float | None


def percentile(latencies: Latencies, percent: float) -> Percentile:
    """The latency within which ``percent`` of the expected deliveries came: their inverse distribution.

    An end of the interval is None where the sample cannot carry it: below 299 independent deliveries nothing
    distribution-free bounds the 99th percentile from above at 95 %.
    """
    n = latencies.expected
    middle = latencies.bucket_at(math.ceil(Fraction(str(percent)) * n / 100))
    low_rank, high_rank = _ranks(latencies, percent)
    high = latencies.bucket_at(high_rank) if high_rank else None
    if middle is None:
        return Percentile(None, latencies.deadline_ms, None)
    low = latencies.bucket_at(low_rank) if low_rank else None
    return Percentile(
        latency_ms(middle),
        None if low is None else latency_low_ms(low),
        None if high is None else latency_high_ms(high),
    )


def _ranks(latencies: Latencies, percent: float) -> tuple[int | None, int | None]:
    """The ranks of the effective sample, stretched to the whole."""
    size = max(1, int(latencies.n_effective))
    low, high = quantile_ranks(size, percent / 100)
    n = latencies.expected
    return low and max(1, low * n // size), high and -(-high * n // size)


def latencies_of(
    rollups: Rollups, *, option: str, environment: str, percent: float, since: date | None = None
) -> Latencies | None:
    """The latencies from which to read a percentile; None where they are absent.

    They are absent too where some run to the receipt and some to the acknowledgement, as those are two
    quantities.

    Args:
        percent: which percentile they serve, as deliveries may cluster otherwise in the tail than in the
            middle.
        since: the UTC day on which evidence starts. None for all.
    """
    found = deliveries_of(rollups, option=option, environment=environment, since=since)
    if found is None:
        return None
    return Latencies(
        buckets=tuple(found.totals),
        counts=tuple(found.totals.values()),
        expected=found.expected,
        deadline_ms=found.deadline_ms,
        n_effective=min(found.worth, _by_hours(found, percent)),
    )


def _by_hours(found: Deliveries, percent: float) -> float:
    """The effective sample as the share of deliveries at or below the percentile moves from hour to hour."""
    below = np.cumsum(list(found.totals.values())) >= percent * found.expected / 100
    if not below.any():
        return found.expected
    return found.worth_of_share(list(found.totals)[int(below.argmax())])
