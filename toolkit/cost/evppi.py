"""The value of information: what knowing something before choosing would save, on average."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from toolkit.cost.regression import design, weights
from toolkit.cost.sampling import Floats

FOLDS = 8
"""Parts that each decide by what the others show. Parts of a Sobol sequence are sequences again."""

MOST_TOGETHER = 4
"""Inputs that a rule takes into account."""

WORTH_A_STEP = 1.01
"""A rule takes up a third input, or a fourth, where it is then worth at least so much more."""


def evpi(totals: Mapping[str, Floats]) -> float:
    """Expected value of perfect information, in US dollars.

    min over options of E(cost) - E(min over options of cost), which is the least expected regret (Raiffa and
    Schlaifer, *Applied Statistical Decision Theory*, 1961, section 4.5).

    Args:
        totals: by option, paired draws of shape (draws,), each with a price.

    >>> evpi({"d1": np.array([50., 60, 60, 70, 70]), "d2": np.array([45., 55, 55, 65, 65]),
    ...       "d3": np.array([40., 60, 60, 85, 85])})
    1.0
    """
    stack = _stack(totals)
    return float(stack.mean(axis=1).min() - stack.min(axis=0).mean())


def evppi(totals: Mapping[str, Floats], shares: Floats) -> float:
    """Expected value of partial perfect information: of knowing one input, or several, in US dollars.

    min over options of E(cost) - E(min over options of E(cost | inputs)). The conditional expectations are
    regressions on the draws at hand (Strong, Oakley and Brennan, *Medical Decision Making* 34(3), 2014):
    linear splines of every input by its probability and the products of every two. A minimum of noisy fits is
    too low, and so the value that they seem to have too high. Here each eighth of the draws is decided by a
    fit on the others and *pays what the chosen option costs in it*: the value of a rule that can really be
    followed. So the estimate errs low, lies between 0 and :func:`evpi`, and is 0, or noise about it, for an
    input that moves all options alike. Of several inputs the rule takes up one after the other, that first
    which is worth most, four at most: knowing more is never worth less than the best part of it.

    Args:
        totals: by option, paired draws of shape (draws,), each with a price.
        shares: probabilities of the inputs, from 0 to 1, shape (draws,) or (draws, inputs). One that takes
            twelve values or fewer is taken value by value.

    Raises:
        ValueError: a probability outside 0 to 1, another number of draws, or a draw without a price.
    """
    return worth_of_knowing(totals, shares).usd


class Worth(NamedTuple):
    """What knowing is worth, in US dollars, and the standard error of that from draws being finite."""

    usd: float
    error_usd: float


def worth_of_knowing(totals: Mapping[str, Floats], shares: Floats) -> Worth:
    """What :func:`evppi` gives, with its error: that of the mean of what each eighth of the draws saves.

    Args:
        totals, shares: as there, with its errors.
    """
    stack, inputs = _stack(totals), shares[:, np.newaxis] if shares.ndim == 1 else shares
    if inputs.shape[0] != stack.shape[1]:
        raise ValueError(f"{inputs.shape[0]} probabilities for {stack.shape[1]} draws")
    beyond = stack - stack[int(stack.mean(axis=1).argmin())]
    alone = [_Rules.of(share[:, np.newaxis], beyond) for share in inputs.T]
    if len(alone) == 1:
        return alone[0].worth([0])
    return _step_by_step([rules.worth([0]) for rules in alone], _Rules.of(inputs, beyond))


@dataclass(frozen=True)
class _Rules:
    """Decides by some of the inputs, each part of the draws by what the others show.

    Args:
        columns, made_of: the design of all inputs, its columns of shape (columns, draws).
        beyond: what each option costs beyond the best one, shape (options, draws).
        parts: where each part of the draws begins and ends.
        squares, products: X'X and X'y of each part.
    """

    columns: Floats
    made_of: NDArray[np.bool_]
    beyond: Floats
    parts: list[slice]
    squares: Floats
    products: Floats

    @classmethod
    def of(cls, inputs: Floats, beyond: Floats) -> "_Rules":
        rows, made_of = design(inputs)
        columns, draws = np.ascontiguousarray(rows.T), len(rows)
        ends = [draws * index // FOLDS for index in range(FOLDS + 1)]
        parts = [slice(start, end) for start, end in pairwise(ends)]
        squares = np.stack([columns[:, part] @ columns[:, part].T for part in parts])
        products = np.stack([columns[:, part] @ beyond[:, part].T for part in parts])
        return cls(columns, made_of, beyond, parts, squares, products)

    def worth(self, taken: list[int]) -> Worth:
        """What deciding by some inputs saves on average against the best option, never less than nothing."""
        saved, draws = self._saved(taken), self.beyond.shape[1]
        sizes = np.array([part.stop - part.start for part in self.parts])
        each = saved[sizes > 0] / sizes[sizes > 0]
        error = float(each.std(ddof=1)) / each.size**0.5 if each.size > 1 else 0.0
        return Worth(max(0.0, float(saved.sum()) / draws), error)

    def _saved(self, taken: list[int]) -> Floats:
        """What deciding by some inputs saves in each part of the draws."""
        others = np.delete(np.arange(self.made_of.shape[1]), taken)
        own = np.flatnonzero(~self.made_of[:, others].any(axis=1))
        square, product = self.squares.sum(axis=0), self.products.sum(axis=0)
        saved = np.zeros(len(self.parts))
        for index, part in enumerate(self.parts):
            left, right = square - self.squares[index], product - self.products[index]
            fit = weights(left[np.ix_(own, own)], right[own])
            chosen = (fit.T @ self.columns[own, part]).argmin(axis=0)
            picked = np.take_along_axis(self.beyond[:, part], chosen[np.newaxis, :], axis=0)
            saved[index] = -float(picked.sum())
        return saved


def _step_by_step(alone: list[Worth], rules: _Rules) -> Worth:
    """The worth of the best rule that takes up inputs one by one; two at least, as they may interact.

    Args:
        alone: what each input is worth by itself.
        rules: decide by several.
    """
    worth = max(alone, key=lambda found: found.usd)
    taken = [alone.index(worth)]
    while len(taken) < min(len(alone), MOST_TOGETHER):
        left = [column for column in range(len(alone)) if column not in taken]
        tried = {column: rules.worth([*taken, column]) for column in left}
        best = max(tried, key=lambda column: tried[column].usd)
        if len(taken) > 1 and tried[best].usd <= worth.usd * WORTH_A_STEP:
            break
        taken.append(best)
        worth = max(worth, tried[best], key=lambda found: found.usd)
    return worth


def _stack(totals: Mapping[str, Floats]) -> Floats:
    if not totals:
        raise ValueError("there is nothing to choose from")
    stack = np.stack(list(totals.values()))
    if not np.isfinite(stack).all():
        raise ValueError("draws without a price cannot be compared; leave them out of all options")
    return stack
