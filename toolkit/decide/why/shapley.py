"""What each of several changes made together has brought, by the Shapley value.

Shapley, "A value for n-person games", Contributions to the Theory of Games II (1953), p. 307-317; with one
player who has to come first, Faigle and Kern, "The Shapley value for cooperative games under precedence
constraints", International Journal of Game Theory 21 (1992), p. 249-266.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import comb

Worth = Callable[[frozenset[str]], int]
"""What holds where just these changes are made."""


def shapley(players: Sequence[str], worth: Worth, *, first: str | None = None) -> dict[str, Fraction]:
    """What each player brings on average over all orders in which they could come; exact.

    The values add up to what all of them bring together. The worth is asked for each set of players.

    Args:
        players: each once.
        worth: of a set of players; need not be 0 for none of them.
        first: comes before all others in every order. None where no one has to.

    >>> bonus = lambda present: 6 if {"a", "b"} <= present else 0
    >>> {name: str(value) for name, value in shapley(["a", "b", "c"], bonus).items()}
    {'a': '3', 'b': '3', 'c': '0'}
    """
    if first in players:
        others = [player for player in players if player != first]
        lead = frozenset((str(first),))
        opening = Fraction(worth(lead) - worth(frozenset()))
        return {str(first): opening} | shapley(others, lambda present: worth(present | lead))
    return {player: _of_one(player, players, worth) for player in players}


def _of_one(player: str, players: Sequence[str], worth: Worth) -> Fraction:
    others = [other for other in players if other != player]
    found = Fraction(0)
    for size in range(len(others) + 1):
        weight = Fraction(1, len(players) * comb(len(others), size))
        for before in combinations(others, size):
            brought = worth(frozenset((*before, player))) - worth(frozenset(before))
            found += weight * brought
    return found


def in_whole_parts(parts: Mapping[str, Fraction]) -> dict[str, int]:
    """The parts as whole numbers that add up to just what the parts do, by largest remainder.

    Raises:
        ValueError: the parts do not add up to a whole number.

    >>> in_whole_parts({"a": Fraction(1, 3), "b": Fraction(1, 3), "c": Fraction(4, 3)})
    {'a': 1, 'b': 0, 'c': 1}
    """
    total = sum(parts.values(), Fraction(0))
    if total.denominator != 1:
        raise ValueError(f"{total} is not whole")
    whole = {name: part.numerator // part.denominator for name, part in parts.items()}
    short = int(total) - sum(whole.values())
    by_rest = sorted(parts, key=lambda name: whole[name] - parts[name])
    return {name: whole[name] + (name in by_rest[:short]) for name in parts}
