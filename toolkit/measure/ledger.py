"""What was sent and what arrived: decides each delivery at its deadline."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from toolkit.measure.schedule import Message


@dataclass(slots=True)
class Receipt:
    """What one recipient got of one message by the deadline; the latency is that of the first copy."""

    latency_s: float | None = None
    copies: int = 0
    in_order: bool | None = None


NOTHING = Receipt()
"""What a recipient got to whom nothing came."""


@dataclass(slots=True)
class _Pending:
    message: Message
    number: int
    recipients: frozenset[str]
    receipts: dict[str, Receipt] = field(default_factory=dict)


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
        self._pending[message.id] = _Pending(
            message, self._due[message.sender], frozenset(message.recipients)
        )

    def received(self, message_id: str, recipient: str, *, at_s: float) -> None:
        """One copy reached a recipient. It does not count where it was not intended, or is too late."""
        pending = self._pending.get(message_id)
        if pending is None or recipient not in pending.recipients:
            return
        message = pending.message
        if at_s > message.due_s + self.deadline_s:
            return
        receipt = pending.receipts.get(recipient)
        if receipt is not None:
            receipt.copies += 1
            return
        latency_s = at_s - message.due_s
        pending.receipts[recipient] = Receipt(
            latency_s if latency_s > 0.0 else 0.0, 1, self._follows(message.sender, recipient, pending.number)
        )

    def _follows(self, sender: str, recipient: str, number: int) -> bool:
        """Whether nothing that the sender was to send later has come before."""
        line = sender, recipient
        if number <= self._newest.get(line, 0):
            return False
        self._newest[line] = number
        return True

    def decide(self, message_id: str) -> Iterator[tuple[str, Receipt]]:
        """Each intended recipient with what it got; the deadline is over and nothing will change it."""
        pending = self._pending.pop(message_id)
        self._count(pending)
        recipients, get = pending.message.recipients, pending.receipts.get
        return zip(recipients, [get(recipient, NOTHING) for recipient in recipients], strict=True)

    def _count(self, pending: _Pending) -> None:
        receipts = pending.receipts.values()
        self.counts["expected"] += len(pending.message.recipients)
        self.counts["received"] += len(receipts)
        self.counts["duplicated"] += sum(receipt.copies > 1 for receipt in receipts)
        self.counts["out_of_order"] += sum(receipt.in_order is False for receipt in receipts)
