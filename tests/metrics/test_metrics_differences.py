"""The difference of two estimates has Newcombe's interval for shares, and no more than its sides carry."""

import pytest

from toolkit.metrics.intervals import wilson
from toolkit.metrics.ratios import UNKNOWN, Estimate, difference


def share(successes: int, n: int) -> Estimate:
    return Estimate(successes / n, *wilson(successes, n))


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_of_shares_it_is_newcombes(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    found = difference(share(*one), share(*other))
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


def test_of_symmetric_intervals_it_is_the_usual_one() -> None:
    found = difference(Estimate(10.0, 7.0, 13.0), Estimate(4.0, 0.0, 8.0))
    assert found == Estimate(6.0, 1.0, 11.0)


def test_an_end_that_one_side_lacks_is_lacking_in_the_difference() -> None:
    found = difference(Estimate(10.0, 9.0, None), Estimate(4.0, 3.0, 5.0))
    assert found.high is None and found.low == pytest.approx(6 - 2**0.5)


def test_without_a_value_there_is_no_difference() -> None:
    assert difference(Estimate(None, 5000.0), Estimate(4.0, 3.0, 5.0)) == UNKNOWN
