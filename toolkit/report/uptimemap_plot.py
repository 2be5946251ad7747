"""The decision map against required uptime: the cheapest option whose experience reaches it."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from toolkit.report.axes import compact_axis, named_ticks
from toolkit.report.map_parts import (
    Area,
    fill_all,
    lines_between,
    mark_team,
    merged,
    pale,
    short_names,
    write_names,
)
from toolkit.report.palette import Scheme, slots
from toolkit.report.pictures import Picture, label, picture, spread
from toolkit.report.strips_table import strips_table
from toolkit.report.whiskers import whisker
from toolkit.report.wording import NBSP, compact, exact_percent, percent, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from toolkit.cost.decisionmap import DecisionMap

TICKS = (0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99995, 0.99999)
HEADROOM = 0.3
"""Above the highest uptime, in powers of ten of the outage that is left, for promises to be seen."""

WHISKER = 0.8
"""Share of a line's height at which its whisker stands: above the names and where the team stands."""

TOO_LOW = 0.12
"""Height, in powers of ten of the outage, of a line that has no room for whiskers."""

NO_EVIDENCE = "no option's evidence\nreaches this"
NO_PRICE = "none with\na price"


def nines(need: float) -> float:
    """How an uptime is drawn: equal steps for equal ratios of the outage that it leaves.

    >>> round(nines(0.999), 6)
    3.0
    """
    return -math.log10(max(1 - need, 1e-12))


def decision_map(drawn: "DecisionMap", *, names: Mapping[str, str] | None = None, title: str = "") -> Picture:
    """The cheapest feasible option over messages a month and required uptime.

    Args:
        drawn: a map against uptime.
        names: what readers call each option; its id where left out.
        title: ends the caption where a page holds several such pictures.
    """
    names = names or {}
    areas, top = areas_of(drawn), nines(float(drawn.levels[-1])) + HEADROOM

    def draw(figure: "Figure", scheme: Scheme) -> None:
        axes = figure.add_subplot()
        axes.set(xlabel="messages a month at the start, published and delivered (log)")
        axes.set(ylabel="required uptime (log of the outage left)")
        paint(axes, drawn, areas, scheme, top=top)
        short = short_names(drawn.options, names)
        words: dict[str | None, str] = {None: NO_EVIDENCE, "": NO_PRICE}
        words |= {option: label(name) for option, name in short.items()}
        level = drawn.here.level
        beside = None if level is None else nines(level)
        _whiskers(axes, drawn, scheme)
        write_names(axes, _named_areas(drawn, areas, top), words, scheme, beside=beside)
        _promises(axes, drawn, short, scheme)
        if level is not None:
            mark_team(axes, drawn.here, nines(level), (nines(level), nines(level)), scheme)
        _reaches(axes, drawn, short, scheme)
        levels = [need for need in TICKS if drawn.levels[0] <= need <= drawn.levels[-1]]
        ticks = [exact_percent(need).replace(NBSP, "") for need in levels]
        named_ticks(axes.yaxis, [nines(need) for need in levels], ticks)
        compact_axis(axes.xaxis)

    caption = f"Cheapest option by message volume and required uptime{f', {title}' if title else ''}"
    return picture(draw, alt=map_alt(drawn, names), table=strips_table(caption, drawn, names), height_in=4.8)


def _whiskers(axes: "Axes", drawn: "DecisionMap", scheme: Scheme) -> None:
    """How far each line moves from draw to draw; the table has those of lines without room too."""
    for line in drawn.boundaries:
        low, high = nines(line.above_need), nines(line.to_need)
        if high - low >= TOO_LOW:
            beside = [other for other in drawn.boundaries if other.above_need == line.above_need]
            share = WHISKER * (beside.index(line) + 1) / len(beside)
            whisker(axes, low + share * (high - low), line.over_draws, scheme)


def areas_of(drawn: "DecisionMap") -> list[Area]:
    """The rectangles of a map in which one option is the cheapest, those on each other merged."""
    return merged(
        Area(part.messages_from, part.messages_to, nines(strip.above), nines(strip.to), part.option)
        for strip in drawn.strips
        for part in strip.parts
    )


def paint(axes: "Axes", drawn: "DecisionMap", areas: Sequence[Area], scheme: Scheme, *, top: float) -> None:
    """The areas with their patterns, pale where nothing is sure, and the lines between them."""
    axes.set_xscale("log")
    axes.set_xlim(float(drawn.messages_per_month[0]), float(drawn.messages_per_month[-1]))
    axes.set_ylim(nines(float(drawn.levels[0])), top)
    axes.grid(visible=False)
    fill_all(axes, areas, slots(drawn.options), scheme)
    unsure = [
        Area(low, high, nines(strip.above), nines(strip.to), None)
        for strip in drawn.strips
        for low, high in strip.unsure
    ]
    pale(axes, unsure, scheme)
    lines_between(axes, areas, scheme, linewidth=1.3)


