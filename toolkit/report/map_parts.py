"""Parts of a decision map: areas of options, the lines between them, and where the team stands."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from toolkit.report.axes import Look, look
from toolkit.report.palette import Scheme
from toolkit.report.pictures import spread
from toolkit.report.wording import compact

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from toolkit.cost.decisionmap import Here

HATCHES = ("", "/", "\\", "|", "-", ".", "x", "+")
"""A pattern for each slot of the palette, so that areas differ without colour."""

FILLED, UNSURE = 0.30, 0.65
"""How strongly an area is filled, and how much of that the paper takes away where it is not sure."""

LETTER_WIDTH, LINE_HEIGHT = 0.0125, 0.033
"""Shares of the axes that a letter and a line of a name take."""


ABOVE = 0.64
"""Share of the height at which the names of small areas stand."""


@dataclass(frozen=True)
class Area:
    """A rectangle in which one option is the cheapest, in the data of both axes."""

    left: float
    right: float
    low: float
    high: float
    option: str | None

    @property
    def size(self) -> float:
        """Its size on axes with a logarithmic x."""
        return math.log(self.right / self.left) * (self.high - self.low)

    @property
    def middle(self) -> tuple[float, float]:
        return math.sqrt(self.left * self.right), (self.low + self.high) / 2


def short_names(options: Iterable[str], names: Mapping[str, str]) -> dict[str, str]:
    """What readers call each option, up to the first comma where that still tells all of them apart.

    >>> short_names(["a", "b", "c"], {"a": "Ours, old", "b": "Ours, new", "c": "Theirs, hosted"})
    {'a': 'Ours, old', 'b': 'Ours, new', 'c': 'Theirs'}
    """
    whole = {option: names.get(option, option) for option in options}
    first = {option: name.partition(",")[0] for option, name in whole.items()}
    told = list(first.values())
    return {option: first[option] if told.count(first[option]) == 1 else whole[option] for option in whole}


def merged(areas: Iterable[Area]) -> list[Area]:
    """The areas, those that stand on each other and hold the same option as one.

    >>> merged([Area(1, 2, 0, 1, "a"), Area(1, 2, 1, 3, "a")])
    [Area(left=1, right=2, low=0, high=3, option='a')]
    """
    found: list[Area] = []
    for area in areas:
        below = next(
            (
                index for index, other in enumerate(found)
                if (other.left, other.right, other.high, other.option)
                == (area.left, area.right, area.low, area.option)
            ),
            None,
        )  # fmt: skip
        if below is None:
            found.append(area)
        else:
            other = found[below]
            found[below] = Area(other.left, other.right, other.low, area.high, area.option)
    return found


def fill(axes: "Axes", areas: Sequence[Area], drawn: Look, hatch: str) -> None:
    """Fill the areas of one option with its colour and its pattern."""
    _patch(axes, areas, facecolor=drawn.colour, alpha=FILLED, edgecolor="none")
    if hatch:
        _patch(axes, areas, facecolor="none", hatch=hatch, edgecolor=drawn.colour)


def pale(axes: "Axes", areas: Sequence[Area], scheme: Scheme) -> None:
    """Take the colour out of areas in which the cheapest option is not sure."""
    _patch(axes, areas, facecolor=scheme.paper, alpha=UNSURE, edgecolor="none")


def _patch(axes: "Axes", areas: Sequence[Area], **style: Any) -> None:
    """All areas as one shape, which takes far fewer bytes than each by itself."""
    corners = [
        [(area.left, area.low), (area.right, area.low), (area.right, area.high), (area.left, area.high)]
        for area in areas
    ]
    if corners:
        shape = Path.make_compound_path(*(Path([*four, four[0]], closed=True) for four in corners))
        axes.add_patch(PathPatch(shape, linewidth=0.0, **style))


def fill_all(axes: "Axes", areas: Sequence[Area], seats: Mapping[str, int], scheme: Scheme) -> None:
    """Fill every area in the colour and the pattern of its option; what has none stays empty."""
    for option in dict.fromkeys(area.option for area in areas):
        if option is not None:
            own = [area for area in areas if area.option == option]
            fill(axes, own, look(seats[option], scheme), HATCHES[seats[option] % len(HATCHES)])


def write_names(
    axes: "Axes",
    areas: Sequence[Area],
    words: Mapping[str | None, str],
    scheme: Scheme,
    *,
    beside: float | None = None,
    room: float = 1.0,
) -> None:
    """Write the option of every area that has room for it, each option once, where it has most.

    Args:
        words: by option, on one or more lines.
        beside: a level to keep away from, where something else is written. None where nothing is.
        room: width of the axes, as a multiple of that of a page.
    """
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    outside = []
    for option in dict.fromkeys(area.option for area in areas):
        largest = max((area for area in areas if area.option == option), key=lambda area: area.size)
        wide = math.log(largest.right / largest.left) / math.log(right / left) * room
        tall = (largest.high - largest.low) / (high - low)
        turned = _turned(words[option], wide, tall)
        if turned is None:
            outside.append(largest)
            continue
        axes.annotate(
            words[option],
            (largest.middle[0], _clear_of(beside, largest, low, high)),
            ha="center", va="center", fontsize=8, color=scheme.ink,
            rotation=90 if turned else 0, linespacing=1.1,
            bbox={"facecolor": scheme.paper, "edgecolor": "none", "alpha": 0.8, "pad": 1.0},
        )  # fmt: skip

    _write_above(axes, outside, words, scheme)


def _write_above(
    axes: "Axes", areas: Sequence[Area], words: Mapping[str | None, str], scheme: Scheme
) -> None:
    """Write the options of areas without room in a row in the free upper part, with lines to their areas."""
    left, right = axes.get_xlim()
    wanted = [math.log(area.middle[0] / left) / math.log(right / left) for area in areas]
    for area, place in zip(areas, spread(wanted, gap=0.24, low=0.12, high=0.88), strict=True):
        axes.annotate(
            words[area.option], area.middle, (place, ABOVE), textcoords="axes fraction", ha="center",
            va="center", fontsize=8, color=scheme.ink, linespacing=1.1,
            bbox={"facecolor": scheme.paper, "edgecolor": "none", "alpha": 0.8, "pad": 1.0},
            arrowprops={"arrowstyle": "-", "color": scheme.ink, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip


def _clear_of(beside: float | None, area: Area, low: float, high: float) -> float:
    """The middle of an area, or a quarter off it where that is too near to a level."""
    middle, quarter = area.middle[1], (area.high - area.low) / 4
    if beside is None or abs(middle - beside) > 4 * LINE_HEIGHT * (high - low):
        return middle
    return middle + quarter if beside < middle + 1e-9 else middle - quarter


def _turned(words: str, wide: float, tall: float) -> bool | None:
    """Whether words must stand upright to fit in; None where they do not fit at all."""
    lines = words.splitlines()
    length, height = max(map(len, lines)) * LETTER_WIDTH, len(lines) * LINE_HEIGHT
    if length <= wide and height <= tall:
        return False
    return True if length <= tall and height <= wide else None


def lines_between(axes: "Axes", areas: Sequence[Area], scheme: Scheme, **style: Any) -> None:
    """Draw the edges between areas of different options, all as one line with gaps."""
    ends = [
        end for one in areas for other in areas if one.option != other.option for end in _edge(one, other)
    ]
    x, y = np.array([list(pair) for pair in zip(*ends, strict=True)]) if ends else np.empty((2, 0))
    gap = np.full(x.shape[0] // 2, np.nan)
    xs, ys = (np.column_stack([part.reshape(-1, 2), gap]).ravel() for part in (x, y))
    axes.plot(xs, ys, color=scheme.ink, **style)


def _edge(one: Area, other: Area) -> list[tuple[float, float]]:
    """Both ends of the edge between an area and the one to its right or above it; nothing without one."""
    low, high = max(one.low, other.low), min(one.high, other.high)
    if one.right == other.left and high > low:
        return [(one.right, low), (one.right, high)]
    left, right = max(one.left, other.left), min(one.right, other.right)
    if one.high == other.low and right > left:
        return [(left, one.high), (right, one.high)]
    return []


def mark_team(axes: "Axes", here: "Here", y: float, spread: tuple[float, float], scheme: Scheme) -> None:
    """Where the team stands with its range, and how it grows over the horizon.

    Args:
        y: its level, as it is drawn.
        spread: the ends of the level's range, as they are drawn.
    """
    own, last = here.messages_per_month, here.path[-1]
    ink: dict[str, Any] = {"color": scheme.ink, "solid_capstyle": "butt"}
    axes.plot([own.p5, own.p95], [y, y], linewidth=1.2, **ink)
    if spread[1] > spread[0]:
        axes.plot([own.p50, own.p50], list(spread), linewidth=1.2, **ink)
    if last > own.p50 * 1.01:
        axes.annotate(
            "", xy=(last, y), xytext=(own.p50, y),
            arrowprops={"arrowstyle": "-|>", "color": scheme.ink, "linewidth": 2.6, "shrinkA": 0,
                        "shrinkB": 0},
        )  # fmt: skip
    axes.plot(own.p50, y, marker="o", markersize=7, color=scheme.paper, markeredgecolor=scheme.ink, zorder=6)
    grown = f" → {compact(last)} in month {len(here.path)}" if last > own.p50 * 1.01 else ""
    axes.annotate(
        f"you: {compact(own.p50)}{grown}", (own.p50, y), (0, -7), textcoords="offset points", va="top",
        ha="center", fontsize=8.5, color=scheme.ink, zorder=7,
        bbox={"facecolor": scheme.paper, "edgecolor": "none", "alpha": 0.85, "pad": 1.0},
    )  # fmt: skip
