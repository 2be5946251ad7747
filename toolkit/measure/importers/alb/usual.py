"""Takes apart the usual lines of an ALB access log, many at a time.

Nearly every line of such a log is written in one way. Those are told by where their spaces and quotes stand,
and their fields are then at known places. Here a line is either an attempt without any fault, or surely about
something else, or it is left to the query, which reads lines of every shape and says what is wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from toolkit.measure.importers.alb.batches import Attempts, as_attempts, as_lines
from toolkit.measure.importers.alb.digits import (
    TIME_BYTES,
    TIME_LENGTH,
    UNKNOWN,
    Ints,
    Truths,
    Words,
    durations,
    ports,
    statuses,
    times,
    word,
    words,
)
from toolkit.measure.importers.loglines import Block, cleaned
from toolkit.measure.importers.proxylines import TOLERANCE_S

LAST_MARK = ord('"')
"""Up to this character all are marks: line feed, space, quote, and few that are rare."""

_HEAD = 12
"""So many fields stand before the request, each with a space behind it."""

_REQUEST = _HEAD + 1
_SHAPE_BYTES = 16
_HEAD_SHAPE = word(b" " * 8), word(b'    "')
_REQUEST_SHAPE = word(b'    "  "')
_PROTOCOL_SHAPE = word(b' " "')
"""The marks from where the URL ends to the quote of the next field."""

_CREATED_SHAPE = word(b'""   "')
"""The marks from the fifth quote that opens a field to the sixth: ``"certificate" 1 time "actions"``."""

_LONGEST_PROTOCOL = 12
"""Characters from the space before it to the quote behind it; it is ``HTTP/1.1``."""

_CREATED_QUOTE = 4
"""How many quotes that open a field stand between that of the request and that of the certificate."""


def _first(count: int) -> np.uint64:
    return word(b"\xff" * count)


def take_apart(block: Block) -> Iterator[pa.RecordBatch]:
    """The attempts of usual lines, then the lines that are left to the query; both as :data:`SCHEMA`."""
    block = cleaned(block)
    heads = _heads(block)
    attempts = _attempts(block, heads)
    left = np.ones(len(block), bool)
    left[heads.lines[heads.elsewhere]] = False
    left[attempts.lines] = False
    if len(attempts.lines):
        yield as_attempts(block, attempts)
    if left.any():
        yield as_lines(block, np.flatnonzero(left))


@dataclass(frozen=True)
class _Heads:
    """Lines whose fields up to the request are usual.

    Args:
        lines: which of the block, and first: their first marks.
        ended_us: their time, in microseconds since 1970.
        status: that the client got.
        elsewhere: which of them are surely about something else than a connection.
        sockets: which of them are a WebSocket that opened, by what their head says.
        failed: which of them may be an attempt that failed.
    """

    lines: Ints
    first: Ints
    ended_us: Ints
    status: Ints
    elsewhere: Truths
    sockets: Truths
    failed: Truths


def _heads(block: Block) -> _Heads:
    data, places = block.data, block.places
    first = np.append(0, np.flatnonzero(block.marks == ord("\n")) + 1)[: len(block)]
    lines = np.flatnonzero(first <= len(places) - _SHAPE_BYTES)
    shape = words(block.marks, first[lines], _SHAPE_BYTES)
    usual = (shape[:, 0] == _HEAD_SHAPE[0]) & (shape[:, 1] & _first(5) == _HEAD_SHAPE[1])
    lines, shape = lines[usual], shape[usual]
    first = first[lines]
    time_at, quote_at = places[first] + 1, places[first + _HEAD]
    usual = (places[first + 1] - time_at == TIME_LENGTH) & (quote_at - places[first + _HEAD - 1] == 1)
    # All fields of the head stand before this place.
    usual &= quote_at + 1 <= len(data) - 8
    lines, first, time_at, shape = lines[usual], first[usual], time_at[usual], shape[usual]
    ended_us, known = times(words(data, time_at, TIME_BYTES))
    kind = words(data, np.append(0, block.ends)[lines], 8)[:, 0]
    status, told = statuses(words(data, places[first + 7] + 1, 8)[:, 0])
    is_get = words(data, places[first + _HEAD] + 1, 8)[:, 0] & _first(4) == word(b"GET ")
    is_plain = _is(kind, b"http ", b"https ")
    served = ~is_get | (told & (status == 200))
    elsewhere = _is(kind, b"h2 ", b"grpcs ") | (is_plain & served)
    usual = known & told & is_get & (shape[:, 1] == _REQUEST_SHAPE)
    sockets = usual & _is(kind, b"ws ", b"wss ") & (status == 101)
    failed = usual & is_plain & ~served
    failed[failed] = _protocol_ends(block, first[failed])
    return _Heads(lines, first, ended_us, status, known & elsewhere, sockets, failed)


def _protocol_ends(block: Block, first: Ints) -> Truths:
    """Of which requests nothing but a short protocol follows the URL: no query could hide there."""
    marks, places = block.marks, block.places
    url_end = first + _REQUEST + 1
    ends = url_end <= len(marks) - 8
    url_end = url_end[ends]
    quote_at = places[url_end + 1]
    shape = words(marks, url_end, 8)[:, 0] & _first(4) == _PROTOCOL_SHAPE
    is_short = quote_at - places[url_end] <= _LONGEST_PROTOCOL
    ends[ends] = shape & is_short & (places[url_end + 3] - quote_at == 2)
    return ends


def _is(kinds: Words, *names: bytes) -> Truths:
    found = np.zeros(len(kinds), bool)
    for name in names:
        found |= kinds & _first(len(name)) == word(name)
    return found


def _attempts(block: Block, heads: _Heads) -> Attempts:
    created, usual = _created(block, heads)
    lines, first, ended_us = heads.lines[usual], heads.first[usual], heads.ended_us[usual]
    places = block.places
    started_us, good = times(words(block.data, created, TIME_BYTES))
    client_at, client_end = places[first + 2] + 1, places[first + 3]
    digits = ports(words(block.data, client_end - 8, 8)[:, 0])
    port_at = client_end - digits - 1
    good &= (digits > 0) & (port_at > client_at) & (started_us <= ended_us)
    status = heads.status[usual]
    handshake_s, reached = np.zeros(len(lines)), np.ones(len(lines), bool)
    for field in (5, 6, 7):
        end = places[first + field]
        before = words(block.data, end - 8, 8)[:, 0]
        seconds, known = durations(before, end - places[first + field - 1] - 1)
        handshake_s += seconds
        reached &= seconds >= 0
        good &= known
    handshake_s[~reached] = UNKNOWN
    good &= (status != 101) | (handshake_s <= (ended_us - started_us) / 1e6 + TOLERANCE_S)
    url_at, url_end = places[first + _REQUEST] + 1, places[first + _REQUEST + 1]
    cuts = np.stack([client_at, port_at, client_end, url_at, url_end, created, created + TIME_LENGTH], axis=1)
    return Attempts(
        lines[good],
        cuts[good],
        started_us[good],
        ended_us[good],
        handshake_s[good],
        status[good],
        heads.sockets[usual][good],
    )


def _created(block: Block, heads: _Heads) -> tuple[Ints, Ints]:
    """Where the time of the request's creation begins, and in which of the heads."""
    marks, places = block.marks, block.places
    which = np.flatnonzero(heads.sockets | heads.failed)
    opening = _opening(block)
    quote = np.searchsorted(opening, heads.first[which] + _HEAD) + _CREATED_QUOTE
    enough = quote < len(opening)
    which, mark = which[enough], opening[quote[enough]]
    enough = mark <= len(marks) - 8
    which, mark = which[enough], mark[enough]
    shape = words(marks, mark, 8)[:, 0] & _first(6)
    created, end = places[mark + 3] + 1, places[mark + 4]
    usual = (shape == _CREATED_SHAPE) & (end - created == TIME_LENGTH) & (places[mark + 5] - end == 1)
    usual &= (end < block.ends[heads.lines[which]]) & (created <= len(block.data) - TIME_BYTES)
    return created[usual], which[usual]


def _opening(block: Block) -> Ints:
    """Which marks are quotes that open a field: a space is right before them."""
    marks, places = block.marks, block.places
    opening: Ints = np.flatnonzero((marks[1:] == ord('"')) & (marks[:-1] == ord(" "))) + 1
    adjacent: Truths = places[opening] - places[opening - 1] == 1
    return opening[adjacent]
