"""Ranges are drawn so that they return their own percentiles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.cost.sampling import Draws, quantile_function
from toolkit.evidence import Range

numbers = st.floats(0, 1e9, allow_subnormal=False)
ranges = st.tuples(numbers, numbers, numbers).map(sorted)


@given(ranges)
def test_a_range_returns_its_own_percentiles(parts: list[float]) -> None:
    p5, p50, p95 = parts
    drawn = quantile_function(np.array([0.05, 0.5, 0.95]), p5=p5, p50=p50, p95=p95)
    assert drawn == pytest.approx([p5, p50, p95], rel=1e-9, abs=1e-6)


@given(ranges, st.lists(st.floats(0, 1), min_size=2, max_size=20).map(sorted))
def test_more_probability_never_means_less(parts: list[float], shares: list[float]) -> None:
    p5, p50, p95 = parts
    drawn = quantile_function(np.array(shares), p5=p5, p50=p50, p95=p95)
    assert (np.diff(drawn) >= -1e-6).all()


@given(ranges)
def test_nothing_is_drawn_beyond_what_somebody_said(parts: list[float]) -> None:
    p5, p50, p95 = parts
    assert quantile_function(np.array([0.0, 1.0]), p5=p5, p50=p50, p95=p95).tolist() == [p5, p95]


def test_many_draws_have_the_percentiles_of_their_range() -> None:
    drawn = Draws(4096, seed=7).quantity("spare_nodes", Range(p5=4, p50=8, p95=24))
    assert np.percentile(drawn, [5, 50, 95]) == pytest.approx([4, 8, 24], rel=0.001)


def test_the_mean_is_that_of_the_piecewise_linear_quantile_function() -> None:
    """Its integral: 0.05 of both ends, and 0.45 of the middle of each straight part."""
    p5, p50, p95 = 4.0, 8.0, 24.0
    expected = 0.05 * p5 + 0.45 * (p5 + p50) / 2 + 0.45 * (p50 + p95) / 2 + 0.05 * p95
    drawn = Draws(4096, seed=11).quantity("spare_nodes", Range(p5=p5, p50=p50, p95=p95))
    assert drawn.mean() == pytest.approx(expected, rel=1e-6)


def test_a_number_is_the_same_in_every_draw() -> None:
    assert Draws(4, seed=0).quantity("spare_nodes", 3.5).tolist() == [3.5] * 4
