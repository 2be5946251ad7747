"""Deliveries on their way to the recorder, as columns: a row object each would cost too much."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pyarrow as pa

from toolkit.measure.events import DELIVERIES
from toolkit.measure.ledger import Receipt
from toolkit.measure.schedule import Message

DAY_US = 86_400_000_000


@dataclass
class _Columns:
    """The rows of one UTC day."""

    messages: list[Message] = field(default_factory=list)
    scheduled_us: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    latencies_s: list[float | None] = field(default_factory=list)
    copies: list[int] = field(default_factory=list)
    in_order: list[bool | None] = field(default_factory=list)


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

    def add(self, message: Message, receipts: Iterable[tuple[str, Receipt]], *, scheduled_us: int) -> None:
        """Take what became of one message, due at ``scheduled_us`` since 1970."""
        columns = self._days.setdefault(scheduled_us // DAY_US, _Columns())
        pairs = list(receipts)
        columns.recipients += [recipient for recipient, _ in pairs]
        columns.latencies_s += [receipt.latency_s for _, receipt in pairs]
        columns.copies += [receipt.copies for _, receipt in pairs]
        columns.in_order += [receipt.in_order for _, receipt in pairs]
        columns.messages.append(message)
        columns.scheduled_us.append(scheduled_us)
        columns.sizes.append(len(pairs))

    def take(self) -> Iterator[tuple[date, pa.Table]]:
        """The rows taken since this was last asked, by day."""
        found, self._days = self._days, {}
        for day, columns in found.items():
            yield date(1970, 1, 1) + timedelta(days=day), self._table(columns)

    def _table(self, columns: _Columns) -> pa.Table:
        n = len(columns.recipients)
        # What is the same for all recipients of a message is written once and repeated by Arrow.
        index = pa.array(_repeated(columns.sizes), pa.int32())
        messages = columns.messages
        arrays = {
            **{name: pa.repeat(value, n) for name, value in self._observer.items()},
            "message": pa.array([message.id for message in messages], pa.string()).take(index),
            "sender": pa.array([message.sender for message in messages], pa.string()).take(index),
            "recipient": pa.array(columns.recipients, pa.string()),
            "scheduled_at": pa.array(columns.scheduled_us, pa.timestamp("us", tz="UTC")).take(index),
            "latency_s": pa.array(columns.latencies_s, pa.float64()),
            "deadline_s": pa.repeat(self._deadline_s, n),
            "copies": pa.array(columns.copies, pa.int32()),
            "in_order": pa.array(columns.in_order, pa.bool_()),
            "bytes": pa.array([message.bytes for message in messages], pa.int64()).take(index),
            "round_trip": pa.repeat(False, n),
        }
        return pa.table(arrays, schema=DELIVERIES)


def _repeated(sizes: list[int]) -> list[int]:
    return [index for index, size in enumerate(sizes) for _ in range(size)]
