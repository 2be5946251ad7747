"""Access logs of nginx, in JSON or in any ``log_format``.

Variables: nginx documentation, *ngx_http_log_module*, *ngx_http_core_module* and *ngx_http_upstream_module*
(nginx.org/en/docs/http/). A line is written when the connection is over: ``$request_time`` runs from the
first byte of the request to that moment, so that the start follows from the two. ``$upstream_header_time``
runs until the server has answered; it has one part for each server that was tried. 499 is the status of a
client that went before there was an answer. Who ended a connection, nginx tells only in its error log.
"""

import json
import re
from itertools import islice
from pathlib import Path

from toolkit.measure.importers.findings import Findings, Importer, Said
from toolkit.measure.importers.logformat import (
    COMBINED,
    fields_by_format,
    fields_by_key,
    pattern,
    variables,
    whole_format,
)
from toolkit.measure.importers.loglines import LineTooLong, blocks
from toolkit.measure.importers.mapping import read_into
from toolkit.measure.importers.proxylines import ProxyLog
from toolkit.measure.importers.proxylog import GIVES, LACKS, ProxyMapping, line_of, read_proxy_log
from toolkit.measure.importers.source import UNREADABLE
from toolkit.project.faults import Faults

RECOMMENDED = (
    "log_format toolkit escape=json '{"
    '"msec":"$msec","request_time":"$request_time","status":"$status","remote_addr":"$remote_addr",'
    '"remote_port":"$remote_port","http_upgrade":"$http_upgrade","request":"$request",'
    '"upstream_header_time":"$upstream_header_time"}\';'
)
"""What to write into the configuration of nginx, so that a log tells all that it can."""

TIMES = {
    "msec": "make_timestamp(CAST(TRY_CAST(field.msec AS DECIMAL(14, 3)) * 1000 AS BIGINT) * 1000)",
    "time_iso8601": "timezone('UTC', TRY_CAST(field.time_iso8601 AS TIMESTAMPTZ))",
    "time_local": "timezone('UTC', try_strptime(field.time_local, '%d/%b/%Y:%H:%M:%S %z'))",
}
"""When a line was written, the most precise first."""

_NEEDED = ("status", "request_time", "remote_addr")
_WANTED = (*_NEEDED, *TIMES, "http_upgrade", "upstream_header_time", "request", "request_uri", "uri")


_TELL_APART = (
    {"request_id"},
    {"connection", "connection_requests"},
    {"remote_port", "msec"},
    {"remote_port", "connection_requests"},
)
"""Variables that no two requests of a log have alike. Without any of these sets, lines that are the same are
so many requests: clients that are refused at once come back within the second."""


class NginxMapping(ProxyMapping):
    """What a user may say of nginx's log.

    Args:
        log_format: the string of that directive. None: lines are JSON objects with keys named as variables.
    """

    log_format: str | None = None


def read_nginx(path: Path, said: Said, faults: Faults) -> Findings:
    """What an access log of nginx holds."""
    mapping = read_into(NginxMapping, said.mapping, faults)
    if mapping is None:
        return Findings()
    log_format = mapping.log_format and whole_format(mapping.log_format)
    names = variables(log_format) if log_format else _keys(_first_line(path))
    _check(path, said.mapping if log_format else None, names, faults)
    if faults.errors:
        return Findings()
    time = next(name for name in TIMES if name in names)
    present = [name for name in _WANTED if name in names]
    fields = fields_by_format(log_format, present) if log_format else fields_by_key(present)
    query = _query(fields, present, time, unique=any(told <= set(names) for told in _TELL_APART))
    log = ProxyLog(path=path, query=query, paths=mapping.paths, notes=_notes(time))
    return read_proxy_log(log, said, faults)


def _first_line(path: Path) -> str:
    """The first line that is not blank. Empty where there is none, or none that can be read."""
    try:
        for block in islice(blocks(path), 1):
            texts = (block.text(block.first + place) for place in range(len(block)))
            return next((text for text in texts if text.strip()), "")
    except (*UNREADABLE, LineTooLong):
        # Told once the whole file is read.
        pass
    return ""


