"""Where along the message volume another option becomes the cheapest, narrowed down with all draws."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from toolkit.cost.leaders import NONE, Indices
from toolkit.cost.sampling import Floats

CLOSE = 1e-3
"""An edge is narrowed down to this share of its volume."""

WIDER = 3
"""Neighbouring stretches in which an edge is looked for that few draws saw in another one."""

Means = Callable[[Sequence[int], Floats], Floats]
"""Gives the mean totals of some options at multiples of the messages, (options, volumes); inf without one."""


@dataclass(frozen=True)
class Edge:
    """Where the cheapest option changes.

    Args:
        factor: the multiple of the scenario's messages up to which ``below`` is the cheapest.
        below, above: indices of the options, -1 where none has a price.
        narrowed: False where all draws saw no change and the edge lies where few draws saw it.
    """

    factor: float
    below: int
    above: int
    narrowed: bool


class Edges:
    """Looks for edges, each once: sets of options that share two of them share the edge between these.

    Args:
        factors: the volumes that few draws were looked at, ascending.
        few: mean totals of few draws, which say where to look first, (options, volumes); inf without one.
        means: of all draws.
    """

    def __init__(self, factors: Floats, few: Floats, means: Means) -> None:
        self.factors, self.few, self.means = factors, few, means
        self._found: dict[tuple[int, int, int], Edge] = {}

    def between(self, option: Indices) -> list[Edge]:
        """The edges between volumes whose cheapest option is known, ascending.

        Args:
            option: -1 where none has a price, shape (volumes,); two changes between neighbours may be seen as
                one.
        """
        known: list[Edge] = []
        for place in np.flatnonzero(option[1:] != option[:-1]).tolist():
            least = known[-1].factor if known else 0.0
            edge = self._edge(int(option[place]), int(option[place + 1]), place)
            known.append(replace(edge, factor=max(edge.factor, least)))
        return known

    def _edge(self, below: int, above: int, place: int) -> Edge:
        key = (below, above, place)
        if key not in self._found:
            self._found[key] = self._look(below, above, place)
        return self._found[key]

    def _look(self, below: int, above: int, place: int) -> Edge:
        factors = self.factors
        for wider in range(WIDER + 1):
            ends = [max(place - wider, 0), min(place + 1 + wider, len(factors) - 1)]
            expected = _beyond(below, above, factors[ends], self._of_few(ends))
            points = _guess(factors[ends], expected)
            bounds = np.concatenate([factors[ends[:1]], points, factors[ends[1:]]])
            at = _narrowed(below, above, bounds, self.means)
            if at is not None:
                return Edge(at, below, above, narrowed=True)
        return Edge(float(np.sqrt(factors[place] * factors[place + 1])), below, above, narrowed=False)

    def _of_few(self, places: Sequence[int]) -> Means:
        return lambda options, _: self.few[np.ix_(options, places)]


def _narrowed(below: int, above: int, bounds: Floats, means: Means) -> float | None:
    """Just past the last volume at which ``below`` is the cheaper one; None where that does not change.

    Args:
        bounds: the volumes to look at first, ascending; between the outer ones the change is looked for.
    """
    values = _beyond(below, above, bounds, means)
    if not values[0] <= 0 < values[-1]:
        return None
    while True:
        first = int((values > 0).argmax())
        ends, beyond = bounds[first - 1 : first + 1], values[first - 1 : first + 1]
        if ends[1] / ends[0] <= 1 + CLOSE:
            return float(ends[1])
        points = _guess(ends, beyond)
        bounds = np.concatenate([ends[:1], points, ends[1:]])
        values = np.concatenate([beyond[:1], _beyond(below, above, points, means), beyond[1:]])


def _beyond(below: int, above: int, factors: Floats, means: Means) -> Floats:
    """What ``below`` costs more than ``above``, US dollars; infinite where only one of them has a price."""
    some = [option for option in (below, above) if option != NONE]
    found = dict(zip(some, means(some, factors), strict=True))
    nothing = np.full(len(factors), np.inf)
    costs, others = found.get(below, nothing), found.get(above, nothing)
    with np.errstate(invalid="ignore"):
        more = costs - others
    # Where neither has a price, none is the cheaper one; that is an edge only to where no option has one.
    return np.where(np.isnan(more), np.inf if above == NONE else 0.0, more)


def _guess(ends: Floats, beyond: Floats) -> Floats:
    """The middle, which halves whatever happens, and two points around where a straight line crosses zero.

    The quarters where no number says where that is, and the middle alone where the line does not cross.
    """
    points = [float(np.sqrt(ends[0] * ends[1]))]
    if np.isinf(beyond).all():
        points += [float(ends[0] * (ends[1] / ends[0]) ** share) for share in (0.25, 0.75)]
    if np.isfinite(beyond).all() and beyond[0] <= 0 < beyond[1]:
        at = ends[0] * (ends[1] / ends[0]) ** (beyond[0] / (beyond[0] - beyond[1]))
        points += [at * (1 - CLOSE / 3), at * (1 + CLOSE / 3)]
    inside = np.unique(np.clip(points, ends[0], ends[1]))
    return np.asarray(inside[(inside > ends[0]) & (inside < ends[1])])
