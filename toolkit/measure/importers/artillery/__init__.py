"""Reports of Artillery: counters, rates and percentiles, per period of ten seconds and of the whole run.

Percentiles come from a sketch with 1 % relative error and are rounded to 0.1 ms
(artilleryio/artillery@5bcfa94 packages/artillery/lib/core/ssms.ts ``summarizeHistogram``).

No counter is one of ours. A virtual user of the WebSocket engine tries to connect once, but ``vusers.failed``
also counts those that failed later, and an error is counted once or twice (same source, engine_ws.ts ``one``
and ``scenarioWaterfallCb``): a refused handshake adds two to ``errors.Unexpected server response: 401``.
"""

import json
from pathlib import Path

from toolkit.measure.importers.aggregates import Aggregates
from toolkit.measure.importers.artillery.shapes import Report, pieces_of, report_of
from toolkit.measure.importers.findings import METRICS, OF_DELIVERIES, BadLine, Findings, Importer, Said
from toolkit.measure.importers.jsonfile import not_this, number, read_json
from toolkit.project.faults import Faults, shortened

KIND = "artillery"

KEPT = ("vusers.", "websocket.", "socketio.", "errors.")
"""How the metrics begin that say something of WebSockets or of the virtual users."""

_STATISTICS: dict[str, tuple[str, float | None]] = {
    "min": ("minimum", None),
    "mean": ("mean", None),
    "max": ("maximum", None),
    "median": ("quantile", 0.5),
    "p50": ("quantile", 0.5),
    "p75": ("quantile", 0.75),
    "p90": ("quantile", 0.9),
    "p95": ("quantile", 0.95),
    "p99": ("quantile", 0.99),
    "p999": ("quantile", 0.999),
}


def read_artillery(path: Path, said: Said, faults: Faults) -> Findings:
    """What a report holds: counts of each period, or of the whole run where there are no periods."""
    document = read_json(path, faults)
    if faults.errors:
        return Findings()
    pieces = pieces_of(document)
    if pieces is None:
        not_this(path, document, KIND, "`aggregate` and `intermediate`", faults)
        return Findings()
    periods, whole = pieces
    aggregates, ignored, bad = Aggregates(environment=said.environment, source=KIND), set[str](), []
    for where, piece in [*periods, whole]:
        try:
            report = report_of(piece)
            # The counts of the periods are those of the run: both would add up to twice as many.
            _add(report, aggregates, ignored, counts=piece is not whole[1] or not periods)
        except ValueError as error:
            bad.append(BadLine(1, f"{where}: {error}", json.dumps(piece)))
    return Findings(
        tables={"aggregates": aggregates.table()},
        good=len(periods) + 1 - len(bad),
        bad=bad,
        ignored=tuple(sorted(ignored)),
        notes=_NOTES,
    )


def _add(report: Report, aggregates: Aggregates, ignored: set[str], *, counts: bool) -> None:
    """Note the numbers of a report; ``counts`` says whether its counters are among them.

    Raises:
        ValueError: one of the numbers is wrong; none of the report's is noted then.
    """
    rows: list[tuple[str, str, float, str, float | None]] = []
    for name, value in report.counters.items() if counts else ():
        rows.append((name, "count", _number(name, value), "1", None))
    for name, value in report.rates.items():
        rows.append((name, "gauge", _number(name, value), "1/s", None))
    for name, summary in report.summaries.items():
        rows += _statistics(name, summary)
    for name, kind, value, unit, quantile in rows:
        if name.startswith(KEPT) or name == "latency":
            aggregates.add(name, kind, value, report.span, unit=unit, quantile=quantile)
        else:
            ignored.add(name)


def _statistics(name: str, summary: object) -> list[tuple[str, str, float, str, float | None]]:
    if not isinstance(summary, dict):
        raise ValueError(f"{name}: is no summary")
    rows = {}
    for statistic, value in summary.items():
        # Version 1 writes null where nothing was measured; the median stands twice in version 2.
        if statistic in _STATISTICS and value is not None:
            kind, quantile = _STATISTICS[statistic]
            found = _number(f"{name}.{statistic}", value)
            rows[kind, quantile] = (name, kind, found, "ms", quantile)
    return list(rows.values())


def _number(name: str, value: object) -> float:
    found = number(value)
    if found is None or found < 0:
        raise ValueError(f"{shortened(name)}: {shortened(json.dumps(value))} is no number from 0")
    return found


_NOTES = (
    "Artillery counts virtual users and errors, not attempts: an error may be counted twice, and a user that "
    "failed may have connected.",
    "Percentiles of a period are shown and enter no gate, as they cannot be combined with others.",
)

_CONNECTIONS = "Artillery tells how many virtual users failed, not at which step, and keeps no connections"
_MESSAGES = "Artillery counts messages sent and received, but does not say which one arrived"
_PERCENTILES = "a report has percentiles without the distribution behind them"

IMPORTER = Importer(
    read=read_artillery,
    gives=(),
    lacks={
        **dict.fromkeys(METRICS, _CONNECTIONS),
        **dict.fromkeys(OF_DELIVERIES, _PERCENTILES),
        "delivery_success_rate": _MESSAGES,
    },
)
