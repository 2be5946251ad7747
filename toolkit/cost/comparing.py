"""How options stand against each other, draw by draw; one formula a function."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from toolkit.cost.sampling import Floats

Flags = NDArray[np.bool_]

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


def largest_regret(totals: Mapping[str, Floats]) -> dict[str, float]:
    """The most that an option costs beyond the cheapest one in any draw, in US dollars.

    The option with the least of these is the choice of minimax regret (Savage, *J. American Statistical
    Association* 46, 1951), which needs no probabilities but those that shape the draws' ends.

    Args:
        totals: by option, shape (draws,); draws in which the option has no price are left out.

    >>> largest_regret({"a": np.array([1.0, 5.0]), "b": np.array([2.0, 3.0])})
    {'a': 2.0, 'b': 1.0}
    """
    if not totals:
        return {}
    stack = _payable(totals)
    least = stack.min(axis=0)
    return {name: _most_beyond(usd, least) for name, usd in zip(totals, stack, strict=True)}


def minimax_regret(totals: Mapping[str, Floats]) -> str | None:
    """The option whose largest regret is least; of equal ones the first. None without options.

    >>> minimax_regret({"a": np.array([1.0, 5.0]), "b": np.array([2.0, 3.0])})
    'b'
    """
    worst = largest_regret(totals)
    return min(worst, key=lambda name: round(worst[name], 2)) if worst else None


def priced_alike(totals: Mapping[str, Floats], *, at_least: float) -> tuple[list[str], NDArray[np.bool_]]:
    """Options to compare in one and the same draws, and those draws: all of these options have a price there.

    While fewer draws are left than asked for, the option that lacks most prices is left out.

    Args:
        totals: by option, shape (draws,).
        at_least: share of the draws, more than 0.

    >>> priced_alike({"a": np.array([1.0, 2.0]), "b": np.array([np.inf, 1.0])}, at_least=0.9)
    (['a'], array([ True,  True]))
    """
    priced = {name: np.isfinite(usd) for name, usd in totals.items()}
    while priced:
        everywhere: NDArray[np.bool_] = np.logical_and.reduce(list(priced.values()))
        if everywhere.mean() >= at_least:
            return list(priced), everywhere
        del priced[min(priced, key=lambda name: float(priced[name].mean()))]
    return [], np.zeros(0, dtype=bool)


def priced_alike_at(priced: Flags, *, at_least: float) -> tuple[Flags, Flags]:
    """The options that :func:`priced_alike` keeps at each of many places, and the draws to compare them in.

    Args:
        priced: whether an option has a price, shape (options, places, draws).
        at_least: share of the draws, more than 0.

    Returns:
        Shapes (options, places) and (places, draws); where no option is left, no draw is either.
    """
    kept = np.ones(priced.shape[:2], dtype=bool)
    shares = priced.mean(axis=2)
    everywhere: Flags = np.asarray(priced.all(axis=0))
    few = np.flatnonzero(everywhere.mean(axis=1) < at_least)
    while few.size:
        worst = np.where(kept[:, few], shares[:, few], np.inf).argmin(axis=0)
        kept[worst, few] = False
        everywhere[few] = (priced[:, few] | ~kept[:, few, np.newaxis]).all(axis=0)
        few = few[kept[:, few].any(axis=0) & (everywhere[few].mean(axis=1) < at_least)]
    everywhere[~kept.any(axis=0)] = False
    return kept, everywhere


def _most_beyond(usd: Floats, least: Floats) -> float:
    priced = np.isfinite(usd)
    return float(np.max(usd[priced] - least[priced]))


def _mean_beyond(usd: Floats, least: Floats) -> float:
    priced = np.isfinite(usd)
    return float(np.mean(usd[priced] - least[priced]))


def _payable(totals: Mapping[str, Floats]) -> Floats:
    stack = np.stack(list(totals.values()))
    return np.where(np.isfinite(stack), stack, np.inf)
