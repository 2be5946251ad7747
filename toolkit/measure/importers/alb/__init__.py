r"""Access logs of AWS Application Load Balancers.

Fields and rules: Elastic Load Balancing, *Access logs for your Application Load Balancer*
(docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html). A connection has
one line, of the type ``ws`` or ``wss``, written after it closed: ``time`` is its end and
``request_creation_time`` its start. "If the upgraded connection can't be established, the entry is the same
as for an HTTP or HTTPS request": a failed attempt looks like any failed GET of where connections open.
Unknown types and fields at the end are to be ignored, and a period may be delivered twice. A quote within a
field stands as ``\x22``, in older logs as ``\"``.
"""

from pathlib import Path

from toolkit.measure.importers.alb.batches import SCHEMA
from toolkit.measure.importers.alb.usual import LAST_MARK, take_apart
from toolkit.measure.importers.findings import Findings, Importer, Said
from toolkit.measure.importers.mapping import read_into
from toolkit.measure.importers.proxylines import ProxyLog, Usual
from toolkit.measure.importers.proxylog import GIVES, LACKS, ProxyMapping, read_proxy_log
from toolkit.project.faults import Faults

_QUERY = r"""
WITH pieces AS (
    -- A quote that follows a space opens a field: within one it would be escaped.
    SELECT number, string_split(line, ' "') AS piece FROM log WHERE line NOT IN ('', chr(10))
), fields AS (
    SELECT number, string_split(piece[1], ' ') AS field, piece[2] AS request,
        string_split(piece[6], ' ')[3] AS created
    FROM pieces
), entries AS (
    SELECT *, field[1] AS kind, TRY_CAST(field[2] AS TIMESTAMP) AS ended_at,
        TRY_CAST(field[9] AS INTEGER) AS status,
        coalesce(len(field) = 12 AND ends_with(field[2], 'Z') AND ended_at IS NOT NULL AND (
            kind IN ('http', 'https', 'h2', 'grpcs', 'ws', 'wss') OR regexp_full_match(kind, '[a-z][a-z0-9]*')
        ), false) AS is_entry
    FROM fields
), attempts AS (
    SELECT *, kind IN ('ws', 'wss') AS is_socket, split_part(field[4], ':', -1) AS port,
        left(field[4], length(field[4]) - length(port)) AS address,
        TRY_CAST(created AS TIMESTAMP) AS started_at,
        TRY_CAST(field[6] AS DOUBLE) AS request_s, TRY_CAST(field[7] AS DOUBLE) AS target_s,
        TRY_CAST(field[8] AS DOUBLE) AS response_s
    FROM entries
    WHERE NOT is_entry OR kind IN ('ws', 'wss') OR (
        kind IN ('http', 'https') AND status IS DISTINCT FROM 200 AND starts_with(request, 'GET ')
        AND NOT contains(request, 'transport=polling')
    )
)
SELECT number,
    CASE WHEN NOT is_entry THEN 'is no whole line of an ALB access log'
        WHEN port = '' OR rtrim(port, '0123456789') <> '' OR NOT ends_with(address, ':') OR address = ':' THEN
            'client:port: is no address with a port'
        WHEN started_at IS NULL OR NOT ends_with(created, 'Z') THEN
            'request_creation_time: is no time; write ISO 8601'
        WHEN coalesce(least(request_s, target_s, response_s) < -1
            OR greatest(request_s, target_s, response_s) >= 1e9
            OR request_s + target_s + response_s IS NULL, true) THEN
            'request_, target_ and response_processing_time: must be seconds, or -1'
    END AS wrong,
    left(address, -1) AS client, field[4] || ' ' || created AS session,
    started_at, ended_at, false AS unfinished, status,
    CASE WHEN least(request_s, target_s, response_s) >= 0 THEN request_s + target_s + response_s END
        AS handshake_s,
    CASE WHEN is_socket THEN true END AS upgrade,
    CASE WHEN starts_with(request, 'GET ') THEN split_part(split_part(request, '?', 1), ' ', 2) END AS place,
    NULL::VARCHAR AS ended_by, false AS unwanted
FROM attempts
"""

USUAL = Usual(
    take_apart=take_apart,
    schema=SCHEMA,
    last_mark=LAST_MARK,
    query="""
        SELECT number, line, client, client || port || ' ' || created AS session, started_at, ended_at,
            status, handshake_s, CASE WHEN is_socket THEN true END AS upgrade,
            string_split(url, '?')[1] AS place
        FROM lines WHERE line IS NOT NULL OR is_socket OR NOT contains(url, 'transport=polling')
    """,
)


def read_alb(path: Path, said: Said, faults: Faults) -> Findings:
    """What an access log of a load balancer holds."""
    mapping = read_into(ProxyMapping, said.mapping, faults)
    if mapping is None:
        return Findings()
    log = ProxyLog(path=path, query=_QUERY, usual=USUAL, paths=mapping.paths)
    return read_proxy_log(log, said, faults)


IMPORTER = Importer(read=read_alb, gives=GIVES, lacks=LACKS)
