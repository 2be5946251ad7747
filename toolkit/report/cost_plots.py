"""Plots of what it costs: against message volume and against the uptime that is required."""

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.report.axes import Look, compact_axis, look, name_lines, named_ticks, reference
from toolkit.report.palette import Scheme, slots
from toolkit.report.pictures import Picture, label, picture
from toolkit.report.tables import Cell, Column, Table
from toolkit.report.wording import NBSP, compact, exact_percent, usd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from toolkit.cost.curves import Curve
    from toolkit.cost.result import Crossover


def cost_curve(curve: "Curve", *, names: Mapping[str, str] | None = None, title: str = "") -> Picture:
    """Recurring monthly cost of every option against messages a month, with the crossovers of the cheapest.

    Args:
        names: what readers call each option; its id where left out.
        title: ends the caption where a page holds several such pictures.
    """
    names = names or {}
    frame = curve.frame.dropna(subset=["monthly_usd_mean"])
    frame = frame[frame["monthly_usd_mean"] > 0]
    seats, winners = slots(curve.frame["option"]), cheapest_somewhere(curve)

    def draw(figure: "Figure", scheme: Scheme) -> None:
        axes = figure.add_subplot()
        axes.set(xscale="log", yscale="log", xlabel="messages a month, published and delivered (log)")
        axes.set(ylabel="recurring cost in USD a month (log)")
        _limits(axes, curve.frame, frame)
        ends = {}
        for option, line in frame.groupby("option", sort=True):
            drawn, wins = look(seats[str(option)], scheme), option in winners
            x, mean = line["messages_per_month"].to_numpy(dtype=float), line["monthly_usd_mean"]
            if wins:
                low, high = line["monthly_usd_p5"], line["monthly_usd_p95"]
                axes.fill_between(x, low, high, color=drawn.colour, alpha=0.13, linewidth=0)
            axes.plot(x, mean, color=drawn.colour, linestyle=drawn.dash, linewidth=2.4 if wins else 1.3)
            ends[str(option)] = (float(x[-1]), float(mean.iloc[-1]), drawn)
            if x[-1] < axes.get_xlim()[1] / 1.05:
                axes.plot(x[-1], mean.iloc[-1], marker="x", color=drawn.colour, markersize=6)
        _crossings(axes, curve.crossovers, frame, names, scheme)
        own = curve.own_messages_per_month
        reference(axes, own, f"you: {compact(own)} a month", scheme, height=0.07)
        compact_axis(axes.xaxis)
        compact_axis(axes.yaxis, unit="$")
        name_lines(axes, ends, names=names)

    caption = f"Monthly cost against message volume{f', {title}' if title else ''}"
    return picture(
        draw, alt=_cost_alt(curve, names), table=_cost_table(caption, curve.frame, names), height_in=4.8
    )


def cheapest_somewhere(curve: "Curve") -> set[str]:
    """The options that are the cheapest at some volume; drawing the bands of all would hide all."""
    found = {
        option for crossover in curve.crossovers for option in (crossover.from_option, crossover.to_option)
    }
    own = cheapest_at(curve.frame, curve.own_messages_per_month)
    return {option for option in (*found, own) if option is not None}


def _limits(axes: "Axes", everything: pd.DataFrame, drawn: pd.DataFrame) -> None:
    if drawn.empty:
        return
    axes.set_xlim(
        float(everything["messages_per_month"].min()), float(everything["messages_per_month"].max())
    )
    axes.set_ylim(float(drawn["monthly_usd_mean"].min()) * 0.6, float(drawn["monthly_usd_mean"].max()) * 1.6)


