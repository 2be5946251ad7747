"""How options stand against each other, draw by draw; one formula a function."""

from collections.abc import Mapping

import numpy as np

from toolkit.cost.sampling import Floats

SAME_USD = 0.005
"""Totals closer than half a cent are one price."""


def settled(usd: Floats) -> Floats:
    """The draws that have a price: those in which a plan was found and its price is known."""
    return usd[np.isfinite(usd)]


def p_cheapest(totals: Mapping[str, Floats]) -> dict[str, float]:
    """Share of the draws in which no other option is cheaper; options of equal cost share a draw.

    Args:
        totals: by option, shape (draws,); a draw without a price never wins.

    >>> p_cheapest({"a": np.array([1.0, 5.0]), "b": np.array([2.0, 5.0])})
    {'a': 0.75, 'b': 0.25}
    """
    if not totals:
        return {}
    stack = _payable(totals)
    least = stack.min(axis=0)
    wins = (stack <= least + SAME_USD) & np.isfinite(stack)
    shared = wins / np.maximum(wins.sum(axis=0), 1)
    return {name: float(shared[index].mean()) for index, name in enumerate(totals)}


def regret(totals: Mapping[str, Floats]) -> dict[str, float]:
    """Mean of what an option costs beyond the cheapest one of each draw, in US dollars.

    Args:
        totals: by option, shape (draws,); the mean runs over the draws in which the option has a price.

    >>> regret({"a": np.array([1.0, 5.0]), "b": np.array([2.0, 3.0])})
    {'a': 1.0, 'b': 0.5}
    """
    if not totals:
        return {}
    stack = _payable(totals)
    least = stack.min(axis=0)
    return {name: _mean_beyond(usd, least) for name, usd in zip(totals, stack, strict=True)}


def _mean_beyond(usd: Floats, least: Floats) -> float:
    priced = np.isfinite(usd)
    return float(np.mean(usd[priced] - least[priced]))


def _payable(totals: Mapping[str, Floats]) -> Floats:
    stack = np.stack(list(totals.values()))
    return np.where(np.isfinite(stack), stack, np.inf)
