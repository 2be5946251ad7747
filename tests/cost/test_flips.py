"""Flip points: where the recommendation changes along one input, and the nearest world in which it does."""

import numpy as np
import pytest
from scipy.stats import norm

from toolkit.cost.flips import Costs, Flip, flips
from toolkit.cost.jointflips import nearest_flip
from toolkit.cost.sampling import ORDER, Draws, Floats


def start(inputs: int) -> Floats:
    draws = Draws(1024, seed=6)
    return np.stack([draws.share(name) for name in ORDER[:inputs]], axis=1)


def straight(slopes: list[float], gap: float) -> Costs:
    """Option b costs more than a by a gap that falls along some directions, in standard deviations."""

    def costs(shares: Floats) -> dict[str, Floats]:
        z = norm.ppf(np.clip(shares, 1e-9, 1 - 1e-9))
        return {"a": np.zeros(len(z)), "b": gap - z @ np.array(slopes)}

    return costs


def test_one_input_flips_where_the_costs_cross() -> None:
    (flip,) = flips(lambda share: {"a": 10 * share, "b": 7 + 0 * share}, recommended="a")
    assert flip.share == pytest.approx(0.7, abs=2e-3)
    assert (flip.below, flip.above) == ("a", "b")
    assert flip.p_beyond == pytest.approx(0.3, abs=2e-3)


def test_the_side_beyond_is_the_one_where_another_option_is_cheapest() -> None:
    (flip,) = flips(lambda share: {"a": 7 + 0 * share, "b": 10 * share}, recommended="a")
    assert (flip.below, flip.above) == ("b", "a")
    assert flip.p_beyond == pytest.approx(0.7, abs=2e-3)


def test_every_change_is_told_in_order_even_within_one_cell() -> None:
    """b is cheapest below 0.61, a from 0.63 on, and c in the two hundredths between."""

    def costs(share: Floats) -> dict[str, Floats]:
        return {
            "b": 100 * (share - 0.60), "c": 1 + 0 * share, "a": 100 * (0.64 - share),
        }  # fmt: skip

    found = flips(costs, recommended="a")
    assert [(flip.below, flip.above) for flip in found] == [("b", "c"), ("c", "a")]
    assert [flip.share for flip in found] == pytest.approx([0.61, 0.63], abs=1e-3)
    assert [flip.p_beyond for flip in found] == pytest.approx([0.39, 0.63], abs=1e-3)


def test_a_step_is_found_as_well_as_a_crossing() -> None:
    found = flips(lambda share: {"a": np.where(share > 0.333, 9.0, 1.0), "b": 5 + 0 * share}, recommended="a")
    assert found == [Flip(pytest.approx(0.333, abs=2e-4), "a", "b", pytest.approx(0.667, abs=2e-4))]


def test_costs_that_do_not_cross_have_no_flip() -> None:
    assert flips(lambda share: {"a": share, "b": share + 1}, recommended="a") == []
    assert flips(lambda share: {"a": share}, recommended="a") == []


def test_equal_costs_do_not_change_a_recommendation() -> None:
    assert flips(lambda share: {"b": share, "a": share}, recommended="a") == []


@pytest.mark.parametrize("slopes", [[100.0], [30.0, -40.0], [10.0, 20.0, 30.0, 40.0, 50.0], [1.0] * 12])
def test_the_nearest_joint_flip_of_a_straight_boundary_is_its_foot(slopes: list[float]) -> None:
    """The gap over the length of the slopes (Hasofer and Lind 1974), each input moved in their proportion."""
    length = float(np.linalg.norm(slopes))
    inputs = [f"x{number}" for number in range(len(slopes))]
    found = nearest_flip(
        straight(slopes, 1.5 * length), inputs=inputs, recommended="a", start=start(len(slopes))
    )
    assert found is not None and found.option == "b"
    assert 1.5 <= found.distance <= 1.5 * 1.02
    moved = [float(norm.ppf(found.shares.get(name, 0.5))) for name in inputs]
    assert moved == pytest.approx([1.5 * slope / length for slope in slopes], abs=0.25)


def test_inputs_that_change_nothing_stay_at_their_median() -> None:
    inputs = ["idle", "strong", "idle too"]
    found = nearest_flip(straight([0, 100.0, 0], 100.0), inputs=inputs, recommended="a", start=start(3))
    assert found is not None and set(found.shares) == {"strong"}
    assert found.shares["strong"] == pytest.approx(norm.cdf(1.0), abs=0.005)


def test_only_several_inputs_together_may_flip_it() -> None:
    """b wins where both are above their 80th percentile: a step that no slope leads to."""

    def costs(shares: Floats) -> dict[str, Floats]:
        return {"a": np.where((shares > 0.8).all(axis=1), 9.0, 1.0), "b": np.full(len(shares), 5.0)}

    found = nearest_flip(costs, inputs=["x", "y"], recommended="a", start=start(2))
    assert found is not None
    assert found.distance == pytest.approx(2**0.5 * norm.ppf(0.8), rel=0.02)
    assert list(found.shares.values()) == pytest.approx([0.8, 0.8], abs=0.02)


def test_a_recommendation_that_no_draw_overturns_has_no_flip() -> None:
    costs = straight([1.0, 1.0], 1e6)
    assert nearest_flip(costs, inputs=["x", "y"], recommended="a", start=start(2)) is None


def test_where_another_option_is_cheapest_at_the_medians_the_flip_is_there() -> None:
    """The mean prefers a, which the median does not see."""
    found = nearest_flip(straight([1.0], -1.0), inputs=["x"], recommended="a", start=start(1))
    assert found is not None and (found.distance, found.shares, found.option) == (0.0, {}, "b")


def test_a_world_without_a_price_for_it_overturns_an_option() -> None:
    def costs(shares: Floats) -> dict[str, Floats]:
        return {"a": np.where(shares[:, 0] > 0.9, np.inf, 1.0), "b": np.full(len(shares), 2.0)}

    found = nearest_flip(costs, inputs=["x"], recommended="a", start=start(1))
    assert found is not None and found.shares["x"] == pytest.approx(0.9, abs=0.005)