def _crossings(
    axes: "Axes", crossovers: "list[Crossover]", frame: pd.DataFrame, names: Mapping[str, str], scheme: Scheme
) -> None:
    """Mark where the cheapest option changes; the words stand in rows so that neighbours do not collide."""
    for index, crossover in enumerate(crossovers):
        reference(axes, crossover.at, f"{index + 1}", scheme, height=0.995)
        height = _cost_at(frame, crossover.to_option or crossover.from_option, crossover.at)
        if height is not None:
            axes.plot(
                crossover.at, height, marker="o", markersize=7, markerfacecolor=scheme.paper,
                markeredgecolor=scheme.ink, markeredgewidth=1.4, zorder=5,
            )  # fmt: skip
    words = [f"{index + 1}  {_crossing(crossover, names)}" for index, crossover in enumerate(crossovers)]
    if words:
        axes.set_title("cheapest changes\n" + "\n".join(words), fontsize=8.5, color=scheme.ink)


def _crossing(crossover: "Crossover", names: Mapping[str, str]) -> str:
    was, then = (
        "none payable" if option is None else label(names.get(option, option))
        for option in (crossover.from_option, crossover.to_option)
    )
    return f"at {compact(crossover.at)} messages: {was} → {then}"


def _cost_at(frame: pd.DataFrame, option: str | None, messages: float) -> float | None:
    line = frame[frame["option"] == option]
    if line.empty:
        return None
    x, y = (np.log(line[name].to_numpy(dtype=float)) for name in ("messages_per_month", "monthly_usd_mean"))
    return float(np.exp(np.interp(math.log(messages), x, y)))


def cheapest_at(frame: pd.DataFrame, messages: float) -> str | None:
    """The option with the least mean cost at a volume; None where no cost is known there."""
    costs = {}
    for option, line in frame.dropna(subset=["monthly_usd_mean"]).groupby("option", sort=True):
        inside = line["messages_per_month"].min() <= messages <= line["messages_per_month"].max()
        cost = (
            _cost_at(line, str(option), messages) if inside and (line["monthly_usd_mean"] > 0).all() else None
        )
        if cost is not None:
            costs[str(option)] = cost
    return min(costs, key=lambda option: (costs[option], option), default=None)


def _cost_alt(curve: "Curve", names: Mapping[str, str]) -> str:
    parts = ["Recurring monthly cost of each option against messages a month."]
    messages = curve.own_messages_per_month
    cheapest = cheapest_at(curve.frame, messages)
    if cheapest:
        parts.append(f"At your {compact(messages)} messages {names.get(cheapest, cheapest)} is the cheapest.")
    changes = [_crossing(crossover, names).replace("→", "to") for crossover in curve.crossovers]
    if changes:
        parts.append(f"The cheapest option changes {'; '.join(changes)}.")
    else:
        parts.append("One option stays the cheapest over the whole range.")
    parts.append(
        "Shaded: the 5–95 % band of options that are the cheapest somewhere; a cross: no plan carries more."
    )
    return " ".join(parts)


def _cost_table(caption: str, frame: pd.DataFrame, names: Mapping[str, str]) -> Table:
    """One row for every sixth volume, one column for each option: mean and the 5–95 % band."""
    volumes = sorted(set(frame["messages_per_month"]))
    volumes = volumes[:: max(1, len(volumes) // 10)]
    options = sorted(set(frame["option"]))
    by_key = {(row["messages_per_month"], row["option"]): row for row in frame.to_dict("records")}
    rows: list[list[Cell]] = [
        [compact(volume), *(_band_words(by_key.get((volume, option))) for option in options)]
        for volume in volumes
    ]
    columns = [
        Column("Messages a month"),
        *(Column(names.get(o, o), "USD a month", numeric=True) for o in options),
    ]
    return Table(caption, columns, rows, absent="no plan carries it, or a price is not known")


def _band_words(row: Mapping[Hashable, Any] | None) -> str | None:
    if row is None or math.isnan(row["monthly_usd_mean"]):
        return None
    mean, low, high = (usd(row[f"monthly_usd_{part}"]) for part in ("mean", "p5", "p95"))
    return f"{mean} ({low} to {high})"


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
