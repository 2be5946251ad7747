"""Deliveries on their way to the recorder, as columns: a row object each would cost too much."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from toolkit.measure.events import DELIVERIES
from toolkit.measure.ledger import Decided
from toolkit.measure.schedule import Message

DAY_US = 86_400_000_000


@dataclass
class _Columns:
    """The rows of one UTC day.

    Args:
        copies: by row, where there is more than one.
        overtaken: the rows that came out of order.
    """

    messages: list[Message] = field(default_factory=list)
    scheduled_us: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    latencies_s: list[float | None] = field(default_factory=list)
    copies: dict[int, int] = field(default_factory=dict)
    overtaken: list[int] = field(default_factory=list)

    def add(self, decided: Decided, scheduled_us: int) -> None:
        first = len(self.recipients)
        self.messages.append(decided.message)
        self.scheduled_us.append(scheduled_us)
        self.sizes.append(len(decided.latencies_s))
        self.recipients += decided.latencies_s
        self.latencies_s += decided.latencies_s.values()
        if decided.copies or decided.overtaken:
            row = {recipient: first + number for number, recipient in enumerate(decided.latencies_s)}
            self.copies |= {row[recipient]: copies for recipient, copies in decided.copies.items()}
            self.overtaken += [row[recipient] for recipient in decided.overtaken]


class DeliveryBatch:
    """Takes decided messages, and gives their deliveries as one table a UTC day.

    Args:
        environment, collector: where and by whom all of them are observed.
        deadline_s: of all of them.
    """

    def __init__(self, *, environment: str, collector: str, deadline_s: float) -> None:
        self._observer = {"environment": environment, "collector": collector}
        self._deadline_s = deadline_s
        self._days: dict[int, _Columns] = {}

    def add(self, decided: Decided, *, scheduled_us: int) -> None:
        """Take what became of one message, due at ``scheduled_us`` since 1970."""
        self._days.setdefault(scheduled_us // DAY_US, _Columns()).add(decided, scheduled_us)

    def take(self) -> Iterator[tuple[date, pa.Table]]:
        """The rows taken since this was last asked, by day."""
        found, self._days = self._days, {}
        for day, columns in found.items():
            yield date(1970, 1, 1) + timedelta(days=day), self._table(columns)

    def _table(self, columns: _Columns) -> pa.Table:
        n = len(columns.recipients)
        # What is the same for all recipients of a message is written once and repeated by Arrow.
        index = pa.array(np.repeat(np.arange(len(columns.sizes), dtype=np.int32), columns.sizes))
        messages = columns.messages
        latencies_s = pa.array(columns.latencies_s, pa.float64())
        copies, in_order = _copies(columns, latencies_s)
        arrays = {
            **{name: pa.repeat(value, n) for name, value in self._observer.items()},
            "message": pa.array([message.id for message in messages], pa.string()).take(index),
            "sender": pa.array([message.sender for message in messages], pa.string()).take(index),
            "recipient": pa.array(columns.recipients, pa.string()),
            "scheduled_at": pa.array(columns.scheduled_us, pa.timestamp("us", tz="UTC")).take(index),
            "latency_s": latencies_s,
            "deadline_s": pa.repeat(self._deadline_s, n),
            "copies": copies,
            "in_order": in_order,
            "bytes": pa.array([message.bytes for message in messages], pa.int64()).take(index),
            "round_trip": pa.repeat(False, n),
        }
        return pa.table(arrays, schema=DELIVERIES)


def _copies(columns: _Columns, latencies_s: pa.Array) -> tuple[pa.Array, pa.Array]:
    """How many copies came in each row, and whether in order; None where none came."""
    came = np.asarray(latencies_s.is_valid())
    copies, in_order = came.astype(np.int32), np.ones(len(came), dtype=bool)
    for row, number in columns.copies.items():
        copies[row] = number
    in_order[columns.overtaken] = False
    return pa.array(copies), pa.array(in_order, mask=~came)
