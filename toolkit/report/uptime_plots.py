"""The plot of cost against the uptime that is required."""

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.report.axes import Look, compact_axis, look, named_ticks, reference
from toolkit.report.palette import Scheme, slots
from toolkit.report.pictures import Picture, label, picture
from toolkit.report.tables import Cell, Column, Table
from toolkit.report.wording import NBSP, exact_percent, usd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def uptime_curve(
    frame: pd.DataFrame, *, need: float | None = None, names: Mapping[str, str] | None = None, title: str = ""
) -> Picture:
    """The cheapest total for each required uptime, each point with the option that gives it.

    Args:
        frame: a row for each required uptime, as the cost room gives it.
        need: the uptime that the scenario asks for. None leaves that out.
        names: what readers call each option; its id where left out.
        title: ends the caption where a page holds several such pictures.
    """
    names = names or {}
    reached = frame.dropna(subset=["total_usd_mean"])
    levels = [float(level) for level in frame["uptime_need"]]

    def draw(figure: "Figure", scheme: Scheme) -> None:
        axes = figure.add_subplot()
        axes.set(
            xlabel="required uptime (equal steps; each allows less outage)", ylabel="cheapest total in USD"
        )
        axes.set_xlim(-0.6, len(levels) - 0.4)
        axes.set_ylim(0, float(reached["total_usd_p95"].max() * 1.25) if len(reached) else 1)
        before = None
        for place, row in enumerate(frame.to_dict("records")):
            if math.isnan(row["total_usd_mean"]):
                axes.annotate(
                    "none", (place, 0), (0, 6), textcoords="offset points", ha="center", fontsize=8.5
                )
                continue
            drawn = look(slots(reached["option"])[row["option"]], scheme)
            _reached(axes, place, row, drawn)
            if row["option"] != before:
                name = label(names.get(row["option"], row["option"]))
                at = (place, float(row["total_usd_p95"]))
                axes.annotate(name, at, (0, 5), textcoords="offset points", fontsize=8.5, color=drawn.colour)
            before = row["option"]
        if need is not None:
            reference(axes, place_of(need, levels), f"needed: {exact_percent(need)}", scheme)
        named_ticks(
            axes.xaxis, range(len(levels)), [exact_percent(level).replace(NBSP, "") for level in levels]
        )
        axes.tick_params(axis="x", labelsize=8)
        compact_axis(axes.yaxis, unit="$")

    caption = f"Cheapest total for each required uptime{f', {title}' if title else ''}"
    table = _uptime_table(caption, frame, names)
    return picture(draw, alt=_uptime_alt(reached, levels, names), table=table)


def _reached(axes: "Axes", place: int, row: Mapping[Hashable, Any], drawn: Look) -> None:
    band = [row["total_usd_p5"], row["total_usd_p95"]]
    axes.plot([place, place], band, color=drawn.colour, linewidth=3, alpha=0.35)
    axes.plot(place, row["total_usd_mean"], marker=drawn.marker, markersize=7, color=drawn.colour)


def place_of(need: float, levels: list[float]) -> float:
    """Where a required uptime stands among the levels, which are drawn in equal steps.

    >>> place_of(0.985, [0.98, 0.99, 0.995])
    0.5
    """
    return float(np.interp(need, levels, range(len(levels))))


def _uptime_alt(reached: pd.DataFrame, levels: list[float], names: Mapping[str, str]) -> str:
    if reached.empty:
        return "No option is expected to reach any of the uptimes asked for, as far as is known."
    last = reached.sort_values("uptime_need").iloc[-1]
    option = names.get(str(last["option"]), str(last["option"]))
    above = [level for level in levels if level > float(last["uptime_need"])]
    none = f" Nothing is expected to reach {exact_percent(above[0])} or more." if above else ""
    return (
        f"The highest uptime that any option is expected to reach is {exact_percent(last['uptime_need'])}, "
        f"by {option} at {usd(float(last['total_usd_mean']))}.{none}"
    )


def _uptime_table(caption: str, frame: pd.DataFrame, names: Mapping[str, str]) -> Table:
    rows: list[list[Cell]] = []
    for row in frame.to_dict("records"):
        option, promise = row["option"], row["promise"]
        total, low, high = (usd(row[f"total_usd_{part}"]) for part in ("mean", "p5", "p95"))
        missing, unpriced = pd.isna(row["total_usd_mean"]), pd.isna(row["promise_total_usd_mean"])
        rows.append([
            exact_percent(row["uptime_need"]),
            None if missing else names.get(option, option),
            None if missing else f"{total} ({low} to {high})",
            None if unpriced else names.get(promise, promise),
            None if unpriced else usd(row["promise_total_usd_mean"]),
        ])  # fmt: skip
    columns = [
        Column("Required"), Column("Cheapest expected to reach it"), Column("Total", "USD", numeric=True),
        Column("Cheapest that promises it"), Column("Its total", "USD", numeric=True),
    ]  # fmt: skip
    return Table(caption, columns, rows, absent="none, as far as is known")
