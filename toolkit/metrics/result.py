"""The key metrics of every option in every environment, as one answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from toolkit.evidence import Grade
from toolkit.metrics.hourly import Rollups
from toolkit.metrics.key import UNITS, MetricValue, key_metrics
from toolkit.metrics.limits import limits_of
from toolkit.metrics.windows import Period, windows

SCHEMA = "toolkit.metrics/1"

Values = Mapping[str, Mapping[str, Mapping[str, MetricValue]]]
"""By option, environment and metric; every metric of :data:`toolkit.metrics.key.METRICS` each."""

_SHOWN = [
    "option",
    "environment",
    "source",
    "name",
    "kind",
    "quantile",
    "value",
    "unit",
    "from_us",
    "until_us",
]


@dataclass(frozen=True)
class PeriodValues:
    """The key metrics of one hour or UTC day, of the options and environments recorded in it."""

    start: datetime
    end: datetime
    values: Values


@dataclass(frozen=True, eq=False)
class MetricsResult:
    """The key metrics of every option in every environment.

    Args:
        as_of: the last UTC day of evidence.
        values: over the whole window.
        limits: in words, what these figures do not tell.
        left_out: in words, recorded rows that they do not count. Not part of the document.
        periods: hour by hour or day by day. Empty unless asked for.
        aggregates: numbers that sources had summed up or averaged before, see
            :class:`toolkit.metrics.hourly.Rollups`; only counts among them enter a metric. None without
            any.
    """

    as_of: date
    values: Values
    limits: list[str]
    left_out: tuple[str, ...] = ()
    periods: Sequence[PeriodValues] = ()
    aggregates: pd.DataFrame | None = None

    def to_document(self) -> dict[str, Any]:
        """The document that ``toolkit metrics --json`` prints."""
        periods = [
            {"start": part.start.isoformat(), "end": part.end.isoformat(), "options": _plain(part.values)}
            for part in self.periods
        ]
        return {
            "schema": SCHEMA,
            "as_of": self.as_of.isoformat(),
            "options": _plain(self.values),
            "periods": periods,
            "aggregates": _shown(self.aggregates),
            "limits": list(self.limits),
        }

    def frame(self) -> pd.DataFrame:
        """One row an option, environment and metric, with the columns of a value and its unit."""
        return _typed(_rows(self.values), [])

    def periods_frame(self) -> pd.DataFrame:
        """The same hour by hour or day by day, with ``start`` and ``end`` (UTC); absent metrics left out."""
        rows = [
            {"start": part.start, "end": part.end, **row}
            for part in self.periods
            for row in _rows(part.values)
            if row["state"] == "measured"
        ]
        return _typed(rows, ["start", "end"])


def measure_options(
    rollups: Rollups,
    *,
    options: Sequence[str],
    environments: Mapping[str, Grade],
    as_of: date,
    by: Period | None = None,
) -> MetricsResult:
    """The key metrics of every option in every listed environment, absent where nothing was measured.

    Args:
        environments: the grade of each, as project.yaml lists them.
        as_of: the as-of day of the rollups.
        by: tell them hour by hour or day by day too.
    """
    values = {
        option: {name: key_metrics(rollups, option=option, environment=name) for name in environments}
        for option in options
    }
    known = rollups.aggregates[rollups.aggregates["option"].isin(list(options))]
    return MetricsResult(
        as_of=as_of,
        values=values,
        limits=limits_of(rollups, options, environments),
        periods=[] if by is None else _periods(rollups, options, environments, by),
        aggregates=known if len(known) else None,
    )


def _periods(
    rollups: Rollups, options: Sequence[str], environments: Mapping[str, Grade], by: Period
) -> list[PeriodValues]:
    found = []
    for window in windows(rollups, by):
        part = window.rollups
        there = {*zip(part.counts["option"], part.counts["environment"], strict=True)}
        there |= {*zip(part.aggregates["option"], part.aggregates["environment"], strict=True)}
        values = {
            option: {
                name: key_metrics(part, option=option, environment=name)
                for name in environments
                if (option, name) in there
            }
            for option in options
            if any((option, name) in there for name in environments)
        }
        found.append(PeriodValues(window.start, window.end, values))
    return found


def _plain(values: Values) -> dict[str, Any]:
    return {
        option: {
            environment: {metric: dict(vars(value)) for metric, value in metrics.items()}
            for environment, metrics in environments.items()
        }
        for option, environments in values.items()
    }


def _rows(values: Values) -> list[dict[str, Any]]:
    return [
        {"option": option, "environment": environment, "metric": metric, **vars(value), "unit": UNITS[metric]}
        for option, environments in values.items()
        for environment, metrics in environments.items()
        for metric, value in metrics.items()
    ]


def _typed(rows: list[dict[str, Any]], first: list[str]) -> pd.DataFrame:
    columns = [*first, "option", "environment", "metric", *MetricValue.__dataclass_fields__, "unit"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"estimate": "float64", "low": "float64", "high": "float64", "alert": "boolean"})


def _shown(aggregates: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Aggregates as JSON has them: times in words, null for what is not known."""
    if aggregates is None:
        return []
    rows = aggregates[_SHOWN].astype(object).where(aggregates[_SHOWN].notna(), None).to_dict("records")
    return [
        {
            **{name: row[name] for name in _SHOWN[:-2]},
            "from": _moment(row["from_us"]),
            "until": _moment(row["until_us"]),
        }
        for row in rows
    ]


def _moment(microseconds: int | None) -> str | None:
    return None if microseconds is None else pd.Timestamp(microseconds, unit="us", tz="UTC").isoformat()
