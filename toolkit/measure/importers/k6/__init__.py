"""Points of k6 (``--out json``, ``--out csv``): attempts to connect, and counts and percentiles beside them.

k6 does not say who closed a connection, nor whether that was wanted: the script itself closes most of them.
It counts messages without saying which one arrived; only metrics of the script itself can: a Trend to which
it adds the latency of each message that arrives, beside a Counter to which it adds, as it sends a message,
how many should receive it (``sent.add(1)`` for an echo). The mapping names both, as those lost are in the
second only::

    latencies:
      - {trend: chat_latency, expected: chat_expected, round_trip: true, deadline_s: 5, unit: ms}

A message that was on its way as the script closed its connection counts as lost, so a script should wait
a little before it does.
"""

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
from pydantic import Field

from toolkit.evidence import Strict
from toolkit.measure.importers.findings import OF_DELIVERIES, BadLine, Findings, Importer, Said
from toolkit.measure.importers.k6.connections import ConnectionRows
from toolkit.measure.importers.k6.forms import HEADER, csv_points, json_points
from toolkit.measure.importers.k6.latencies import Latency, deliveries_of, misnamed
from toolkit.measure.importers.k6.lost import MiscountedError
from toolkit.measure.importers.k6.points import Points
from toolkit.measure.importers.k6.rows import aggregate_rows
from toolkit.measure.importers.loglines import Lines, blocks
from toolkit.measure.importers.mapping import line_in, read_into
from toolkit.measure.importers.source import UNREADABLE, opened, why_unreadable
from toolkit.project.faults import Faults

KIND = "k6"

MEMORY = "512MB"
"""What does not fit is put on disk meanwhile."""


class _Mapping(Strict):
    """What a user may say of the points of a script.

    Args:
        latencies: custom trends of which each point is the latency of one message.
    """

    latencies: list[Latency] = Field(default_factory=list)


def read_k6(path: Path, said: Said, faults: Faults) -> Findings:
    """What a file of points holds, JSON or CSV."""
    mapping = read_into(_Mapping, said.mapping, faults)
    if mapping is None:
        return Findings()
    with _engine() as engine:
        trends = tuple(latency.trend for latency in mapping.latencies)
        expected = tuple(latency.expected for latency in mapping.latencies)
        points = Points(engine, ConnectionRows(said.environment), trends, expected)
        _read(path, points, faults)
        if not faults.errors:
            _refuse_misnamed(mapping, points, said.mapping, faults)
        if points.hides_status:
            wrong = "its points do not say with which status the server answered"
            faults.error(path, 1, "status", wrong, "run k6 with status among --system-tags")
        return Findings() if faults.errors else _found(path, points, mapping, said, faults)


@contextmanager
def _engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with a bound on its memory and a place of its own on disk."""
    with tempfile.TemporaryDirectory(prefix="toolkit-k6-") as folder, duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute(f"SET memory_limit = '{MEMORY}'")
        engine.execute("SET temp_directory = $folder", {"folder": folder})
        yield engine


def _read(path: Path, points: Points, faults: Faults) -> None:
    """Take all points of a file; faults say why it cannot be read."""
    try:
        with opened(path) as file:
            is_csv = (
                file.read(len(HEADER[0]) + 3).removeprefix(b"\xef\xbb\xbf").startswith(HEADER[0].encode())
            )
        if not is_csv:
            lines = Lines(path)
            for parsed in json_points(lines, points.engine, points.labelled):
                points.take(parsed)
            lines.check(faults)
            return
        with opened(path) as file:
            for parsed in csv_points(file, points.engine, points.labelled):
                points.take(parsed)
    except UNREADABLE as error:
        faults.error(path, 1, "file", why_unreadable(error), "give the file as k6 wrote it")
    except csv.Error as error:
        faults.error(path, 1, "file", f"is no CSV of k6 ({error})", "give the file as k6 wrote it")


def _refuse_misnamed(mapping: _Mapping, points: Points, path: Path | None, faults: Faults) -> None:
    """A metric that the file lacks is a slip of the pen, or the wrong file."""
    for index, latency in enumerate(mapping.latencies):
        for slip in misnamed(latency, mapping.latencies[:index], points.names, points.declared):
            _refuse(path, index, slip.field, slip.wrong, slip.right, faults)


def _refuse(path: Path | None, index: int, field: str, wrong: str, right: str, faults: Faults) -> None:
    """A fault of an entry of the mapping."""
    assert path is not None, "without a mapping there is no entry"
    faults.error(
        path, line_in(path, ["latencies", index, field]), f"latencies[{index}].{field}", wrong, right
    )


def _found(path: Path, points: Points, mapping: _Mapping, said: Said, faults: Faults) -> Findings:
    stray = points.finish()
    found = Findings(
        tables={
            "connections": points.connections.table(),
            "aggregates": aggregate_rows(points, said.environment, KIND),
        },
        good=points.good - len(stray),
        bad=sorted([*points.bad, *_with_text(path, stray)], key=lambda one: one.line),
        ignored=tuple(sorted(points.names - set(points.used))),
        notes=_NOTES,
        lacks={} if mapping.latencies else dict.fromkeys(OF_DELIVERIES, _NO_LATENCY),
    )
    _add_deliveries(found, points, mapping, said, faults)
    return found


def _add_deliveries(found: Findings, points: Points, mapping: _Mapping, said: Said, faults: Faults) -> None:
    """Add the messages of the trends that the mapping names."""
    tables = []
    for index, latency in enumerate(mapping.latencies):
        try:
            deliveries = deliveries_of(points, latency, said.environment)
        except MiscountedError as error:
            _refuse(said.mapping, index, "expected", error.wrong, error.right, faults)
            continue
        tables.append(deliveries.rows)
        found.late += deliveries.late
        found.notes += (deliveries.note,) if deliveries.note else ()
    if tables:
        found.tables["deliveries"] = pa.concat_tables(tables)


def _with_text(path: Path, reasons: dict[int, str]) -> Iterator[BadLine]:
    """Lines that turned out bad once all were read, as they stood."""
    for block in blocks(path) if reasons else ():
        for line in range(block.first, block.first + len(block)):
            if line in reasons:
                yield BadLine(line, reasons[line], block.text(line))


_NOTES = (
    "k6 does not say who closed a connection, nor whether that was wanted: how long connections last until "
    "an unwanted end is absent.",
    "A connection without a ws_session_duration counts as open until its virtual user was last there; "
    "where k6 ran without vu among its --system-tags, its scenario, which then counts as one client.",
    "Of a run whose summary is imported too, these points count and the summary is only shown.",
)

_ENDS = "k6 does not say whether the end of a connection was wanted"
_SESSIONS = "k6 does not say which attempts follow one another in a session, nor which is the first"
_NO_LATENCY = (
    "k6 does not say which message arrived when; name the script's own Trend of latencies in the mapping, "
    "with its Counter of messages expected"
)

IMPORTER = Importer(
    read=read_k6,
    gives=("connection_success_rate", *OF_DELIVERIES),
    lacks={
        "mean_connection_duration_s": _ENDS,
        "reconnection_frequency": _SESSIONS,
        "session_availability": _SESSIONS,
    },
)
