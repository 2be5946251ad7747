"""Summaries of k6: sums and percentiles of a whole run, which are shown and never enter a gate.

Three shapes are read: the flat one of ``--summary-export``, the one that ``handleSummary`` gets (and that
``--new-machine-readable-summary`` of k6 1 writes), and the versioned one of k6 2. Sources:
grafana/k6@8788307 internal/js/summary.go, internal/js/summary-wrapper.js (``oldJSONSummary``) and
internal/lib/summary/machinereadable/types_gen.go, and files that k6 1.1.0 wrote.

``ws_sessions`` counts every dial that came to an end, also a refused one: both WebSocket modules of k6 emit
it before they look at the error (same source, internal/js/modules/k6/ws/ws.go ``dial`` and
internal/js/modules/k6/websockets/websockets.go ``establishConnection``). So it is our ``attempts``.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime

from toolkit.evidence import Strict
from toolkit.measure.importers import cells
from toolkit.measure.importers.aggregates import EARLIEST, LATEST, Aggregates, Span
from toolkit.measure.importers.findings import OF_DELIVERIES, BadLine, Findings, Importer, Said
from toolkit.measure.importers.jsonfile import not_this, number, read_json
from toolkit.measure.importers.mapping import read_into
from toolkit.project.faults import Faults

KIND = "k6-summary"

OURS = {"ws_sessions": "attempts", "ws_sessions{status:101}": "opened"}
"""The second is there where the script has a threshold on that submetric."""

_UNITS = {"time": "ms", "data": "By", "default": "1"}
"""By what k6 says that a metric contains."""

_BUILT_IN = re.compile(
    r"(vus|vus_max|checks|group_duration|data_sent|data_received|dropped_iterations|iterations"
    r"|iteration_duration|http_\w+|grpc_\w+|browser_\w+)(\{.*)?",
    re.DOTALL,
)
"""Metrics of k6 itself that say nothing of WebSockets (grafana/k6@8788307 metrics/builtin.go)."""

_STATISTICS: dict[str, tuple[str, float | None]] = {
    "count": ("count", None),
    "avg": ("mean", None),
    "min": ("minimum", None),
    "max": ("maximum", None),
    "med": ("quantile", 0.5),
    "value": ("gauge", None),
}
_SHARES = frozenset({"passes", "fails", "matches", "total"})
"""What a metric of shares has beside its rate, and a counter's rate per second has not."""


class _Mapping(Strict):
    """What a summary does not tell: when the run ended."""

    ended_at: AwareDatetime | None = None


@dataclass(frozen=True)
class _Metric:
    """One metric of a summary; unit is None where the shape does not tell it."""

    name: str
    unit: str | None
    values: Mapping[str, Any]


def read_k6_summary(path: Path, said: Said, faults: Faults) -> Findings:
    """What a summary holds.

    A summary has no time, but in k6 2: the run ended when the mapping says (``ended_at``), else when the
    file was last changed.
    """
    mapping = read_into(_Mapping, said.mapping, faults)
    document = read_json(path, faults)
    if faults.errors or mapping is None:
        return Findings()
    metrics = _metrics(document)
    if metrics is None:
        not_this(path, document, KIND, "`metrics` with the values of each", faults)
        return Findings()
    span, notes = _span(path, document, mapping.ended_at)
    found = Findings(notes=(*notes, *_NOTES))
    aggregates, bad = Aggregates(environment=said.environment, source=KIND), []
    for metric in metrics:
        if _BUILT_IN.fullmatch(metric.name):
            found.ignored += (metric.name,)
            continue
        reasons = _add(metric, span, aggregates)
        found.good += not reasons
        if reasons:
            bad.append(BadLine(1, "; ".join(reasons), json.dumps({metric.name: metric.values})))
    found.bad = bad
    found.tables = {"aggregates": aggregates.table()}
    found.lacks = _lacking({row["name"] for row in aggregates.rows})
    return found


def _lacking(names: set[str]) -> dict[str, str]:
    """Why a summary without the count of opened connections gives no share of them."""
    if "opened" in names:
        return {}
    return {
        "connection_success_rate": "how many attempts opened is there only where the script has a threshold "
        "on ws_sessions{status:101}"
    }


def _metrics(document: Any) -> list[_Metric] | None:
    """The metrics of any of the three shapes, by name. None where it is none of them."""
    if not isinstance(document, dict):
        return None
    results = document.get("results")
    versioned = results.get("metrics") if isinstance(results, dict) else None
    if isinstance(versioned, list):
        entries = [(entry.get("name"), entry) for entry in versioned if isinstance(entry, dict)]
        return _sorted(entries) if len(entries) == len(versioned) else None
    metrics = document.get("metrics")
    return _sorted(list(metrics.items())) if isinstance(metrics, dict) else None


