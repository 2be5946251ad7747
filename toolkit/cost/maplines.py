"""What a decision map is drawn of: strips and their parts, lines, and where these lie in the draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from toolkit.evidence import four_digits


@dataclass(frozen=True)
class Positions:
    """Where a line between two options lies over the draws.

    Args:
        p5: where the option beyond the line is the cheaper of the two in 5 % of the draws: messages a month,
            or US dollars an hour. None where that lies on this side of everything that was looked at.
        p50: the same in half of them. None where that was not seen.
        p95: the same in 95 %. None where that lies beyond everything.
    """

    p5: float | None
    p50: float | None
    p95: float | None

    def to_document(self) -> dict[str, float | None]:
        """The positions, to four digits."""
        found = {"p5": self.p5, "p50": self.p50, "p95": self.p95}
        return {name: None if at is None else four_digits(at) for name, at in found.items()}


@dataclass(frozen=True)
class Part:
    """A part of a strip in which one option is the cheapest.

    Args:
        messages_from, messages_to: a month, published and delivered.
        option: its id. None where no plan carries the volume, or nothing reaches the need.
        narrowed: False where the upper end was seen by few draws only.
        until: where the upper end lies over the draws. None where it is that of the map.
    """

    messages_from: float
    messages_to: float
    option: str | None
    narrowed: bool = True
    until: Positions | None = None

    def to_document(self) -> dict[str, Any]:
        """The part, volumes to four digits."""
        ends = {
            "from": four_digits(self.messages_from),
            "to": four_digits(self.messages_to),
            "option": self.option,
        }
        return ends if self.until is None else {**ends, "to_over_draws": self.until.to_document()}


@dataclass(frozen=True)
class Strip:
    """A strip of uptimes that the same options reach.

    Args:
        above: the uptime that it lies above, a share of time.
        to: the highest in it.
        options: ids of those that reach it.
        parts: by volume, ascending.
        unsure: stretches of volumes in which the cheapest is so in too few of the draws.
    """

    above: float
    to: float
    options: tuple[str, ...]
    parts: tuple[Part, ...]
    unsure: tuple[tuple[float, float], ...] = ()

    def option_at(self, messages: float) -> str | None:
        """The cheapest option at a volume; None where there is none."""
        return next((part.option for part in self.parts if messages <= part.messages_to), None)

    def to_document(self) -> dict[str, Any]:
        """The strip; shares to seven digits."""
        ends = {"above": round(self.above, 7), "to": round(self.to, 7)}
        return {
            **ends,
            "reached_by": list(self.options),
            "cheapest": [part.to_document() for part in self.parts],
            "unsure": [[four_digits(low), four_digits(high)] for low, high in self.unsure],
        }


@dataclass(frozen=True)
class Border:
    """Where one option hands over to another, over volume and the cost of an hour of outage.

    Args:
        below: the option that is the cheapest where an hour costs less.
        above: the one where it costs more.
        points: messages a month and US dollars an hour, by volume.
        over_draws: where each point lies over the draws at its volume, US dollars an hour.
    """

    below: str
    above: str
    points: tuple[tuple[float, float], ...]
    over_draws: tuple[Positions, ...]

    def to_document(self) -> dict[str, Any]:
        """The border, its points to four digits."""
        points = [[four_digits(messages), four_digits(usd)] for messages, usd in self.points]
        over_draws = [found.to_document() for found in self.over_draws]
        return {"from": self.below, "to": self.above, "points": points, "points_over_draws": over_draws}


@dataclass(frozen=True)
class Boundary:
    """A line between two options over message volume, through all strips that have it.

    Args:
        below, above: the cheapest option before and after it; None where there is none.
        above_need, to_need: the uptimes between which it is drawn.
        messages: a month, where the means of the two cross.
        over_draws: where it lies over the draws.
    """

    below: str | None
    above: str | None
    above_need: float
    to_need: float
    messages: float
    over_draws: Positions


def boundaries(strips: Sequence[Strip]) -> list[Boundary]:
    """The lines of some strips, lowest first, those that go through several strips as one."""
    found: dict[tuple[str | None, str | None, float, float], Boundary] = {}
    for strip in strips:
        for part, following in pairwise(strip.parts):
            if part.until is None:
                continue
            begun = found.pop((part.option, following.option, part.messages_to, strip.above), None)
            low = strip.above if begun is None else begun.above_need
            line = Boundary(part.option, following.option, low, strip.to, part.messages_to, part.until)
            found[line.below, line.above, line.messages, line.to_need] = line
    return sorted(found.values(), key=lambda line: (line.above_need, line.messages))
