"""Always-valid confidence sequence for the rate of events in time, by a gamma-Poisson mixture.

Howard, Ramdas, McAuliffe, Sekhon, Annals of Statistics 49 (2021), 1055-1080, proposition 10, once for each
side. Events are assumed to come independently; who counts clustered ones passes their effective number, and
the time in which so many came.
"""

from math import inf, log

from scipy.optimize import brentq

from toolkit.decide.mixtures import best_rho, gamma_poisson

EVENTS_OPT = 50.0
"""The number of events at which the sequence is tightest, fixed before any data are seen."""

RHO = best_rho(EVENTS_OPT, alpha=0.05)


def log_wealth(rate: float, events: float, exposure: float) -> float:
    """The evidence against a rate, of the bet on its side: more events than it expects, or fewer."""
    expected = rate * exposure
    return float(gamma_poisson(events - expected, expected, rho=RHO, more=events > expected))


def rejects(rate: float, events: float, exposure: float, *, alpha: float) -> bool:
    """Whether the interval of :func:`rate_interval` leaves out a rate."""
    return log_wealth(rate, events, exposure) >= log(2 / alpha)


def rate_interval(events: float, exposure: float, *, alpha: float) -> tuple[float, float]:
    """The always-valid interval for the rate of events, per unit of exposure, as (low, high).

    Args:
        events: at least 0; need not be whole.
        exposure: for example connected seconds, at least 0. Without any the rate may be infinite.
        alpha: the chance, over all looks ever, that the interval leaves out the truth.

    Raises:
        ValueError: impossible counts, or an ``alpha`` outside 0 to 1.

    >>> low, high = rate_interval(100, 1000.0, alpha=0.05)
    >>> f"{low:.4f} {high:.4f}"
    '0.0725 0.1341'
    """
    low = lowest_rate(events, exposure, alpha=alpha)
    if exposure == 0:
        return low, inf
    top = events + 1
    while _excess(top, events, alpha) < 0:
        top *= 2
    high = brentq(_excess, max(events, 1e-12), top, args=(events, alpha), xtol=1e-12)
    return low, float(high) / exposure


def lowest_rate(events: float, exposure: float, *, alpha: float) -> float:
    """The lower end of :func:`rate_interval`."""
    if not (events >= 0 and exposure >= 0 and 0 < alpha < 1):
        raise ValueError(f"no interval for {events} events in {exposure} at alpha {alpha}")
    if exposure == 0 or _excess(0.0, events, alpha) <= 0:
        return 0.0
    return float(brentq(_excess, 0.0, events, args=(events, alpha), xtol=1e-12)) / exposure


def _excess(expected: float, events: float, alpha: float) -> float:
    """By how much the evidence against an expected number of events is more than it takes."""
    return log_wealth(expected, events, 1.0) - log(2 / alpha)
