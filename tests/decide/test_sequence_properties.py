"""What holds of the confidence sequence for any counts."""

from math import isfinite, log

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from toolkit.decide.sequence import bernoulli_interval, log_wealth, rejects

EVENTS = st.floats(min_value=0.01, max_value=1e9)
SHARES = st.floats(min_value=0, max_value=1)
ALPHAS = st.floats(min_value=1e-6, max_value=0.5)


@given(n=EVENTS, share=SHARES, alpha=ALPHAS)
def test_the_interval_holds_the_estimate_and_lies_within_0_and_1(
    n: float, share: float, alpha: float
) -> None:
    low, high = bernoulli_interval(share * n, n, alpha=alpha)
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1


@given(n=EVENTS, share=SHARES, p=st.floats(min_value=1e-6, max_value=1 - 1e-6))
def test_a_share_is_inside_exactly_when_it_is_not_rejected(n: float, share: float, p: float) -> None:
    low, high = bernoulli_interval(share * n, n, alpha=0.05)
    assume(abs(float(log_wealth(p, share * n, n)) - log(20)) > 1e-6)
    assert bool(rejects(p, share * n, n, alpha=0.05)) == (not low <= p <= high)


@given(n=EVENTS, share=SHARES)
def test_swapping_successes_and_failures_mirrors_the_interval(n: float, share: float) -> None:
    k = share * n
    low, high = bernoulli_interval(k, n, alpha=0.05)
    mirrored = bernoulli_interval(n - k, n, alpha=0.05)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-7)


@given(n=EVENTS, share=SHARES, alpha=ALPHAS)
def test_more_confidence_never_narrows_the_interval(n: float, share: float, alpha: float) -> None:
    low, high = bernoulli_interval(share * n, n, alpha=alpha)
    wider_low, wider_high = bernoulli_interval(share * n, n, alpha=alpha / 10)
    assert wider_low <= low + 1e-12
    assert high <= wider_high + 1e-12


@pytest.mark.parametrize("n", [1e6, 1e9, 1e12])
@pytest.mark.parametrize("share", [0.0, 1e-9, 0.5, 1.0])
def test_huge_counts_lose_no_digits(n: float, share: float) -> None:
    low, high = bernoulli_interval(share * n, n, alpha=0.05)
    assert isfinite(low) and isfinite(high)
    assert high - low < 20 / n**0.5


def test_without_events_anything_is_possible() -> None:
    assert bernoulli_interval(0, 0, alpha=0.05) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("k", "n", "alpha"), [(2, 1, 0.05), (-1, 1, 0.05), (float("nan"), 1, 0.05), (1, 2, 0), (1, 2, 1)]
)
def test_impossible_counts_are_refused(k: float, n: float, alpha: float) -> None:
    with pytest.raises(ValueError, match="no interval"):
        bernoulli_interval(k, n, alpha=alpha)
