"""Quantiles of three distributions.

``scipy.stats`` has them too, from the same functions. To import it takes longer than to roll up a day.
"""

from bisect import bisect_left

from scipy import special


def normal(share: float) -> float:
    """What a standard normal variable stays below with that probability.

    >>> round(normal(0.975), 6)
    1.959964
    """
    return float(special.ndtri(share))


def chi_square(share: float, degrees: float) -> float:
    """What a chi-square variable stays below with that probability.

    >>> round(chi_square(0.95, 10), 6)
    18.307038
    """
    return float(2 * special.gammaincinv(degrees / 2, share))


def binomial(share: float, n: int, chance: float) -> int:
    """The fewest successes out of n that are not exceeded with at least that probability.

    Args:
        chance: of each success.

    >>> binomial(0.975, 1000, 0.5)
    531
    """

    def up_to(successes: int) -> float:
        # Of large n this is exact where SciPy's own sum of the binomial, bdtr, is not.
        return float(special.betaincc(successes + 1, n - successes, chance))

    return bisect_left(range(n), share, key=up_to)
