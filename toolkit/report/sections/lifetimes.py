"""How long connections last, how that is often told, and which alerts stand."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from toolkit.metrics.lifetimes import ConnectionSummary, Interval, connection_summary
from toolkit.report.metricwords import METRICS, interval
from toolkit.report.tables import Cell, Column, Mark, Table
from toolkit.report.wording import duration, number, percent, whole

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.metrics.result import MetricsResult
    from toolkit.metrics.rollups import Rollups

NOT_REACHED = "not reached"


def lifetimes_table(rollups: "Rollups", *, environment: str, names: Mapping[str, str] | None = None) -> Table:
    """The median and the mean of each option's connections, beside the mean of those that had ended."""
    names = names or {}
    recorded = sorted(set(rollups.counts.loc[rollups.counts["environment"] == environment, "option"]))
    found = {option: connection_summary(rollups, option, environment) for option in recorded}
    rows = [[names.get(option, option), *_cells(summary)] for option, summary in found.items() if summary]
    columns = [
        Column("Option"),
        Column("Opened", "connections", numeric=True),
        Column("Ended unwanted", numeric=True),
        Column("Median life", numeric=True),
        Column("Still up after 5 min", numeric=True),
        Column("Mean life, up to an age", numeric=True),
        Column("Mean per unwanted end", numeric=True),
        Column("Mean of the ended", numeric=True),
        Column("Too short by", numeric=True),
    ]
    caption = f"How long connections last in {environment}, with 95 % intervals"
    return Table(caption, columns, rows, absent="no such connection was seen")


def _cells(summary: ConnectionSummary) -> list[Cell]:
    restricted = summary.restricted_mean_s
    bias = summary.times_too_short
    return [
        whole(summary.opened),
        whole(summary.unintended_ends),
        _with_interval(summary.median_s, summary.median_interval_s),
        _share_with_interval(summary.share_at_300_s, summary.share_at_300_interval),
        None if restricted is None else f"{duration(restricted)} of {duration(summary.restricted_to_s)}",
        f"{'no end' if summary.mean_s is None else duration(summary.mean_s)} "
        f"({interval('mean_connection_duration_s', summary.low_s, summary.high_s)})",
        None if summary.naive_mean_s is None else duration(summary.naive_mean_s),
        None if bias is None else f"{number(bias)} times",
    ]


def _with_interval(median_s: float | None, ends: Interval) -> str:
    if median_s is None and ends == (None, None):
        return NOT_REACHED
    low, high = (NOT_REACHED if end is None else duration(end) for end in ends)
    return f"{NOT_REACHED if median_s is None else duration(median_s)} ({low} to {high})"


def _share_with_interval(share: float | None, ends: Interval) -> str | None:
    if share is None:
        return None
    told = [percent(end) for end in ends if end is not None]
    return f"{percent(share)} ({' to '.join(told)})" if len(told) == len(ends) else percent(share)


def alerts_table(
    metrics: "MetricsResult", *, environment: str, names: Mapping[str, str] | None = None
) -> Table:
    """The brief's four alerts for each measured option: raised, clear, or not to be told apart yet."""
    names = names or {}
    words = {metric: word for metric, word in METRICS.items() if word.threshold_set}
    rows: list[list[Cell]] = []
    for option, environments in metrics.values.items():
        values = environments.get(environment, {})
        if not any(value.state == "measured" for value in values.values()):
            continue
        rows.append(
            [
                names.get(option, option),
                *(_alert(values[metric].alert, values[metric].state) for metric in words),
            ]
        )
    columns = [
        Column("Option"),
        *(Column(f"{word.name} {word.threshold}", shape="short") for word in words.values()),
    ]
    return Table(f"Alerts in {environment}", columns, rows, absent="not measured")


def _alert(alert: bool | None, state: str) -> Cell:
    if state == "absent":
        return None
    if alert is None:
        return Mark("undecided", "wait")
    return Mark("alert", "bad") if alert else Mark("none", "good")


def aggregates_table(metrics: "MetricsResult") -> Table:
    """The newest of every number that a source had summed up or averaged; none but counts enters a metric."""
    columns = [
        Column("Option"), Column("Environment"), Column("Source"), Column("Name"), Column("Kind"),
        Column("Value", numeric=True), Column("Unit"), Column("Until (UTC)", shape="short"),
    ]  # fmt: skip
    rows = [] if metrics.aggregates is None else _newest(metrics.aggregates)
    return Table("As their sources have it", columns, rows, absent="unknown")


def _newest(aggregates: "pd.DataFrame") -> list[list[Cell]]:
    keys = ["option", "environment", "source", "name", "kind", "quantile"]
    last = aggregates.sort_values("until_us", kind="stable").drop_duplicates(keys, keep="last")
    return [
        [
            str(row["option"]), str(row["environment"]), str(row["source"]), str(row["name"]),
            str(row["kind"]) if row["quantile"] != row["quantile"] else f"{row['quantile']:g} quantile",
            float(row["value"]), str(row["unit"]), f"{row['hour']:%Y-%m-%d %H:00}",
        ]
        for row in last.sort_values(keys, kind="stable").to_dict("records")
    ]  # fmt: skip
