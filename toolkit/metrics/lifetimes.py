"""How long connections last, told rightly and as it is often told."""

from dataclasses import dataclass
from datetime import date

from toolkit.metrics.durations import mean_duration
from toolkit.metrics.hourly import Rollups
from toolkit.metrics.shares import US_PER_S
from toolkit.metrics.survival import median_s, restricted_mean_s, share_at, survival
from toolkit.metrics.windows import hours_of

FIVE_MINUTES_S = 300.0
RESTRICTED_S = 3600.0

Interval = tuple[float | None, float | None]
"""The ends of a 95 % interval; None for one that is not known or not reached."""


@dataclass(frozen=True)
class ConnectionSummary:
    """How long connections last.

    Args:
        opened, unintended_ends, intended_ends: how many.
        naive_mean_s: mean age at the end of those that ended, as if there were no others. None without any.
        mean_s: connected time per unintended end. None without any.
        low_s, high_s: its 95 % interval. high_s is None where it may be infinite.
        median_s: Kaplan and Meier's. None where it is not reached.
        median_interval_s: of the median.
        restricted_mean_s: mean up to the age restricted_to_s, of which the data do tell.
        restricted_to_s: an hour, or the oldest age seen where that is less.
        share_at_300_s: still up after five minutes. None where none was seen as long.
        share_at_300_interval: of that share.
    """

    opened: int
    unintended_ends: int
    intended_ends: int
    naive_mean_s: float | None
    mean_s: float | None
    low_s: float
    high_s: float | None
    median_s: float | None
    median_interval_s: Interval
    restricted_mean_s: float | None
    restricted_to_s: float
    share_at_300_s: float | None
    share_at_300_interval: Interval

    @property
    def times_too_short(self) -> float | None:
        """How many times shorter the naive mean is than the right one; None where there is no saying."""
        return self.mean_s / self.naive_mean_s if self.mean_s and self.naive_mean_s else None


def connection_summary(
    rollups: Rollups, option: str, environment: str, since: date | None = None
) -> ConnectionSummary | None:
    """How long connections last; None where that is absent.

    Args:
        since: the UTC day on which evidence starts. None for all.
    """
    mean = mean_duration(rollups, option=option, environment=environment, since=since)
    curve = survival(rollups, option, environment, since)
    if mean is None or curve.empty:
        return None
    total = hours_of(rollups, option=option, environment=environment, since=since).sum(numeric_only=True)
    ends = int(total["unintended_ends"] + total["intended_ends"])
    age_s = float(total["unintended_end_age_us"] + total["intended_end_age_us"]) / US_PER_S
    restricted_to_s = min(RESTRICTED_S, float(curve["age_s"].iloc[-1]))
    return ConnectionSummary(
        opened=int(total["opened"]),
        unintended_ends=mean.ends,
        intended_ends=int(total["intended_ends"]),
        naive_mean_s=age_s / ends if ends else None,
        mean_s=mean.estimate,
        low_s=mean.low,
        high_s=mean.high,
        median_s=median_s(curve),
        median_interval_s=(median_s(curve, column="low"), median_s(curve, column="high")),
        restricted_mean_s=restricted_mean_s(curve, until_s=restricted_to_s),
        restricted_to_s=restricted_to_s,
        share_at_300_s=share_at(curve, FIVE_MINUTES_S),
        share_at_300_interval=(
            share_at(curve, FIVE_MINUTES_S, column="low"),
            share_at(curve, FIVE_MINUTES_S, column="high"),
        ),
    )
