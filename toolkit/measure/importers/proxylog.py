"""What the access logs of all proxies have in common: a line an attempt, written when the connection is over.

A log says when a connection opened and ended, and with which status. It does not say whether the end was
wanted, which attempts belong to one session, or what messages went through.
"""

import os
import tempfile
import uuid
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated

import duckdb
from pydantic import AfterValidator

from toolkit.evidence import Strict
from toolkit.measure.importers.findings import OF_DELIVERIES, BadLine, Findings, Said
from toolkit.measure.importers.loglines import blocks
from toolkit.measure.importers.proxylines import ProxyLog, parse
from toolkit.measure.importers.sql import quoted
from toolkit.project.faults import Faults
from toolkit.project.yamlfile import read_yaml

GIVES = ("connection_success_rate",)
LACKS = {
    "mean_connection_duration_s": "a log says when a connection ended, but not whether that was wanted",
    "reconnection_frequency": "a log does not say which connections follow one another in a session",
    "session_availability": "a log does not say which connections follow one another in a session",
    **dict.fromkeys(OF_DELIVERIES, "a log knows connections, not the messages that went through them"),
}

HOUR_US = 3_600_000_000

MEMORY = "512MB"
"""What does not fit is put on disk meanwhile."""


def _path(text: str) -> str:
    if not text.startswith("/"):
        raise ValueError("must start with /")
    return text


class ProxyMapping(Strict):
    """What a user may say of any proxy's log.

    Args:
        paths: the paths of the WebSocket endpoints, such as ``/ws`` or ``/room/*``. A GET of one of them that
            failed counts as an attempt to connect. None: where connections opened in this file.
    """

    paths: list[Annotated[str, AfterValidator(_path)]] | None = None


def line_of(mapping: Path, key: str) -> int:
    """The line of a field of a mapping."""
    document = read_yaml(mapping, Faults())
    return 1 if document is None else document.line([key])


_TRIED = """
CREATE TEMP VIEW tried AS
SELECT *, status IS NOT DISTINCT FROM 101 AS opened,
    (epoch_us(ended_at) - epoch_us(started_at)) / 1e6 AS lasted_s
FROM (
    FROM parsed WHERE wrong IS NULL AND upgrade
    UNION ALL
    FROM parsed WHERE wrong IS NULL AND upgrade IS NULL AND {failed} AND {is_endpoint}
)
"""

_FAILED = "(status IS NULL OR status NOT BETWEEN 1 AND 299) AND status IS DISTINCT FROM 426"
"""Requests with another status were served. 426 tells one that asked for no upgrade to ask for it."""

_OPENED = """
CREATE TEMP TABLE opened AS SELECT DISTINCT place FROM parsed WHERE wrong IS NULL AND upgrade AND status = 101
"""

_CONNECTIONS = """
SELECT {environment} AS environment, 'import' AS collector, client, session, NULL::INTEGER AS attempt,
    make_timestamptz(epoch_us(started_at)) AS started_at,
    CASE WHEN opened THEN CASE WHEN handshake_s > lasted_s THEN lasted_s ELSE handshake_s END END
        AS handshake_s,
    CASE WHEN opened THEN 'open' WHEN status BETWEEN 100 AND 599 THEN 'http_' || status ELSE 'error' END
        AS outcome,
    CASE WHEN opened AND NOT unfinished THEN make_timestamptz(epoch_us(ended_at)) END AS ended_at,
    make_timestamptz(epoch_us(ended_at)) AS observed_until,
    NULL::INTEGER AS close_code,
    CASE WHEN opened AND NOT unfinished THEN ended_by END AS ended_by,
    CASE WHEN opened AND NOT unfinished AND unwanted THEN false END AS intended
FROM tried
"""


