"""How long connections last, where those still open or closed on purpose count for what they showed."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import pandas as pd

from toolkit.metrics.clusters import CENTISECOND_US
from toolkit.metrics.effective import block_variance, cluster_variance
from toolkit.metrics.exact import total
from toolkit.metrics.intervals import mean_between_events
from toolkit.metrics.merging import Rollups
from toolkit.metrics.shares import US_PER_S, cluster_sums, is_unclear
from toolkit.metrics.windows import hours_of


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
    connected_us = total(hours["connected_us"])
    if connected_us <= 0 or is_unclear(hours):
        return None
    ends = total(hours["unintended_ends"])
    worth = worth_of_an_end(hours)
    connected_s = connected_us / US_PER_S
    low, high = mean_between_events(connected_s * worth, ends * worth)
    return MeanDuration(connected_s / ends if ends else None, low, high, ends)


def worth_of_an_end(hours: pd.DataFrame) -> float:
    """What share of an independent end one is worth, by hourly counts: 1 unless ends come in clusters."""
    ends = total(hours["unintended_ends"])
    connected_cs = total(hours["connected_us"]) // CENTISECOND_US
    if not ends or not connected_cs:
        return 1.0
    rate = Fraction(ends, connected_cs)
    blocks = hours[hours["connected_us"] >= CENTISECOND_US]
    variances = [
        cluster_variance(rate, connected_cs, cluster_sums(hours, "unintended_end_rate")),
        block_variance(
            blocks["unintended_ends"].to_numpy("int64"),
            blocks["connected_us"].to_numpy("int64") // CENTISECOND_US,
        ),
    ]
    known = [variance for variance in variances if variance]
    return min(1.0, float(rate / connected_cs) / max(known)) if known else 1.0
