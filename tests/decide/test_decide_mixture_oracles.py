"""The mixtures against the values that the authors' own library is tested with."""

from math import log

import pytest
from scipy.optimize import brentq

from toolkit.decide.mixtures import best_rho, gamma_exponential, gamma_poisson
from toolkit.decide.rates import rate_interval

ONE_SIDED = 0.1
"""A one-sided mixture is tuned at twice the error."""


@pytest.mark.parametrize(
    ("mixture", "bound"), [(gamma_exponential, 33.02017), (gamma_poisson, 30.1949)], ids=["exp", "poisson"]
)
def test_they_agree_with_the_unit_tests_of_confseq(mixture: object, bound: float) -> None:
    """gostevehoward/confseq at 70b1ef3 (2024-10-27): v 100, alpha 0.05, v_opt 100, c 2."""
    rho = best_rho(100, alpha=ONE_SIDED)

    def excess(s: float) -> float:
        return float(mixture(s, 100, rho=rho, c=2)) - log(20)  # type: ignore[operator]

    assert brentq(excess, 0, 200) == pytest.approx(bound, abs=5e-6 * bound)


def test_the_best_parameter_is_the_one_of_confseq() -> None:
    assert best_rho(100, alpha=0.05) == pytest.approx(12.60056, abs=5e-6)


def test_a_rate_without_any_event_is_bounded_from_above_alone() -> None:
    low, high = rate_interval(0, 3600, alpha=0.05)
    assert low == 0
    assert 3.7 < high * 3600 < 9  # one look at the end would bound it by 3.69 events


def test_the_interval_of_a_rate_holds_it_and_narrows() -> None:
    widths = []
    for events in (1, 10, 100, 10_000):
        low, high = rate_interval(events, events * 60.0, alpha=0.05)
        assert low < 1 / 60 < high
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("counts", [(-1, 10), (1, -1), (float("nan"), 1)])
def test_impossible_counts_are_refused(counts: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no interval"):
        rate_interval(*counts, alpha=0.05)
