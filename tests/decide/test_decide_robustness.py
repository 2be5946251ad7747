"""Whether the choice by expected cost is the robust one too, and who disagrees."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.decide.robustness import robustness

CALM = np.array([100.0, 100.0, 100.0, 100.0])
GAMBLE = np.array([10.0, 10.0, 10.0, 300.0])
DEAR = CALM + 50


def test_when_all_ways_agree_one_line_says_so() -> None:
    found = robustness({"calm": CALM, "dear": DEAR}, ["calm", "dear"])
    assert found is not None and found.agree
    assert found.text == (
        "Expected cost, chance and least regret all take calm: 100 % likely to be the cheapest, at worst "
        "USD 0 dearer than the best of its draw. Dominated, so nobody's choice by cost: dear."
    )
    assert found.dominated_by == {"calm": {}, "dear": {"calm": "every draw"}}


def test_when_they_do_not_it_says_who_disagrees_and_what_decides() -> None:
    """The gamble has the mean 82.5 and wins three times of four, but may cost 200 more than it had to."""
    found = robustness({"calm": CALM, "gamble": GAMBLE}, ["calm", "gamble"])
    assert found is not None and not found.agree
    assert (found.expected_cost, found.most_often_cheapest, found.minimax_regret) == (
        "gamble",
        "gamble",
        "calm",
    )
    assert found.largest_regret_usd == {"calm": 90, "gamble": 200}
    assert found.text == (
        "Expected cost takes gamble (75 % likely to be the cheapest, at worst USD 200 dearer than the best "
        "of its draw); the least regret at worst is that of calm, USD 90, for USD 18 more on average; the "
        "ranking goes by the mean; who cannot bear the worst case decides otherwise."
    )


def test_a_long_tail_can_make_the_usual_winner_the_dearer_one() -> None:
    found = robustness({"calm": CALM, "gamble": GAMBLE + np.array([0, 0, 0, 200])}, ["calm", "gamble"])
    assert found is not None
    assert (found.expected_cost, found.most_often_cheapest) == ("calm", "gamble")
    assert (
        "most often the cheapest is gamble (75 %), but a long tail makes its mean USD 32 higher" in found.text
    )


def test_options_that_are_out_take_no_part() -> None:
    totals = {"calm": CALM, "gamble": GAMBLE, "dear": DEAR}
    found = robustness(totals, ["calm", "dear"])
    assert found is not None and found.among == ("calm", "dear")
    assert found.p_best == {"calm": 1, "dear": 0}


@pytest.mark.parametrize("among", [[], ["calm"], ["calm", "unknown"]])
def test_one_option_alone_is_nothing_to_compare(among: list[str]) -> None:
    assert robustness({"calm": CALM}, among) is None


def test_an_option_without_a_price_in_many_draws_takes_no_part() -> None:
    broken = np.array([1.0, np.inf, 1.0, 1.0])
    found = robustness({"calm": CALM, "dear": DEAR, "broken": broken}, ["calm", "dear", "broken"])
    assert found is not None and found.among == ("calm", "dear")


@given(st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=2, max_size=4))
def test_the_choice_by_mean_is_that_of_least_expected_regret(draws: list[list[int]]) -> None:
    totals = {str(number): np.array(row, dtype=float) for number, row in enumerate(draws)}
    found = robustness(totals, list(totals))
    assert found is not None
    assert found.regret_usd[found.expected_cost] == pytest.approx(min(found.regret_usd.values()))
    assert found.largest_regret_usd[found.minimax_regret] == min(found.largest_regret_usd.values())
    assert found.undominated
