"""The restricted mean life has the standard error of the textbook."""

import numpy as np
import pandas as pd
import pytest

from toolkit.metrics.ratios import UNKNOWN
from toolkit.metrics.restricted import restricted_mean

WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
ENDED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
"""Remission under 6-MP, Freireich et al., Blood 21 (1963)."""


def curve(times: list[float], ended: list[int]) -> pd.DataFrame:
    """The survival curve in the form of :func:`toolkit.metrics.survival.survival`."""
    at, over = np.array(times, float), np.array(ended, bool)
    rows, share = [(0.0, 1.0, len(at))], 1.0
    for time in np.unique(at[over]):
        risk = int((at >= time).sum())
        share *= 1 - int((over & (at == time)).sum()) / risk
        rows.append((float(time), share, risk))
    rows.append((float(at.max()), share, 0))
    frame = pd.DataFrame(rows, columns=["age_s", "share", "at_risk"])
    return frame.assign(low=frame["share"], high=frame["share"])


def test_mean_and_variance_are_klein_and_moeschbergers() -> None:
    """Survival Analysis, 2nd ed. 2003, example 4.2: 23.287 weeks up to 35, standard error 2.827.

    Nine ends are too few for an interval here, so that each is taken twice: the variance halves.
    """
    found = restricted_mean(curve(WEEKS * 2, ENDED * 2), until_s=35.0)
    assert found.value == pytest.approx(23.287, abs=1e-3)
    assert found.low is not None and found.high is not None
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(2.827 / 2**0.5, abs=1e-3)


def test_fewer_than_ten_independent_ends_carry_no_interval() -> None:
    assert restricted_mean(curve(WEEKS, ENDED), until_s=35.0).low is None
    assert restricted_mean(curve(WEEKS * 2, ENDED * 2), until_s=35.0, worth=0.5).low is None


def test_ends_in_clusters_widen_the_interval() -> None:
    whole = restricted_mean(curve(WEEKS * 8, ENDED * 8), until_s=35.0)
    worth = restricted_mean(curve(WEEKS * 8, ENDED * 8), until_s=35.0, worth=0.25)
    assert worth.value is not None and worth.low is not None and whole.low is not None
    assert worth.value - worth.low == pytest.approx(2 * (worth.value - whole.low))


def test_a_curve_that_comes_down_to_nothing_has_a_finite_variance() -> None:
    found = restricted_mean(curve([float(age) for age in range(1, 41)], [1] * 40), until_s=30.0)
    assert found.value is not None and found.low is not None
    assert found.low < found.value < 30.0


def test_beyond_the_oldest_age_nothing_is_known() -> None:
    assert restricted_mean(curve(WEEKS, ENDED), until_s=36.0) == UNKNOWN
    assert restricted_mean(pd.DataFrame(), until_s=1.0) == UNKNOWN


def test_without_any_end_the_mean_has_no_interval() -> None:
    found = restricted_mean(curve([35.0] * 30, [0] * 30), until_s=35.0)
    assert found.value == 35.0 and found.low is None and found.high is None
