"""Flip points: the value of one input at which another option becomes the cheapest."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toolkit.cost.comparing import SAME_USD
from toolkit.cost.sampling import Floats

Costs = Callable[[Floats], Mapping[str, Floats]]
"""Gives what each option costs, shape (points,): at some probabilities of one input, shape (points,), or of
several, shape (points, inputs)."""

GRID: Floats = np.linspace(0.05, 0.95, 19)
"""Probabilities between which a flip is looked for; beyond them a range says nothing."""

CLOSE = 1e-4
"""A flip is narrowed down to this much probability."""

STEPS = 16
"""Parts of a stretch that are looked at in one go."""


@dataclass(frozen=True)
class Flip:
    """A value of one input at which the option that costs least on average changes.

    Args:
        share: the probability that the input lies below it.
        below: the cheapest option below it.
        above: the cheapest option above it.
        p_beyond: the probability of the side on which the recommended option is not the cheapest; of a flip
            between two others, of the side further from the median.
    """

    share: float
    below: str
    above: str
    p_beyond: float


def flips(costs: Costs, *, recommended: str, grid: Floats = GRID) -> list[Flip]:
    """Where the cheapest option changes as one input goes from low to high, ascending.

    Args:
        costs: expected costs where the input is known; all options at once.
        recommended: the option that costs least on average; of equal ones it is taken to stay so.
        grid: probabilities, ascending; two changes between neighbours may be missed.
    """
    found = cheapest_at(costs(grid), recommended)
    return [
        flip
        for index in range(1, len(grid))
        if found[index] != found[index - 1]
        for flip in _between(costs, grid[index - 1], grid[index], found[index - 1], found[index], recommended)
    ]


def _between(
    costs: Costs, low: float, high: float, below: str, goal: str, recommended: str
) -> Iterator[Flip]:
    start = low
    while below != goal:
        left, right, above = start, high, goal
        while right - left > CLOSE:
            points = np.linspace(left, right, STEPS + 1)
            names = cheapest_at(costs(points), recommended)
            first = next(index for index, name in enumerate(names) if name != below)
            # At its left end nothing can have changed but by the last bits of a number.
            left, right, above = points[max(first - 1, 0)], points[max(first, 1)], names[first]
        yield Flip(float(right), below, above, _beyond(float(right), below, above, recommended))
        below, start = above, right


def _beyond(share: float, below: str, above: str, recommended: str) -> float:
    if recommended in (below, above):
        return share if above == recommended else 1 - share
    return min(share, 1 - share)


def cheapest_at(costs: Mapping[str, Floats], recommended: str) -> list[str]:
    """The cheapest option at each point; of equal ones the recommended, else the first."""
    names = sorted(costs, key=lambda name: name != recommended)
    stack = np.stack([np.where(np.isfinite(costs[name]), costs[name], np.inf) for name in names])
    equal: NDArray[np.bool_] = stack <= stack.min(axis=0) + SAME_USD
    return [names[index] for index in equal.argmax(axis=0)]
