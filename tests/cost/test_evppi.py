"""The value of information by closed forms and textbook examples, and what must hold of any."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from toolkit.cost.evppi import evpi, evppi
from toolkit.cost.indices import saltelli_design, sobol_indices
from toolkit.cost.sampling import ORDER, Draws, Floats

N = 16_384


def normals(count: int, *, seed: int = 1, draws: int = N) -> tuple[Floats, Floats]:
    """Probabilities and standard normal numbers of independent inputs, shape (draws, count)."""
    drawn = Draws(draws, seed=seed)
    shares = np.stack([drawn.share(name) for name in ORDER[:count]], axis=1)
    return shares, np.asarray(norm.ppf(shares))


def worth(mean: float, sd: float) -> float:
    """sd (phi(z) - z (1 - Phi(z))), z = |mean| / sd: perfect information on a normal benefit."""
    z = abs(mean) / sd
    return float(sd * (norm.pdf(z) - z * norm.sf(z)))


@pytest.mark.parametrize(
    ("mean", "sd", "expected"),
    [(1, 2, 0.395593), (0, 1, 0.398942), (1, 1, 0.083315), (2, 1, 0.008491)],
)
def test_a_normal_benefit_has_the_value_of_the_closed_form(mean: float, sd: float, expected: float) -> None:
    """Raiffa and Schlaifer 1961, 11.1."""
    shares, z = normals(1)
    totals = {"stay": np.zeros(N), "move": -(mean + sd * z[:, 0])}
    assert worth(mean, sd) == pytest.approx(expected, abs=1e-6)
    assert evpi(totals) == pytest.approx(expected, abs=1e-4)
    assert evppi(totals, shares[:, 0]) == pytest.approx(expected, abs=5e-4)


def test_of_a_sum_each_part_has_the_value_of_the_closed_form() -> None:
    """Benefit 1 + x + 3 y: x is worth that of a normal of spread 1, y of 3, both of the root of 10."""
    shares, z = normals(3)
    totals = {"stay": np.zeros(N), "move": -(1 + z[:, 0] + 3 * z[:, 1])}
    assert evppi(totals, shares[:, 0]) == pytest.approx(worth(1, 1), abs=0.03)
    assert evppi(totals, shares[:, 1]) == pytest.approx(worth(1, 3), abs=0.003)
    assert evppi(totals, shares[:, :2]) == pytest.approx(worth(1, 10**0.5), abs=0.003)
    assert evppi(totals, shares[:, 2]) == 0.0


def test_of_a_product_only_both_together_tell() -> None:
    """Benefit x y: neither alone says which way to go and is worth anything; both E|xy| / 2 = 1 / pi."""
    shares, z = normals(2)
    totals = {"stay": np.zeros(N), "move": -(z[:, 0] * z[:, 1])}
    assert evppi(totals, shares[:, 0]) < 0.02 and evppi(totals, shares[:, 1]) < 0.02
    assert evppi(totals, shares) == pytest.approx(1 / np.pi, rel=0.05)


@pytest.mark.parametrize(
    ("payoffs", "tenths", "expected"),
    [
        ({"stock": [1500, 300, -800], "fund": [900, 600, -200], "deposit": [500, 500, 500]}, [5, 3, 2], 350),
        ({"large": [200, 100, -120], "small": [90, 50, -20], "none": [0, 0, 0]}, [3, 5, 2], 24),
        ({"accept": [1140, -1860], "refuse": [0, 0]}, [7, 3], 558),
    ],
)
def test_knowing_the_state_is_worth_perfect_information(
    payoffs: dict[str, list[float]], tenths: list[int], expected: float
) -> None:
    """The textbook examples of test_regret, and an underwriter's; the state is all that is uncertain."""
    state = np.tile(np.repeat(np.arange(len(tenths)), tenths), 16)
    totals = {name: -np.array(values, dtype=float)[state] for name, values in payoffs.items()}
    assert evpi(totals) == pytest.approx(expected)
    assert evppi(totals, state / 10) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("sensitivity", "specificity", "expected"), [(0.40, 0.65, 0.0), (0.70, 0.90, 310.8), (0.90, 0.97, 478.3)]
)
def test_a_signal_is_worth_what_it_changes_and_not_how_well_it_correlates(
    sensitivity: float, specificity: float, expected: float
) -> None:
    """Accept: +1140 at 0.7, -1860 at 0.3. The first signal is correlated, and never changes a choice."""
    cells = {
        (1, 1): 0.3 * sensitivity, (1, 0): 0.3 * (1 - sensitivity),
        (0, 0): 0.7 * specificity, (0, 1): 0.7 * (1 - specificity),
    }  # fmt: skip
    rows = [cell for cell, chance in cells.items() for _ in range(round(1000 * chance))]
    bad, signal = np.tile(np.array(rows, dtype=float).T, 16)
    totals = {"accept": np.where(bad == 1, 1860.0, -1140.0), "refuse": np.zeros(bad.size)}
    assert evppi(totals, signal) == pytest.approx(expected, abs=0.05)


