"""Exact percentiles of a run: NumPy's inverse distribution, and intervals that hold what they promise."""

import numpy as np
import pytest

from toolkit.metrics.runlatency import exact_percentile


def test_the_estimate_is_the_inverse_distribution() -> None:
    drawn = np.random.default_rng(1).lognormal(-4, 1, 5_000)
    for percent in (50, 95, 99):
        found = exact_percentile(drawn, percent, deadline_s=5, n_effective=5_000)
        assert found.estimate == pytest.approx(
            1000 * np.quantile(drawn, percent / 100, method="inverted_cdf")
        )
        assert found.low is not None and found.high is not None
        assert found.low < found.estimate < found.high


def test_lost_deliveries_are_slower_than_all_others() -> None:
    latencies = np.array([0.01] * 96 + [np.nan] * 4)
    assert exact_percentile(latencies, 95, deadline_s=5, n_effective=100).estimate == 10.0
    beyond = exact_percentile(latencies, 99, deadline_s=5, n_effective=100)
    assert (beyond.estimate, beyond.low, beyond.high) == (None, 5_000.0, None)


def test_fewer_independent_deliveries_widen_the_interval_until_it_has_no_end() -> None:
    latencies = np.arange(1, 10_001) / 10_000
    wide = exact_percentile(latencies, 99, deadline_s=5, n_effective=400)
    narrow = exact_percentile(latencies, 99, deadline_s=5, n_effective=10_000)
    assert wide.high is not None and narrow.high is not None
    assert wide.low is not None and narrow.low is not None
    assert wide.low < narrow.low < narrow.high < wide.high
    assert exact_percentile(latencies, 99, deadline_s=5, n_effective=100).high is None


def test_the_interval_covers_as_often_as_it_says() -> None:
    source = np.random.default_rng(2)
    truth = 1000 * np.log(20)
    hits = 0
    for _ in range(400):
        found = exact_percentile(source.exponential(1, 300), 95, deadline_s=99, n_effective=300)
        hits += found.low is not None and found.high is not None and found.low <= truth <= found.high
    assert hits / 400 > 0.92
