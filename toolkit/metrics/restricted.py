"""How sure the restricted mean life of connections is.

Its variance is Greenwood's for the area below a survival curve (Klein and Moeschberger, "Survival Analysis",
2nd ed. 2003, section 4.5): a step moves all of the area after it.
"""

import math
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import stats

from toolkit.metrics.intervals import CONFIDENCE
from toolkit.metrics.ratios import UNKNOWN, Estimate
from toolkit.metrics.survival import restricted_mean_s

FEWEST_ENDS = 10
"""Independent ends below which the mean is not near enough to normal for such an interval."""


def restricted_mean(curve: pd.DataFrame, *, until_s: float, worth: float = 1.0) -> Estimate:
    """The mean life in seconds if time stops at an age, with its interval.

    Args:
        curve: as :func:`toolkit.metrics.survival.survival` has it.
        until_s: the age.
        worth: what share of an independent end one is worth.

    Returns:
        Unknown where the curve does not reach that age. Without an interval where it has too few ends.
    """
    mean = None if curve.empty else restricted_mean_s(curve, until_s=until_s)
    if mean is None:
        return UNKNOWN
    ends, variance = _ends_and_variance(curve, until_s)
    if ends * worth < FEWEST_ENDS:
        return Estimate(mean)
    half = float(stats.norm.ppf((1 + CONFIDENCE) / 2)) * math.sqrt(variance / worth)
    return Estimate(mean, max(0.0, mean - half), min(until_s, mean + half))


def _ends_and_variance(curve: pd.DataFrame, until_s: float) -> tuple[float, float]:
    """How many ends came up to an age, and the variance of the area below the curve up to it."""
    steps = curve[curve["age_s"] <= until_s]
    ages = np.append(steps["age_s"].to_numpy(), until_s)
    areas = [share * (to - at) for share, (at, to) in zip(steps["share"], pairwise(ages), strict=True)]
    after = np.cumsum(areas[::-1])[::-1][1:]
    before, share = steps["share"].to_numpy()[:-1], steps["share"].to_numpy()[1:]
    at_risk = steps["at_risk"].to_numpy()[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(before > 0, 1 - share / before, 0.0)
        parts = np.where(hazard < 1, after**2 * hazard / (at_risk * (1 - hazard)), 0.0)
    # The last row of a curve is its oldest age, at which nothing ends and nobody is left.
    return float((hazard * at_risk).sum()), float(parts[hazard > 0].sum())
