"""How much more evidence would settle a criterion, if today's estimate and rate hold."""

from dataclasses import replace
from datetime import date
from math import ceil

from toolkit.decide.question import Question
from toolkit.decide.reductions import Tally
from toolkit.decide.result import MoreNeeded
from toolkit.decide.tally import Asked

MOST_TIMES = 1e9
"""So many times today's evidence nobody gathers; past it a criterion counts as never settled."""


def clearing_factor(tally: Tally, threshold: float, *, alpha: float) -> float | None:
    """How many times as much evidence, at least 1, leaves out the threshold.

    Args:
        tally: what there is, assumed to go on alike.
        threshold: in the unit of the tally.
        alpha: error over all looks.

    Returns:
        None where the estimate equals the threshold or would never clear it.
    """
    if tally.estimate == threshold:
        return None
    low = high = 1.0
    while not tally.times(high).rejects(threshold, alpha=alpha):
        low, high = high, high * 2
        if high > MOST_TIMES:
            return None
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        cleared = tally.times(middle).rejects(threshold, alpha=alpha)
        low, high = (low, middle) if cleared else (middle, high)
    return high


def to_clear(question: Question, *, alpha: float) -> MoreNeeded | None:
    """Events and days until the interval clears the threshold; None where it never would."""
    factor = clearing_factor(question.tally, question.threshold, alpha=alpha)
    if factor is None:
        return None
    events = max(1, ceil((factor - 1) * question.n)) if question.n else None
    return MoreNeeded(events=events, days=max(1, ceil((factor - 1) * question.recorded_days)))


def to_fill(question: Question, asked: Asked | None) -> MoreNeeded | None:
    """Days until there are as many blocks, at the blocks a day there were so far; None if no more come."""
    if asked is None or asked.least is None or not asked.goes_on:
        return None
    missing, days = asked.least - asked.blocks.count, asked.recorded_days or question.recorded_days
    return MoreNeeded(events=None, days=ceil(missing * days / asked.blocks.count))


def days_left(since: date, *, duration_days: float, as_of: date) -> int:
    """Days until the window is over, the as-of day counted as passed; 0 once it is.

    >>> days_left(date(2026, 11, 20), duration_days=14, as_of=date(2026, 11, 23))
    10
    """
    return max(0, ceil(duration_days - ((as_of - since).days + 1)))


def no_sooner(more: MoreNeeded | None, days: int) -> MoreNeeded | None:
    """The same need, but for at least this many days."""
    if more is None or more.days is None or more.days >= days:
        return more
    return replace(more, days=days)
