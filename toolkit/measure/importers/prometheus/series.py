"""Series of Prometheus: their good samples, and what these add up to by hour."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil, fsum
from typing import Any, Literal

from toolkit.measure.importers.aggregates import (
    COLLECTOR,
    EARLIEST,
    EPOCH,
    HOUR,
    LATEST,
    Aggregates,
    hour_span,
)
from toolkit.measure.importers.findings import BadLine
from toolkit.measure.importers.jsonfile import number
from toolkit.project.faults import shortened

Role = Literal[
    "attempts", "opened", "opened_retry", "retry_attempts", "unintended_ends", "intended_ends",
    "expected", "in_time", "late_or_lost", "counter", "gauge",
]  # fmt: skip
"""What a metric is to us: a count of the rollups, or a counter or gauge that is shown under its own name."""


@dataclass(frozen=True)
class Series:
    """One series with its good samples in the order of time: seconds since 1970, value."""

    name: str
    role: Role
    samples: list[tuple[float, float]]


@dataclass
class Reading:
    """What is read of a file so far."""

    series: list[Series] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)

    def set_aside(self, name: str, reason: str, piece: object) -> None:
        self.bad.append(BadLine(1, f"{shortened(name)}: {reason}", json.dumps(piece)))


def read_series(entry: Any, roles: Mapping[str, Role], reading: Reading) -> None:
    metric = entry.get("metric") if isinstance(entry, dict) else None
    if not isinstance(metric, dict):
        reading.set_aside("series", "has no metric", entry)
        return
    name = str(metric.get("__name__", ""))
    if entry.get("histograms"):
        reading.ignored.add(f"{name or '{}'} (native histogram)")
    if name not in roles:
        reading.ignored.add(name or "{} (a series without a name, as rate() and sum() give)")
        return
    values = entry.get("values", [])
    if not isinstance(values, list):
        reading.set_aside(name, "values: is no list", entry)
        return
    samples = _samples(name, roles[name], values, reading)
    reading.series.append(Series(_shown(name, metric), roles[name], samples))


def _shown(name: str, metric: Mapping[str, Any]) -> str:
    """A series as Prometheus writes it.

    >>> _shown("up", {"__name__": "up", "job": "chat"})
    'up{job="chat"}'
    """
    labels = ",".join(f"{key}={json.dumps(str(metric[key]))}" for key in sorted(metric) if key != "__name__")
    return f"{name}{{{labels}}}" if labels else name


def _samples(name: str, role: Role, values: list[Any], reading: Reading) -> list[tuple[float, float]]:
    """The good samples in the order of time; the others are set aside."""
    found: dict[float, float] = {}
    for sample in values:
        at, value = _sample(sample)
        if at is None:
            reading.set_aside(name, "has a sample that is no [seconds since 1970, number]", sample)
        elif value is None:
            reading.set_aside(name, "has a sample that is no finite number", sample)
        elif value < 0 and role != "gauge":
            reading.set_aside(name, "has a sample below 0, which no count is", sample)
        elif found.get(at, value) != value:
            reading.set_aside(name, "has another sample of the same time", sample)
        else:
            found[at] = value
    return sorted(found.items())


def _sample(sample: Any) -> tuple[float | None, float | None]:
    """Seconds since 1970 and the number; None for what is wrong."""
    if not isinstance(sample, list) or len(sample) != 2 or not isinstance(sample[1], str):
        return None, None
    at = number(sample[0])
    if at is None or not _EARLIEST_S <= at < _LATEST_S:
        return None, None
    try:
        return at, number(float(sample[1]))
    except ValueError:
        return at, None


_EARLIEST_S, _LATEST_S = ((when - EPOCH).total_seconds() for when in (EARLIEST, LATEST))


def growth(samples: list[tuple[float, float]]) -> dict[int, float]:
    """How much a counter grew by hour, whole hours since 1970.

    >>> growth([(3500, 10), (3600, 12), (3610, 15), (3700, 4)])
    {0: 2, 1: 7}
    """
    hours: dict[int, float] = defaultdict(int)
    for (_, before), (at, now) in pairwise(samples):
        hours[_hour(at)] += now - before if now >= before else now
    return dict(hours)


def _hour(at: float) -> int:
    """The hour that ends with or after ``at``, whole hours since 1970."""
    return ceil(at / HOUR.total_seconds()) - 1


def add_counters(series: list[Series], aggregates: Aggregates) -> None:
    """Counts by hour: those that are ours summed over all series, the others by series."""
    named: dict[str, list[Series]] = defaultdict(list)
    for one in series:
        if one.role != "gauge" and one.samples:
            named[one.name if one.role == "counter" else one.role].append(one)
    for name, members in sorted(named.items()):
        collector = _watched(members)
        first, last = _ends(members)
        hours: dict[int, float] = defaultdict(float)
        for member in members:
            for hour, grown in growth(member.samples).items():
                hours[hour] += grown
        for hour, count in sorted(hours.items()):
            aggregates.count(name, count, hour_span(hour, first, last), collector=collector)


def _watched(series: list[Series]) -> str:
    """The same for the same series: counts of other servers are not those of these, asked for again."""
    names = "\n".join(sorted(one.name for one in series))
    return f"{COLLECTOR}-{hashlib.sha256(names.encode()).hexdigest()[:8]}"


def add_gauges(series: list[Series], aggregates: Aggregates) -> None:
    """The highest and the mean sample of each gauge by hour."""
    for one in sorted(series, key=lambda one: one.name):
        if one.role != "gauge" or not one.samples:
            continue
        first, last = _ends([one])
        hours: dict[int, list[float]] = defaultdict(list)
        for at, value in one.samples:
            hours[_hour(at)].append(value)
        for hour, values in sorted(hours.items()):
            span = hour_span(hour, first, last)
            unit = _unit(one.name)
            aggregates.add(one.name, "maximum", max(values), span, unit=unit)
            aggregates.add(one.name, "mean", fsum(values) / len(values), span, unit=unit)


def _unit(name: str) -> str:
    """The unit that the name of a metric ends with, as Prometheus asks of names.

    >>> _unit('chat_history_bytes{job="chat"}')
    'By'
    """
    metric = name.partition("{")[0]
    return next((unit for ending, unit in _UNITS.items() if metric.endswith(ending)), "1")


_UNITS = {"_seconds": "s", "_bytes": "By"}
"""https://prometheus.io/docs/practices/naming/#base-units"""


def _ends(series: list[Series]) -> tuple[datetime, datetime]:
    first = min(one.samples[0][0] for one in series)
    last = max(one.samples[-1][0] for one in series)
    return _time(first), _time(last)


def _time(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)
