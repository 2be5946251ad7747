"""The cheapest option against what an hour of outage costs, which every total is a straight line of.

A total is a + b x: b hours of outage at x dollars an hour. Where the cheapest changes follows exactly from
the lines, draw by draw or on average, however finely x is looked at.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from toolkit.cost.sampling import Floats

Indices = NDArray[np.intp]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]

NONE = -1


class Stretch(NamedTuple):
    """A stretch of costs in which one option is the cheapest, for many sets of lines at once.

    Args:
        option: the lowest line, -1 where none has a price or there are no more stretches, shape (sets,).
        start, end: from this cost of an hour to below that one, shape (sets,).
    """

    option: Indices
    start: Floats
    end: Floats


def stretches(base_usd: Floats, hours: Floats, *, least_usd_per_hour: float) -> Iterator[Stretch]:
    """The cheapest option from the least cost of an hour on, stretch by stretch.

    The next line that crosses the lowest one takes over; it has fewer hours of outage, so that there are no
    more stretches than options.

    Args:
        base_usd: totals without downtime, shape (options, sets); inf without a price.
        hours: of outage, shape (options, sets); of an option with a price they are known.
        least_usd_per_hour: where the first stretch starts.
    """
    at = np.arange(base_usd.shape[1])
    option = _lowest(base_usd, hours, least_usd_per_hour)
    start = np.full(at.size, least_usd_per_hour)
    while (option != NONE).any():
        following, crossing = _next(base_usd, hours, option, at)
        # Of lines that cross at one cost, rounding may put the crossing of two before the start of both.
        end = np.maximum(crossing, start)
        yield Stretch(option, start, end)
        start, option = end, np.where(np.isfinite(end), following, NONE)


def _lowest(base_usd: Floats, hours: Floats, usd_per_hour: float) -> Indices:
    totals = base_usd + np.where(np.isfinite(base_usd), hours, 0.0) * usd_per_hour
    return np.where(np.isfinite(totals).any(axis=0), totals.argmin(axis=0), NONE)


def _next(base_usd: Floats, hours: Floats, option: Indices, at: Indices) -> tuple[Indices, Floats]:
    """The line that crosses the lowest one next, and where; inf where none does."""
    fewer = hours[option, at] - hours
    crosses = (fewer > 0) & np.isfinite(base_usd) & (option != NONE)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        crossing = np.where(crosses, (base_usd - base_usd[option, at]) / fewer, np.inf)
    following = crossing.argmin(axis=0)
    return following, crossing[following, at]


def cheapest_at(base_usd: Floats, hours: Floats, usd_per_hour: Floats) -> Indices:
    """The cheapest option at each cost of an hour, shape (sets, costs), -1 where none has a price.

    Args:
        base_usd, hours: as for :func:`stretches`.
        usd_per_hour: ascending, shape (costs,).

    >>> lines = np.array([[0.0], [30.0]]), np.array([[2.0], [1.0]])
    >>> cheapest_at(*lines, np.array([10.0, 29.0, 31.0]))
    array([[0, 0, 1]])
    """
    found = np.full((base_usd.shape[1], len(usd_per_hour)), NONE, dtype=np.intp)
    for option, start, _ in stretches(base_usd, hours, least_usd_per_hour=float(usd_per_hour[0])):
        # What a stretch takes beyond its end the next one takes from it.
        begins = np.where(option == NONE, np.inf, start)
        np.copyto(found, option[:, np.newaxis], where=usd_per_hour >= begins[:, np.newaxis])
    return found


def draws_won(base_usd: Floats, hours: Floats, usd_per_hour: Floats, option: Indices) -> Counts:
    """In how many draws the option at each point is the cheapest of all, shape (volumes, costs).

    Args:
        base_usd: totals without downtime, shape (options, volumes, draws); inf without a price.
        hours: of outage, shape (options, draws).
        usd_per_hour: ascending, shape (costs,).
        option: by index, -1 for none, which wins no draw, shape (volumes, costs).

    >>> base, hours = np.array([[[0.0, 0.0]], [[30.0, 70.0]]]), np.array([[2.0, 2.0], [1.0, 1.0]])
    >>> draws_won(base, hours, np.array([10.0, 50.0, 90.0]), np.array([[0, 1, 1]]))
    array([[2, 1, 2]])
    """
    every, volumes, draws = base_usd.shape
    wide = np.broadcast_to(hours[:, np.newaxis, :], base_usd.shape).reshape(every, -1)
    found = list(stretches(base_usd.reshape(every, -1), wide, least_usd_per_hour=float(usd_per_hour[0])))
    won = np.zeros(option.shape, dtype=np.int64)
    if not found:
        return won
    layout = (len(found), volumes, draws)
    winner = np.stack([stretch.option for stretch in found]).reshape(layout)
    ended = np.stack([np.searchsorted(usd_per_hour, stretch.end) for stretch in found]).reshape(layout)
    # The first stretch begins at the first cost, every other one where the one before it ends.
    begun = np.concatenate([np.zeros_like(ended[:1]), ended[:-1]])
    for index in np.flatnonzero(np.bincount(option.ravel() + 1)[1:]).tolist():
        leads = option == index
        among = np.flatnonzero(leads.any(axis=1))
        some = slice(among[0], among[-1] + 1)
        mine = winner[:, some] == index
        counts = _counted(begun[:, some], mine, len(usd_per_hour))
        counts -= _counted(ended[:, some], mine, len(usd_per_hour))
        np.copyto(won[some], np.cumsum(counts, axis=1, out=counts), where=leads[some])
    return won


def _counted(places: Indices, mine: Flags, costs: int) -> Counts:
    """How many of the places that are mine lie at each cost, shape (volumes, costs).

    Args:
        places: indices of costs, or one past them all, shape (stretches, volumes, draws).
    """
    volumes, width = places.shape[1], costs + 1
    at = places + (np.arange(volumes) * width)[:, np.newaxis]
    return np.bincount(at[mine], minlength=volumes * width).reshape(volumes, width)[:, :-1]
