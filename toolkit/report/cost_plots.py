"""The plot of cost against message volume, with the volumes at which the cheapest option changes."""

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.report.axes import compact_axis, look, name_lines, reference
from toolkit.report.palette import Scheme, slots
from toolkit.report.pictures import NO_VOLUME, Picture, picture, sentence
from toolkit.report.tables import Cell, Column, Table
from toolkit.report.wording import compact, shorten, usd

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
    seats, winners = slots(curve.frame["option"]), cheapest_somewhere(curve)

    def draw(figure: "Figure", scheme: Scheme) -> None:
        axes = figure.add_subplot()
        axes.set(xlabel="messages a month, published and delivered (log)")
        axes.set(ylabel="recurring cost in USD a month (log)")
        _scales(axes, frame)
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
    alt, table = _cost_alt(curve, names), _cost_table(caption, curve.frame, names)
    if not curve.own_messages_per_month > 0:
        return sentence(NO_VOLUME, alt=alt, table=table)
    return picture(draw, alt=alt, table=table, height_in=4.8)


def cheapest_somewhere(curve: "Curve") -> set[str]:
    """The options that are the cheapest at some volume; drawing the bands of all would hide all."""
    found = {
        option for crossover in curve.crossovers for option in (crossover.from_option, crossover.to_option)
    }
    own = cheapest_at(curve.frame, curve.own_messages_per_month)
    return {option for option in (*found, own) if option is not None}


def _scales(axes: "Axes", drawn: pd.DataFrame) -> None:
    """Logarithmic axes; where something is free, linear below one dollar, to have room for it."""
    if drawn.empty:
        return
    messages, usd_a_month = drawn["messages_per_month"], drawn["monthly_usd_mean"]
    axes.set_xscale("log")
    axes.set_xlim(float(messages.min()), float(messages.max()))
    if usd_a_month.min() > 0:
        axes.set_yscale("log")
    else:
        axes.set_yscale("symlog", linthresh=1.0)
    axes.set_ylim(float(usd_a_month.min()) * 0.6, max(float(usd_a_month.max()) * 1.6, 1.0))


def _crossings(
    axes: "Axes", crossovers: "list[Crossover]", frame: pd.DataFrame, names: Mapping[str, str], scheme: Scheme
) -> None:
    """Mark where the cheapest option changes; the words stand in rows so that neighbours do not collide."""
    for index, crossover in enumerate(crossovers):
        reference(axes, crossover.at, f"{index + 1}", scheme, height=0.995)
        option = crossover.to_option or crossover.from_option
        height = _cost_at(frame[frame["option"] == option], crossover.at)
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
        "none payable" if option is None else shorten(names.get(option, option), 40)
        for option in (crossover.from_option, crossover.to_option)
    )
    return f"at {compact(crossover.at)} messages: {was} → {then}"


def _cost_at(line: pd.DataFrame, messages: float) -> float | None:
    """The cost of one option between its points, as the straight line that is drawn; None outside of them."""
    known = line.dropna(subset=["monthly_usd_mean"])
    if known.empty:
        return None
    if not messages > 0:
        # Of no messages every multiple is none, and costs the same.
        return float(known["monthly_usd_mean"].iloc[0])
    x, y = (known[name].to_numpy(dtype=float) for name in ("messages_per_month", "monthly_usd_mean"))
    if not x[0] <= messages <= x[-1]:
        return None
    if y.min() > 0:
        return float(np.exp(np.interp(math.log(messages), np.log(x), np.log(y))))
    return float(np.interp(math.log(messages), np.log(x), y))


def cheapest_at(frame: pd.DataFrame, messages: float) -> str | None:
    """The option with the least mean cost at a volume; None where no cost is known there."""
    costs = {str(option): _cost_at(line, messages) for option, line in frame.groupby("option", sort=True)}
    known = {option: cost for option, cost in costs.items() if cost is not None}
    return min(known, key=lambda option: (known[option], option), default=None)


def _cost_alt(curve: "Curve", names: Mapping[str, str]) -> str:
    own = curve.own_messages_per_month
    cheapest = cheapest_at(curve.frame, own)
    changes = [_crossing(crossover, names).replace("→", "to") for crossover in curve.crossovers]
    parts = ["Recurring monthly cost of each option against messages a month."]
    if cheapest is None:
        parts.append(f"At your {compact(own)} messages no cost is known.")
    else:
        parts.append(f"At your {compact(own)} messages {names.get(cheapest, cheapest)} is the cheapest.")
    if changes:
        parts.append(f"The cheapest option changes {'; '.join(changes)}.")
    elif cheapest is not None and own > 0:
        parts.append("It stays the cheapest over the whole range.")
    if not own > 0:
        return " ".join([*parts, NO_VOLUME])
    parts.append("Shaded: the 5–95 % band of options that are the cheapest somewhere.")
    parts.append("A cross: no plan carries more.")
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
