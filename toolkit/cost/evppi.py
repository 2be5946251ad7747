"""The value of information: what knowing something before choosing would save, on average."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from toolkit.cost.regression import design, weights
from toolkit.cost.sampling import Floats

FOLDS = 8
"""Parts that each decide by what the others show. Parts of a Sobol sequence are sequences again."""


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
    followed. So the estimate errs low, lies between 0 and :func:`evpi`, and is 0 for an input that moves all
    options alike.

    Args:
        totals: by option, paired draws of shape (draws,), each with a price.
        shares: probabilities of the inputs, from 0 to 1, shape (draws,) or (draws, inputs). One that takes
            twelve values or fewer is taken value by value.

    Raises:
        ValueError: a probability outside 0 to 1, another number of draws, or a draw without a price.
    """
    stack, inputs = _stack(totals), shares[:, np.newaxis] if shares.ndim == 1 else shares
    if inputs.shape[0] != stack.shape[1]:
        raise ValueError(f"{inputs.shape[0]} probabilities for {stack.shape[1]} draws")
    best = int(stack.mean(axis=1).argmin())
    beyond = stack - stack[best]
    chosen = _decided(design(inputs), beyond)
    saved = -np.take_along_axis(beyond, chosen[np.newaxis, :], axis=0).mean()
    return max(0.0, float(saved))


def _decided(rows: Floats, beyond: Floats) -> NDArray[np.intp]:
    """The option that a fit on the other parts would choose, draw by draw, by cost beyond the best option."""
    draws = beyond.shape[1]
    chosen = np.zeros(draws, dtype=np.intp)
    parts = np.array_split(np.arange(draws), min(FOLDS, draws))
    squares = [rows[part].T @ rows[part] for part in parts]
    products = [rows[part].T @ beyond[:, part].T for part in parts]
    for part, square, product in zip(parts, squares, products, strict=True):
        fit = weights(sum(squares) - square, sum(products) - product)
        chosen[part] = (rows[part] @ fit).argmin(axis=1)
    return chosen


def _stack(totals: Mapping[str, Floats]) -> Floats:
    if not totals:
        raise ValueError("there is nothing to choose from")
    stack = np.stack(list(totals.values()))
    if not np.isfinite(stack).all():
        raise ValueError("draws without a price cannot be compared; leave them out of all options")
    return stack
