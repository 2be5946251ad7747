"""What was sent and what arrived: decides each delivery at its deadline."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from toolkit.measure.workload import Message


@dataclass
class Receipt:
    """What one recipient got of one message by the deadline; the latency is that of the first copy."""

    latency_s: float | None = None
    copies: int = 0
    in_order: bool | None = None


@dataclass
class _Pending:
    message: Message
    number: int
    receipts: dict[str, Receipt]


@dataclass
class Ledger:
    """The deliveries of one run. All times are seconds of the run, on one clock.

    Args:
        deadline_s: a copy that comes later than this after the scheduled send does not count.
    """

    deadline_s: float
    counts: Counter[str] = field(default_factory=Counter)
    _pending: dict[str, _Pending] = field(default_factory=dict)
    _due: Counter[str] = field(default_factory=Counter)
    _newest: dict[tuple[str, str], int] = field(default_factory=dict)

    def due(self, message: Message) -> None:
        """The message is due now: from here on every intended recipient is owed it."""
        self._due[message.sender] += 1
        receipts = {recipient: Receipt() for recipient in message.recipients}
        self._pending[message.id] = _Pending(message, self._due[message.sender], receipts)

    def received(self, message_id: str, recipient: str, *, at_s: float) -> None:
        """One copy reached a recipient. It does not count where it was not intended, or is too late."""
        pending = self._pending.get(message_id)
        receipt = pending.receipts.get(recipient) if pending else None
        if pending is None or receipt is None or at_s > pending.message.due_s + self.deadline_s:
            return
        receipt.copies += 1
        if receipt.copies == 1:
            receipt.latency_s = max(0.0, at_s - pending.message.due_s)
            receipt.in_order = self._follows(pending, recipient)

    def _follows(self, pending: _Pending, recipient: str) -> bool:
        """Whether nothing that the sender was to send later has come before."""
        line = (pending.message.sender, recipient)
        newest = self._newest.get(line, 0)
        self._newest[line] = max(pending.number, newest)
        return pending.number > newest

    def decide(self, message_id: str) -> Iterator[tuple[str, Receipt]]:
        """Each intended recipient with what it got; the deadline is over and nothing will change it."""
        for recipient, receipt in self._pending.pop(message_id).receipts.items():
            self.counts["expected"] += 1
            self.counts["received"] += receipt.copies > 0
            self.counts["duplicated"] += receipt.copies > 1
            self.counts["out_of_order"] += receipt.in_order is False
            yield recipient, receipt
