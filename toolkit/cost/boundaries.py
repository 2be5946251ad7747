"""Where the lines of a decision map lie over the draws: percentiles of their positions."""

import math

import numpy as np

from toolkit.cost.leaders import NONE
from toolkit.cost.maplines import Positions
from toolkit.cost.sampling import Floats

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95


def cheaper_beyond(totals_usd: Floats, below: int, above: int) -> Floats:
    """Share of the draws in which the second of two options is the cheaper one, at every volume.

    Args:
        totals_usd: shape (options, volumes, draws); inf without a price.
        below, above: indices of the two; -1 for no option, which wins a draw without a price of the other.
    """
    nothing = np.full(totals_usd.shape[1:], np.inf)
    first = nothing if below == NONE else totals_usd[below]
    second = nothing if above == NONE else totals_usd[above]
    won = ~np.isfinite(first) if above == NONE else second < first
    return np.asarray(won.mean(axis=1))


def positions(shares: Floats, volumes: Floats, *, near: float) -> Positions:
    """The volumes at which the second option is the cheaper one in 5, 50 and 95 % of the draws.

    Straight between neighbouring volumes, of which the logarithm counts. Shares need not rise all along: of
    several volumes the half nearest to the line counts, and the others nearest to that half.

    Args:
        shares: of the draws, see :func:`cheaper_beyond`, shape (volumes,).
        volumes: ascending.
        near: the volume at which the means cross.

    >>> positions(np.array([0.0, 0.05, 0.5, 0.95]), np.array([1.0, 10.0, 100.0, 1000.0]), near=30.0)
    Positions(p5=10.0, p50=100.0, p95=1000.0)
    """
    half = _nearest(_crossings(shares, volumes, MIDDLE), near)
    middle = near if half is None else half
    low, high = _crossings(shares, volumes, LOW), _crossings(shares, volumes, HIGH)
    return Positions(_nearest(low[low <= middle], middle), half, _nearest(high[high >= middle], middle))


def _crossings(shares: Floats, volumes: Floats, level: float) -> Floats:
    """The volumes at which shares rise to a level."""
    at = np.flatnonzero((shares[:-1] < level) & (shares[1:] >= level))
    part = (level - shares[at]) / (shares[at + 1] - shares[at])
    return np.asarray(volumes[at] * (volumes[at + 1] / volumes[at]) ** part)


def _nearest(found: Floats, near: float) -> float | None:
    if not found.size:
        return None
    return float(found[np.abs(np.log(found / near)).argmin()])


def costs_over_draws(base_usd: tuple[Floats, Floats], hours: tuple[Floats, Floats]) -> list[Positions]:
    """The costs of an hour from which on the second of two options is the cheaper one, over the draws.

    0 where it is so at every cost, None where at none.

    Args:
        base_usd: totals of both without downtime, each of shape (places, draws); inf without a price.
        hours: of outage of both, each of shape (draws,).

    Returns:
        The positions at every place.

    >>> base = np.array([[0.0, 0.0, 0.0]]), np.array([[10.0, 20.0, 30.0]])
    >>> costs_over_draws(base, (np.full(3, 3.0), np.full(3, 1.0)))
    [Positions(p5=5.0, p50=10.0, p95=15.0)]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        dearer = np.where(np.isfinite(base_usd[1]), base_usd[1] - base_usd[0], np.inf)
        fewer = hours[0] - hours[1]
        # Without fewer hours it is cheaper at every cost of an hour, or at none.
        at = np.where(dearer <= 0, 0.0, np.where(fewer > 0, dearer / fewer, np.inf))
    at.sort(axis=1)
    # The least cost at which at least that share of the draws has it cheaper.
    ranks = [math.ceil(share * at.shape[1]) - 1 for share in (LOW, MIDDLE, HIGH)]
    return [Positions(*(usd if usd < np.inf else None for usd in row)) for row in at[:, ranks].tolist()]