class _BadLines(Collection[BadLine]):
    """Lines of a file that were not understood; their text is read again when it is asked for."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._engine = engine
        self._path = path
        self._count = _count(engine, "SELECT count(*) FROM parsed WHERE wrong IS NOT NULL")

    def __len__(self) -> int:
        return self._count

    def __contains__(self, line: object) -> bool:
        return any(bad == line for bad in self)

    def __iter__(self) -> Iterator[BadLine]:
        query = (
            "SELECT number, wrong FROM parsed WHERE wrong IS NOT NULL AND number BETWEEN ? AND ? ORDER BY 1"
        )
        left = self._count
        for block in blocks(self._path) if left else ():
            last = block.first + len(block) - 1
            for number, wrong in self._engine.execute(query, [block.first, last]).fetchall():
                yield BadLine(number, wrong, block.text(number))
                left -= 1
            if not left:
                return


def read_proxy_log(log: ProxyLog, said: Said, faults: Faults) -> Findings:
    """What a proxy's log holds: an attempt to connect for each line that was one."""
    engine = _engine()
    lines = parse(engine, log, faults)
    if faults.errors:
        return Findings()
    _choose(engine, log.paths)
    good = _count(engine, "SELECT count(*) FROM tried")
    bad = _BadLines(engine, log.path)
    if not good and not bad:
        right = "give a log of what the WebSocket clients asked for, or name their paths in the mapping"
        faults.error(log.path, 1, "file", "holds no WebSocket connection", right)
    connections = engine.sql(_CONNECTIONS.format(environment=quoted(said.environment)))
    others = lines.count - good - len(bad)
    notes = (
        *log.notes,
        *_inferred(engine, log.paths),
        *_shown_twice(engine, log.time_zone),
        *_unfinished(engine),
        *_left_out(others),
    )
    return Findings(tables={"connections": connections}, good=good, bad=bad, notes=notes)


def _engine() -> duckdb.DuckDBPyConnection:
    """A database of its own, which puts on disk what is too large for :data:`MEMORY`, and takes it away."""
    engine = duckdb.connect()
    folder = Path(tempfile.gettempdir(), f"toolkit-{uuid.uuid4().hex}")
    engine.execute(f"SET memory_limit = '{MEMORY}'")
    engine.execute(f"SET temp_directory = {quoted(str(folder))}")
    # DuckDB itself would count the processors of the machine, and more threads than one may use cost time.
    engine.execute(f"SET threads = {_processors()}")
    engine.execute("SET preserve_insertion_order = false")
    return engine


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _choose(engine: duckdb.DuckDBPyConnection, paths: list[str] | None) -> None:
    """Which of the lines were attempts to connect."""
    if paths is None:
        engine.execute(_OPENED)
        is_endpoint = "place IN (FROM opened)"
    else:
        path = "regexp_replace(place, '^[a-z]+://[^/]*', '')"
        is_endpoint = " OR ".join([f"{path} GLOB {quoted(pattern)}" for pattern in paths] or ["false"])
    engine.execute(_TRIED.format(failed=_FAILED, is_endpoint=f"({is_endpoint})"))


def _count(engine: duckdb.DuckDBPyConnection, query: str) -> int:
    (row,) = engine.execute(query).fetchall()
    return int(row[0])


def _inferred(engine: duckdb.DuckDBPyConnection, paths: list[str] | None) -> tuple[str, ...]:
    """How failed attempts were told from other failed requests, if the log does not say it."""
    if paths is not None or not _count(engine, "SELECT count(*) FROM parsed WHERE upgrade IS NULL"):
        return ()
    count = _count(engine, "SELECT count(*) FROM tried WHERE upgrade IS NULL")
    return (
        "This log does not tell a failed handshake from another failed request: failed requests to where "
        f"connections opened in this file count as failed attempts ({count:,}); those to elsewhere do not, "
        "which may hide an outage. Name the endpoints in the mapping, as in paths: [/ws].",
    )


def _shown_twice(engine: duckdb.DuckDBPyConnection, time_zone: str | None) -> tuple[str, ...]:
    """How many starts are uncertain, as the clock was set back over them."""
    if time_zone is None:
        return ()
    local = f"timezone({quoted(time_zone)}, make_timestamptz(epoch_us(started_at) - {{us}}))"
    twice = f"{local.format(us=0)} = {local.format(us=HOUR_US)}"
    count = _count(engine, f"SELECT count(*) FROM tried WHERE {twice}")
    if not count:
        return ()
    return (
        f"Connections that began in an hour that the clock of {time_zone} showed twice: {count:,}. They are "
        "taken to have begun in the second one, so that some may stand an hour late.",
    )


def _unfinished(engine: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    count = _count(engine, "SELECT count(*) FROM tried WHERE opened AND unfinished")
    note = f"Connections logged while they were open, so that how long they lasted is not known: {count:,}."
    return (note,) if count else ()


def _left_out(count: int) -> tuple[str, ...]:
    return (f"Lines about something else than a WebSocket connection: {count:,}.",) if count else ()
