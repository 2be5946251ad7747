"""From the lines of a proxy's log to one table of what each of them says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from toolkit.measure.importers.loglines import Block, Lines
from toolkit.project.faults import Faults

TOLERANCE_S = 0.003
"""Proxies write whole milliseconds, so that several durations may exceed their whole by so much."""


@dataclass(frozen=True, kw_only=True)
class Usual:
    """How lines in the usual form are read, several times as fast as by a query for lines of any form.

    Args:
        take_apart: from a block of lines to batches. A row is either what may be an attempt and has no fault,
            with ``line`` null, or a line that is left to the query of the log. What is surely about something
            else than a connection is left out.
        schema: what the batches hold: number, line, and whatever ``query`` needs.
        last_mark: up to which byte the blocks tell where each stands.
        query: from ``lines``, all batches, to number, line, client, session, started_at, ended_at, status,
            handshake_s, upgrade and place, as in the rows of :class:`ProxyLog`.
    """

    take_apart: Callable[[Block], Iterator[pa.RecordBatch]]
    schema: pa.Schema
    last_mark: int
    query: str


@dataclass(frozen=True, kw_only=True)
class ProxyLog:
    """A file and how to read it.

    Args:
        query: from ``log`` (number, line) to one row a line that may be an attempt, in any order:

            - number: of the line; wrong: what is wrong with it, null where nothing is
            - client, session: who connects, and an identity of this attempt among theirs
            - started_at, ended_at: naive UTC; unfinished: whether ended_at is only when it was last seen
            - status: the HTTP status that the client got, null or 0 for none
            - handshake_s: null where it is not known
            - upgrade: whether a WebSocket was asked for, null where the line does not say
            - place: where to, a URL or a path without its query; null where it is none to connect to
            - ended_by: client, server, network or null; unwanted: true where nobody wanted the end
        paths: see :class:`toolkit.measure.importers.proxylog.ProxyMapping`.
        time_zone: in whose local time the log is, some of which its clocks show twice. None: in UTC.
        usual: how most lines are read without the query. None: the query reads all.
        notes: what the reader should know of such figures.
    """

    path: Path
    query: str
    paths: list[str] | None
    time_zone: str | None = None
    usual: Usual | None = None
    notes: tuple[str, ...] = ()


_CHECKED = """
CREATE TEMP TABLE {table} AS SELECT * REPLACE (CASE
    WHEN wrong IS NOT NULL THEN wrong
    WHEN started_at IS NULL OR ended_at IS NULL OR client IS NULL OR session IS NULL THEN
        'has no client or no time'
    WHEN started_at < TIMESTAMP '2000-01-01' OR ended_at >= TIMESTAMP '2100-01-01' THEN
        'is not between 2000 and 2100'
    WHEN ended_at < started_at THEN 'ends before it starts'
    WHEN status = 101 AND handshake_s > (epoch_us(ended_at) - epoch_us(started_at)) / 1e6 + {tolerance_s} THEN
        'has a handshake that takes longer than the whole connection'
END AS wrong)
FROM ({query})
"""

_PARSED = """
CREATE TEMP VIEW parsed AS
SELECT number, NULL::VARCHAR AS wrong, client, session, started_at, ended_at, false AS unfinished, status,
    handshake_s, upgrade, place, NULL::VARCHAR AS ended_by, false AS unwanted
FROM read WHERE line IS NULL
UNION ALL FROM unusual
"""


def parse(engine: duckdb.DuckDBPyConnection, log: ProxyLog, faults: Faults) -> Lines:
    """Fill ``parsed`` with the rows that :class:`ProxyLog` describes, and return the lines of the file.

    ``wrong`` then tells all that is wrong with a line. What keeps the file from being read becomes a fault.
    """
    if log.usual is None:
        lines = Lines(log.path)
        engine.register("log", lines.stream())
        engine.execute(_CHECKED.format(table="parsed", query=log.query, tolerance_s=TOLERANCE_S))
    else:
        usual = log.usual
        lines = Lines(log.path, taken=usual.take_apart, schema=usual.schema, last_mark=usual.last_mark)
        engine.register("lines", lines.stream())
        engine.execute(f"CREATE TEMP TABLE read AS {usual.query}")
        engine.execute("CREATE TEMP VIEW log AS SELECT number, line FROM read WHERE line IS NOT NULL")
        engine.execute(_CHECKED.format(table="unusual", query=log.query, tolerance_s=TOLERANCE_S))
        engine.execute(_PARSED)
    lines.check(faults)
    return lines
