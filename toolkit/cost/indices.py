"""Sobol indices: what share of a cost's variance each uncertain input brings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from toolkit.cost.sampling import Floats

FEWEST_BLOCKS = 0.5
"""At least this share of the design must have a price."""


@dataclass(frozen=True)
class Index:
    """The part of one input in the variance of a number.

    Args:
        first_order: the share that would go, on average, if this input alone were known.
        total_order: the share that would remain if all inputs but this one were known.
    """

    first_order: float
    total_order: float


def saltelli_design(inputs: Sequence[str], *, points: int, seed: int) -> Floats:
    """The probabilities at which to compute the number, shape (points x (inputs + 2), inputs).

    Args:
        inputs: their names; they are taken as independent, each uniform from 0 to 1.
        points: of the base sequence; a power of two.
        seed: of its scrambling.
    """
    # Imported where needed: it takes as long as the rest of the cost room together.
    from SALib.sample import sobol

    if points < 1 or points & (points - 1):
        raise ValueError(f"{points} points of a Sobol sequence are out of balance; take a power of two")
    design: Floats = sobol.sample(_problem(inputs), points, calc_second_order=False, seed=seed)
    return design


def sobol_indices(values: Floats, inputs: Sequence[str]) -> dict[str, Index]:
    """First- and total-order indices of a number that was computed on a Saltelli design.

    S = Var(E(Y | x)) / Var(Y) and T = E(Var(Y | all but x)) / Var(Y) by SALib, with the estimators of
    Saltelli and others, *Computer Physics Communications* 181, 2010. A number that never changes
    has indices of 0. Estimates below 0 are noise and told as 0.

    Args:
        values: in the order of the design, shape (points x (inputs + 2),). A point at which any of its values
            is not finite is left out with all of them.
        inputs: as for the design.

    Raises:
        ValueError: the values are not those of such a design, or too few of its points have a price.
    """
    from SALib.analyze import sobol

    width = len(inputs) + 2
    if values.size == 0 or values.size % width:
        raise ValueError(f"{values.size} values are not those of a design of {len(inputs)} inputs")
    blocks = values.reshape(-1, width)
    priced = np.isfinite(blocks).all(axis=1)
    if priced.mean() < FEWEST_BLOCKS:
        raise ValueError(f"only {priced.mean():.0%} of the design has a price; indices of the rest mislead")
    kept = blocks[priced].ravel()
    if np.ptp(kept) <= 1e-12 * np.abs(kept).max():
        return {name: Index(0.0, 0.0) for name in inputs}
    # A seed of 0 would let SALib draw its confidence limits, which are not used, from global state.
    found = sobol.analyze(_problem(inputs), kept, calc_second_order=False, num_resamples=2, seed=1)
    pairs = zip(inputs, found["S1"], found["ST"], strict=True)
    return {name: Index(max(float(first), 0.0), float(total)) for name, first, total in pairs}


def _problem(inputs: Sequence[str]) -> dict[str, object]:
    return {"num_vars": len(inputs), "names": list(inputs), "bounds": [[0.0, 1.0]] * len(inputs)}
