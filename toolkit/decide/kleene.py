"""Three-valued logic: what is unknown passes nothing and fails nothing.

Kleene's strong logic, Introduction to Metamathematics (1952), section 64.
"""

from collections.abc import Iterable
from typing import Literal

from toolkit.decide.plan import Comparator

State = Literal["met", "not met", "unknown"]


def all_of(states: Iterable[State]) -> State:
    """Whether all hold; an empty list does.

    >>> all_of(["met", "unknown"]), all_of(["unknown", "not met"]), all_of([])
    ('unknown', 'not met', 'met')
    """
    seen = set(states)
    if "not met" in seen:
        return "not met"
    return "unknown" if "unknown" in seen else "met"


def any_of(states: Iterable[State]) -> State:
    """Whether at least one holds; of an empty list none does.

    >>> any_of(["met", "unknown"]), any_of(["unknown", "not met"]), any_of([])
    ('met', 'unknown', 'not met')
    """
    seen = set(states)
    if "met" in seen:
        return "met"
    return "unknown" if "unknown" in seen else "not met"


def compared(low: float, high: float, *, comparator: Comparator, threshold: float) -> State:
    """Met when all of an interval satisfies the comparison, not met when none of it does.

    Args:
        low, high: the interval, both ends included, in the unit of ``threshold``.

    >>> compared(0.96, 0.99, comparator="at_least", threshold=0.95)
    'met'
    >>> compared(0.94, 0.99, comparator="below", threshold=0.95)
    'unknown'
    """
    met, not_met = {
        "at_least": (low >= threshold, high < threshold),
        "above": (low > threshold, high <= threshold),
        "at_most": (high <= threshold, low > threshold),
        "below": (high < threshold, low >= threshold),
    }[comparator]
    return "met" if met else "not met" if not_met else "unknown"
