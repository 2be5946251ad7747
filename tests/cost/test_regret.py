"""Regret by the worked examples of textbooks, as costs: payoffs with their sign turned."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.cost.comparing import largest_regret, minimax_regret, priced_alike, regret
from toolkit.cost.evppi import evpi
from toolkit.cost.sampling import Floats

Example = tuple[dict[str, list[float]], list[int], dict[str, float], dict[str, float], str, float]

STOCK: Example = (
    {"stock": [1500, 300, -800], "fund": [900, 600, -200], "deposit": [500, 500, 500]},
    [5, 3, 2],
    {"stock": 350, "fund": 440, "deposit": 530},
    {"stock": 1300, "fund": 700, "deposit": 1000},
    "fund",
    350,
)
"""Stock, fund and certificate of deposit: the standard example of perfect information."""

LUMBER_OF_TWO: Example = (
    {"large": [200, -180], "small": [100, -20], "none": [0, 0]},
    [5, 5],
    {"large": 90, "small": 60, "none": 100},
    {"large": 180, "small": 100, "none": 200},
    "small",
    60,
)
"""Thompson Lumber in thousands: Render and Stair, *Quantitative Analysis for Management*, ch. 3."""

LUMBER_OF_THREE: Example = (
    {"large": [200, 100, -120], "small": [90, 50, -20], "none": [0, 0, 0]},
    [3, 5, 2],
    {"large": 24, "small": 62, "none": 110},
    {"large": 120, "small": 110, "none": 200},
    "small",
    24,
)
"""The same with three states: Balakrishnan, Render and Stair, *Managerial Decision Modeling*, ch. 8."""


def drawn(payoffs: dict[str, list[float]], tenths: list[int]) -> dict[str, Floats]:
    """Ten draws in which each state comes as often as its probability says."""
    return {name: -np.repeat(np.array(values, dtype=float), tenths) for name, values in payoffs.items()}


@pytest.mark.parametrize("example", [STOCK, LUMBER_OF_TWO, LUMBER_OF_THREE])
def test_the_worked_examples_come_out(example: Example) -> None:
    payoffs, tenths, mean, largest, choice, information = example
    totals = drawn(payoffs, tenths)
    assert regret(totals) == pytest.approx(mean)
    assert largest_regret(totals) == pytest.approx(largest)
    assert minimax_regret(totals) == choice
    assert evpi(totals) == pytest.approx(information)


def test_the_worked_example_of_costs_comes_out() -> None:
    """Costs 50, 60, 70 / 45, 55, 65 / 40, 60, 85 at 0.2, 0.4, 0.4: d2 at 57 is 1 from perfect information."""
    totals = {
        name: np.repeat(np.array(values, dtype=float), [2, 4, 4])
        for name, values in {"d1": [50, 60, 70], "d2": [45, 55, 65], "d3": [40, 60, 85]}.items()
    }
    assert {name: float(usd.mean()) for name, usd in totals.items()} == {"d1": 62, "d2": 57, "d3": 66}
    assert evpi(totals) == pytest.approx(1)


@given(st.lists(st.lists(st.floats(0, 1e6), min_size=4, max_size=4), min_size=1, max_size=4))
def test_perfect_information_is_worth_the_least_expected_regret(rows: list[list[float]]) -> None:
    totals = {str(index): np.array(row) for index, row in enumerate(rows)}
    assert evpi(totals) == pytest.approx(min(regret(totals).values()), abs=1e-6)
    assert all(largest_regret(totals)[name] >= mean for name, mean in regret(totals).items())


def test_of_equal_options_the_first_is_chosen() -> None:
    assert minimax_regret({"a": np.array([1.0]), "b": np.array([1.004])}) == "a"
    assert minimax_regret({}) is None and largest_regret({}) == {}


def test_a_draw_without_a_price_is_not_regretted() -> None:
    totals = {"a": np.array([1.0, np.inf]), "b": np.array([3.0, 3.0]), "c": np.array([np.nan, 5.0])}
    assert largest_regret(totals) == {"a": 0.0, "b": 2.0, "c": 2.0}


def test_options_are_compared_where_all_of_them_have_a_price() -> None:
    totals = {
        "a": np.array([1.0, 2, 3, 4]),
        "seldom": np.array([1.0, np.inf, np.nan, np.inf]),
        "b": np.array([1.0, 2, 3, np.inf]),
    }
    names, draws = priced_alike(totals, at_least=0.75)
    assert names == ["a", "b"] and draws.tolist() == [True, True, True, False]
    names, draws = priced_alike(totals, at_least=1.0)
    assert names == ["a"] and draws.all()
    assert priced_alike({"none": np.array([np.nan])}, at_least=0.5)[0] == []
