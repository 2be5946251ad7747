"""What was counted is drawn from its data, with Jeffreys' prior."""

import numpy as np
import pytest
from scipy import stats

from toolkit.cost.posteriors import MeasuredRate, MeasuredShare
from toolkit.cost.sampling import Draws

SHARES = np.array([0.025, 0.5, 0.975])


@pytest.mark.parametrize(("hits", "trials"), [(0, 10), (10, 10), (81, 263), (950, 1000), (4.5, 17.25)])
def test_a_share_has_the_beta_distribution(hits: float, trials: float) -> None:
    expected = stats.beta(hits + 0.5, trials - hits + 0.5).ppf(SHARES)
    assert MeasuredShare(hits=hits, trials=trials).quantiles(SHARES) == pytest.approx(expected)


def test_the_interval_of_a_share_is_that_of_a_worked_example() -> None:
    """Jeffreys' 95 % interval of 15 in 50, beside Wilson's 0.191-0.438 and the exact 0.179-0.446."""
    low, _, high = MeasuredShare(hits=15, trials=50).quantiles(SHARES)
    assert (low, high) == pytest.approx((0.1869, 0.4361), abs=1e-3)


@pytest.mark.parametrize(("events", "exposure"), [(0, 2.0), (3, 0.5), (120, 28.0)])
def test_a_rate_has_the_gamma_distribution(events: float, exposure: float) -> None:
    expected = stats.gamma(events + 0.5, scale=1 / exposure).ppf(SHARES)
    assert MeasuredRate(events=events, exposure=exposure).quantiles(SHARES) == pytest.approx(expected)


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    """On average over the truths that the prior allows, exactly; here to the error of 4,000 worlds."""
    rng = np.random.default_rng(1)
    truth = rng.beta(0.5, 0.5, 4000)
    hits = rng.binomial(30, truth)
    ends = [MeasuredShare(hits=float(hit), trials=30).quantiles(SHARES) for hit in range(31)]
    covered = [ends[hit][0] <= share <= ends[hit][2] for hit, share in zip(hits, truth, strict=True)]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.012)


def test_more_data_leave_less_doubt() -> None:
    few, many = (MeasuredShare(hits=0.3 * n, trials=n).quantiles(SHARES) for n in (20.0, 2000.0))
    assert many[2] - many[0] < (few[2] - few[0]) / 8


@pytest.mark.parametrize(("hits", "trials"), [(-1, 10), (11, 10), (0, 0), (1, np.inf), (np.nan, 2)])
def test_counts_that_are_no_share_are_refused(hits: float, trials: float) -> None:
    with pytest.raises(ValueError, match="is no measured share"):
        MeasuredShare(hits=hits, trials=trials)


@pytest.mark.parametrize(("events", "exposure"), [(-1, 1), (1, 0), (np.inf, 1), (1, np.inf)])
def test_counts_that_are_no_rate_are_refused(events: float, exposure: float) -> None:
    with pytest.raises(ValueError, match="is no measured rate"):
        MeasuredRate(events=events, exposure=exposure)


def test_draws_have_the_mean_of_the_posterior() -> None:
    drawn = Draws(4096, seed=2).posterior("spare_nodes", MeasuredShare(hits=3, trials=9))
    assert drawn.mean() == pytest.approx(3.5 / 10, abs=1e-5)