def _named_areas(drawn: "DecisionMap", areas: Sequence[Area], top: float) -> list[Area]:
    """The areas to name: those without an option tell a lack of evidence from a lack of prices."""
    reached = drawn.highest_reached
    limit = -math.inf if reached is None else nines(reached)
    found = []
    for area in areas:
        option = "" if area.option is None and area.high <= limit else area.option
        free = area.option is None and area.high > limit
        # Above the middle of the free part, so that names of small areas find room below it.
        low, high = ((area.low + top) / 2, top) if free else (area.low, area.high)
        found.append(Area(area.left, area.right, low, high, option))
    return found


def _promises(axes: "Axes", drawn: "DecisionMap", names: Mapping[str, str], scheme: Scheme) -> None:
    """A dashed line up to where each promise goes: no evidence, so nothing is filled."""
    by_level: dict[float, list[str]] = {}
    for option, reach in drawn.reach.items():
        if reach.promised is not None and reach.promised > drawn.levels[0]:
            by_level.setdefault(reach.promised, []).append(names.get(option, option))
    for promised, who in by_level.items():
        axes.axhline(nines(promised), color=scheme.soft, linewidth=1.1, linestyle=(0, (5, 3)))
        axes.annotate(
            f"promised {exact_percent(promised)}: {', '.join(who)}", (0.012, nines(promised)), (0, 3),
            xycoords=("axes fraction", "data"), textcoords="offset points", fontsize=8, color=scheme.soft,
        )  # fmt: skip
    for strip in drawn.promised:
        for part in strip.parts[:-1]:
            ends = [nines(strip.above), nines(strip.to)]
            axes.plot([part.messages_to] * 2, ends, color=scheme.soft, linewidth=1.1, linestyle=(0, (5, 3)))


def _reaches(axes: "Axes", drawn: "DecisionMap", names: Mapping[str, str], scheme: Scheme) -> None:
    """To the right of the map, how far the evidence on each option reaches, with its range."""
    groups: dict[str, list[str]] = {}
    for option, reach in drawn.reach.items():
        if reach.uptime is not None:
            groups.setdefault(percent(reach.uptime), []).append(option)
    low, high = axes.get_ylim()
    heights = [min(max(nines(_reached(drawn, who[0])), low), high) for who in groups.values()]
    shares = [(height - low) / (high - low) for height in heights]
    places = spread(shares, gap=0.17, low=0.04, high=0.96)
    for (said, who), height, place in zip(groups.items(), heights, places, strict=True):
        lines = [shorten(names.get(option, option), 27) for option in who]
        axes.annotate(
            "\n".join([*lines, f"reach{'es' if len(who) == 1 else ''} {said}{_range(drawn, who)}"]),
            xy=(1.0, height), xycoords=axes.get_yaxis_transform(), xytext=(1.05, place),
            textcoords="axes fraction", fontsize=7.5, va="center", color=scheme.ink, annotation_clip=False,
            linespacing=1.1,
            arrowprops={"arrowstyle": "-", "color": scheme.soft, "linewidth": 0.7, "shrinkB": 0,
                        "relpos": (0.0, 0.5)},
        )  # fmt: skip


def _reached(drawn: "DecisionMap", option: str) -> float:
    return drawn.reach[option].uptime or 0.0


def _range(drawn: "DecisionMap", who: Sequence[str]) -> str:
    """The 5–95 % range of some options that reach the same; nothing where it is a single number."""
    lows = [low for option in who if (low := drawn.reach[option].low) is not None]
    highs = [high for option in who if (high := drawn.reach[option].high) is not None]
    if max(highs) - min(lows) < 1e-6:
        return ""
    return f"\n(5–95 %: {percent(min(lows))} to {percent(max(highs))})"


def map_alt(drawn: "DecisionMap", names: Mapping[str, str]) -> str:
    """What a map against uptime shows, in words."""
    here, reached = drawn.here, drawn.highest_reached
    said = []
    own = f"At your {compact(here.messages_per_month.p50)} messages"
    need = "" if here.level is None else f" and required uptime of {exact_percent(here.level)}"
    if here.option is None:
        said.append(f"{own}{need} no option is known to be feasible.")
    else:
        chance = f", in {here.p_cheapest:.0%} of the draws" if here.p_cheapest is not None else ""
        said.append(f"{own}{need} {names.get(here.option, here.option)} is the cheapest{chance}.")
    said.append(
        "No option is known to reach any of the uptimes."
        if reached is None
        else f"No evidence on any option{' that is drawn' if drawn.apart else ''} reaches more than "
        f"{percent(reached)}, whatever is promised."
    )
    won = dict.fromkeys(part.option for strip in drawn.strips for part in strip.parts if part.option)
    if won:
        said.append(f"Somewhere on the map the cheapest: {', '.join(names.get(name, name) for name in won)}.")
    said.append("Pale: cheapest in fewer than 80 % of the draws. Dashed: promised, which is no evidence.")
    if drawn.boundaries:
        said.append("Whiskers, dashed with a dot at the median: where a line lies in 5 to 95 % of the draws.")
    if drawn.apart:
        apart = ", ".join(names.get(name, name) for name in drawn.apart)
        said.append(f"Not drawn, as a price or their outages are not known: {apart}.")
    return " ".join([*said, *drawn.notes])
