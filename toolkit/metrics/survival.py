"""How many connections are still up after a time: Kaplan and Meier's estimate, from sums that add up.

Kaplan and Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958). SciPy's own needs
every connection as an observation of its own and takes each to be watched from age 0; ours come as sums, and
some are watched from midnight on. Where both can, they agree (the tests hold them together).
"""

from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from toolkit.metrics.durations import worth_of_an_end
from toolkit.metrics.hourly import Rollups
from toolkit.metrics.intervals import CONFIDENCE
from toolkit.metrics.quantiles import normal
from toolkit.metrics.shares import US_PER_S, is_unclear
from toolkit.metrics.windows import hours_of, select

COLUMNS = ("age_s", "share", "low", "high", "at_risk")

_NO_CURVE = pd.DataFrame({name: [] for name in COLUMNS}, dtype="float64")


def survival(rollups: Rollups, option: str, environment: str, since: date | None = None) -> pd.DataFrame:
    """The share of connections still up at each age at which some ended, as a curve of steps.

    The first row is age 0, the last the oldest age that was seen. A connection that is open when observation
    ends, or was closed on purpose, counts as up for as long as it was seen. Ages are those of the ends; ends
    that are less than 2 % apart may be told as one.

    Args:
        since: the UTC day on which evidence starts. None for all.

    Returns:
        The columns :data:`COLUMNS`: age in seconds, share, its 95 % interval for one age (NaN where none can
        be given), and how many were watched up to that age. Empty where absent.
    """
    hours = hours_of(rollups, option=option, environment=environment, since=since)
    ages = select(rollups.ages, option=option, environment=environment, since=since)
    if ages.empty or is_unclear(hours):
        return _NO_CURVE
    totals = ages.drop(columns=["option", "environment", "hour"]).groupby("bucket", sort=True).sum()
    at_risk = _at_risk(totals)
    steps = totals.assign(at_risk=at_risk)[(totals["unintended_ends"] > 0) & (at_risk > 0)]
    ends, risk = steps["unintended_ends"].to_numpy("float64"), steps["at_risk"].to_numpy("float64")
    share = np.cumprod(1 - ends / risk)
    low, high = _greenwood(share, ends, risk, worth=worth_of_an_end(hours))
    age_s = (steps["unintended_age_us"] / steps["unintended_ends"] / US_PER_S).to_numpy("float64")
    oldest_s = max(_oldest_s(totals), float(age_s[-1]) if len(age_s) else 0.0)
    first = float(totals["entered"].iloc[0])
    last = [values[-1] if len(values) else 1.0 for values in (share, low, high)]
    return pd.DataFrame(
        {
            "age_s": [0.0, *age_s, oldest_s],
            "share": [1.0, *share, last[0]],
            "low": [1.0, *low, last[1]],
            "high": [1.0, *high, last[2]],
            "at_risk": [first, *risk, 0.0],
        }
    )


def _at_risk(totals: pd.DataFrame) -> "pd.Series[int]":
    """How many connections were watched up to the ends of each bucket.

    One that leaves in the bucket of an end was still there, as Kaplan and Meier have it. One that leaves open
    at midnight enters the next day in the same bucket and is the same connection.
    """
    left = totals["unintended_ends"] + totals["intended_ends"] + totals["left_open"]
    before = (totals["entered"] - left).cumsum().shift(fill_value=0)
    return before + (totals["entered"] - totals["left_open"]).clip(lower=0)


def _oldest_s(totals: pd.DataFrame) -> float:
    """The age of those that left in the last bucket in which any did, in seconds."""
    others = totals["intended_ends"] + totals["left_open"]
    last = totals[others > 0].tail(1)
    return 0.0 if last.empty else float((last["left_age_us"] / others[last.index] / US_PER_S).iloc[0])


def _greenwood(
    share: np.ndarray, ends: np.ndarray, at_risk: np.ndarray, *, worth: float
) -> tuple[np.ndarray, np.ndarray]:
    """The interval of a survival curve, on the scale of the log of its log so that it stays a share.

    Greenwood, "The natural duration of cancer", Reports on Public Health 33 (1926); Kalbfleisch and Prentice,
    "The Statistical Analysis of Failure Time Data", 2nd ed. 2002, section 1.4.

    Args:
        worth: what share of an independent end one is worth.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.cumsum(ends / (at_risk * (at_risk - ends))) / worth
        width = normal((1 + CONFIDENCE) / 2) * np.sqrt(spread) / np.abs(np.log(share))
        return share ** np.exp(width), share ** np.exp(-width)


def share_at(curve: pd.DataFrame, age_s: float, *, column: str = "share") -> float | None:
    """The share still up at an age.

    Args:
        column: ``low`` or ``high`` for an end of its interval.

    Returns:
        None beyond the curve, unless it has come down to nothing before: what has ended stays so.
    """
    passed = curve[curve["age_s"] <= age_s]
    if passed.empty or (age_s > curve["age_s"].iloc[-1] and passed["share"].iloc[-1] > 0):
        return None
    value = float(passed[column].iloc[-1])
    return None if np.isnan(value) else value


def median_s(curve: pd.DataFrame, *, column: str = "share") -> float | None:
    """The age that no more than half of the connections outlive, in seconds; None where it is not reached.

    Args:
        column: ``low`` or ``high`` for an end of its interval (Brookmeyer and Crowley, "A confidence interval
            for the median survival time", Biometrics 38, 1982).
    """
    reached = curve.loc[curve[column] <= 0.5, "age_s"]
    return float(reached.iloc[0]) if len(reached) else None


def restricted_mean_s(curve: pd.DataFrame, *, until_s: float) -> float | None:
    """How long a connection lasts on average if time stops at an age, in seconds: the area below the curve.

    Royston and Parmar, "Restricted mean survival time", BMC Medical Research Methodology 13 (2013).

    Returns:
        None where the curve does not reach that age.
    """
    if share_at(curve, until_s) is None:
        return None
    ages = np.minimum(np.append(curve["age_s"].to_numpy(), until_s), until_s)
    return float(
        sum(share * (to - at) for share, (at, to) in zip(curve["share"], pairwise(ages), strict=True))
    )
