"""The columns of the two recorded facts as foreign files have them, and what a row must fulfil as a whole."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from toolkit.measure.events import DEADLINE_S, OUTCOME, Table
from toolkit.measure.importers import cells

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column.

    Args:
        parse: from a cell's text to the value.
        required: whether the file must have it.
        null: whether a cell may be empty.
        default: value where the file lacks the column or the cell is empty.
    """

    parse: cells.Parse
    required: bool = False
    null: bool = False
    default: Any = None


_KEY = Column(parse=cells.name, required=True)
_TIME = Column(parse=cells.time, required=True)
_DURATION = Column(parse=cells.seconds, null=True)
_BOOLEAN = Column(parse=cells.boolean, null=True)
_COLLECTOR = Column(parse=cells.name, null=True, default="import")

CONNECTION_COLUMNS: dict[str, Column] = {
    "collector": _COLLECTOR,
    "client": _KEY,
    "session": _KEY,
    "attempt": Column(parse=cells.whole(1, 2**31 - 1), null=True),
    "started_at": _TIME,
    "handshake_s": _DURATION,
    "outcome": Column(
        parse=cells.one_of(OUTCOME.pattern, shown="open, refused, timeout, tls, dns, http_STATUS, error"),
        required=True,
    ),
    "ended_at": Column(parse=cells.time, null=True),
    "observed_until": _TIME,
    "close_code": Column(parse=cells.whole(1000, 4999), null=True),
    "ended_by": Column(
        parse=cells.one_of("client|server|network", shown="client, server, network"), null=True
    ),
    "intended": _BOOLEAN,
}

DELIVERY_COLUMNS: dict[str, Column] = {
    "collector": _COLLECTOR,
    "message": _KEY,
    "sender": Column(parse=cells.name, null=True),
    "recipient": _KEY,
    "scheduled_at": _TIME,
    "latency_s": Column(parse=cells.seconds, required=True, null=True),
    "deadline_s": Column(parse=cells.seconds, null=True, default=DEADLINE_S),
    "copies": Column(parse=cells.whole(0, 2**31 - 1), null=True),
    "in_order": _BOOLEAN,
    "bytes": Column(parse=cells.whole(0, 2**53), null=True),
    "round_trip": Column(parse=cells.boolean, null=True, default=False),
}

COLUMNS: dict[Table, dict[str, Column]] = {
    "connections": CONNECTION_COLUMNS,
    "deliveries": DELIVERY_COLUMNS,
}


def connection_faults(row: Row) -> list[str]:
    """What is wrong with a connection as a whole."""
    found = []
    if row["observed_until"] < row["started_at"]:
        found.append("observed_until: is before started_at")
    ended = row["ended_at"]
    if ended is not None and not row["started_at"] <= ended <= row["observed_until"]:
        found.append("ended_at: is not between started_at and observed_until")
    elif ended is not None and ended < row["started_at"] + timedelta(seconds=row["handshake_s"] or 0):
        found.append("ended_at: is before the end of the handshake")
    if row["outcome"] != "open":
        told = [
            name for name in ("handshake_s", "ended_at", "close_code", "ended_by") if row[name] is not None
        ]
        found += [f"{name}: must be empty, as the attempt failed" for name in told]
        if row["intended"]:
            found.append("intended: must be empty, as the attempt failed")
    return found


def delivery_faults(row: Row) -> list[str]:
    """What is wrong with a delivery as a whole."""
    if row["deadline_s"] <= 0:
        return ["deadline_s: must be above 0"]
    if row["latency_s"] is None and row["copies"]:
        return ["latency_s: is empty although copies is above 0"]
    if row["latency_s"] is not None and row["copies"] == 0:
        return ["copies: is 0 although there is a latency"]
    return []


FAULTS: dict[Table, Callable[[Row], list[str]]] = {
    "connections": connection_faults,
    "deliveries": delivery_faults,
}


def by_the_deadline(row: Row) -> Row:
    """A delivery as the recorded fact has it: one that came after its deadline is lost."""
    if row["latency_s"] is not None and row["latency_s"] > row["deadline_s"]:
        return {**row, "latency_s": None, "copies": None if row["copies"] is None else 0, "in_order": None}
    return row
