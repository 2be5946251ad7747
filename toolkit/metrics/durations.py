"""How long connections last, where those still open or closed on purpose count for what they showed."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from toolkit.metrics.clusters import CENTISECOND_US
from toolkit.metrics.effective import block_variance, cluster_variance
from toolkit.metrics.intervals import mean_between_events
from toolkit.metrics.rollups import Rollups
from toolkit.metrics.shares import US_PER_S, cluster_sums, hours_of, is_unclear


@dataclass(frozen=True)
class MeanDuration:
    """Connected time per unintended end, in seconds.

    Args:
        estimate: None without any unintended end.
        high: None where the mean may be infinite.
        ends: how many unintended ends there were.
    """

    estimate: float | None
    low: float
    high: float | None
    ends: int


def mean_duration(
    rollups: Rollups, *, option: str, environment: str, since: date | None = None
) -> MeanDuration | None:
    """The mean time that a connection lasts until it ends unintended; None where it is absent.

    It is absent too where some ends have an unknown intention: neither counting them nor leaving them out is
    right.

    Args:
        since: the UTC day on which evidence starts. None for all.
    """
    hours = hours_of(rollups, option=option, environment=environment, since=since)
    connected_us = [int(value) for value in hours["connected_us"]]
    ends = [int(value) for value in hours["unintended_ends"]]
    if sum(connected_us) <= 0 or is_unclear(hours):
        return None
    rate = Fraction(sum(ends), max(1, sum(connected_us) // CENTISECOND_US))
    by_clusters = cluster_variance(
        rate, sum(connected_us) // CENTISECOND_US, cluster_sums(hours, "unintended_end_rate")
    )
    blocks = [
        (a, b // CENTISECOND_US) for a, b in zip(ends, connected_us, strict=True) if b >= CENTISECOND_US
    ]
    by_hour = block_variance([a for a, _ in blocks], [b for _, b in blocks])
    worth = _worth_of_an_end(rate, sum(connected_us) // CENTISECOND_US, [by_clusters, by_hour])
    connected_s = sum(connected_us) / US_PER_S
    low, high = mean_between_events(connected_s * worth, sum(ends) * worth)
    return MeanDuration(connected_s / sum(ends) if sum(ends) else None, low, high, sum(ends))


def _worth_of_an_end(rate: Fraction, exposure: int, variances: list[float | None]) -> float:
    """What share of an independent end one is worth: 1 unless ends come in clusters."""
    known = [variance for variance in variances if variance]
    return min(1.0, float(rate / exposure) / max(known)) if known and rate > 0 else 1.0
