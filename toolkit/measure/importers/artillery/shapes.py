"""The shapes of Artillery's reports as one: version 2, version 1, and messages of workers.

Sources: artilleryio/artillery@5bcfa94 packages/artillery/lib/cmds/run.ts (what is written) and
lib/core/ssms.ts (``PeriodMetrics``, and ``legacyReport`` for version 1), and reports that 2.0.21 wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from toolkit.measure.importers import cells
from toolkit.measure.importers.aggregates import EARLIEST, EPOCH, INSTANT, LATEST, Span
from toolkit.measure.importers.jsonfile import loads, number

PERIOD = timedelta(seconds=10)
"""How long a period takes (``normalizeTs`` in ssms.ts)."""

_LEGACY = {
    "scenariosCreated": "vusers.created",
    "scenariosCompleted": "vusers.completed",
    "scenariosAvoided": "vusers.skipped",
}
"""Counts of version 1 under the names of version 2 (``legacyReport`` in ssms.ts)."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """One period, or the whole run.

    Args:
        summaries: of durations in milliseconds.
    """

    span: Span
    counters: Mapping[str, Any]
    rates: Mapping[str, Any]
    summaries: Mapping[str, Any]


Piece = tuple[str, Any]
"""A report as it stands, after its path in the document."""


def pieces_of(document: Any) -> tuple[list[Piece], Piece] | None:
    """The periods and the whole run. None where the document is no report."""
    if isinstance(document, list):
        merged = _of_workers(document)
        return None if merged is None else ([], ("report", merged))
    if not isinstance(document, dict) or not {"aggregate", "intermediate"} <= document.keys():
        return None
    periods = document["intermediate"]
    if not isinstance(periods, list):
        return None
    named = [(f"intermediate[{index}]", period) for index, period in enumerate(periods)]
    return named, ("aggregate", document["aggregate"])


def _of_workers(messages: list[Any]) -> dict[str, Any] | None:
    """The final reports of all workers as one, without their histograms, which are in a form of their own."""
    reports = []
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("report"), str):
            return None
        if message.get("event", "done") == "done":
            try:
                reports.append(loads(message["report"]))
            except ValueError:
                return None
    if not reports or not all(isinstance(report, dict) for report in reports):
        return None
    return {
        "counters": _added_up([report.get("counters") for report in reports]),
        "firstMetricAt": min((report.get("firstMetricAt") for report in reports), key=_or_infinite),
        "lastMetricAt": max((report.get("lastMetricAt") for report in reports), key=_or_zero),
    }


def _added_up(counters: list[Any]) -> dict[str, Any]:
    """The sums by name; a value that is no number stays as it is, so that it is told."""
    sums: dict[str, Any] = {}
    for one in counters:
        for name, value in one.items() if isinstance(one, dict) else ():
            known = number(sums.get(name, 0))
            found = number(value)
            sums[name] = value if known is None or found is None else known + found
    return sums


def _or_infinite(value: object) -> float:
    return number(value) or float("inf")


def _or_zero(value: object) -> float:
    return number(value) or 0.0


def report_of(piece: Any) -> Report:
    """A report of either version.

    Raises:
        ValueError: it is none, or does not say when it was.
    """
    if not isinstance(piece, dict):
        raise ValueError("is no report")
    if "counters" in piece and "scenariosCreated" not in piece:
        summaries = piece.get("summaries") or piece.get("histograms") or {}
        return Report(
            span=_span(piece),
            counters=_mapping(piece, "counters"),
            rates=_mapping(piece, "rates"),
            summaries=summaries if isinstance(summaries, dict) else {},
        )
    if "scenariosCreated" not in piece:
        raise ValueError("has neither counters nor scenariosCreated")
    return _legacy(piece)


def _legacy(piece: Mapping[str, Any]) -> Report:
    """A report of version 1, under the names of version 2."""
    errors = {f"errors.{name}": value for name, value in _mapping(piece, "errors").items()}
    counts = {new: piece[old] for old, new in _LEGACY.items() if piece.get(old) is not None}
    until = cells.time(str(piece.get("timestamp")))
    return Report(
        span=Span(since=None, until=until),
        counters={**counts, **errors},
        rates={},
        summaries={
            "latency": _mapping(piece, "latency"),
            "vusers.session_length": _mapping(piece, "scenarioDuration"),
        },
    )


def _mapping(piece: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = piece.get(name) or {}
    if not isinstance(found, dict):
        raise ValueError(f"{name}: is no mapping")
    return found


def _span(piece: Mapping[str, Any]) -> Span:
    """From the first to the last measurement, or the period where those are not told."""
    first, last = _at(piece.get("firstMetricAt")), _at(piece.get("lastMetricAt"))
    if first is not None and last is not None and first <= last:
        return Span(since=first, until=last)
    start = _at(piece.get("period"))
    if start is None:
        raise ValueError("period: is no time in milliseconds since 1970")
    return Span(since=start, until=start + PERIOD - INSTANT)


def _at(value: object) -> datetime | None:
    """The time of milliseconds since 1970, written as a number or as text. None for no such time."""
    ms = number(int(value)) if isinstance(value, str) and value.isdecimal() else number(value)
    if ms is None or not 0 <= ms < (LATEST - EPOCH).total_seconds() * 1000:
        return None
    when = EPOCH + timedelta(milliseconds=ms)
    return when if when >= EARLIEST else None
