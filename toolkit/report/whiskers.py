"""How far the lines of a decision map move from draw to draw."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from toolkit.report.palette import Scheme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from toolkit.cost.maplines import Positions

CAP, BEYOND = 3.5, 4.5
"""Sizes in points of the cap at a known end, and of the arrow where an end lies off the map."""


def whisker(axes: "Axes", at: float, found: "Positions", scheme: Scheme, *, upright: bool = False) -> None:
    """A line from the 5th to the 95th percentile, with a dot at the median; an arrow where it leaves the map.

    One that leaves it at both ends is not drawn: it would cross the map and say nothing.

    Args:
        at: where it crosses the other axis.
        found: its percentiles on the axis that it runs along.
        upright: whether it runs along y.
    """
    limits = axes.get_ylim() if upright else axes.get_xlim()
    known = (found.p5, found.p95)
    ends = [_within(end, limits, limits[place]) for place, end in enumerate(known)]
    if ends == list(limits):
        return
    ink: dict[str, Any] = {"color": scheme.ink, "zorder": 3}

    def draw(along: Sequence[float], **style: Any) -> None:
        across = [at] * len(along)
        axes.plot(*((across, along) if upright else (along, across)), **ink, **style)

    draw(ends, linewidth=1.0, linestyle=(0, (4, 1.5)))
    arrows, cap = ("v^", "_") if upright else ("<>", "|")
    for end, told, arrow in zip(ends, known, arrows, strict=True):
        inside = told == end
        draw([end], marker=cap if inside else arrow, markersize=CAP * 2 if inside else BEYOND, clip_on=False)
    if found.p50 is not None and limits[0] <= found.p50 <= limits[1]:
        draw([found.p50], marker="o", markersize=3.5)


def _within(position: float | None, limits: tuple[float, float], else_at: float) -> float:
    """A position on the map; the map's end where it lies beyond."""
    return else_at if position is None else min(max(position, limits[0]), limits[1])
