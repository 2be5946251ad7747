"""Intervals agree with the published values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from toolkit.metrics.intervals import mean_between_events, quantile_ranks, wilson

WILSON = [
    (81, 263, 0.255289, 0.366210),
    (15, 50, 0.191036, 0.437504),
    (0, 10, 0.0, 0.277533),
    (10, 10, 0.722467, 1.0),
    (0, 300, 0.0, 0.012643),
    (950, 1000, 0.934686, 0.961870),
    (99, 100, 0.945514, 0.998233),
    (9500, 10000, 0.945553, 0.954102),
]
"""facts/gates-and-decisions.md A3, by scipy's binomtest; the first is Newcombe's (1998) example."""


@pytest.mark.parametrize(("successes", "n", "low", "high"), WILSON)
def test_wilson_intervals_are_the_published_ones(successes: int, n: int, low: float, high: float) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize(("successes", "n", "low", "high"), WILSON)
def test_wilson_agrees_with_scipy(successes: int, n: int, low: float, high: float) -> None:
    found = stats.binomtest(successes, n).proportion_ci(method="wilson")
    assert wilson(successes, n) == pytest.approx((found.low, found.high), abs=1e-12)


@pytest.mark.parametrize(("rate", "n"), [(0.96, 1760), (0.97, 440), (0.98, 210), (0.99, 110), (0.995, 80)])
def test_the_smallest_sample_that_clears_95_percent_is_the_published_one(rate: float, n: int) -> None:
    """facts/gates-and-decisions.md A5, in steps of 10 and whole successes."""
    assert wilson(round(rate * n), n)[0] > 0.95
    assert wilson(round(rate * (n - 10)), n - 10)[0] <= 0.95


def test_99_of_100_do_not_clear_95_percent() -> None:
    assert wilson(99, 100)[0] < 0.95


@given(n=st.floats(0.5, 1e9), share=st.floats(0, 1))
def test_wilson_encloses_the_estimate_within_0_and_1(n: float, share: float) -> None:
    low, high = wilson(share * n, n)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1


@given(n=st.integers(1, 10_000), share=st.floats(0.01, 0.99))
def test_more_evidence_narrows_the_interval(n: int, share: float) -> None:
    low, high = wilson(share * n, n)
    closer_low, closer_high = wilson(share * n * 4, n * 4)
    assert closer_high - closer_low < high - low


@pytest.mark.parametrize(("successes", "n"), [(2, 1), (-1, 10), (0, 0), (1, -1), (math.nan, 10)])
def test_counts_that_are_no_share_are_refused(successes: float, n: float) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(successes, n)


@pytest.mark.parametrize(
    ("events", "low", "high"), [(1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)]
)
def test_event_rates_have_the_exact_poisson_interval(events: int, low: float, high: float) -> None:
    """Garwood (1936) for 95 %: 1 event 0.0253-5.572, 5 events 1.623-11.668, 10 events 4.795-18.390."""
    shortest, longest = mean_between_events(1.0, events)
    assert longest is not None
    assert (1 / longest, 1 / shortest) == pytest.approx((low, high), abs=1e-3)


def test_without_events_the_mean_has_a_finite_lower_bound_only() -> None:
    low, high = mean_between_events(3600.0, 0)
    assert low == pytest.approx(3600 / -math.log(0.025))
    assert high is None


RANKS = [
    (1000, 0.50, 469, 532),
    (1000, 0.95, 936, 964),
    (1000, 0.99, 983, 997),
    (10000, 0.99, 9880, 9920),
    (100, 0.95, 90, 100),
]
"""facts/gates-and-decisions.md A5: 1-based ranks, conservative."""


@pytest.mark.parametrize(("n", "share", "low", "high"), RANKS)
def test_order_statistics_are_the_published_ones(n: int, share: float, low: int, high: int) -> None:
    assert quantile_ranks(n, share) == (low, high)


@given(n=st.integers(1, 3000), share=st.sampled_from([0.5, 0.95, 0.99]))
def test_the_ranks_cover_with_at_least_95_percent(n: int, share: float) -> None:
    low, high = quantile_ranks(n, share)
    below = stats.binom.cdf((low or 0) - 1, n, share)
    above = 0.0 if high is None else stats.binom.sf(high - 1, n, share)
    assert below + above <= 0.05 + 1e-9


@given(n=st.integers(1, 3000), share=st.sampled_from([0.5, 0.95, 0.99]))
def test_the_tails_are_equal_where_the_sample_carries_that(n: int, share: float) -> None:
    low, high = quantile_ranks(n, share)
    if share**n <= 0.025:
        assert stats.binom.cdf((low or 0) - 1, n, share) <= 0.025 + 1e-9
        assert high is not None and stats.binom.sf(high - 1, n, share) <= 0.025 + 1e-9


@pytest.mark.parametrize(("share", "enough"), [(0.5, 5), (0.95, 59), (0.99, 299), (0.999, 2995)])
def test_small_samples_carry_no_upper_bound(share: float, enough: int) -> None:
    """A5: 59 trials for 95 %, 299 for 99 %, 2995 for 99.9 %, and 5 for the median."""
    assert enough == math.ceil(math.log(0.05) / math.log(share))
    assert quantile_ranks(enough, share)[1] == enough
    assert quantile_ranks(enough - 1, share)[1] is None
