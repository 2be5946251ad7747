"""What was measured, beside the brief's thresholds and the brief's word, environment by environment."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from toolkit.evidence import Figure
from toolkit.report.evidenced import Evidence
from toolkit.report.metricwords import METRICS, MetricWord, interval
from toolkit.report.tables import Cell, Column, Mark, Table
from toolkit.report.wording import plural, whole

if TYPE_CHECKING:
    from toolkit.cost.option import Option
    from toolkit.metrics.key import MetricValue
    from toolkit.metrics.result import MetricsResult
    from toolkit.metrics.rollups import Rollups

NO_WINDOW = "days not recorded"
NO_PERCENTILE = "percentile not said"


def stability_tables(
    metrics: "MetricsResult",
    options: "Mapping[str, Option]",
    *,
    environments: Mapping[str, str],
    rollups: "Rollups",
    as_of: date,
) -> list[Table]:
    """A table for each environment that holds a measurement, in the order of the project.

    Args:
        environments: grade of each environment.
        rollups: the counts behind the metrics, which say when they were recorded.
        as_of: the day (UTC) on which a claim must have been known.
    """
    tables = []
    for environment, grade in environments.items():
        measured = measured_options(metrics, environment)
        windows = recorded_days(rollups, environment)
        rows = [
            _row(
                options[option], metric, word, metrics.values[option][environment][metric], as_of,
                Evidence(
                    grade=grade, source=f"recorded of {option} in {environment}", n="none",
                    window=windows.get(option, NO_WINDOW),
                ),
            )
            for metric, word in METRICS.items()
            for option in measured
            if option in options
        ]  # fmt: skip
        if rows:
            caption = f"Measured in {environment} (grade {grade}) until {as_of.isoformat()}, 95 % intervals"
            tables.append(
                Table(caption, _COLUMNS, rows, absent="nothing was recorded, or nobody made such a statement")
            )
    return tables


def recorded_days(rollups: "Rollups", environment: str) -> dict[str, str]:
    """The first and the last recorded UTC day of each option in an environment."""
    counts = rollups.counts[rollups.counts["environment"] == environment]
    spans = counts.groupby("option", sort=True)["hour"].agg(["min", "max"])
    return {
        str(option): f"{first.date().isoformat()} to {last.date().isoformat()}"
        for option, first, last in spans.itertuples()
    }


def recorded_table(rollups: "Rollups") -> Table:
    """How much was recorded of each option in each environment."""
    names = {
        "attempts": "Attempts", "opened": "Opened", "unintended_ends": "Unwanted ends",
        "expected": "Deliveries expected", "in_time": "Received in time",
    }  # fmt: skip
    sums = rollups.counts.groupby(["option", "environment"], sort=True)[list(names)].sum().reset_index()
    rows: list[list[Cell]] = [
        [row["option"], row["environment"], *(whole(float(row[name])) for name in names)]
        for row in sums.to_dict("records")
    ]
    columns = [
        Column("Option"),
        Column("Environment"),
        *(Column(name, numeric=True) for name in names.values()),
    ]
    return Table("What was recorded", columns, rows)


_COLUMNS = (
    Column("Metric"), Column("Option"), Column("Measured", numeric=True), Column("Interval", numeric=True),
    Column("n", "events", numeric=True), Column("Alert when", shape="short"),
    Column("Alert", shape="short"), Column("The brief says"),
)  # fmt: skip


def measured_options(metrics: "MetricsResult", environment: str) -> list[str]:
    """The options of which anything at all was measured in an environment."""
    return [
        option
        for option, by_environment in metrics.values.items()
        if any(value.state == "measured" for value in by_environment.get(environment, {}).values())
    ]


def not_measured(
    metrics: "MetricsResult", options: "Mapping[str, Option]", environments: Mapping[str, str]
) -> str:
    """A sentence on what was measured nowhere; empty where everything was."""
    parts = []
    for environment in environments:
        missing = [
            entry.name
            for option, entry in options.items()
            if option not in measured_options(metrics, environment)
        ]
        if len(missing) == len(options):
            parts.append(f"Nothing was measured in {environment}.")
        elif missing:
            parts.append(f"Not measured in {environment}: {', '.join(missing)}.")
    return " ".join(parts)


def _row(
    option: "Option", metric: str, word: MetricWord, value: "MetricValue", as_of: date, evidence: Evidence
) -> list[Cell]:
    name = [word.name, option.name]
    claimed = brief_claim(option, word, as_of)
    if value.state == "absent":
        return [*name, None, None, None, word.threshold, None, claimed]
    return [
        *name,
        None
        if value.estimate is None
        else Mark(word.show(value.estimate), "plain", evidence=replace(evidence, n=plural(value.n, "event"))),
        interval(metric, value.low, value.high),
        whole(value.n),
        word.threshold,
        _alert(word, value),
        claimed,
    ]


def _alert(word: MetricWord, value: "MetricValue") -> Cell:
    if word.alert_below is None and word.alert_above is None:
        return None
    if value.alert is None:
        return Mark("undecided", "wait")
    return Mark("alert", "bad") if value.alert else Mark("none", "good")


def claim_of(option: "Option", word: MetricWord, as_of: date) -> Figure | None:
    """The brief's figure of this kind for an option; None where it gave none."""
    figures = option.figures.get(word.claim, []) if word.claim else []
    return next((entry for entry in figures if entry.grade == "claim" and entry.as_of <= as_of), None)


def brief_claim(option: "Option", word: MetricWord, as_of: date) -> str | None:
    """What the brief said of this option, written as the metric is; None where it said nothing."""
    claim = claim_of(option, word, as_of)
    if claim is None:
        return None
    remark = f" ({NO_PERCENTILE})" if word.claim == "latency_ms" else ""
    return f"{word.set_to(claim.central)}{remark}"


def limits_of(metrics: "MetricsResult", left_out_rows: int, set_aside: int) -> list[str]:
    """What the metrics do not say, in words."""
    limits = list(metrics.limits)
    if left_out_rows:
        limits.append(f"{plural(left_out_rows, 'row')} recorded after the as-of day were left out.")
    if set_aside:
        limits.append(
            f"{plural(set_aside, 'kind')} of bad rows were set aside; `toolkit metrics` counts them."
        )
    return limits
