"""Mixtures of bets whose wealth may be looked at after every event, in closed form.

Howard, Ramdas, McAuliffe, Sekhon: Time-uniform, nonparametric, nonasymptotic confidence sequences, Annals of
Statistics 49 (2021), 1055-1080, propositions 9 and 10. Each is the mean wealth, over a gamma distribution of
the size of the bet, of who bets on a deviation ``s`` whose variance adds up to ``v``; the chance that it ever
reaches 1/alpha is at most alpha where there is nothing to find.
"""

from math import log, log1p

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainc, gammaincc, gammaln

Floats = NDArray[np.float64]


def best_rho(v_opt: float, *, alpha: float) -> float:
    """The parameter of the mixture that is best where the variance has added up to ``v_opt``.

    >>> round(best_rho(100, alpha=0.05), 5)
    12.60056
    """
    twice = 2 * log(1 / alpha)
    return v_opt / (twice + log1p(twice))


def gamma_exponential(s: ArrayLike, v: ArrayLike, *, rho: float, c: float = 1.0) -> Floats:
    """The log wealth of bets on a mean of steps that fall by at most ``c`` below it; broadcasts.

    Args:
        s: the sum of the steps, at least 0.
        v: the sum of their squares, or of their conditional variances.
        rho: of the mixture, see :func:`best_rho`.
        c: the largest fall, in the unit of ``s``.
    """
    s, v = np.asarray(s, dtype=np.float64), np.asarray(v, dtype=np.float64)
    prior, shape, rate = rho / c**2, (v + rho) / c**2, (c * s + v + rho) / c**2
    start = prior * log(prior) - gammaln(prior) - np.log(gammainc(prior, prior))
    gained = gammaln(shape) + np.log(gammainc(shape, rate)) - shape * np.log(rate)
    return np.asarray(start + gained + (c * s + v) / c**2)


def gamma_poisson(s: ArrayLike, v: ArrayLike, *, rho: float, c: float = 1.0, more: bool = True) -> Floats:
    """The log wealth of bets on a count of Poisson events that deviates to one side; broadcasts.

    Args:
        s: the count less ``v``.
        v: the count that is expected.
        rho: of the mixture, see :func:`best_rho`.
        c: what one event counts.
        more: bet on more events than expected, else on fewer.
    """
    s, v = np.asarray(s, dtype=np.float64), np.asarray(v, dtype=np.float64)
    tail = gammaincc if more else gammainc
    prior, shape, rate = rho / c**2, (c * s + v + rho) / c**2, (v + rho) / c**2
    start = prior * log(prior) - gammaln(prior) - np.log(tail(prior, prior))
    # Far on the other side the tail is too small for a float, and the wealth is nought.
    with np.errstate(divide="ignore"):
        gained = gammaln(shape) + np.log(tail(shape, rate)) - shape * np.log(rate)
    return np.asarray(start + gained + v / c**2)