def _keys(line: str) -> tuple[str, ...]:
    """The keys of a line that is a JSON object, the variables of one in the format combined, or none."""
    if not line:
        return _WANTED
    if re.fullmatch(pattern(COMBINED), line):
        return variables(COMBINED)
    try:
        found = json.loads(line)
    except ValueError:
        return ()
    return tuple(found) if isinstance(found, dict) else ()


def _check(path: Path, mapping: Path | None, names: tuple[str, ...], faults: Faults) -> None:
    """Note what a log must tell and this one does not."""
    missing = [f"${name}" for name in _NEEDED if name not in names]
    if not any(name in names for name in TIMES):
        missing.append(" or ".join(f"${name}" for name in TIMES))
    if not missing:
        return
    if mapping is None and not names:
        wrong = "is not JSON with keys named as nginx's variables"
        right = "put the log_format of this log into a file for --mapping"
    else:
        wrong = f"the lines have no {', no '.join(missing)}"
        right = "put it into the log_format of nginx"
    line = line_of(mapping, "log_format") if mapping else 1
    faults.error(mapping or path, line, "log_format", wrong, f"{right}, best as {RECOMMENDED}")


def _query(fields: str, present: list[str], time: str, *, unique: bool) -> str:
    """SQL as :class:`ProxyLog` wants it.

    Args:
        unique: whether a line that stands twice tells of one request only.
    """
    session = "md5(line)"
    if not unique:
        place = "row_number() OVER (PARTITION BY line ORDER BY number)"
        session = f"concat(md5(line), nullif('-' || {place}, '-1'))"
    value = {name: f"nullif(nullif(field.{name}, '-'), '')" for name in present}
    if "http_upgrade" in value:
        upgrade = f"coalesce(lower({value['http_upgrade']}) = 'websocket', false)"
    else:
        upgrade = "CASE WHEN status = 101 THEN true END"
    target = next((value[name] for name in ("request", "request_uri", "uri") if name in value), "NULL")
    return rf"""
    WITH fields AS (
        -- Unnested, or each use of a field would take the line apart again.
        SELECT number, line, unnest([{fields}]) AS field
        FROM (
            SELECT number, rtrim(line, chr(10)) AS line, CASE WHEN json_valid(line) THEN line END AS object
            FROM log WHERE line NOT IN ('', chr(10))
        )
    ), entries AS (
        SELECT number, line, field, {value["remote_addr"]} AS client, {TIMES[time]} AS ended_at,
            TRY_CAST({value["status"]} AS INTEGER) AS status,
            TRY_CAST({value["request_time"]} AS DOUBLE) AS lasted_s,
            TRY_CAST({value.get("upstream_header_time", "NULL")} AS DOUBLE) AS handshake_s,
            {target} AS target
        FROM fields
    ), attempts AS (
        SELECT *, {upgrade} AS upgrade,
            CASE WHEN NOT contains(target, 'transport=polling') THEN
                nullif(regexp_extract(target, '^(?:GET )?(/[^ ?]*)', 1), '')
            END AS place
        FROM entries
    )
    SELECT number,
        CASE WHEN status IS NULL THEN 'does not fit the log_format'
            WHEN ended_at IS NULL THEN '${time}: is no time'
            WHEN coalesce(lasted_s < 0 OR lasted_s >= 1e9, true) THEN '$request_time: is no duration'
        END AS wrong,
        client, {session} AS session,
        CASE WHEN lasted_s < 1e9 THEN ended_at - INTERVAL 1 MICROSECOND * round(lasted_s * 1e6) END
            AS started_at,
        ended_at, false AS unfinished, status,
        CASE WHEN handshake_s BETWEEN 0 AND 1e9 THEN handshake_s END AS handshake_s,
        upgrade, place, NULL::VARCHAR AS ended_by, false AS unwanted
    FROM attempts
    WHERE status IS NULL OR upgrade OR (upgrade IS NULL AND place IS NOT NULL)
    """


def _notes(time: str) -> tuple[str, ...]:
    if time == "msec":
        return ()
    return (
        f"${time} has whole seconds, so that starts and ends may be a second off; $msec would tell more.",
    )


IMPORTER = Importer(read=read_nginx, gives=GIVES, lacks=LACKS)
