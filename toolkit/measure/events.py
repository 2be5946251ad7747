"""The recorded facts: every connection attempt, every intended delivery, every fault, and aggregates beside.

Files lie at ``metrics/connections/option=…/date=YYYY-MM-DD/*.parquet``, ``metrics/deliveries/…``,
``metrics/faults/…`` and ``metrics/aggregates/…``. Option and date stand in the path only; readers get both
back from hive partitioning. Times are UTC with microseconds, durations are float64 seconds.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import pyarrow as pa

from toolkit.project.faults import InputError

Table = Literal["connections", "deliveries", "aggregates", "faults"]
EndedBy = Literal["client", "server", "network"]

DEADLINE_S = 5.0
OUTCOME = re.compile(r"open|refused|timeout|tls|dns|http_[1-5]\d\d|error")

_TIME = pa.timestamp("us", tz="UTC")


def _column(name: str, kind: pa.DataType, *, null: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=null)


_OBSERVER = [_column("environment", pa.string()), _column("collector", pa.string())]

CONNECTIONS = pa.schema(
    [
        *_OBSERVER,
        _column("client", pa.string()),
        _column("session", pa.string()),
        _column("attempt", pa.int32(), null=True),
        _column("started_at", _TIME),
        _column("handshake_s", pa.float64(), null=True),
        _column("outcome", pa.string()),
        _column("ended_at", _TIME, null=True),
        _column("observed_until", _TIME),
        _column("close_code", pa.int32(), null=True),
        _column("ended_by", pa.string(), null=True),
        _column("intended", pa.bool_(), null=True),
    ]
)

DELIVERIES = pa.schema(
    [
        *_OBSERVER,
        _column("message", pa.string()),
        _column("sender", pa.string(), null=True),
        _column("recipient", pa.string()),
        _column("scheduled_at", _TIME),
        _column("latency_s", pa.float64(), null=True),
        _column("deadline_s", pa.float64()),
        _column("copies", pa.int32(), null=True),
        _column("in_order", pa.bool_(), null=True),
        _column("bytes", pa.int64(), null=True),
        _column("round_trip", pa.bool_()),
    ]
)

AGGREGATES = pa.schema(
    [
        *_OBSERVER,
        _column("source", pa.string()),
        _column("from_at", _TIME, null=True),
        _column("until_at", _TIME),
        _column("name", pa.string()),
        _column("kind", pa.string()),
        _column("quantile", pa.float64(), null=True),
        _column("value", pa.float64()),
        _column("unit", pa.string()),
    ]
)
"""One number that a source had already summed up or averaged.

source is the kind of its import. kind is one of :data:`AGGREGATE_KINDS`; a count may be added to the counts
of other times, and no other kind may. quantile stands beside that kind only, 0.95 for the 95th percentile.
name is that of a count of the rollups (attempts, opened, …), else the source's own, as in ``ws_ping``.
from_at is null where the source does not tell when it began.
"""

FAULTS = pa.schema(
    [
        *_OBSERVER,
        _column("connection", pa.int64()),
        _column("fault", pa.string()),
        _column("way", pa.string()),
        _column("struck_at", _TIME),
        _column("client", pa.string(), null=True),
        _column("healed_s", pa.float64(), null=True),
        _column("recovered_s", pa.float64(), null=True),
        _column("wanted_s", pa.float64()),
        _column("client_noticed_s", pa.float64(), null=True),
        _column("client_observed_s", pa.float64()),
        _column("server_noticed_s", pa.float64(), null=True),
        _column("server_observed_s", pa.float64()),
    ]
)

AGGREGATE_KINDS = ("count", "minimum", "mean", "quantile", "maximum", "gauge")

SCHEMAS: dict[Table, pa.Schema] = {
    "connections": CONNECTIONS,
    "deliveries": DELIVERIES,
    "aggregates": AGGREGATES,
    "faults": FAULTS,
}

KEYS: dict[Table, tuple[str, ...]] = {
    "connections": ("environment", "collector", "client", "session", "attempt"),
    "deliveries": ("environment", "collector", "message", "recipient"),
    "aggregates": ("environment", "collector", "source", "from_at", "until_at", "name", "kind", "quantile"),
    "faults": ("environment", "collector", "connection", "fault", "struck_at"),
}
"""What makes a row unique within the files of one option.

