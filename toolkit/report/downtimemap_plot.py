"""The decision map against the cost of downtime: the cheapest option that reaches the team's uptime need."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from toolkit.report.axes import compact_axis
from toolkit.report.map_parts import Area, fill_all, lines_between, mark_team, pale, short_names
from toolkit.report.palette import Scheme, slots
from toolkit.report.pictures import NO_VOLUME, Picture, label, picture, sentence
from toolkit.report.tables import Cell, Column, Missing, Table
from toolkit.report.whiskers import whisker
from toolkit.report.wording import compact, usd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from toolkit.cost.decisionmap import DecisionMap
    from toolkit.cost.maplines import Border, Positions

Floats = NDArray[np.float64]

ROOM = 0.012
"""Share of the map that an option needs for its name to be written into it."""


def downtime_map(drawn: "DecisionMap", *, names: Mapping[str, str] | None = None, title: str = "") -> Picture:
    """The cheapest feasible option over messages a month and what an hour of outage costs.

    Args:
        drawn: a map against the cost of downtime.
        names: what readers call each option; its id where left out.
        title: ends the caption where a page holds several such pictures.
    """
    names = names or {}

    def draw(figure: "Figure", scheme: Scheme) -> None:
        axes = figure.add_subplot()
        axes.set(xlabel="messages a month at the start, published and delivered (log)")
        axes.set(ylabel="cost of an hour of outage in USD (log)", xscale="log", yscale="log")
        messages, levels = drawn.messages_per_month, drawn.levels
        axes.set_xlim(float(messages[0]), float(messages[-1]))
        axes.set_ylim(float(levels[0]), float(levels[-1]))
        axes.grid(visible=False)
        areas = list(areas_of(drawn))
        fill_all(axes, areas, slots(drawn.options), scheme)
        pale(axes, list(_unsure(drawn)), scheme)
        lines_between(axes, areas, scheme, linewidth=1.1)
        for border in drawn.borders:
            middle = len(border.points) // 2
            whisker(axes, border.points[middle][0], border.over_draws[middle], scheme, upright=True)
        _write_names(axes, drawn, short_names(drawn.options, names), scheme)
        here = drawn.here
        if here.level is not None:
            spread = (here.level_low or here.level, here.level_high or here.level)
            mark_team(axes, here, here.level, spread, scheme)
        compact_axis(axes.xaxis)
        compact_axis(axes.yaxis, unit="$")

    caption = f"Cheapest option by message volume and cost of downtime{f', {title}' if title else ''}"
    alt, table = downtime_alt(drawn, names), _table(caption, drawn, names)
    if not drawn.messages_per_month[-1] > 0:
        return sentence(NO_VOLUME, alt=alt, table=table)
    return picture(draw, alt=alt, table=table)


def areas_of(drawn: "DecisionMap") -> Iterator[Area]:
    """The map column by column, neighbours that are alike as one; borders lie where they were computed."""
    edges = _edges(drawn.messages_per_month)
    before: list[tuple[float, float, str | None]] = []
    start = 0
    for volume in range(len(drawn.messages_per_month)):
        column = list(_column(drawn, volume))
        if volume and column != before:
            yield from _wide(before, float(edges[start]), float(edges[volume]))
            start = volume
        before = column
    yield from _wide(before, float(edges[start]), float(edges[-1]))


def _column(drawn: "DecisionMap", volume: int) -> Iterator[tuple[float, float, str | None]]:
    """The stretches of costs at one volume, from below."""
    messages, top = float(drawn.messages_per_month[volume]), float(drawn.levels[-1])
    found = sorted(
        (cost, border.above) for border in drawn.borders for at, cost in border.points if at == messages
    )
    option, low = drawn.name_at(0, volume), float(drawn.levels[0])
    for cost, above in found:
        yield low, cost, option
        option, low = above, cost
    yield low, top, option


def _wide(column: list[tuple[float, float, str | None]], left: float, right: float) -> Iterator[Area]:
    return (Area(left, right, low, high, option) for low, high, option in column if high > low)


def _edges(points: Floats) -> Floats:
    """The ends of the cells around points on a logarithmic axis."""
    return np.concatenate([points[:1], np.sqrt(points[1:] * points[:-1]), points[-1:]])


def _unsure(drawn: "DecisionMap") -> Iterator[Area]:
    """Where the cheapest is so in too few of the draws, level by level."""
    edges, levels = _edges(drawn.messages_per_month), _edges(drawn.levels)
    for level, row in enumerate(drawn.unsure):
        flags = np.concatenate([[False], row, [False]])
        turns = np.flatnonzero(flags[1:] != flags[:-1]).reshape(-1, 2)
        for start, end in turns.tolist():
            yield Area(
                float(edges[start]), float(edges[end]), float(levels[level]), float(levels[level + 1]), None
            )


def _write_names(axes: "Axes", drawn: "DecisionMap", names: Mapping[str, str], scheme: Scheme) -> None:
    """Each option's name amid the points of the grid that are its own."""
    for index, option in enumerate(drawn.options):
        level, volume = np.nonzero(drawn.cheapest == index)
        if level.size < ROOM * drawn.cheapest.size:
            continue
        middle = int(np.median(volume))
        column = level[volume == middle] if (volume == middle).any() else level
        # Away from where the team stands, which is written about in the middle of the map.
        own = option == drawn.here.option
        at = int(np.quantile(column, 0.8 if own else 0.5))
        axes.annotate(
            label(names[option]), (drawn.messages_per_month[middle], drawn.levels[at]),
            ha="center", va="center", fontsize=8, color=scheme.ink, linespacing=1.1,
            bbox={"facecolor": scheme.paper, "edgecolor": "none", "alpha": 0.8, "pad": 1.0},
        )  # fmt: skip


