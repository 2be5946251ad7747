"""The error of a mean is estimated from independent scramblings, and falls as the sequence promises."""

import numpy as np
import pytest

from toolkit.cost.errors import standard_error
from toolkit.cost.sampling import ORDER, Draws, Floats, quantile_function

EXACT = (0.05 * 4 + 0.45 * 6 + 0.45 * 16 + 0.05 * 24) ** 3
"""The mean of the product of three independent ranges of 4, 8 and 24."""


def product(draws: Draws) -> Floats:
    drawn = [quantile_function(draws.share(name), p5=4, p50=8, p95=24) for name in ORDER[:3]]
    return np.asarray(np.prod(drawn, axis=0))


def plain_product(count: int, seed: int) -> float:
    shares = np.random.default_rng(seed).random((3, count))
    return float(np.prod(quantile_function(shares, p5=4, p50=8, p95=24), axis=0).mean())


def rms(errors: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(errors))))


def slope(counts: list[int], errors: list[float]) -> float:
    return float(np.polyfit(np.log(counts), np.log(errors), 1)[0])


def test_the_error_of_a_known_integral_falls_almost_like_one_over_the_draws() -> None:
    """Plain draws fall like 1 / sqrt(draws), a slope of -0.5 between logarithms."""
    counts = [2**power for power in range(6, 14)]
    true = [
        rms([float(product(Draws(count, seed=seed)).mean()) - EXACT for seed in range(16)])
        for count in counts
    ]
    told = [
        standard_error([float(product(Draws(count, seed=seed)).mean()) for seed in range(8)])
        for count in counts
    ]
    plain = [rms([plain_product(count, seed) - EXACT for seed in range(16)]) for count in counts]
    assert slope(counts, true) < -0.9
    assert slope(counts, told) < -0.9
    assert slope(counts, plain) > -0.65
    assert true[-1] < plain[-1] / 20


def test_the_truth_lies_within_the_interval_that_the_error_gives() -> None:
    """2.365 is Student's 97.5 % point with 7 degrees of freedom: 95 % of the intervals hold the truth."""
    held = 0
    for first in range(0, 1600, 8):
        means = [float(product(Draws(64, seed=first + seed)).mean()) for seed in range(8)]
        held += abs(np.mean(means) - EXACT) <= 2.365 * standard_error(means)
    assert 0.90 <= held / 200 <= 0.99


def test_one_estimate_has_no_spread() -> None:
    with pytest.raises(ValueError, match="1 estimates have no spread"):
        standard_error([3.0])


def test_it_is_the_spread_over_the_root_of_the_number_of_estimates() -> None:
    assert standard_error([1.0, 3.0]) == pytest.approx(1.0)
    assert standard_error([5.0] * 8) == 0.0
