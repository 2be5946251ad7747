"""The ratio of two rates has the interval that R gives, and stays sound with few events and none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from toolkit.metrics.ratios import UNKNOWN, Estimate, Rate, inverse, rate_ratio


@pytest.mark.parametrize(
    ("events", "exposure", "other", "other_exposure", "ratio", "low", "high"),
    [
        # The example of R's poisson.test: breast cancer in Fredericia and three other cities.
        (11, 800, 21, 3011, 1.971488, 0.8584264, 4.2772659),
        # poisson.test(c(10, 2), c(20000, 17887)) in R 4.
        (10, 20_000, 2, 17_887, 4.47175, 0.9529548, 41.9743814),
    ],
)
def test_the_interval_is_that_of_rs_poisson_test(
    events: int, exposure: float, other: int, other_exposure: float, ratio: float, low: float, high: float
) -> None:
    found = rate_ratio(Rate(events, exposure), Rate(other, other_exposure))
    assert (found.value, found.low, found.high) == pytest.approx((ratio, low, high), rel=1e-5)


@given(st.integers(0, 60), st.integers(1, 60), st.floats(0.1, 100))
def test_whole_counts_give_clopper_and_pearsons_interval(events: int, other: int, exposure: float) -> None:
    share = stats.binomtest(events, events + other).proportion_ci(method="exact")
    found = rate_ratio(Rate(events, exposure), Rate(other, 1.0))
    assert found.low == pytest.approx(share.low / (1 - share.low) / exposure)
    assert found.high == pytest.approx(share.high / (1 - share.high) / exposure)


def test_no_event_is_bounded_by_those_of_the_baseline_and_never_exact() -> None:
    """With none against ten the share is at most 1 - 0.025 ** (1 / 10), by hand."""
    found = rate_ratio(Rate(0, 1.0), Rate(10, 1.0))
    most = 1 - 0.025 ** (1 / 10)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(most / (1 - most))


def test_a_baseline_without_events_has_a_lower_end_only() -> None:
    found = rate_ratio(Rate(10, 1.0), Rate(0, 1.0))
    assert found.value is None and found.high is None
    assert found.low == pytest.approx(1 / (0.025 ** (-1 / 10) - 1))


def test_of_no_events_at_all_nothing_is_known() -> None:
    assert rate_ratio(Rate(0, 5.0), Rate(0, 50.0)) == UNKNOWN


def test_events_in_clusters_are_worth_less_on_both_sides() -> None:
    """A tenth of the worth of 500 and 50 events is just what 50 and 5 independent ones tell."""
    clustered = rate_ratio(Rate(50, 1.0), Rate(500, 1.0, worth=0.1))
    few = rate_ratio(Rate(5, 0.1), Rate(50, 0.1))
    assert (clustered.low, clustered.high) == (few.low, few.high)


def test_a_quiet_sample_is_judged_by_the_clusters_of_the_other() -> None:
    """Five outages gave 500 ends. That none came since then is one in e^5, not one in e^500."""
    found = rate_ratio(Rate(0, 100.0), Rate(500, 100.0, worth=0.01))
    assert found.high is not None and found.high > 0.8


@pytest.mark.parametrize("mean", [2.0, 20.0])
@pytest.mark.parametrize("ratio", [0.02, 0.3, 1.0])
def test_the_interval_covers_the_truth_as_often_as_it_says(mean: float, ratio: float) -> None:
    random = np.random.default_rng(20261123)
    covered, told = 0, 0
    for before, after in zip(random.poisson(mean, 400), random.poisson(mean * ratio, 400), strict=True):
        found = rate_ratio(Rate(int(after), 1.0), Rate(int(before), 1.0))
        told += found.known
        covered += found.known and (found.low or 0) <= ratio <= (found.high or np.inf)
    assert covered >= 0.94 * told


def test_the_time_between_events_grows_as_their_rate_falls() -> None:
    assert inverse(Estimate(0.25, 0.2, 0.5)) == Estimate(4.0, 2.0, 5.0)
    assert inverse(Estimate(0.0, 0.0, 0.5)) == Estimate(None, 2.0, None)
    assert inverse(Estimate(None, 4.0, None)) == Estimate(None, 0.0, 0.25)
    assert inverse(UNKNOWN) == UNKNOWN
