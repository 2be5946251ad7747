r"""Logs of HAProxy in the formats of ``option httplog`` and ``option httpslog``.

Fields, timers and states: HAProxy configuration manual, sections 8.2.3 *HTTP log format*, 8.4 *Timing
events*, 8.5 *Session state at disconnection* and 8.6 *Non-printable characters*
(docs.haproxy.org/2.6/configuration.html). A line is written when the connection is over, or with
``option logasap`` once it opened, marked by ``+``. ``Ta`` runs from the request's first byte to the end, and
the connection is usable after ``TR + Tw + Tc + Tr``; all are milliseconds, -1 where that point was not
reached. The date is in the local time of the machine and does not say which. Who ended a connection stands in
the first letter of the termination state. An end by a proper close of TCP is ``-``, whichever side began; an
idle connection that ``timeout tunnel`` cut is ``cD`` (both seen with 2.6.12).
"""

import re
from pathlib import Path

import duckdb

from toolkit.measure.importers.findings import Findings, Importer, Said
from toolkit.measure.importers.mapping import read_into
from toolkit.measure.importers.proxylines import ProxyLog
from toolkit.measure.importers.proxylog import GIVES, LACKS, ProxyMapping, line_of, read_proxy_log
from toolkit.measure.importers.sql import quoted
from toolkit.project.faults import Faults

_CLIENT_AND_DATE = (
    r"(?P<client>\S+):(?P<port>\d+) \[(?P<date>\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d\.\d{3})\] \S+ \S+/\S+ "
)

HTTPLOG = re.compile(
    _CLIENT_AND_DATE
    + r"(?P<request_ms>-?\d+)/(?P<queue_ms>-?\d+)/(?P<connect_ms>-?\d+)/(?P<response_ms>-?\d+)"
    + r"/(?P<running>\+?)(?P<active_ms>-?\d+) (?P<status>-?\d+) \+?\d+ \S+ \S+ "
    + r"(?P<state>[A-Za-z-]{4}) \S+ \S+ (?P<captured>(?:\{[^}]*\} ?)*)"
    + r'\\?"(?:GET (?:[a-z]+://[^/ ?"]*)?(?P<path>/[^ ?"]*)(?P<query>[^ "]*))?'
)
"""What stands before is the prefix of syslog. A long request may be cut off, and syslog may escape quotes."""

TCPLOG = re.compile(_CLIENT_AND_DATE + r"-?\d+/-?\d+/\+?\d+ \+?\d+ [A-Za-z-]{2} ")

ENDED_BY = {"C": "client", "S": "server", "D": "server", **dict.fromkeys("csPRIUK", "network")}
"""Who ended a connection, by the first letter of its state: the side that aborted it or was found dead, else
the path. A timeout (c, s) is HAProxy's own doing, whichever side was silent for so long."""

UNWANTED = "SDcsPRIUK"
"""Ends that nobody wanted for sure. A client's abort (C) may be a page that was closed."""


class HAProxyMapping(ProxyMapping):
    """What a user may say of HAProxy's log.

    Args:
        time_zone: of the machine that wrote it, such as ``Europe/Berlin``. None: UTC.
    """

    time_zone: str | None = None


def read_haproxy(path: Path, said: Said, faults: Faults) -> Findings:
    """What a log of HAProxy holds."""
    mapping = read_into(HAProxyMapping, said.mapping, faults)
    if mapping is None:
        return Findings()
    if mapping.time_zone is not None and said.mapping is not None:
        _check_zone(mapping.time_zone, said.mapping, faults)
    if faults.errors:
        return Findings()
    notes = () if mapping.time_zone else (_NO_ZONE,)
    log = ProxyLog(
        path=path,
        query=_query(mapping.time_zone),
        paths=mapping.paths,
        time_zone=mapping.time_zone,
        notes=notes,
    )
    return read_proxy_log(log, said, faults)


_NO_ZONE = (
    "Times are taken as UTC: this log has the local time of the machine and does not say which. "
    "Name its zone in the mapping, as in time_zone: Europe/Berlin."
)


def _check_zone(zone: str, mapping: Path, faults: Faults) -> None:
    known = duckdb.connect().execute("SELECT 1 FROM pg_timezone_names() WHERE name = ?", [zone]).fetchall()
    if not known:
        wrong, right = f"{zone!r} is no time zone", "write one like Europe/Berlin or UTC"
        faults.error(mapping, line_of(mapping, "time_zone"), "time_zone", wrong, right)


def _query(zone: str | None) -> str:
    """SQL as :class:`ProxyLog` wants it."""
    names = ", ".join(map(quoted, HTTPLOG.groupindex))
    at = "local_at" if zone is None else f"timezone('UTC', timezone({quoted(zone)}, local_at))"
    ended_by = " ".join(f"WHEN '{letter}' THEN '{side}'" for letter, side in ENDED_BY.items())
    return rf"""
    WITH fields AS (
        -- Unnested, or each use of a field would take the line apart again.
        SELECT number, line, unnest([regexp_extract(line, {quoted(HTTPLOG.pattern)}, [{names}])]) AS field
        FROM log WHERE line NOT IN ('', chr(10))
    ), entries AS (
        SELECT number, line, field, TRY_CAST(field.status AS INTEGER) AS status,
            try_strptime(field.date, '%d/%b/%Y:%H:%M:%S.%g') AS local_at,
            TRY_CAST(field.active_ms AS BIGINT) AS active_ms,
            TRY_CAST(field.request_ms AS BIGINT) AS request_ms,
            TRY_CAST(field.queue_ms AS BIGINT) AS queue_ms,
            TRY_CAST(field.connect_ms AS BIGINT) AS connect_ms,
            TRY_CAST(field.response_ms AS BIGINT) AS response_ms
        FROM fields
    ), attempts AS (
        SELECT *, {at} AS started_at,
            CASE WHEN status = 101 OR regexp_matches(field.captured, '(?i)[{{|]websocket[|}}]') THEN true END
                AS upgrade,
            CASE WHEN NOT contains(field.query, 'transport=polling') THEN nullif(field.path, '') END AS place
        FROM entries
    )
    SELECT number,
        CASE WHEN status IS NULL THEN
                CASE WHEN regexp_matches(line, {quoted(TCPLOG.pattern)}) THEN
                    'is in the format of option tcplog, which has no status; use option httplog'
                ELSE 'is no whole line in the format of option httplog' END
            WHEN started_at IS NULL THEN 'request_date: is no time'
            WHEN coalesce(active_ms NOT BETWEEN 0 AND 1e12, true) THEN 'Ta: is no duration in milliseconds'
        END AS wrong,
        field.client AS client, field.port || ' ' || field.date AS session, started_at,
        CASE WHEN active_ms BETWEEN 0 AND 1e12 THEN started_at + to_milliseconds(active_ms) END AS ended_at,
        field.running = '+' AS unfinished, status,
        CASE WHEN least(request_ms, queue_ms, connect_ms, response_ms) >= 0 THEN
            (request_ms + queue_ms + connect_ms + response_ms) / 1000
        END AS handshake_s,
        upgrade, place, CASE field.state[1] {ended_by} END AS ended_by,
        contains('{UNWANTED}', field.state[1]) AS unwanted
    FROM attempts
    WHERE status IS NULL OR upgrade OR place IS NOT NULL
    """


IMPORTER = Importer(read=read_haproxy, gives=GIVES, lacks=LACKS)
