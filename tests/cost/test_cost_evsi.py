"""The value of a sample against closed forms: textbook tables, conjugate pairs, and sums over all counts."""

from itertools import product

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import ndtri

from toolkit.cost.evppi import evpi, evppi, worth_of_knowing
from toolkit.cost.evsi import counted_events, counted_share, evsi, noisy
from toolkit.cost.sampling import Draws, Floats

PAYOFFS = {
    "stock, fund or CD": ([[1500, 300, -800], [900, 600, -200], [500, 500, 500]], [5, 3, 2], 350.0),
    "lumber, two markets": ([[200, -180], [100, -20], [0, 0]], [5, 5], 60.0),
    "lumber, three markets": ([[200, 100, -120], [90, 50, -20], [0, 0, 0]], [3, 5, 2], 24.0),
}
"""Payoffs by option and state, tenths of probability of each state, and the EVPI that textbooks print."""


def spread(values: list[float], tenths: list[int], folds: int = 8) -> Floats:
    """Ten draws in the proportions of a table, as often as the estimate takes parts."""
    return np.tile(np.repeat(np.asarray(values, dtype=float), tenths), folds)


@pytest.mark.parametrize("name", PAYOFFS)
def test_perfect_information_of_textbook_tables(name: str) -> None:
    """An investment table and Thompson Lumber, as Render, Stair and Balakrishnan print them."""
    payoffs, tenths, printed = PAYOFFS[name]
    totals = {str(row): -spread([float(cell) for cell in row], tenths) for row in payoffs}
    state = spread([(place + 0.5) / len(tenths) for place in range(len(tenths))], tenths)
    assert evpi(totals) == pytest.approx(printed)
    assert evppi(totals, state) == pytest.approx(printed, abs=1e-6)


SIGNALS = [(0.40, 0.65, 0.0), (0.70, 0.90, 310.8), (0.90, 0.97, 478.3)]
"""Sensitivity and specificity for a bad risk, and the worth of the signal before its price."""


@pytest.mark.parametrize(("sensitivity", "specificity", "printed"), SIGNALS)
def test_a_signal_about_a_risk(sensitivity: float, specificity: float, printed: float) -> None:
    """Accept (1,140 or, with 3 in 10, -1,860) or refuse: redone by hand from CoursIA, lesson on signals."""
    counts = {
        (bad, alarm): round(1000 * (0.3 if bad else 0.7) * (hit if alarm else 1 - hit))
        for bad, alarm in product((True, False), repeat=2)
        for hit in [sensitivity if bad else 1 - specificity]
    }
    rows = [row for row, count in counts.items() for _ in range(count)]
    bad, alarm = (np.tile(np.array(part, dtype=float), 8) for part in zip(*rows, strict=True))
    totals = {"accept": np.where(bad == 1, 1860.0, -1140.0), "refuse": np.zeros(bad.size)}
    assert evpi(totals) == pytest.approx(558.0)
    found = evsi(totals, 0.25 + alarm / 2, 0.25 + bad / 2)
    assert round(found.usd, 1) == printed


@pytest.mark.parametrize(
    ("mean", "sd", "printed"),
    [(1, 2, 0.395593), (0, 1, 0.398942), (1, 1, 0.083315), (2, 1, 0.008491)],
)
def test_perfect_information_of_a_normal_benefit(mean: float, sd: float, printed: float) -> None:
    """s (phi(z) - z (1 - Phi(z))) with z = mean / s, the unit normal loss."""
    count = 2**19
    benefit = mean + sd * ndtri((np.arange(count) + 0.5) / count)
    assert evpi({"stay": np.zeros(count), "go": -benefit}) == pytest.approx(printed, abs=2e-6)


def loss(mean: float, sd: float) -> float:
    z = abs(mean) / sd
    return float(sd * (stats.norm.pdf(z) - z * stats.norm.sf(z)))


NAMES = ("team_size", "messages_per_user_day")


def normal_world() -> tuple[dict[str, Floats], Floats, Floats]:
    """Costs that differ by a normal number, its probabilities, and chance beside them."""
    draws = Draws(4096, seed=3)
    share, chance = (draws.share(name) for name in NAMES)
    return {"stay": np.zeros(share.size), "go": 1.0 - 2.0 * ndtri(share)}, share, chance


