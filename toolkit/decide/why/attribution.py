"""Attributes the changes between two decisions to their sources, so that the parts add up exactly."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from toolkit.decide.why.outcome import Outcome
from toolkit.decide.why.shapley import in_whole_parts, shapley

SOURCES = ("data", "prices", "day", "settings", "weights")
"""What a decision is made from, each of which may change on its own."""

CODE = "code"
"""The remainder: what the same inputs gave when they were published, beside what they give now."""

WHOLE = 10_000
"""Shares are told in ten-thousandths."""

Evaluate = Callable[[frozenset[str]], Outcome]
"""The outcome where just these sources are new and all others old, by the code that runs now."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Which sources changed, and how they are told apart.

    Args:
        moved: those that changed, in the order of :data:`SOURCES`.
        joined: those of them that only fit together, told as the first one. Empty where all are apart.
        evaluate: the outcome where some of them are new.
    """

    moved: Sequence[str]
    evaluate: Evaluate
    joined: Sequence[str] = ()

    @property
    def players(self) -> list[str]:
        """Those that are told apart."""
        return [source for source in self.moved if source not in self.joined[1:]]

    def at(self, players: frozenset[str]) -> Outcome:
        """The outcome where these players are new."""
        together = self.joined if self.joined and self.joined[0] in players else ()
        return self.evaluate(players | frozenset(together))


def parts_of_verdict(
    sources: Sources, told: Callable[[Outcome], str | None], *, now: str | None
) -> dict[str, float]:
    """The share of each source in a change of a word into another; they add up to 1.

    A share below 0 worked against the change.

    Args:
        told: the word in an outcome.
        now: the word as it is, which is not the one that was published before.
    """

    def worth(players: frozenset[str]) -> int:
        return int(told(sources.at(players)) == now)

    parts = shapley(sources.players, worth)
    everything = frozenset(sources.players)
    # Published, it was 0 before and is 1 now.
    parts[CODE] = Fraction(worth(frozenset()) + 1 - worth(everything))
    shares = in_whole_parts({name: part * WHOLE for name, part in parts.items()})
    return {name: share / WHOLE for name, share in shares.items() if share}


@dataclass(frozen=True, kw_only=True)
class CostParts:
    """A difference in whole cents, by source.

    Args:
        cents: by source and for the code; they add up to the difference.
        day_first: whether the day had to be counted first, as what is new was not known on the old one.
    """

    cents: Mapping[str, int]
    day_first: bool = False


def parts_of_cost(sources: Sources, option: str, *, was: int, now: int) -> CostParts | None:
    """The part of each source in a difference of totals; None where a total between the two is unknown.

    Args:
        option: its id.
        was, now: the total as it was published before, and as it is, in whole cents.
    """
    for first in (None, "day") if "day" in sources.players else (None,):
        try:
            return CostParts(
                cents=_cents(sources, option, was=was, now=now, first=first), day_first=first is not None
            )
        except _UnknownBetween:
            continue
    return None


class _UnknownBetween(Exception):
    """A total is unknown where only some of the sources are new."""


def _cents(sources: Sources, option: str, *, was: int, now: int, first: str | None) -> dict[str, int]:
    def worth(players: frozenset[str]) -> int:
        known = sources.at(players).totals_cents.get(option)
        if known is None:
            raise _UnknownBetween
        return known

    parts = shapley(sources.players, worth, first=first)
    everything = frozenset(sources.players)
    parts[CODE] = Fraction(worth(frozenset()) - was + now - worth(everything))
    return in_whole_parts(parts)
