"""Plots of what was measured: how long connections live, how late messages are, the run hour by hour."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.metrics.buckets import latency_high_ms
from toolkit.metrics.lifetimes import FIVE_MINUTES_S
from toolkit.metrics.survival import share_at, survival
from toolkit.report.axes import compact_axis, look, name_lines, named_ticks, reference
from toolkit.report.palette import Scheme, slots
from toolkit.report.pictures import Picture, picture
from toolkit.report.tables import Column, Table
from toolkit.report.wording import NBSP, duration, number, percent, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from toolkit.metrics.rollups import Rollups

AGE_TICKS_S = (1, 10, 60, 300, 1800, 7200, 86400)

AGE_WORDS = {
    FIVE_MINUTES_S: "5 minutes", 120.0: "2 minutes", 60.0: "a minute", 30.0: "30 seconds", 10.0: "10 seconds",
}  # fmt: skip
"""Ages of which the alternative text tells the oldest one that was reached."""


def recorded(frame: pd.DataFrame, environment: str) -> list[str]:
    """The options that a frame of the rollups has rows of in an environment, by name."""
    return sorted(set(frame.loc[frame["environment"] == environment, "option"]))


def survival_curves(
    rollups: "Rollups", *, environment: str, names: Mapping[str, str] | None = None
) -> Picture:
    """Share of connections still open against their age; one that was open at the end counts as open."""
    names = names or {}
    curves = {
        option: survival(rollups, option, environment) for option in recorded(rollups.ages, environment)
    }
    curves = {option: frame for option, frame in curves.items() if len(frame)}
    longest_s = max((float(frame["age_s"].max()) for frame in curves.values()), default=FIVE_MINUTES_S)

    def draw(figure: "Figure", scheme: Scheme) -> None:
        axes = figure.add_subplot()
        axes.set(xscale="log", xlim=(1, max(longest_s, FIVE_MINUTES_S * 1.5)), ylim=(0, 1.02))
        axes.set(xlabel="age of the connection (log)", ylabel="share still connected")
        ends = {}
        for option, frame in curves.items():
            drawn = look(slots(curves)[option], scheme)
            age_s = np.maximum(frame["age_s"].to_numpy(dtype=float), 1e-3)
            known = frame["low"].notna().to_numpy()
            axes.fill_between(
                age_s[known], frame["low"][known], frame["high"][known],
                step="post", color=drawn.colour, alpha=0.15, linewidth=0,
            )  # fmt: skip
            axes.step(age_s, frame["share"], where="post", color=drawn.colour, linestyle=drawn.dash)
            ends[option] = (float(frame["age_s"].iloc[-1]), float(frame["share"].iloc[-1]), drawn)
        reference(axes, FIVE_MINUTES_S, "5 min: the brief's threshold", scheme, above=True)
        named_ticks(axes.xaxis, *_ages(max(longest_s, FIVE_MINUTES_S * 1.5)))
        named_ticks(axes.yaxis, (0, 0.25, 0.5, 0.75, 1), ("0 %", "25 %", "50 %", "75 %", "100 %"))
        name_lines(axes, ends, names=names)

    alt = f"Still connected after {_still_up(curves, names, environment)}."
    table = _survival_table(f"Connections still open after a given age, {environment}", curves, names)
    return picture(draw, alt=alt, table=table)


def _still_up(curves: Mapping[str, pd.DataFrame], names: Mapping[str, str], environment: str) -> str:
    """The shares at five minutes, or at the oldest age before it to which any connection was watched."""
    ages = [age for age in AGE_WORDS if any(share_at(frame, age) is not None for frame in curves.values())]
    age_s = ages[0] if ages else FIVE_MINUTES_S
    said = ", ".join(
        f"{names.get(option, option)} {'not watched for so long' if share is None else percent(share)}"
        for option, share in ((option, share_at(frame, age_s)) for option, frame in curves.items())
    )
    short = "" if age_s == FIVE_MINUTES_S else ", as none was watched for 5 minutes"
    return f"{AGE_WORDS[age_s]} in {environment}{short}: {said or 'nothing was measured'}"


def _ages(longest_s: float) -> tuple[list[float], list[str]]:
    ticks = [float(tick) for tick in AGE_TICKS_S if tick <= longest_s]
    return ticks, [duration(tick) for tick in ticks]


def _survival_table(caption: str, curves: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> Table:
    ages = (10.0, 30.0, 60.0, 120.0, FIVE_MINUTES_S, 600.0, 1800.0, 3600.0)
    rows = []
    for option, frame in curves.items():
        shares = [share_at(frame, age) for age in ages]
        rows.append(
            [names.get(option, option), *(None if share is None else percent(share) for share in shares)]
        )
    columns = [Column("Option"), *(Column(f"at {duration(age)}", numeric=True) for age in ages)]
    return Table(caption, columns, rows, absent="no connection was watched for so long")


def latency_distribution(
    rollups: "Rollups", *, environment: str, names: Mapping[str, str] | None = None
) -> Picture:
    """Share of expected deliveries received within a time; what never came keeps a curve below 100 %."""
    names = names or {}
    curves = {
        option: _within(rollups, option, environment) for option in recorded(rollups.latency, environment)
    }
    curves = {option: frame for option, frame in curves.items() if len(frame)}

    def draw(figure: "Figure", scheme: Scheme) -> None:
        axes = figure.add_subplot()
        axes.set(
            xscale="log", ylim=(0, 1.02), xlabel="latency in ms (log)", ylabel="share of expected deliveries"
        )
        ends = {}
        for option, frame in curves.items():
            drawn = look(slots(curves)[option], scheme)
            axes.step(
                frame["latency_ms"], frame["share"], where="post", color=drawn.colour, linestyle=drawn.dash
            )
            ends[option] = (float(frame["latency_ms"].iloc[-1]), float(frame["share"].iloc[-1]), drawn)
        for share, text in ((0.5, "50 %"), (0.95, "95 %"), (0.99, "99 %")):
            axes.axhline(share, color=scheme.soft, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1, label=text)
        named_ticks(axes.yaxis, (0, 0.25, 0.5, 0.75, 0.95), ("0 %", "25 %", "50 %", "75 %", "95 %"))
        compact_axis(axes.xaxis)
        name_lines(axes, ends, names=names)

    tables = [[names.get(option, option), *_quantiles(frame)] for option, frame in curves.items()]
    said = "; ".join(
        f"{row[0]}: {_reached('half', row[1])}, {_reached(f'95{NBSP}%', row[2])}" for row in tables
    )
    shares = ("50 %", "95 %", "99 %", "99.9 %")
    columns = [Column("Option"), *(Column(f"{share} within", numeric=True) for share in shares)]
    columns += [Column("received in time", numeric=True), Column("expected", "deliveries", numeric=True)]
    table = Table(
        f"Latency of deliveries, {environment}", columns, tables, absent="not reached by the deadline"
    )
    return picture(draw, alt=f"Latency in {environment}. {said or 'Nothing was measured'}.", table=table)


def _reached(share: str, latency: str | None) -> str:
    return f"{share} not by the deadline" if latency is None else f"{share} within {latency}"


def _within(rollups: "Rollups", option: str, environment: str) -> pd.DataFrame:
    """Latency and the share of expected deliveries received within it; `expected` repeated on every row."""
    histogram = _of(rollups.latency, option, environment).groupby("bucket", sort=True)["count"].sum()
    expected = float(_of(rollups.counts, option, environment)["expected"].sum())
    if histogram.empty or expected <= 0:
        return pd.DataFrame({"latency_ms": [], "share": [], "expected": []})
    edges = [latency_high_ms(int(bucket)) for bucket in histogram.index]
    return pd.DataFrame(
        {"latency_ms": edges, "share": histogram.cumsum().to_numpy() / expected, "expected": expected}
    )


def _of(frame: pd.DataFrame, option: str, environment: str) -> pd.DataFrame:
    return frame[(frame["option"] == option) & (frame["environment"] == environment)]


def _quantiles(frame: pd.DataFrame) -> list[str | None]:
    found: list[str | None] = []
    for share in (0.5, 0.95, 0.99, 0.999):
        reached = frame.loc[frame["share"] >= share, "latency_ms"]
        found.append(f"{number(float(reached.iloc[0]))} ms" if len(reached) else None)
    return [*found, percent(float(frame["share"].iloc[-1])), whole(float(frame["expected"].iloc[0]))]