def test_a_driver_that_moves_all_options_alike_has_a_large_index_and_no_value() -> None:
    """A shared cost with 98.3 % of a total's variance is worth nothing; one with 1.7 % is worth it all."""

    def totals(shares: Floats) -> dict[str, Floats]:
        shared, own = 100 * norm.ppf(shares[:, 0]), 13 * norm.ppf(shares[:, 1])
        return {"stay": 1000 + shared, "move": 1001 + shared + own}

    inputs = ["shared", "own"]
    index = sobol_indices(totals(saltelli_design(inputs, points=2048, seed=1))["move"], inputs)
    assert index["shared"].total_order == pytest.approx(0.983, abs=0.005)
    assert index["own"].total_order == pytest.approx(0.017, abs=0.005)
    shares, _ = normals(2)
    assert evppi(totals(shares), shares[:, 0]) == 0.0
    assert evppi(totals(shares), shares[:, 1]) == pytest.approx(worth(1, 13), rel=1e-3)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.lists(st.floats(-3, 3), min_size=6, max_size=6))
def test_a_part_is_worth_something_between_nothing_and_everything(seed: int, slopes: list[float]) -> None:
    """And more inputs are worth no less, up to the noise of 2,048 draws (dampack#86 got that wrong)."""
    shares, z = normals(3, seed=seed, draws=2048)
    one, other = z @ np.array(slopes[:3]), z @ np.array(slopes[3:])
    totals = {"a": one, "b": other, "c": np.full(2048, 0.5)}
    least, noise = evpi(totals), 0.1 * max(float(one.std()), float(other.std()))
    single = [evppi(totals, shares[:, column]) for column in range(3)]
    pair, all_three = evppi(totals, shares[:, :2]), evppi(totals, shares)
    assert all(0 <= value <= least + 1e-9 for value in (*single, pair, all_three))
    assert max(single[:2]) <= pair and max(single) <= all_three and pair <= all_three + noise
    assert all_three == pytest.approx(least, abs=noise)


def test_one_telling_input_is_not_lost_among_many_that_tell_nothing() -> None:
    """Costs that multiply into a long tail, as minutes down and what one costs do, and ten inputs beside."""
    shares, z = normals(12, draws=4096)
    outage = np.exp(2 * z[:, 0])
    totals = {"a": outage * np.exp(2 * z[:, 1]), "b": 9 + z[:, 2:].sum(axis=1)}
    alone = evppi(totals, shares[:, 0])
    assert alone > 0.1 * evpi(totals)
    assert alone <= evppi(totals, shares) <= evpi(totals)


def test_where_one_option_is_best_in_every_draw_nothing_is_worth_knowing() -> None:
    shares, z = normals(2)
    totals = {"a": z[:, 0], "b": z[:, 0] + 0.01 + z[:, 1] ** 2}
    assert evpi(totals) == 0.0
    assert evppi(totals, shares) == 0.0 and evppi(totals, shares[:, 1]) == 0.0


def test_noise_is_not_taken_for_value() -> None:
    """Two options that cost the same on average, and an input that has nothing to do with them."""
    values = []
    for seed in range(20):
        shares, z = normals(2, seed=seed, draws=1024)
        values.append(evppi({"a": z[:, 0], "b": -z[:, 0]}, shares[:, 1]))
    assert np.mean(values) < 0.02 * evpi({"a": z[:, 0], "b": -z[:, 0]})


def test_one_option_leaves_nothing_to_choose() -> None:
    shares, z = normals(1, draws=64)
    assert evpi({"a": z[:, 0]}) == 0.0 and evppi({"a": z[:, 0]}, shares) == 0.0


@pytest.mark.parametrize("shares", [np.full(4, 1.5), np.full(4, -0.1), np.full(4, np.nan)])
def test_what_is_no_probability_is_refused(shares: Floats) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        evppi({"a": np.zeros(4)}, shares)


def test_other_wrong_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="3 probabilities for 4 draws"):
        evppi({"a": np.zeros(4)}, np.zeros(3))
    with pytest.raises(ValueError, match="without a price"):
        evpi({"a": np.array([1.0, np.inf])})
    with pytest.raises(ValueError, match="nothing to choose from"):
        evpi({})
