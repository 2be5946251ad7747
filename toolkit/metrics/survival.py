"""How many connections are still up after a time: Kaplan-Meier from the age buckets of the rollups."""

import math
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pandas as pd

from toolkit.metrics.buckets import AGE_BUCKETS, AGE_EDGES_S
from toolkit.metrics.durations import mean_duration
from toolkit.metrics.rollups import Rollups
from toolkit.metrics.shares import US_PER_S, hours_of, is_unclear, select

FIVE_MINUTES_S = 300.0


def survival(rollups: Rollups, option: str, environment: str, since: date | None = None) -> pd.DataFrame:
    """The share of connections still up at each age, as ``age_s`` and ``share``; empty where absent.

    A connection that is open when observation ends, or was closed on purpose, counts for as long as it was
    seen. Of those at risk in an age bucket, the ones that neither ended unintended nor reached the next are
    taken to have left halfway, so that the curve is Kaplan-Meier's at the edges but for them. It ends with
    the last bucket of finite length that any connection reached.

    Kaplan and Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958); Cutler and
    Ederer, "Maximum utilization of the life table method in analyzing survival", J. Chronic Diseases 8
    (1958).

    Args:
        since: the UTC day on which evidence starts. None for all.
    """
    hours = hours_of(rollups, option=option, environment=environment, since=since)
    ages = select(rollups.ages, option=option, environment=environment, since=since)
    if ages.empty or is_unclear(hours):
        return pd.DataFrame({"age_s": [], "share": []}, dtype="float64")
    entered, ends = _totals(ages, "entered"), _totals(ages, "unintended_ends")
    points = [(0.0, 1.0)]
    for bucket in range(AGE_BUCKETS - 1):
        at_risk = (entered.get(bucket, 0) + entered.get(bucket + 1, 0) + ends.get(bucket, 0)) / 2
        if not entered.get(bucket):
            break
        points.append((AGE_EDGES_S[bucket + 1], points[-1][1] * max(0.0, 1 - ends[bucket] / at_risk)))
    return pd.DataFrame(points, columns=["age_s", "share"])


def _totals(ages: pd.DataFrame, name: str) -> dict[int, int]:
    """By bucket; Python's own integers, which do not overflow."""
    totals: dict[int, int] = {}
    for bucket, value in zip(ages["bucket"], ages[name], strict=True):
        totals[int(bucket)] = totals.get(int(bucket), 0) + int(value)
    return totals


def share_at(curve: pd.DataFrame, age_s: float) -> float | None:
    """The share still up at an age, by the exponential between two points.

    None beyond the curve, unless it has come down to nothing before: what has ended stays so.
    """
    points = list(zip(curve["age_s"], curve["share"], strict=True))
    for (from_s, before), (to_s, after) in pairwise(points):
        if from_s <= age_s <= to_s:
            # Between two edges ends are taken to come at a constant rate.
            done = (age_s - from_s) / (to_s - from_s)
            return float(before ** (1 - done) * after**done) if before > 0 else 0.0
    return 0.0 if points and points[-1][1] == 0 and age_s > points[-1][0] else None


def median_s(curve: pd.DataFrame) -> float | None:
    """The age that half of the connections reach, in seconds; None where more than half outlive the curve."""
    points = list(zip(curve["age_s"], curve["share"], strict=True))
    for (from_s, before), (to_s, after) in pairwise(points):
        if before > 0.5 >= after:
            if after == 0:
                return float(from_s)
            return float(from_s + (to_s - from_s) * math.log(before / 0.5) / math.log(before / after))
    return None


@dataclass(frozen=True)
class ConnectionSummary:
    """How long connections last, told rightly and as it is often told.

    Args:
        opened, unintended_ends, intended_ends: how many.
        naive_mean_s: mean age at the end of those that ended, as if there were no others. None without any.
        mean_s: connected time per unintended end. None without any.
        low_s, high_s: its 95 % interval. high_s is None where it may be infinite.
        median_s: Kaplan-Meier. None where it is not reached.
        share_at_300_s: still up after five minutes. None where none was seen as long.
    """

    opened: int
    unintended_ends: int
    intended_ends: int
    naive_mean_s: float | None
    mean_s: float | None
    low_s: float
    high_s: float | None
    median_s: float | None
    share_at_300_s: float | None

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
    if mean is None:
        return None
    total = hours_of(rollups, option=option, environment=environment, since=since).sum(numeric_only=True)
    ends = int(total["unintended_ends"] + total["intended_ends"])
    age_s = float(total["unintended_end_age_us"] + total["intended_end_age_us"]) / US_PER_S
    curve = survival(rollups, option, environment, since)
    return ConnectionSummary(
        opened=int(total["opened"]),
        unintended_ends=mean.ends,
        intended_ends=int(total["intended_ends"]),
        naive_mean_s=age_s / ends if ends else None,
        mean_s=mean.estimate,
        low_s=mean.low,
        high_s=mean.high,
        median_s=median_s(curve),
        share_at_300_s=share_at(curve, FIVE_MINUTES_S),
    )
