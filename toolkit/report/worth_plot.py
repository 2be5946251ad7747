"""How many disconnections are gone, by comparison and by what they are counted against."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.metrics.changes import resolved
from toolkit.report.axes import Look, look, named_ticks
from toolkit.report.palette import Scheme, slots
from toolkit.report.pictures import Picture, picture
from toolkit.report.tables import Cell, Column, Table
from toolkit.report.wording import exact_percent, shorten
from toolkit.report.worthwords import claim_on, percent_of, share_gone, told_places

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from toolkit.metrics.ratios import Estimate
    from toolkit.metrics.worth import Worth

DENOMINATORS = {
    "unintended_ends_per_connected_h": "per connected hour",
    "unintended_ends_per_session": "per session",
    "unintended_ends_per_connection": "per opened connection",
}

LOWEST = -1.0
"""Where the axis ends at the latest; an interval that goes on has an arrow there."""


@dataclass(frozen=True)
class _Group:
    """One comparison: its heading, the option's look, the claim on it, and its shares by denominator."""

    place: str
    slot: int
    claimed: float | None
    shares: Mapping[str, "Estimate"]


def worth_forest(
    worth: "Worth", *, names: Mapping[str, str] | None = None, claimed: float | None = None
) -> Picture:
    """Share of the disconnections that are gone, with its interval, and the brief's word as a dashed line.

    Args:
        names: what readers call each option; its id where left out.
        claimed: the share that the brief says is gone. None without such a line.
    """
    groups = [
        _Group(
            told_places(each, names or {}),
            slots([each.option.option])[each.option.option],
            claim_on(each, claimed),
            {word: resolved(each.changes[measure]) for measure, word in DENOMINATORS.items()},
        )
        for each in worth.comparisons
        if not each.not_comparable
    ]

    def draw(figure: "Figure", scheme: Scheme) -> None:
        axes = figure.add_subplot()
        left = _left_end(groups)
        axes.set(xlim=(left, 1 + 0.01 * (1 - left)), xlabel="share of the disconnections that are gone")
        for number, group in enumerate(groups):
            _draw(axes, group, number * _GROUP_HEIGHT, left, scheme)
        at = [number * _GROUP_HEIGHT + step + 1 for number in range(len(groups)) for step in range(3)]
        named_ticks(axes.yaxis, at, [*DENOMINATORS.values()] * len(groups))
        axes.set_ylim(max(len(groups), 1) * _GROUP_HEIGHT - 0.9, -0.8)
        axes.xaxis.set_major_formatter(lambda value, _position: exact_percent(round(value, 3)))
        axes.grid(visible=False, axis="y")

    height_in = 0.9 + 1.4 * max(len(groups), 1)
    return picture(draw, alt=_alt(groups), table=_table(groups), height_in=height_in)


_GROUP_HEIGHT = 4.3
"""Of three shares below a heading, in rows."""

LONGEST_HEADING = 90
"""Characters of a heading that fit on one line of the picture."""


def _draw(axes: "Axes", group: _Group, top: float, left: float, scheme: Scheme) -> None:
    axes.text(
        left,
        top,
        f" {shorten(group.place, LONGEST_HEADING)}",
        fontsize=9,
        fontweight="bold",
        va="center",
        color=scheme.ink,
    )
    for step, share in enumerate(group.shares.values()):
        _point(axes, top + step + 1, share, look(group.slot, scheme), left)
    if group.claimed is None:
        return
    axes.plot(
        [group.claimed] * 2, [top + 0.4, top + 3.5],
        color=scheme.soft, linestyle=(0, (3, 2)), linewidth=1.1, zorder=1,
    )  # fmt: skip
    axes.text(
        group.claimed, top, f"the brief: {exact_percent(group.claimed)}",
        va="center", ha="center", fontsize=8.5, color=scheme.soft,
    )  # fmt: skip


def _left_end(groups: list[_Group]) -> float:
    """A little before the lowest end of any interval, and before the brief's word."""
    shares = [share for group in groups for share in group.shares.values()]
    ends = [end for share in shares for end in (share.low, share.value, share.high)]
    lowest = min(end for end in (*ends, *(group.claimed for group in groups), 0.95) if end is not None)
    return max(LOWEST, 1 - 1.2 * (1 - lowest))


def _point(axes: "Axes", at: float, share: "Estimate", drawn: Look, left: float) -> None:
    low = left if share.low is None else share.low
    if share.value is None:
        axes.text(left, at, "  not measurable with these data", fontsize=8.5, va="center", color=drawn.colour)
        return
    axes.plot(
        [max(low, left), 1.0 if share.high is None else share.high], [at, at], color=drawn.colour, linewidth=2
    )
    if low <= left:
        axes.plot(left, at, marker="<", color=drawn.colour, markersize=6, clip_on=False)
    if share.value >= left:
        axes.plot(share.value, at, marker=drawn.marker, color=drawn.colour, markersize=6, clip_on=False)


def _alt(groups: list[_Group]) -> str:
    if not groups:
        return "Nothing was recorded that may be compared."
    told = [
        f"{group.place}: {', '.join(f'{word} {share_gone(share)}' for word, share in group.shares.items())}"
        for group in groups
    ]
    claims = {exact_percent(group.claimed) for group in groups if group.claimed is not None}
    line = f" The dashed line is the brief's {claims.pop()}." if claims else ""
    return f"Share of the disconnections that are gone, with 95 % intervals. {'. '.join(told)}.{line}"


def _table(groups: list[_Group]) -> Table:
    rows: list[list[Cell]] = [
        [
            f"{group.place}, {word}",
            *(None if part is None else percent_of(part) for part in (share.value, share.low, share.high)),
        ]
        for group in groups
        for word, share in group.shares.items()
    ]
    numbers = [Column(name, numeric=True) for name in ("Gone", "Low", "High")]
    return Table(
        "Disconnections that are gone", [Column("Compared, and counted"), *numbers], rows,
        absent="not measurable with these data",
    )  # fmt: skip
