"""Recorded connections from the attempts of k6."""

import re
from typing import Any

import pyarrow as pa

from toolkit.measure.events import CONNECTIONS
from toolkit.measure.importers.aggregates import COLLECTOR
from toolkit.measure.importers.k6.sessions import Attempt

_ROWS_AT_ONCE = 50_000


class ConnectionRows:
    """Collects attempts as recorded facts."""

    def __init__(self, environment: str) -> None:
        self._environment = environment
        self._rows: list[dict[str, Any]] = []
        self._tables: list[pa.Table] = []

    def add(self, attempt: Attempt, *, seen_ns: int) -> None:
        """Note an attempt; ``seen_ns`` is when its client was last there, in nanoseconds since 1970."""
        self._rows.append(_row(attempt, self._environment, seen_ns))
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._pack()

    def table(self) -> pa.Table:
        self._pack()
        return pa.concat_tables(self._tables)

    def _pack(self) -> None:
        self._tables.append(pa.Table.from_pylist(self._rows, CONNECTIONS))
        self._rows.clear()


def _row(attempt: Attempt, environment: str, seen_ns: int) -> dict[str, Any]:
    """A connection as the recorded fact has it."""
    start_us, handshake_us = attempt.start_ns // 1000, _whole_us(attempt.handshake_ms or 0.0)
    ended_us = None
    until_us = start_us + handshake_us
    if attempt.opened and attempt.duration_ms is not None:
        # An end before the handshake was over is the same instant told with less care.
        ended_us = until_us = max(start_us + _whole_us(attempt.duration_ms), until_us)
    elif attempt.opened:
        until_us = max(seen_ns // 1000, until_us)
    handshake_ms = attempt.handshake_ms if attempt.opened else None
    rank = f"-{attempt.rank + 1}" if attempt.rank else ""
    # Machines that share a load have virtual users of the same numbers, which dial in the same second.
    took = f"-{attempt.handshake_ms}ms" if attempt.is_coarse else ""
    return {
        "environment": environment,
        "collector": COLLECTOR,
        "client": attempt.client,
        "session": f"{attempt.start_ns}-{attempt.series}{took}{rank}",
        # Nothing tells which attempts follow one another.
        "attempt": None,
        "started_at": start_us,
        "handshake_s": None if handshake_ms is None else handshake_ms / 1000,
        "outcome": _outcome(attempt.status),
        "ended_at": ended_us,
        "observed_until": until_us,
    }


def _whole_us(ms: float) -> int:
    return int(ms * 1000 + 0.5)


def _outcome(status: str | None) -> str:
    """As recorded facts name it; without an answer nobody knows whether it was refused or timed out."""
    if status == "101":
        return "open"
    return f"http_{status}" if status and re.fullmatch(r"[1-5]\d\d", status) else "error"