Nobody tells two attempts of unknown number in one session apart by it, so that ``started_at`` stands in the
place of an ``attempt`` that is null.
"""

UNIQUE = {b"toolkit.unique": b"1"}
"""Metadata of a Parquet file in which no key stands twice, so that a reader need not look for it."""

STAMPS: dict[Table, str] = {
    "connections": "observed_until",
    "deliveries": "scheduled_at",
    "aggregates": "until_at",
    "faults": "struck_at",
}
"""The column whose UTC day is the partition."""


@dataclass(frozen=True, kw_only=True)
class Connection:
    """One attempt to connect, and what became of it.

    Args:
        client: who connects.
        session: the episode in which the client wants to be connected.
        attempt: 1 for the first of the session. None where nobody knows which of them it is.
        started_at: when the attempt began.
        observed_until: when it was last looked at.
        outcome: see :data:`OUTCOME`.
        handshake_s: from the start until the client is usable. None where the attempt failed.
        ended_at: None while open, and for a failed attempt.
        close_code: 1006 where the connection ended without one. None while open, and for a failed attempt.
        ended_by: None while open, and for a failed attempt.
        intended: whether the end was wanted. None while open, and for a failed attempt.
    """

    client: str
    session: str
    attempt: int | None
    started_at: datetime
    observed_until: datetime
    outcome: str
    handshake_s: float | None = None
    ended_at: datetime | None = None
    close_code: int | None = None
    ended_by: EndedBy | None = None
    intended: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What became of one message for one of its intended recipients.

    Args:
        message: which message.
        sender, recipient: who should have sent and received it.
        scheduled_at: when it was due to be sent.
        latency_s: from ``scheduled_at`` to the receipt. None if it was not received by the deadline.
        copies: 0 lost, 1 once, more duplicated.
        in_order: whether it came after all earlier ones of that sender. None if lost.
        bytes: size of the payload.
        deadline_s: how long after ``scheduled_at`` it still counts.
        round_trip: whether ``latency_s`` runs to the acknowledgement at the sender.
    """

    message: str
    sender: str
    recipient: str
    scheduled_at: datetime
    latency_s: float | None
    copies: int
    in_order: bool | None
    bytes: int | None
    deadline_s: float = DEADLINE_S
    round_trip: bool = False


@dataclass(frozen=True, kw_only=True)
class NetworkFault:
    """One fault on one connection, as made on purpose, and how both ends took it.

    An end *notices* when it begins to close. Where it did not as long as it was observed, that is censored:
    nothing is known of how long it would have taken.

    Args:
        connection: its number at the proxy.
        fault: what was done, a :data:`toolkit.measure.faults.script.FaultKind`.
        way: which way it was done: ``both``, ``to_server`` or ``to_client``.
        struck_at: when.
        client: whose connection it was. None where nobody told.
        healed_s: until the connection worked again. None: it did not.
        recovered_s: until the client had its room again, over whatever connection. None: it did not while
            it wanted to, or nobody told.
        wanted_s: for how long the client was known to want its room back; to its recovery where there was
            one.
        client_noticed_s, server_noticed_s: until that end noticed. None: not while it was observed.
        client_observed_s, server_observed_s: how long that end was observed; to its notice where there was
            one.
    """

    connection: int
    fault: str
    way: str
    struck_at: datetime
    client: str | None
    healed_s: float | None
    recovered_s: float | None
    wanted_s: float
    client_noticed_s: float | None
    client_observed_s: float
    server_noticed_s: float | None
    server_observed_s: float


def day_of(when: datetime) -> date:
    """The UTC day in which ``when`` falls."""
    return when.astimezone(UTC).date()


def partition(metrics_dir: Path, table: Table, *, option: str, day: date) -> Path:
    """The folder of one table's rows of one option and one UTC day."""
    return metrics_dir / table / f"option={safe_name(option)}" / f"date={day.isoformat()}"


def safe_name(name: str) -> str:
    """The name itself, if it may be part of a path.

    Raises:
        InputError: it holds something else than letters, digits, ``.``, ``_`` and ``-``.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise InputError(
            f"{name!r} is no name for an option or collector; use letters, digits, '.', '_' and '-'"
        )
    return name