@pytest.mark.parametrize("sd_after", [0.0, 0.3, 0.6, 0.9])
def test_a_normal_sample_is_worth_what_its_closed_form_says(sd_after: float) -> None:
    """The benefit's posterior mean is N(-1, 4 (1 - sd_after squared))."""
    totals, share, chance = normal_world()
    found = evsi(totals, noisy(share, sd_after=sd_after, chance=chance), share)
    expected = loss(1.0, 2.0 * (1 - sd_after**2) ** 0.5)
    assert found.usd == pytest.approx(expected, abs=max(0.012, 4 * found.error_usd))
    assert found.error_usd < 0.05


def test_a_sample_that_shows_nothing_is_worth_nothing() -> None:
    totals, share, chance = normal_world()
    assert evsi(totals, noisy(share, sd_after=1.0, chance=chance), share).usd < 0.01


def test_no_sample_is_worth_more_than_the_truth_and_a_larger_one_no_less() -> None:
    totals, share, chance = normal_world()
    worth = [evsi(totals, noisy(share, sd_after=left, chance=chance), share).usd for left in (0.9, 0.6, 0.3)]
    assert worth == sorted(worth)
    assert 0 <= worth[-1] <= evppi(totals, share) <= evpi(totals)


@pytest.mark.parametrize("events", [3, 20, 200])
def test_counts_of_a_share_are_worth_the_sum_over_all_counts(events: int) -> None:
    """A share from Beta(2, 6), 100 USD of cost for each whole of it, against 25 USD for sure."""
    draws = Draws(4096, seed=5)
    uniform, chance = (draws.share(name) for name in NAMES)
    truth = stats.beta(2, 6).ppf(uniform)
    totals = {"sure": np.full(truth.size, 25.0), "risky": 100 * truth}
    found = evsi(totals, counted_share(truth, events=events, chance=chance), uniform)
    counts = np.arange(events + 1)
    posterior_mean = (2 + counts) / (8 + events)
    weight = stats.betabinom(events, 2, 6).pmf(counts)
    expected = 25.0 - float(np.sum(weight * np.minimum(25.0, 100 * posterior_mean)))
    assert found.usd == pytest.approx(expected, abs=max(0.15, 4 * found.error_usd))


def test_counts_of_a_rate_are_worth_the_sum_over_all_counts() -> None:
    """A rate from Gamma(3) a month, 10 USD an event, against 28 USD for sure, after half a month."""
    draws = Draws(4096, seed=6)
    uniform, chance = (draws.share(name) for name in NAMES)
    rate = stats.gamma(3).ppf(uniform)
    totals = {"sure": np.full(rate.size, 28.0), "risky": 10 * rate}
    found = evsi(totals, counted_events(rate, exposure=0.5, chance=chance), uniform)
    counts = np.arange(200)
    weight = stats.nbinom(3, 1 / 1.5).pmf(counts)
    expected = 28.0 - float(np.sum(weight * np.minimum(28.0, 10 * (3 + counts) / 1.5)))
    assert found.usd == pytest.approx(expected, abs=max(0.2, 4 * found.error_usd))


def test_the_error_is_about_what_other_seeds_show() -> None:
    told, seen = [], []
    for seed in range(12):
        draws = Draws(512, seed=seed)
        share, chance = (draws.share(name) for name in NAMES)
        totals = {"stay": np.zeros(share.size), "go": 1.0 - 2.0 * ndtri(share)}
        found = worth_of_knowing(totals, noisy(share, sd_after=0.5, chance=chance))
        told.append(found.error_usd)
        seen.append(found.usd)
    assert 0.3 < np.mean(told) / np.std(seen, ddof=1) < 4.0


@pytest.mark.parametrize("left", [-0.1, 1.1])
def test_no_measurement_leaves_more_spread_than_there_is(left: float) -> None:
    with pytest.raises(ValueError, match="cannot be left"):
        noisy(np.array([0.5]), sd_after=left, chance=np.array([0.5]))


def test_the_loss_used_here_is_the_integral() -> None:
    numeric, _ = integrate.quad(lambda x: max(x, 0.0) * stats.norm.pdf(x, -1.0, 2.0), -20, 20, limit=200)
    assert loss(1.0, 2.0) == pytest.approx(numeric, abs=1e-6)
