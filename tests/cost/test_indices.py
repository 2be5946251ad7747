"""Sobol indices of functions whose indices are known."""

from collections.abc import Callable

import numpy as np
import pytest
from SALib.test_functions import Ishigami, Sobol_G

from toolkit.cost.indices import Index, saltelli_design, sobol_indices
from toolkit.cost.sampling import Floats


def indices(of: Callable[[Floats], Floats], count: int, *, points: int = 4096) -> list[Index]:
    inputs = [f"x{number}" for number in range(count)]
    return list(sobol_indices(of(saltelli_design(inputs, points=points, seed=3)), inputs).values())


def test_ishigami() -> None:
    """a = 7, b = 0.1: the closed forms of Ishigami and Homma 1990. The third input only interacts."""
    found = indices(lambda shares: np.asarray(Ishigami.evaluate(np.pi * (2 * shares - 1), A=7, B=0.1)), 3)
    assert [index.first_order for index in found] == pytest.approx([0.313905, 0.442411, 0.0], abs=0.003)
    assert [index.total_order for index in found] == pytest.approx([0.557589, 0.442411, 0.243684], abs=0.003)


def test_sobol_g() -> None:
    """a = 78, 12, 0.5, 2, 97, 33, the example of Saltelli and others 2008."""
    a = np.array([78, 12, 0.5, 2, 97, 33])
    found = indices(lambda shares: np.asarray(Sobol_G.evaluate(shares, a=a)), 6)
    first = [0.000276, 0.010195, 0.765743, 0.191436, 0.000179, 0.001490]
    total = [0.000329, 0.012143, 0.795970, 0.220313, 0.000214, 0.001778]
    assert [index.first_order for index in found] == pytest.approx(first, abs=0.001)
    assert [index.total_order for index in found] == pytest.approx(total, abs=0.001)


def test_of_a_sum_the_indices_are_the_parts_of_the_variance() -> None:
    found = indices(lambda shares: shares @ np.array([1.0, 2.0, 3.0]), 3, points=512)
    for index, part in zip(found, np.array([1, 4, 9]) / 14, strict=True):
        assert index.first_order == pytest.approx(part, abs=0.01)
        assert index.total_order == pytest.approx(part, abs=0.01)


def test_a_number_that_never_changes_has_no_indices() -> None:
    assert indices(lambda shares: np.full(len(shares), 7.0), 2, points=8) == [Index(0.0, 0.0)] * 2


def test_points_without_a_price_are_left_out_whole() -> None:
    """A tenth of the first input has no price: the rest is a sum whose first input varies less."""

    def priced(shares: Floats) -> Floats:
        return np.where(shares[:, 0] > 0.9, np.inf, shares @ np.array([1.0, 1.0]))

    first, second = indices(priced, 2)
    assert first.total_order == pytest.approx(0.81 / 1.81, abs=0.02)
    assert second.total_order == pytest.approx(1 / 1.81, abs=0.02)


def test_too_few_prices_are_refused() -> None:
    with pytest.raises(ValueError, match="of the design has a price"):
        indices(lambda shares: np.where(shares[:, 0] > 0.3, np.nan, shares[:, 1]), 2, points=64)


def test_values_of_another_design_are_refused() -> None:
    with pytest.raises(ValueError, match="7 values are not those of a design of 2 inputs"):
        sobol_indices(np.zeros(7), ["a", "b"])


def test_a_design_out_of_balance_is_refused() -> None:
    with pytest.raises(ValueError, match="take a power of two"):
        saltelli_design(["a"], points=12, seed=1)


@pytest.mark.parametrize("seed", [0, 5])
def test_equal_seeds_give_equal_designs(seed: int) -> None:
    one, other = (saltelli_design(["a", "b"], points=16, seed=seed) for _ in range(2))
    assert (one == other).all()
    assert not (one == saltelli_design(["a", "b"], points=16, seed=seed + 1)).all()
