"""Latency percentiles over the deliveries expected, from histograms, with distribution-free intervals."""

import math
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Self
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.metrics.buckets import latency_high_ms, latency_low_ms, latency_ms
from toolkit.metrics.clusters import RATIOS
from toolkit.metrics.effective import block_variance
from toolkit.metrics.exact import total
from toolkit.metrics.files import EPOCH
from toolkit.metrics.intervals import quantile_ranks
from toolkit.metrics.merging import Rollups, whole_hours
from toolkit.metrics.shares import share_evidence, variance_by_clusters
from toolkit.metrics.windows import hours_of

US_PER_MS = 1000


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
    hours = hours_of(rollups, option=option, environment=environment, since=since)
    expected, round_trips = int(hours["expected"].sum()), int(hours["round_trip"].sum())
    if expected == 0 or 0 < round_trips < expected:
        return None
    histogram = _histogram_of(rollups, option, environment, since)
    delivered = share_evidence(
        rollups, metric="delivery_success_rate", option=option, environment=environment, since=since
    )
    lost = delivered is not None and delivered.estimate < 1
    sizes = [
        _by_clusters(hours, expected),
        _by_hours(hours, histogram, percent, expected),
        delivered.n_effective if delivered is not None and lost else expected,
    ]
    return Latencies(
        buckets=tuple(histogram.totals),
        counts=tuple(histogram.totals.values()),
        expected=expected,
        deadline_ms=int(hours["deadline_min_us"].min()) / US_PER_MS,
        n_effective=min(sizes),
    )


def _by_clusters(hours: pd.DataFrame, expected: int) -> float:
    """The effective sample by how far latencies, on a logarithmic scale, hang together in client-hours."""
    squares = total(hours["latency_index_squares"])
    mean = Fraction(total(hours["latency_index"]), expected)
    spread = float(Fraction(squares, expected) - mean * mean)
    clusters = int(hours[RATIOS["latency_index"].columns[0]].sum())
    if spread <= 0:
        return min(expected, clusters)
    variance = variance_by_clusters(
        hours, "latency_index", mean, y_total=expected, independent=spread / expected
    )
    return min(expected, clusters if variance is None else spread / variance if variance > 0 else expected)


def _by_hours(hours: pd.DataFrame, histogram: "_Histogram", percent: float, expected: int) -> float:
    """The effective sample as the share of deliveries at or below the percentile moves from hour to hour."""
    below, at = 0, None
    for bucket, count in histogram.totals.items():
        below += count
        if below >= percent * expected / 100:
            at = bucket
            break
    if at is None:
        return expected
    found = histogram.up_to(at)
    blocks = hours[hours["expected"] > 0]
    x = [found.get(hour, 0) for hour in whole_hours(blocks["hour"]).tolist()]
    variance = block_variance(x, blocks["expected"].to_numpy("int64"))
    share = total(x) / expected
    return min(expected, share * (1 - share) / variance) if variance and 0 < share < 1 else expected


@dataclass(frozen=True)
class _Histogram:
    """Deliveries in time by hour and bucket.

    Args:
        hours: the hours, in any order, counted since 1970.
        starts: of each hour where its buckets start.
        bucket, count: all buckets, and how many deliveries each holds.
    """

    hours: np.ndarray
    starts: np.ndarray
    bucket: np.ndarray
    count: np.ndarray

    @classmethod
    def of(cls, rows: pa.Table) -> Self:
        """The histogram of these hours, see :mod:`toolkit.metrics.histograms`."""
        bucket, count = (rows[name].combine_chunks() for name in ("bucket", "count"))
        starts = bucket.offsets.to_numpy()[:-1] - bucket.offsets[0].as_py()
        return cls(rows["hour"].to_numpy(), starts, bucket.flatten().to_numpy(), count.flatten().to_numpy())

    @cached_property
    def totals(self) -> dict[int, int]:
        """How many deliveries each bucket holds, in rising order; empty ones left out."""
        # Sums of floats are exact up to 2^53.
        sums = np.bincount(self.bucket, weights=self.count)
        return {int(bucket): int(sums[bucket]) for bucket in np.flatnonzero(sums)}

    def up_to(self, bucket: int) -> dict[int, int]:
        """How many deliveries each hour holds in the buckets up to this one."""
        before = np.concatenate([[0], np.cumsum(np.where(self.bucket <= bucket, self.count, 0))])
        sums = np.diff(before[np.append(self.starts, len(self.bucket))])
        return dict(zip(self.hours.tolist(), sums.tolist(), strict=True))


_seen: WeakKeyDictionary[Rollups, dict[tuple[str, str, date | None], _Histogram]] = WeakKeyDictionary()
"""Each percentile asks for the same one, and a year of it is long."""


def _histogram_of(rollups: Rollups, option: str, environment: str, since: date | None) -> _Histogram:
    known = _seen.setdefault(rollups, {})
    key = option, environment, since
    if key not in known:
        rows = rollups.latency_hours
        chosen = pc.and_(pc.equal(rows["option"], option), pc.equal(rows["environment"], environment))
        if since is not None:
            chosen = pc.and_(chosen, pc.greater_equal(rows["hour"], (since - EPOCH).days * 24))
        known[key] = _Histogram.of(rows if pc.all(chosen).as_py() else rows.filter(chosen))
    return known[key]
