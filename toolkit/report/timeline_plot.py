"""The run hour by hour, with its outages and its gaps."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from toolkit.metrics.timeline import daily, outages, timeline
from toolkit.report.axes import look, named_ticks
from toolkit.report.palette import Scheme, slots
from toolkit.report.pictures import Picture, picture
from toolkit.report.tables import Column, Table
from toolkit.report.wording import percent, plural, whole

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from toolkit.metrics.rollups import Rollups


LONGEST_BY_HOUR = 14 * 24
"""Hours up to which a run is shown hour by hour, else day by day."""


def connection_timeline(
    rollups: "Rollups", *, option: str, environment: str, names: Mapping[str, str] | None = None
) -> Picture:
    """Hour by hour: the share of wanted time that clients were connected, and the ends nobody wanted.

    A run of more than two weeks is told day by day. Times with outages
    (:data:`toolkit.metrics.timeline.OUTAGE_BELOW`) are shaded, those of which nothing was recorded hatched.
    """
    name = (names or {}).get(option, option)
    hourly = timeline(rollups, option, environment)
    by_day = len(hourly) > LONGEST_BY_HOUR
    frame = daily(hourly) if by_day else hourly.assign(outage_hours=outages(hourly).astype("int64"))
    unit, moment = ("day", "%d %b %Y") if by_day else ("hour", "%d %b %H:%M")
    silent = frame["wanted_s"].isna() & frame["attempts"].isna()
    times: Sequence[str] = [f"{at:{moment}}" for at in frame.index]

    def draw(figure: "Figure", scheme: Scheme) -> None:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        drawn = look(slots([option])[option], scheme)
        at = range(len(frame))
        upper.plot(at, frame["session_availability"], color=drawn.colour, marker=drawn.marker, markersize=5)
        upper.set(ylim=(0, 1.05), ylabel="connected time\n/ wanted time")
        named_ticks(upper.yaxis, (0, 0.5, 1), ("0 %", "50 %", "100 %"))
        for axes in (upper, lower):
            _shade(axes, frame["outage_hours"] > 0, facecolor=scheme.series[-1], alpha=0.25)
            _shade(axes, silent, facecolor="none", edgecolor=scheme.soft, hatch="///")
        lower.bar(at, frame["unintended_ends"], color=drawn.colour, width=0.6)
        lower.set(ylabel=f"unwanted ends\neach {unit}", xlabel=f"{unit} (UTC)", ylim=(0, None))
        step = max(1, -(-len(frame) // 8))
        named_ticks(lower.xaxis, list(at)[::step], times[::step])

    rows = [
        [
            time,
            whole(row["outage_hours"]),
            _known(row["session_availability"], percent),
            _known(row["unintended_ends"], whole),
        ]
        for time, row in zip(times, frame.to_dict("records"), strict=True)
    ]
    columns = [
        Column(f"{unit.capitalize()} (UTC)"),
        Column("Outage", "hours", numeric=True),
        Column("Connected", numeric=True),
        Column("Unwanted ends", numeric=True),
    ]
    ends = whole(float(frame["unintended_ends"].sum()))
    out = plural(int(outages(hourly).sum()), "hour")
    said = f"{ends} unwanted ends in {plural(len(hourly), 'hour')}, outages in {out}"
    if silent.any():
        said += f"; of {plural(int(silent.sum()), unit)} nothing was recorded"
    caption = f"{unit.capitalize()} by {unit}, {name}, {environment}"
    table = Table(caption, columns, rows, absent="nothing was recorded")
    return picture(draw, alt=f"{name} in {environment}: {said}.", table=table)


def _shade(axes: "Axes", where: "pd.Series[bool]", **looks: Any) -> None:
    for number, shaded in enumerate(where):
        if shaded:
            axes.axvspan(number - 0.5, number + 0.5, linewidth=0, **looks)


def _known(value: float, show: Callable[[float], str]) -> str | None:
    return None if math.isnan(value) else show(value)
