"""Parts of a plot: axes with units, names beside lines instead of a legend, reference lines with words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.ticker import FuncFormatter, NullFormatter

from toolkit.report.palette import DASHES, MARKERS, Scheme
from toolkit.report.pictures import label, spread
from toolkit.report.wording import compact

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE_GAP = 0.095
"""Distance between two names beside lines, as a share of the height of the axes."""


@dataclass(frozen=True)
class Look:
    """How one option is drawn: never by colour alone."""

    colour: str
    dash: Any
    marker: str


def look(slot: int, scheme: Scheme) -> Look:
    """The look of the option in this slot of the palette."""
    return Look(
        scheme.series[slot % len(scheme.series)], DASHES[slot % len(DASHES)], MARKERS[slot % len(MARKERS)]
    )


def name_lines(
    axes: "Axes", ends: Mapping[str, tuple[float, float, Look]], *, names: Mapping[str, str]
) -> None:
    """Write each line's name to the right of the axes, at the height where the line ends.

    Args:
        ends: where each line ends, in the data of both axes, with its look.
        names: what readers call each line.
    """
    order = list(ends)
    heights = [_share_of_height(axes, ends[option][1]) for option in order]
    places = spread(heights, gap=LINE_GAP, low=0.0, high=1.0)
    for option, place in zip(order, places, strict=True):
        x, y, drawn = ends[option]
        axes.annotate(
            label(names.get(option, option)),
            xy=(x, y), xytext=(1.035, place), textcoords="axes fraction", fontsize=8.5, linespacing=1.0,
            color=drawn.colour, va="center", ha="left", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": drawn.colour, "linewidth": 0.6, "shrinkB": 2},
        )  # fmt: skip


def _share_of_height(axes: "Axes", value: float) -> float:
    """Where a value of the y axis stands between its bottom (0) and its top (1), on any scale."""
    low, high = axes.transData.transform([(1, bound) for bound in axes.get_ylim()])[:, 1]
    at = axes.transData.transform((1, value))[1]
    return float(min(max((at - low) / (high - low), 0.0), 1.0))


def reference(
    axes: "Axes", x: float, text: str, scheme: Scheme, *, height: float = 1.0, above: bool = False
) -> None:
    """A vertical line with words at its top end.

    Args:
        x: where, in the data of the x axis.
        text: what it marks.
        height: share of the height at which the words stand.
        above: they stand on top of the axes instead, ending at the line, where no name of a curve lies.
    """
    axes.axvline(x, color=scheme.soft, linewidth=1.0, linestyle=(0, (2, 2)), zorder=1)
    offset, down, across = ((0, 3), "bottom", "right") if above else ((4, -2), "top", "left")
    axes.annotate(
        text, xy=(x, height), xycoords=("data", "axes fraction"), xytext=offset, textcoords="offset points",
        va=down, ha=across, fontsize=8.5, color=scheme.ink,
        bbox={"facecolor": scheme.paper, "edgecolor": "none", "alpha": 0.85, "pad": 1.0},
    )  # fmt: skip


def compact_axis(axis: Any, *, unit: str = "") -> None:
    """Ticks as 1k, 10k, 1M, with a currency sign before them where one is given."""
    axis.set_major_formatter(FuncFormatter(lambda value, _position: f"{unit}{compact(value)}"))
    axis.set_minor_formatter(NullFormatter())


def named_ticks(axis: Any, at: Sequence[float], words: Sequence[str]) -> None:
    """Ticks exactly at these values, with these words."""
    axis.set_ticks(list(at), labels=list(words))
    axis.set_minor_formatter(NullFormatter())
