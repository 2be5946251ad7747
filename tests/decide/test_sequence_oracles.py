"""The confidence sequence against published values and against a table computed apart from it."""

import numpy as np
import pytest

from toolkit.decide.sequence import bernoulli_interval, rejects


@pytest.mark.parametrize(
    ("k", "n", "t_opt", "low", "high"),
    [
        (700, 1000, 100, 0.651629, 0.745949),
        (1, 50, 50, 0.0, 0.13489),
        (1, 2, 50, 0.0, 1.0),
        (0, 1, 50, 0.0, 1.0),
        (1, 1, 50, 0.0, 1.0),
    ],
)
def test_it_agrees_with_the_unit_tests_of_confseq(
    k: int, n: int, t_opt: float, low: float, high: float
) -> None:
    """gostevehoward/confseq at 70b1ef3 (2024-10-27), Bernoulli confidence interval at alpha 0.05."""
    assert bernoulli_interval(k, n, alpha=0.05, t_opt=t_opt) == pytest.approx((low, high), abs=2e-6)


@pytest.mark.parametrize(
    ("observed", "first_n"),
    [
        (0.96, 4600),
        (0.97, 960),
        (0.98, 370),
        (0.99, 200),
        (0.94, 5500),
        (0.93, 1330),
        (0.92, 610),
        (0.90, 250),
    ],
)
def test_the_first_n_that_clears_the_95_percent_gate(observed: float, first_n: int) -> None:
    """Facts, gates A5: alpha 0.05, t_opt 500, found by steps of 5 %."""
    n = np.arange(50, 10_000)
    cleared = n[rejects(0.95, observed * n, n, alpha=0.05, t_opt=500)]
    assert cleared[0] == pytest.approx(first_n, rel=0.06)


def test_daily_looks_cost_two_to_three_times_the_events_of_one_look() -> None:
    """Facts, gates A5: one Wilson interval clears 95 % at 0.97 after 440 events, at 0.98 after 210."""
    n = np.arange(50, 10_000)
    for observed, wilson_n in ((0.97, 440), (0.98, 210)):
        first = n[rejects(0.95, observed * n, n, alpha=0.05, t_opt=500)][0]
        assert 1.5 < first / wilson_n < 2.6
