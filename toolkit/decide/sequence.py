"""Always-valid confidence sequence for a share, by a beta-binomial mixture.

Howard, Ramdas, McAuliffe, Sekhon: Time-uniform, nonparametric, nonasymptotic confidence sequences,
Annals of Statistics 49 (2021), 1055-1080. The interval may be looked at after every event: the chance that
it ever leaves out the true share is at most ``alpha``. Events are assumed independent; who counts clustered
ones passes their effective number instead.
"""

from math import log, log1p

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import betaln, xlog1py, xlogy

Bools = NDArray[np.bool_]

T_OPT = 2000.0
"""The number of events at which the sequence is tightest, fixed before any data are seen.

With it, who looks all the time decides with 80 % power on at most 2.5 times the events of the test at one
fixed time, from 200 events to 400,000; with 500 it takes 2.8 times, with 5,000 at few events 2.7 times.
"""

ALPHA_OPT = 0.05
EDGE = 1e-12
"""The nearest that a candidate share comes to 0 and 1."""


def _prior_events(t_opt: float) -> float:
    """How many events the mixture's prior weighs: the variance that is best at ``t_opt``, less one."""
    twice = 2 * log(1 / ALPHA_OPT)
    return max(t_opt / (twice + log1p(twice)) - 1, 1e-3)


def log_wealth(p: ArrayLike, k: ArrayLike, n: ArrayLike, *, t_opt: float = T_OPT) -> NDArray[np.float64]:
    """The evidence against the share ``p``, as the logarithm of a bet's wealth; broadcasts.

    ``p`` is rejected once this reaches ``ln(1/alpha)``. Non-integer counts are allowed.

    Args:
        p: candidate shares, above 0 and below 1.
        k: successes, from 0 to ``n``.
        n: events.
        t_opt: the number of events at which the sequence is tightest.
    """
    p, k, n = (np.asarray(part, dtype=np.float64) for part in (p, k, n))
    prior = _prior_events(t_opt)
    a, b = prior * p, prior * (1 - p)
    mixture = betaln(a + k, b + (n - k)) - betaln(a, b)
    return np.asarray(mixture - xlogy(k, p) - xlog1py(n - k, -p))


def rejects(
    p: ArrayLike, k: ArrayLike, n: ArrayLike, *, alpha: float, t_opt: float = T_OPT
) -> NDArray[np.bool_]:
    """Whether the interval of :func:`bernoulli_interval` leaves out the share ``p``; broadcasts."""
    return np.asarray(log_wealth(p, k, n, t_opt=t_opt) >= log(1 / alpha))


def bernoulli_interval(k: float, n: float, *, alpha: float, t_opt: float = T_OPT) -> tuple[float, float]:
    """The always-valid interval for a share, as (low, high).

    Args:
        k: successes, from 0 to ``n``; need not be whole.
        n: events, at least 0; need not be whole. With none the interval is 0 to 1.
        alpha: the chance, over all looks ever, that the interval leaves out the truth.
        t_opt: the number of events at which the interval is tightest.

    Raises:
        ValueError: impossible counts, or an ``alpha`` outside 0 to 1.

    >>> low, high = bernoulli_interval(700, 1000, alpha=0.05, t_opt=100)
    >>> f"{low:.6f} {high:.6f}"
    '0.651630 0.745950'
    """
    if not 0 <= k <= n or not 0 < alpha < 1:
        raise ValueError(f"no interval for {k} of {n} at alpha {alpha}")
    if n == 0:
        return 0.0, 1.0
    share = min(max(k / n, EDGE), 1 - EDGE)

    def excess(p: float) -> float:
        return float(log_wealth(p, k, n, t_opt=t_opt)) - log(1 / alpha)

    low = brentq(excess, EDGE, share, xtol=1e-13) if excess(EDGE) > 0 and k > 0 else 0.0
    high = brentq(excess, share, 1 - EDGE, xtol=1e-13) if excess(1 - EDGE) > 0 and k < n else 1.0
    return float(low), float(high)
