"""Small decision maps side by side: the same messages from smaller and larger teams."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from toolkit.report.axes import compact_axis, named_ticks
from toolkit.report.map_parts import short_names, write_names
from toolkit.report.palette import Scheme
from toolkit.report.pictures import NO_VOLUME, Picture, label, picture, sentence
from toolkit.report.tables import Cell, Column, Table
from toolkit.report.uptimemap_plot import areas_of, nines, paint
from toolkit.report.wording import NBSP, compact, exact_percent, percent, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from toolkit.cost.decisionmap import DecisionMap

TICKS = (0.9, 0.99, 0.999, 0.9999)


def team_maps(
    drawn: "Mapping[float, DecisionMap]",
    *,
    names: Mapping[str, str] | None = None,
    title: str = "",
) -> Picture:
    """The decision map for teams of other sizes that send as many messages.

    Args:
        drawn: maps against uptime, by how many times the team they are for.
        names: what readers call each option; its id where left out.
        title: ends the caption where a page holds several such pictures.
    """
    names = names or {}

    def draw(figure: "Figure", scheme: Scheme) -> None:
        panels = figure.subplots(1, len(drawn), sharey=True, squeeze=False)[0]
        for axes, found in zip(panels, drawn.values(), strict=True):
            areas = areas_of(found)
            paint(axes, found, areas, scheme, top=nines(float(found.levels[-1])))
            short = short_names(found.options, names)
            words: dict[str | None, str] = {None: "none"}
            words |= {option: label(name) for option, name in short.items()}
            write_names(axes, areas, words, scheme, room=1 / len(drawn))
            here = found.here
            if here.level is not None:
                axes.plot(
                    here.messages_per_month.p50, nines(here.level), marker="o", markersize=6,
                    color=scheme.paper, markeredgecolor=scheme.ink, zorder=6,
                )  # fmt: skip
            axes.set_title(f"{compact(here.peak_connections)} at the peak", fontsize=9, color=scheme.ink)
            compact_axis(axes.xaxis)
            axes.tick_params(labelsize=8)
        named_ticks(
            panels[0].yaxis, [nines(need) for need in TICKS],
            [exact_percent(need).replace(NBSP, "") for need in TICKS],
        )  # fmt: skip
        panels[0].set(ylabel="required uptime")
        figure.supxlabel("messages a month at the start (log)", fontsize=9.5, color=scheme.ink)

    caption = f"The same messages from smaller and larger teams{f', {title}' if title else ''}"
    alt, table = _alt(drawn, names), _table(caption, drawn, names)
    if not any(found.messages_per_month[-1] > 0 for found in drawn.values()):
        return sentence(NO_VOLUME, alt=alt, table=table)
    return picture(draw, alt=f"{alt} Dot: you. Pale: not sure.", table=table, height_in=2.9)


def _alt(drawn: "Mapping[float, DecisionMap]", names: Mapping[str, str]) -> str:
    said = []
    for found in drawn.values():
        option = found.here.option
        name = "none is known to be feasible" if option is None else names.get(option, option)
        said.append(f"{whole(found.here.peak_connections)} connected at the peak: {name}")
    return (
        f"The cheapest at your messages and uptime need, by the size of the team. {'; '.join(said)}. "
        "Users, peak and channels grow together, and each user sends the less."
    )


def _table(caption: str, drawn: "Mapping[float, DecisionMap]", names: Mapping[str, str]) -> Table:
    rows: list[list[Cell]] = [
        [
            whole(found.here.peak_connections),
            f"{percent(strip.above)} to {percent(strip.to)}",
            f"{compact(part.messages_from)} to {compact(part.messages_to)}",
            None if part.option is None else names.get(part.option, part.option),
        ]
        for found in drawn.values()
        for strip in found.strips
        for part in strip.parts
    ]
    columns = [
        Column("Connected at the peak", numeric=True), Column("Required uptime"), Column("Messages a month"),
        Column("Cheapest that reaches it"),
    ]  # fmt: skip
    return Table(caption, columns, rows, absent="none, as far as is known")