def downtime_alt(drawn: "DecisionMap", names: Mapping[str, str]) -> str:
    """What a map against the cost of downtime shows, in words."""
    here = drawn.here
    won = [option for index, option in enumerate(drawn.options) if (drawn.cheapest == index).any()]
    said = ["The cheapest option by messages a month and by what an hour of outage costs."]
    if here.option is not None and here.level is not None:
        own = f"At your {compact(here.messages_per_month.p50)} messages and {usd(here.level)} an hour"
        said.append(f"{own} {names.get(here.option, here.option)} is the cheapest.")
    said.append(
        f"Somewhere on the map the cheapest: {', '.join(names.get(option, option) for option in won)}."
        if won
        else "No option is known to be feasible."
    )
    several = drawn.messages_per_month[-1] > 0
    if several:
        said.append("Pale: cheapest in fewer than 80 % of the draws.")
    if several and drawn.borders:
        said.append(
            "Whiskers, dashed with a dot at the median: where a line lies at that volume in 5 to 95 % of the "
            "draws; a line without one leaves the map at both ends."
        )
    return " ".join([*said, *drawn.notes])


def _table(caption: str, drawn: "DecisionMap", names: Mapping[str, str]) -> Table:
    """Every eighth volume by every fifth cost, with how often the cheapest is so; then the lines at them."""
    several = drawn.messages_per_month[-1] > 0
    volumes = range(0, len(drawn.messages_per_month) if several else 1, 8)
    levels = range(0, len(drawn.levels), 5)
    rows: list[list[Cell]] = [
        [usd(float(drawn.levels[level])), *(_cell(drawn, level, volume, names) for volume in volumes)]
        for level in levels
    ]
    rows += [
        _line(border, [float(drawn.messages_per_month[volume]) for volume in volumes], names)
        for border in drawn.borders
    ]
    columns = [Column("An hour of outage costs")]
    columns += [Column(f"{compact(float(drawn.messages_per_month[volume]))} messages") for volume in volumes]
    return Table(caption, columns, rows, absent="none, as far as is known")


def _line(border: "Border", volumes: list[float], names: Mapping[str, str]) -> list[Cell]:
    """Where a line lies over the draws, at the one of its volumes that is nearest to each column."""
    below, above = (names.get(option, option) for option in (border.below, border.above))
    cells: list[Cell] = [Missing("no line") for _ in volumes]
    off = [np.inf] * len(volumes)
    for (at, _), found in zip(border.points, border.over_draws, strict=True):
        apart = np.abs(np.log(np.array(volumes) / at)) if at > 0 else np.zeros(1)
        column = int(apart.argmin())
        if apart[column] < off[column]:
            off[column], cells[column] = apart[column], f"at {compact(at)}: {_positions(found)}"
    return [f"{below} to {above} in 5, 50 and 95 % of the draws", *cells]


def _positions(found: "Positions") -> str:
    return ", ".join("at no cost" if at is None else usd(at) for at in (found.p5, found.p50, found.p95))


def _cell(drawn: "DecisionMap", level: int, volume: int, names: Mapping[str, str]) -> str | None:
    option = drawn.name_at(level, volume)
    if option is None:
        return None
    return f"{names.get(option, option)} ({drawn.p_cheapest[level, volume]:.0%})"
