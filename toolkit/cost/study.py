"""Indices, values of information and flip points of one comparison, side by side."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from toolkit.cost.comparing import priced_alike
from toolkit.cost.evppi import evpi, evppi
from toolkit.cost.flips import Costs, flips
from toolkit.cost.indices import Index, saltelli_design, sobol_indices
from toolkit.cost.jointflips import nearest_flip
from toolkit.cost.regression import hats, pieces_for, weights
from toolkit.cost.sampling import DRAWS, Draws, Floats
from toolkit.cost.sensitivity import (
    FlipPoint,
    GroupWorth,
    InputSensitivity,
    InputValue,
    Move,
    NearestFlip,
    Sensitivity,
)
from toolkit.cost.standing import COMPARED, Totals

ValuesAt = Callable[[str, float], list[InputValue]]
"""Gives what an input stands for at a probability."""

DRAWS_A_POINT = 8
"""The indices have a point for so many draws; each is computed once for every input, and twice more."""

WORTH_TELLING = 0.01
"""Share of all information's worth below which an input has no flip points told."""

STARTS = 1024
"""Draws in which the nearest joint flip is looked for at most."""


@dataclass(frozen=True)
class Study:
    """One comparison of costs, and how to compute it elsewhere.

    Args:
        totals: by option, as computed from the draws; without a price not finite.
        draws: what they were computed from; the inputs are what was read from it.
        compute: computes totals at other probabilities of these inputs.
        values_at: tells what an input stands for.
        groups: of inputs, by name; all that are in none of them are the group ``options``.
    """

    totals: Mapping[str, Floats]
    draws: Draws
    compute: Totals
    values_at: ValuesAt
    groups: Mapping[str, frozenset[str]]

    def sensitivity(self) -> Sensitivity | None:
        """What the choice hangs on; None where there is nothing to choose from."""
        names, priced = priced_alike(self.totals, at_least=COMPARED)
        if not names:
            return None
        costs = {name: self.totals[name][priced] for name in names}
        shares = {name: self.draws.share(name)[priced] for name in self.draws.inputs}
        ranked = sorted(names, key=lambda name: float(costs[name].mean()))
        found = list(self._inputs(costs, shares, ranked))
        return Sensitivity(
            recommended=ranked[0],
            runner_up=ranked[1] if len(ranked) > 1 else None,
            compared=names,
            inputs=sorted(found, key=lambda one: (-one.evppi_usd, -(one.total or Index(0, 0)).total_order)),
            groups=list(self._groups(costs, shares)),
            evpi_usd=evpi(costs),
            nearest=self._nearest(names, shares, ranked[0]),
        )

    def _inputs(
        self, costs: Mapping[str, Floats], shares: Mapping[str, Floats], ranked: Sequence[str]
    ) -> Iterator[InputSensitivity]:
        total, difference = self._indices(list(shares), ranked)
        least = WORTH_TELLING * evpi(costs)
        for name, share in shares.items():
            worth = evppi(costs, share)
            # Where knowing is worth next to nothing fits are chance, and where they cross is chance too.
            told = worth > 0 and worth >= least
            found = flips(expected(costs, share, ranked[0]), recommended=ranked[0]) if told else []
            points = [FlipPoint(flip, self.values_at(name, flip.share)) for flip in found]
            yield InputSensitivity(name, total.get(name), difference.get(name), worth, points)

    def _indices(
        self, inputs: Sequence[str], ranked: Sequence[str]
    ) -> tuple[Mapping[str, Index], Mapping[str, Index]]:
        """Of the best option's total, and of its difference from the next; empty where prices are missing."""
        if not inputs:
            return {}, {}
        points = max(min(self.draws.count, DRAWS) // DRAWS_A_POINT, 1)
        at = self._costs(ranked, inputs)(saltelli_design(inputs, points=points, seed=self.draws.seed))
        # Where neither has a price their difference is no number, and is left out like one without a price.
        with np.errstate(invalid="ignore"):
            numbers = [at[ranked[0]], *(at[name] - at[ranked[0]] for name in ranked[1:2])]
        found = [sobol_indices(usd, inputs) if np.isfinite(usd).mean() >= COMPARED else {} for usd in numbers]
        return found[0], found[1] if len(found) > 1 else {}

    def _groups(self, costs: Mapping[str, Floats], shares: Mapping[str, Floats]) -> Iterator[GroupWorth]:
        named = frozenset[str]().union(*self.groups.values())
        for group, members in {**self.groups, "options": frozenset(shares) - named}.items():
            inputs = [name for name in shares if name in members]
            if inputs:
                together = np.stack([shares[name][:DRAWS] for name in inputs], axis=1)
                first = {name: usd[:DRAWS] for name, usd in costs.items()}
                yield GroupWorth(group, inputs, evppi(first, together))

    def _nearest(self, names: Sequence[str], shares: Mapping[str, Floats], best: str) -> NearestFlip | None:
        if not shares:
            return None
        inputs, start = list(shares), np.stack([share[:STARTS] for share in shares.values()], axis=1)
        found = nearest_flip(self._costs(names, inputs), inputs=inputs, recommended=best, start=start)
        if found is None:
            return None
        moves = [Move(name, share, self.values_at(name, share)) for name, share in found.shares.items()]
        return NearestFlip(found.distance, moves, found.option)

    def _costs(self, names: Sequence[str], inputs: Sequence[str]) -> Costs:
        """The costs of some options at given probabilities of the inputs, shape (points, inputs)."""

        def costs(points: Floats) -> Mapping[str, Floats]:
            given = dict(zip(inputs, np.ascontiguousarray(points.T), strict=True))
            totals = self.compute(replace(self.draws, count=len(points), given=given, read=set()))
            # An option whose prices fail at most of these points has no total at any of them.
            return {name: totals.get(name, np.full(len(points), np.inf)) for name in names}

        return costs


def expected(costs: Mapping[str, Floats], share: Floats, best: str) -> Costs:
    """What each option costs more than the best one on average where one input is known, by regression."""
    pieces = pieces_for(share.size)
    rows = hats(share, pieces=pieces)
    beyond = np.stack([usd - costs[best] for usd in costs.values()], axis=1)
    fit = weights(rows.T @ rows, rows.T @ beyond)
    return lambda at: dict(zip(costs, (hats(at, pieces=pieces) @ fit).T, strict=True))
