"""Stochastic dominance by its definitions, of costs: less is better."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from toolkit.cost.dominance import dominance
from toolkit.cost.sampling import Draws, Floats

costs = st.lists(st.integers(0, 50), min_size=6, max_size=6).map(lambda usd: np.array(usd, dtype=float))
STRENGTH = {None: 0, "second order": 1, "first order": 2, "every draw": 3}


def by_definition(usd: Floats, other: Floats) -> str | None:
    """Both integrals at every cost that occurs: they are straight lines or steps between these."""
    if (usd == other).all():
        return None
    at = np.union1d(usd, other)
    if (usd <= other).all():
        return "every draw"
    if (np.sort(usd) == np.sort(other)).all():
        return None
    if all(np.mean(usd <= x) >= np.mean(other <= x) for x in at):
        return "first order"
    if all(np.maximum(usd - x, 0).mean() <= np.maximum(other - x, 0).mean() + 1e-12 for x in [-1.0, *at]):
        return "second order"
    return None


@given(costs, costs)
def test_it_is_what_the_definitions_say(usd: Floats, other: Floats) -> None:
    assert dominance(usd, other) == by_definition(usd, other)


@given(costs, costs)
def test_no_two_costs_dominate_each_other(usd: Floats, other: Floats) -> None:
    assert dominance(usd, other) is None or dominance(other, usd) is None


@given(costs, costs, costs)
def test_who_dominates_a_dominant_one_dominates_what_that_dominates(a: Floats, b: Floats, c: Floats) -> None:
    links = (STRENGTH[dominance(a, b)], STRENGTH[dominance(b, c)])
    if min(links) > 0:
        assert STRENGTH[dominance(a, c)] >= min(links)


@pytest.mark.parametrize(
    ("mean", "sd", "other_mean", "other_sd", "expected"),
    [
        (100, 10, 110, 10, "first order"),
        (100, 5, 100, 10, "second order"),
        (100, 5, 105, 10, "second order"),
        (105, 5, 100, 10, None),
        (100, 10, 105, 5, None),
    ],
)
def test_normal_costs_are_ordered_by_mean_and_spread(
    mean: float, sd: float, other_mean: float, other_sd: float, expected: str | None
) -> None:
    """First order: a smaller mean at equal spread. Second: neither mean nor spread larger (Levy 1992, 4)."""
    draws = Draws(1024, seed=4)
    usd = mean + sd * norm.ppf(draws.share("team_size"))
    other = other_mean + other_sd * norm.ppf(np.flip(np.sort(draws.share("team_size"))))
    assert dominance(usd, other) == expected


def test_only_pairing_tells_that_it_is_better_in_every_draw() -> None:
    usd, other = np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0])
    assert dominance(usd, other) == "every draw"
    assert dominance(usd, other[::-1].copy()) == "first order"


def test_less_than_half_a_cent_is_no_difference() -> None:
    usd = np.array([1.0, 2.0])
    assert dominance(usd, usd + 0.004) is None
    assert dominance(usd + 0.004, usd + np.array([0.0, 1.0])) == "every draw"


def test_a_draw_without_a_price_is_refused() -> None:
    with pytest.raises(ValueError, match="without a price"):
        dominance(np.array([1.0, np.inf]), np.array([2.0, 3.0]))


@pytest.mark.parametrize("other", [np.zeros(3), np.zeros((2, 1)), np.zeros(0)])
def test_draws_that_are_not_paired_are_refused(other: Floats) -> None:
    with pytest.raises(ValueError, match="not paired"):
        dominance(np.zeros(2), other)
