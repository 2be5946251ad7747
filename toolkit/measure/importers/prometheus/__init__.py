"""Answers of Prometheus to a range query: what counters grew by, and how gauges stood, per UTC hour.

The form is that of https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries: a matrix of
series, each with samples ``[seconds since 1970, "number"]``, where the number may be ``NaN`` or ``+Inf``.

A counter's growth is exact over the samples that are there, not extrapolated to the ends as ``increase()``
does: the sum of the differences of neighbours, where a counter that fell began again at 0. What it counted
before its first sample is not known. What it grew by between two samples belongs to the hour of the later
one; a sample on the full hour ends that hour.
"""

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import RootModel

from toolkit.measure.importers.aggregates import Aggregates
from toolkit.measure.importers.findings import METRICS, Findings, Importer, Said
from toolkit.measure.importers.jsonfile import not_this, read_json
from toolkit.measure.importers.mapping import line_in, read_into
from toolkit.measure.importers.prometheus.series import (
    Reading,
    Role,
    Series,
    add_counters,
    add_gauges,
    read_series,
)
from toolkit.project.faults import Faults, near, printable, shortened

KIND = "prometheus"

_CHAT_GAUGES = ("connections", "rooms", "sessions", "history_bytes", "event_loop_lag_seconds", "draining")
_CHAT_COUNTERS = (
    "refused", "published", "direct", "delivered", "duplicates", "dropped", "resumed", "taken_over",
    "expired", "pings", "timed_out", "too_slow", "misunderstood", "delayed", "stalls", "errors", "unrecorded",
    "closed", "handshakes_refused",
)  # fmt: skip

KNOWN: dict[str, Role] = {
    # toolkit serve.
    "chat_opened_total": "opened",
    **dict.fromkeys((f"chat_{name}" for name in _CHAT_GAUGES), "gauge"),
    **dict.fromkeys((f"chat_{name}_total" for name in _CHAT_COUNTERS), "counter"),
    # npm socket.io-prometheus-metrics and its kin, with their spelling.
    "socket_io_connect_total": "opened",
    "socket_io_connected": "gauge",
    "socket_io_disconnect_total": "counter",
    "socket_io_errors_total": "counter",
    "socket_io_events_received_total": "counter",
    "socket_io_events_sent_total": "counter",
    "socket_io_recieve_bytes": "counter",
    "socket_io_transmit_bytes": "counter",
}
"""What the metrics of known exporters are to us."""

LOOKBACK_S = 300
"""Seconds after which Prometheus itself takes a series without samples for stale."""


class _Mapping(RootModel[dict[str, Role]]):
    """Their metric to our count, or to ``counter`` or ``gauge``; over :data:`KNOWN`."""

    root: dict[str, Role] = {}


def read_prometheus(path: Path, said: Said, faults: Faults) -> Findings:
    """What the answer to a range query holds."""
    mapping = read_into(_Mapping, said.mapping, faults)
    document = read_json(path, faults)
    result = None if faults.errors else _result(path, document, faults)
    if result is None or mapping is None:
        return Findings()
    reading = Reading()
    for entry in result:
        read_series(entry, {**KNOWN, **mapping.root}, reading)
    _refuse_unused(mapping.root, result, said.mapping, faults)
    aggregates = Aggregates(environment=said.environment, source=KIND)
    add_counters(reading.series, aggregates)
    add_gauges(reading.series, aggregates)
    names = {row["name"] for row in aggregates.rows}
    return Findings(
        tables={"aggregates": aggregates.table()},
        good=sum(len(series.samples) for series in reading.series),
        bad=reading.bad,
        ignored=tuple(sorted(reading.ignored)),
        notes=(*_told(document), *_gaps(reading.series), *_NOTES),
        lacks={metric: why for metric, (needed, why) in _NEEDED.items() if not needed <= names},
    )


def _result(path: Path, document: Any, faults: Faults) -> list[Any] | None:
    """The series of the answer. None where it is another answer; a fault says which."""
    if not isinstance(document, dict) or "status" not in document:
        not_this(path, document, KIND, "`status` and `data`, as /api/v1/query_range answers", faults)
        return None
    if document["status"] != "success":
        told = shortened(str(document.get("error", document["status"])))
        faults.error(path, 1, "status", f"the query failed ({told})", "mend the query and save its answer")
        return None
    data = document.get("data")
    kind = data.get("resultType") if isinstance(data, dict) else None
    result = data.get("result") if isinstance(data, dict) else None
    if kind != "matrix" or not isinstance(result, list):
        wrong = f"is {shortened(json.dumps(kind))}, not a matrix"
        faults.error(path, 1, "data.resultType", wrong, "ask /api/v1/query_range, with start, end and step")
        return None
    return result


def _refuse_unused(mapping: Mapping[str, Role], result: list[Any], path: Path | None, faults: Faults) -> None:
    """A name that the file lacks is a slip of the pen, or the wrong file."""
    if path is None:
        return
    metrics = [entry.get("metric") for entry in result if isinstance(entry, dict)]
    names = sorted({str(metric.get("__name__", "")) for metric in metrics if isinstance(metric, dict)} - {""})
    for name in mapping:
        if name not in names:
            wrong = "the mapping names a metric that the file lacks"
            faults.error(path, line_in(path, [name]), name, wrong, near(name, names))


def _told(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What Prometheus itself says of its answer."""
    told = [text for key in ("warnings", "infos") for text in document.get(key) or ()]
    return tuple(f"Prometheus says: {printable(shortened(str(text)))}" for text in told)


def _gaps(series: list[Series]) -> tuple[str, ...]:
    """A note where samples lie so far apart that a restart in between may be unseen."""
    longest = max(
        (later[0] - earlier[0] for one in series for earlier, later in pairwise(one.samples)), default=0.0
    )
    if longest <= LOOKBACK_S:
        return ()
    return (
        f"Samples lie up to {longest:g} s apart: growth in such a gap belongs to the hour after it, and what "
        "was counted before a restart within it is lost.",
    )


_NOTES = (
    "What counters had counted before their first sample is not known and not counted.",
    "Counts of answers whose times overlap would add up; ask for ranges that follow one another.",
)

_SHARE = "needs the counts attempts and opened; a server does not see the attempts that never reach it"
_NEEDED: dict[str, tuple[frozenset[str], str]] = {
    "connection_success_rate": (frozenset({"attempts", "opened"}), _SHARE),
    "reconnection_frequency": (
        frozenset({"opened", "opened_retry"}),
        "needs the counts opened and opened_retry",
    ),
    "delivery_success_rate": (
        frozenset({"expected", "in_time"}),
        "needs the counts expected and in_time",
    ),
}
"""Which counts a metric needs, and what there is to say where they are not there."""

_NO_TIMES = "counters hold no durations of connections"

IMPORTER = Importer(
    read=read_prometheus,
    gives=tuple(_NEEDED),
    lacks={
        **{metric: _NO_TIMES for metric in METRICS if metric not in _NEEDED},
        **{
            metric: "counters hold no latencies, and native histograms are not read"
            for metric in METRICS
            if metric.startswith("latency_")
        },
    },
)
