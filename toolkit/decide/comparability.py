"""Whether measurements of two options answer one question, said before any ranking that rests on them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy.stats import chisquare

from toolkit.decide.witness import by_strength
from toolkit.decide.wording import plain
from toolkit.evidence import Grade
from toolkit.metrics.arms import Arm, arm_of, at_other_times, unlike
from toolkit.metrics.hourly import Rollups

MISMATCH_P = 0.001
"""Below it counts of clients that were meant to be equal were not: GrowthBook's sample ratio mismatch."""

FEWEST_CLIENTS = 8
"""Of each side, for that test; GrowthBook's minimum."""


@dataclass(frozen=True)
class Incomparable:
    """Two options that were measured under unlike circumstances.

    Args:
        what: ``window``, ``days``, ``clients``, ``deliveries``, ``bytes`` or ``deadline``.
        text: the numbers, in words.
    """

    options: tuple[str, str]
    environment: str
    what: str
    text: str

    def to_document(self) -> dict[str, Any]:
        return {**asdict(self), "options": list(self.options)}


def incomparable(
    rollups: Rollups, options: Sequence[str], environments: Mapping[str, Grade]
) -> list[Incomparable]:
    """Every pair of options that one environment recorded under unlike circumstances, and which.

    Args:
        options: ids of those that are ranked.
        environments: with their grades. In a lab all options are meant to have as many sessions.
    """
    found: list[Incomparable] = []
    for environment in by_strength(environments):
        grade = environments[environment]
        arms = [arm for option in options if (arm := arm_of(rollups, option, environment, grade)) is not None]
        for one, other in combinations(arms, 2):
            found += [
                Incomparable((one.option, other.option), environment, what, text)
                for what, text in differences(one, other)
            ]
    return found


def differences(one: Arm, other: Arm) -> Iterator[tuple[str, str]]:
    """In which circumstances two recordings of one environment differ, each with its numbers in words."""
    if at_other_times(one, other):
        yield "days", f"no hour in common: {_days(one)} against {_days(other)}"
    for what, unit, first, second in (
        ("window", one.window[1], one.window[0], other.window[0]),
        ("clients", one.crowd[1], one.crowd[0], other.crowd[0]),
        ("deliveries", "deliveries an hour that a client was connected", _pace(one), _pace(other)),
        ("bytes", "bytes a delivery", one.message_bytes, other.message_bytes),
    ):
        if not first or not second:
            continue
        if unlike(first, second):
            yield what, f"{plain(round(first, 1))} against {plain(round(second, 1))} {unit}"
        elif what == "clients" and one.grade == "lab" and (odds := unequal(first, second)):
            yield what, f"{plain(first)} against {plain(second)} {unit}: p {odds:.1g} if meant equal"
    if one.deadline_ms and other.deadline_ms and one.deadline_ms != other.deadline_ms:
        yield "deadline", f"deadlines of {_deadline(one)} against {_deadline(other)} ms"


def unequal(one: float, other: float) -> float | None:
    """The chance of counts so far apart, where it is too small for counts that were meant to be equal.

    Pearson's chi-square test of equal shares. None where the counts are as equal as chance leaves them, or
    too few to tell.

    >>> unequal(5000, 5100) is None, unequal(5000, 5500) < 0.001
    (True, True)
    """
    if min(one, other) < FEWEST_CLIENTS:
        return None
    p = float(chisquare(np.array([one, other])).pvalue)
    return p if p < MISMATCH_P else None


def _pace(arm: Arm) -> float | None:
    """Deliveries expected for each hour that a client was connected."""
    if arm.messages_per_wanted_h is None or not arm.connected_h:
        return None
    return arm.messages_per_wanted_h * arm.wanted_h / arm.connected_h


def _days(arm: Arm) -> str:
    first, last = arm.first_hour.date(), arm.newest_hour.date()
    return f"{first}" if first == last else f"{first} to {last}"


def _deadline(arm: Arm) -> str:
    low, high = arm.deadline_ms or (0, 0)
    return plain(low) if low == high else f"{plain(low)} to {plain(high)}"