def _sorted(entries: list[tuple[Any, Any]]) -> list[_Metric] | None:
    if not all(isinstance(name, str) and isinstance(entry, dict) for name, entry in entries):
        return None
    return sorted((_metric(name, entry) for name, entry in entries), key=lambda metric: metric.name)


def _metric(name: str, entry: Mapping[str, Any]) -> _Metric:
    values = entry.get("values")
    if isinstance(values, dict):
        return _Metric(name, _UNITS.get(str(entry.get("contains"))), values)
    # The flat shape does not say what a metric contains; that of k6's own is known.
    own_trend = name.startswith("ws_") and "avg" in entry
    return _Metric(name, "ms" if own_trend else None, entry)


def _span(path: Path, document: Mapping[str, Any], ended_at: datetime | None) -> tuple[Span, tuple[str, ...]]:
    """When the run was, and what there is to say of it."""
    notes: tuple[str, ...] = ()
    until = ended_at or _generated_at(document)
    if until is None:
        until = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        notes = (
            f"The summary does not say when the run was; it is taken to have ended when the file was last "
            f"changed, {until:%Y-%m-%d %H:%M} UTC. A mapping with `ended_at:` says otherwise.",
        )
    lasted_s = _lasted_s(document)
    return Span(since=None if lasted_s is None else until - timedelta(seconds=lasted_s), until=until), notes


def _generated_at(document: Mapping[str, Any]) -> datetime | None:
    metadata = document.get("metadata")
    try:
        return cells.time(str(metadata["generatedAt"])) if isinstance(metadata, dict) else None
    except (KeyError, ValueError):
        return None


def _lasted_s(document: Mapping[str, Any]) -> float | None:
    """Seconds that the run took. None where the shape does not tell, as the flat one does not."""
    state, config = document.get("state"), document.get("config")
    lasted = number(state.get("testRunDurationMs")) if isinstance(state, dict) else None
    lasted_s = None if lasted is None else lasted / 1000
    if lasted_s is None and isinstance(config, dict):
        lasted_s = number(config.get("duration"))
    longest_s = (LATEST - EARLIEST).total_seconds()
    return lasted_s if lasted_s is not None and 0 <= lasted_s < longest_s else None


def _add(metric: _Metric, span: Span, aggregates: Aggregates) -> list[str]:
    """Note the numbers of a metric, unless one of them is wrong; what is wrong."""
    rows, reasons = [], []
    for statistic, value in metric.values.items():
        known = _statistic(statistic, metric.values)
        if known is None:
            continue
        found = number(value)
        if found is None or (found < 0 and metric.unit != "1"):
            reasons.append(f"{metric.name}.{statistic}: {json.dumps(value)[:60]} is no number from 0")
        else:
            rows.append((known, found))
    if not rows and not reasons:
        reasons.append(f"{metric.name}: has none of the values that k6 writes")
    for (kind, quantile), value in rows if not reasons else ():
        name = OURS.get(metric.name, metric.name) if kind == "count" else metric.name
        aggregates.add(name, kind, value, span, unit=_unit(metric, kind), quantile=quantile)
    return reasons


def _statistic(name: str, values: Mapping[str, Any]) -> tuple[str, float | None] | None:
    """The kind and quantile of a statistic. None for one that says nothing more, as a rate beside a count."""
    if not _SHARES.isdisjoint(values):
        return ("mean", None) if name in ("rate", "value") else None
    if match := re.fullmatch(r"p\((\d{1,3}(?:\.\d+)?)\)", name):
        percent = float(match[1])
        return ("quantile", percent / 100) if percent <= 100 else None
    return _STATISTICS.get(name)


def _unit(metric: _Metric, kind: str) -> str:
    if kind == "count" or not _SHARES.isdisjoint(metric.values):
        return metric.unit if metric.unit == "By" else "1"
    return metric.unit or "unknown"


_NOTES = (
    "Of a run whose points are imported too, those count and this summary is only shown.",
    "Percentiles of a summary are shown and enter no gate, as they cannot be combined with others.",
)

_WHOLE_RUN = "a summary has sums of the whole run, not the single connections"
_MESSAGES = "k6 counts messages sent and received, but does not say which one arrived"
_PERCENTILES = "a summary has percentiles without the distribution behind them"

IMPORTER = Importer(
    read=read_k6_summary,
    gives=("connection_success_rate",),
    lacks={
        "mean_connection_duration_s": _WHOLE_RUN,
        "reconnection_frequency": _WHOLE_RUN,
        "session_availability": _WHOLE_RUN,
        "delivery_success_rate": _MESSAGES,
        **dict.fromkeys((metric for metric in OF_DELIVERIES if metric.startswith("latency_")), _PERCENTILES),
    },
)
