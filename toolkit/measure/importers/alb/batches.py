"""What the lines of an ALB access log gave, as batches for DuckDB."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from toolkit.measure.importers.alb.digits import Floats, Ints, Truths
from toolkit.measure.importers.loglines import Block, texts

SCHEMA = pa.schema(
    [
        ("number", pa.int64()),
        ("line", pa.string()),
        *((name, pa.string()) for name in ("client", "port", "url", "created")),
        *((name, pa.timestamp("us")) for name in ("started_at", "ended_at")),
        ("handshake_s", pa.float64()),
        ("status", pa.int32()),
        ("is_socket", pa.bool_()),
    ]
)
"""Either number and line, which are left to the query, or what may be an attempt, with all the rest.

port is with its colon; created is the text of started_at; handshake_s is null where it is not known.
"""


@dataclass(frozen=True)
class Attempts:
    """Attempts without any fault.

    Args:
        lines: which of the block.
        cuts: a row each, where client, port, URL and start begin and end; the port begins where the client
            ends.
        started_us, ended_us: microseconds since 1970.
        handshake_s: until there was an answer; below 0 where that is not known.
        status: that the client got.
        is_socket: whether the line is that of a WebSocket; else it may be about any request.
    """

    lines: Ints
    cuts: Ints
    started_us: Ints
    ended_us: Ints
    handshake_s: Floats
    status: Ints
    is_socket: Truths


def as_attempts(block: Block, found: Attempts) -> pa.RecordBatch:
    """Their rows."""
    count = len(found.lines)
    offsets = pa.py_buffer(found.cuts.astype(np.int32).reshape(-1))
    per = found.cuts.shape[1]
    pieces = pa.Array.from_buffers(pa.string(), per * count - 1, [None, offsets, pa.py_buffer(block.data)])
    told = (pieces.take(pa.array(np.arange(place, per * count, per))) for place in (0, 1, 3, 5))
    stamps = (pa.array(us).view(pa.timestamp("us")) for us in (found.started_us, found.ended_us))
    handshake_s = pa.array(found.handshake_s, mask=found.handshake_s < 0)
    answer = (handshake_s, pa.array(found.status.astype(np.int32)), pa.array(found.is_socket))
    unread = (pa.nulls(count, pa.int64()), pa.nulls(count, pa.string()))
    return pa.record_batch([*unread, *told, *stamps, *answer], schema=SCHEMA)


def as_lines(block: Block, lines: Ints) -> pa.RecordBatch:
    """The rows of lines that are left to the query.

    Args:
        block: see :func:`toolkit.measure.importers.loglines.cleaned`.
        lines: which of the block.
    """
    told = (pa.array(lines + block.first), texts(block).take(pa.array(lines)))
    rest = (pa.nulls(len(lines), field.type) for field in list(SCHEMA)[len(told) :])
    return pa.record_batch([*told, *rest], schema=SCHEMA)
