"""How many deliveries came within a limit, hour by hour: what percentiles and gates on them are read from."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc

from toolkit.metrics.blocks import Blocks, blocks_of, share_blocks
from toolkit.metrics.buckets import latency_high_ms
from toolkit.metrics.clienthours import client_hours
from toolkit.metrics.clusters import RATIOS
from toolkit.metrics.effective import block_variance
from toolkit.metrics.exact import Whole, total
from toolkit.metrics.hourly import Rollups, whole_hours
from toolkit.metrics.shares import ShareEvidence, cluster_sums, share_evidence, variance_by_clusters
from toolkit.metrics.windows import all_hours_of, hours_of, places_of

US_PER_MS = 1000


@dataclass(frozen=True)
class Reach:
    """Deliveries in time of every hour, counted up bucket by bucket.

    Args:
        first: number of the first bucket.
        counts: one row an hour of :func:`all_hours_of`, one column a bucket from the first on: how many
            deliveries are in this bucket or a lower one.
    """

    first: int
    counts: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Deliveries:
    """The deliveries of one option in one environment, with their latencies.

    Args:
        hours: the hourly counts.
        reach: the rows of the same hours.
        worth: as many independent deliveries would tell as much, by clients and by losses.
    """

    hours: pd.DataFrame
    reach: Reach
    worth: float

    @cached_property
    def expected(self) -> int:
        """All deliveries, those that missed their deadline too."""
        return total(self._by_hour)

    @cached_property
    def _by_hour(self) -> Whole:
        return self.hours["expected"].to_numpy("int64")

    @cached_property
    def _hour(self) -> "pd.Series[pd.Timestamp]":
        return self.hours["hour"]

    @cached_property
    def _with_any(self) -> tuple[int, datetime, datetime]:
        """How many hours hold deliveries, the first and the last of them."""
        places = np.flatnonzero(self._by_hour)
        first, last = (self._hour.iloc[int(place)] for place in (places[0], places[-1]))
        return len(places), first.to_pydatetime().astimezone(UTC), last.to_pydatetime().astimezone(UTC)

    @property
    def deadline_ms(self) -> float:
        """The shortest deadline, beyond which a missed delivery cannot be told from a slow one."""
        return int(self.hours["deadline_min_us"].min()) / US_PER_MS

    @cached_property
    def totals(self) -> dict[int, int]:
        """How many deliveries each bucket holds, in rising order; empty ones left out."""
        sums = np.diff(self.reach.counts.sum(axis=0), prepend=0)
        return {self.reach.first + int(place): int(sums[place]) for place in np.flatnonzero(sums)}

    @cached_property
    def contradictory(self) -> bool:
        """Whether some hour has more deliveries in time than were expected, so that the counts are wrong."""
        if not self.reach.counts.shape[1]:
            return False
        return bool((self.reach.counts[:, -1] > self._by_hour).any())

    def up_to(self, bucket: int) -> Whole:
        """How many deliveries of each hour lie in this bucket or a lower one."""
        place = min(bucket - self.reach.first, self.reach.counts.shape[1] - 1)
        if place < 0:
            return np.zeros(len(self._by_hour), dtype="int64")
        return self.reach.counts[:, place]

    def worth_of_share(self, bucket: int, block_hours: int = 1) -> float:
        """As many independent deliveries would know the share up to a bucket as well, by time alone."""
        x, y = self.up_to(bucket), self._by_hour
        share = total(x) / self.expected
        spread = [block_variance(x[y > 0], y[y > 0])]
        if block_hours > 1:
            spread.append(block_variance(*share_blocks(self._hour, x, y, block_hours=block_hours)))
        known = [variance for variance in spread if variance]
        if not known or not 0 < share < 1:
            return self.expected
        return min(self.expected, share * (1 - share) / max(known))

    def within(self, bucket: int, *, block_hours: int = 1) -> ShareEvidence:
        """The share of all expected deliveries that came in this bucket or a lower one."""
        x, y = self.up_to(bucket), self._by_hour
        hours, first, newest = self._with_any
        in_blocks = share_blocks(self._hour, x, y, block_hours=block_hours)
        return ShareEvidence(
            successes=total(x),
            n=self.expected,
            n_effective=min(self.worth, self.worth_of_share(bucket, block_hours)),
            hours=hours,
            first_hour=first,
            newest_hour=newest,
            contradictory=self.contradictory,
            blocks=None if self.contradictory else blocks_of(*in_blocks, block_hours),
            clients=None if self.contradictory else self._clients(total(x)),
        )

    def _clients(self, x_total: int) -> Blocks | None:
        """The client-hours as if all had the same share: how one differs is known of latencies alone."""
        sums = cluster_sums(self.hours, "latency_index")
        found = client_hours(Fraction(x_total, self.expected), self.expected, sums)
        return found and replace(found, sd=0.0)


def bucket_within(limit_ms: float) -> int:
    """The highest bucket that lies wholly within a limit; -1 where none does.

    The bucket that holds the limit counts as slower than it.

    >>> bucket_within(latency_high_ms(700)), bucket_within(latency_high_ms(700) - 1e-6), bucket_within(0)
    (700, 699, -1)
    """
    bucket = -1
    while latency_high_ms(bucket + 1) <= limit_ms:
        bucket += 1
    return bucket


def deliveries_of(
    rollups: Rollups, *, option: str, environment: str, since: date | None = None
) -> Deliveries | None:
    """The deliveries with their latencies; None where those are absent.

    They are absent too where some run to the receipt and some to the acknowledgement, as those are two
    quantities.

    Args:
        since: the UTC day on which evidence starts. None for all.
    """
    hours = hours_of(rollups, option=option, environment=environment, since=since)
    expected, round_trips = int(hours["expected"].sum()), int(hours["round_trip"].sum())
    if expected == 0 or 0 < round_trips < expected:
        return None
    rows = places_of(rollups, option=option, environment=environment, since=since)
    whole = _reach_of(rollups, option, environment)
    delivered = share_evidence(
        rollups, metric="delivery_success_rate", option=option, environment=environment, since=since
    )
    lost = delivered is not None and delivered.estimate < 1
    return Deliveries(
        hours=hours,
        reach=Reach(whole.first, whole.counts[rows]),
        worth=min(
            _by_clusters(hours, expected),
            delivered.n_effective if delivered is not None and lost else expected,
        ),
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


_seen: WeakKeyDictionary[Rollups, dict[tuple[str, str], Reach]] = WeakKeyDictionary()
"""Each percentile asks for the same one, on each day, and a year of it is long."""


def _reach_of(rollups: Rollups, option: str, environment: str) -> Reach:
    known = _seen.setdefault(rollups.whole, {})
    if (option, environment) not in known:
        known[option, environment] = _counted_up(rollups.whole, option, environment)
    return known[option, environment]


def _counted_up(whole: Rollups, option: str, environment: str) -> Reach:
    hours = whole_hours(all_hours_of(whole, option=option, environment=environment)["hour"])
    rows = whole.latency_hours
    rows = rows.filter(pc.and_(pc.equal(rows["option"], option), pc.equal(rows["environment"], environment)))
    bucket, count = (rows[name].combine_chunks() for name in ("bucket", "count"))
    if not len(bucket.flatten()):
        return Reach(0, np.zeros((len(hours), 0), dtype="int64"))
    place = np.searchsorted(hours, rows["hour"].to_numpy())
    row = np.repeat(place, np.diff(bucket.offsets.to_numpy()))
    numbers, counts = bucket.flatten().to_numpy().astype("int64"), count.flatten().to_numpy()
    first = int(numbers.min())
    width = int(numbers.max()) - first + 1
    # Sums of floats are exact up to 2^53.
    sums = np.bincount(row * width + numbers - first, weights=counts, minlength=len(hours) * width)
    counted_up = sums.reshape(len(hours), width).cumsum(axis=1).astype("int64")
    # Of one bucket all hours are asked for at once.
    return Reach(first, np.asfortranarray(counted_up))
