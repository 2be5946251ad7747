"""Rank acceptability against closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.cost.sampling import DRAWS, ORDER, SEED, Draws
from toolkit.decide.smaa import acceptability, any_weights, central_weights, flip_of, scores

COUNT = 2**15
THREE = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.6]])
"""Two extremes and a compromise under two criteria."""


def test_three_alternatives_have_their_closed_form() -> None:
    """The first wins above a weight of 0.6, the second below 0.4, the compromise between."""
    weights = any_weights(2, count=COUNT, seed=3)
    scored = scores(np.broadcast_to(THREE, (COUNT, 3, 2)), weights)
    exact = [[0.4, 0.1, 0.5], [0.4, 0.1, 0.5], [0.2, 0.8, 0.0]]
    assert acceptability(scored) == pytest.approx(np.array(exact), abs=1e-3)
    central = [found for found in central_weights(scored, weights) if found is not None]
    assert np.array(central) == pytest.approx(np.array([[0.8, 0.2], [0.2, 0.8], [0.5, 0.5]]), abs=1e-3)


@pytest.mark.parametrize("criteria", [1, 2, 3, 5])
def test_any_weights_are_uniform_over_the_simplex(criteria: int) -> None:
    """Each weight has the mean 1/k and the variance (k-1) / (k² (k+1)) of a flat Dirichlet."""
    weights = any_weights(criteria, count=COUNT, seed=1)
    assert weights.min() >= 0 and weights.sum(axis=1) == pytest.approx(1)
    assert weights.mean(axis=0) == pytest.approx(1 / criteria, abs=1e-3)
    variance = (criteria - 1) / (criteria**2 * (criteria + 1))
    assert weights.var(axis=0) == pytest.approx(variance, abs=2e-3)


def test_weights_do_not_hang_on_what_is_uncertain() -> None:
    """Two Sobol sequences of one length repeat each other's pattern; point by point they may not meet."""
    weights = any_weights(3, count=DRAWS, seed=SEED)
    for quantity in ORDER[:8]:
        drawn = Draws(DRAWS, SEED).share(quantity)
        # Of independent samples of this size the coefficient has the standard error 1/64.
        assert np.abs(np.corrcoef(drawn, weights.T)[0, 1:]).max() < 5 / 64
        halves = [weights[drawn < 0.5].mean(axis=0), weights[drawn >= 0.5].mean(axis=0)]
        assert halves[0] == pytest.approx(halves[1], abs=0.04)


def test_an_option_that_no_weight_puts_first_has_no_central_weights() -> None:
    weights = any_weights(2, count=64, seed=1)
    dominated = np.broadcast_to(np.array([[0.9, 0.9], [0.1, 0.1]]), (64, 2, 2))
    scored = scores(dominated, weights)
    assert central_weights(scored, weights)[1] is None
    assert acceptability(scored).tolist() == [[1, 0], [0, 1]]


def test_the_weight_that_flips_the_first_is_where_the_lines_cross() -> None:
    """At 0.7 the first alternative leads; at 0.6 the compromise catches up with it."""
    flip = flip_of(THREE, np.array([0.7, 0.3]), 0)
    assert flip is not None
    assert (round(flip[0], 12), flip[1]) == (0.6, 2)
    assert flip_of(np.array([[0.9, 0.9], [0.1, 0.1]]), np.array([0.5, 0.5]), 0) is None


@given(
    st.lists(
        st.lists(st.floats(0, 1).map(lambda value: round(value, 2)), min_size=3, max_size=3),
        min_size=2,
        max_size=5,
    )
)
def test_ranks_are_a_partition_and_a_flip_is_a_tie(values: list[list[float]]) -> None:
    utilities, own = np.array(values), np.array([0.5, 0.3, 0.2])
    shares = acceptability(scores(utilities[None], own))
    assert shares.sum(axis=0) == pytest.approx(1) and shares.sum(axis=1) == pytest.approx(1)
    for criterion in range(3):
        flip = flip_of(utilities, own, criterion)
        if flip is not None:
            at, other = flip
            rest = np.where(np.arange(3) == criterion, 0, own)
            moved = rest / rest.sum() * (1 - at) + np.eye(3)[criterion] * at
            found = utilities @ moved
            best = int((utilities @ own).argmax())
            assert found[other] == pytest.approx(found[best], abs=1e-6)
