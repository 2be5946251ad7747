"""How much more evidence would settle a criterion, if today's estimate and rate hold."""

from dataclasses import replace
from datetime import date
from math import ceil

from toolkit.decide.result import MoreNeeded
from toolkit.decide.sequence import rejects
from toolkit.metrics.shares import ShareEvidence

MOST_EVENTS = 1e12
"""An effective number of events that no chat reaches; past it a criterion counts as never settled."""


def clearing_n(estimate: float, threshold: float, *, n: float, alpha: float) -> float | None:
    """The least number of effective events, at least ``n``, at which the sequence leaves out the threshold.

    Args:
        estimate: the share that is assumed to go on.
        threshold: the share to clear.
        n: effective events there are.
        alpha: error over all looks.

    Returns:
        None where the estimate equals the threshold or would never clear it.
    """
    if estimate == threshold or not 0 < threshold < 1:
        return None
    low = high = max(n, 1.0)
    while not rejects(threshold, estimate * high, high, alpha=alpha):
        low, high = high, high * 2
        if high > MOST_EVENTS:
            return None
    while high - low > max(1e-3, 1e-6 * high):
        middle = (low + high) / 2
        cleared = rejects(threshold, estimate * middle, middle, alpha=alpha)
        low, high = (low, middle) if cleared else (middle, high)
    return high


def recorded_days(evidence: ShareEvidence) -> int:
    """Calendar days from the first to the newest hour that holds evidence, both counted."""
    return (evidence.newest_hour.date() - evidence.first_hour.date()).days + 1


def to_clear(evidence: ShareEvidence, threshold: float, *, alpha: float) -> MoreNeeded | None:
    """Events and days until the sequence clears the threshold; None where it never would."""
    if not evidence.n_effective > 0:
        return None
    needed = clearing_n(evidence.estimate, threshold, n=evidence.n_effective, alpha=alpha)
    if needed is None:
        return None
    raw_per_effective = evidence.n / evidence.n_effective
    events = max(1, ceil((needed - evidence.n_effective) * raw_per_effective))
    return MoreNeeded(events=events, days=ceil(events * recorded_days(evidence) / evidence.n))


def to_fill(evidence: ShareEvidence, least_blocks: int) -> MoreNeeded:
    """Days until there are as many hourly blocks, at the blocks a day there were so far."""
    missing = least_blocks - evidence.hours
    return MoreNeeded(events=None, days=ceil(missing * recorded_days(evidence) / evidence.hours))


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
