"""What was sent and what arrived: decides each delivery at its deadline."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from toolkit.measure.schedule import Message


@dataclass(slots=True)
class Decided:
    """One message, and what its intended recipients got of it by the deadline.

    Args:
        latencies_s: of each recipient's first copy, in the message's order. None: nothing came.
        copies: of those who got more than one.
        overtaken: those whom a later message of the same sender reached before.
    """

    message: Message
    latencies_s: dict[str, float | None]
    copies: dict[str, int] = field(default_factory=dict)
    overtaken: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Pending:
    """A message that is not decided: since when it is timed, its number among its sender's, and the newest of
    these that each recipient got."""

    so_far: Decided
    start_s: float
    number: int
    newest: dict[str, int]


_UNINVITED = -1.0


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
    _newest: defaultdict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

    def due(self, message: Message, *, at_s: float) -> None:
        """The message is due: from here on every intended recipient is owed it.

        Args:
            at_s: when it is handed to its sender. Where that is before it is due it is timed from then.
        """
        sender = message.sender
        self._due[sender] += 1
        owed = Decided(message, dict.fromkeys(message.recipients))
        start_s = min(at_s, message.due_s)
        self._pending[message.id] = _Pending(owed, start_s, self._due[sender], self._newest[sender])

    def received(self, message_id: str, recipient: str, *, at_s: float) -> None:
        """One copy reached a recipient. It does not count where it was not intended, or is too late."""
        pending = self._pending.get(message_id)
        if pending is None:
            return
        found = pending.so_far
        before_s = found.latencies_s.get(recipient, _UNINVITED)
        if before_s == _UNINVITED or at_s > pending.start_s + self.deadline_s:
            return
        if before_s is not None:
            found.copies[recipient] = found.copies.get(recipient, 1) + 1
            return
        found.latencies_s[recipient] = max(0.0, at_s - pending.start_s)
        if pending.number > pending.newest.get(recipient, 0):
            pending.newest[recipient] = pending.number
        else:
            found.overtaken.add(recipient)

    def decide(self, message_id: str) -> Decided:
        """What became of the message; the deadline is over and nothing will change it."""
        decided = self._pending.pop(message_id).so_far
        latencies_s = decided.latencies_s.values()
        self.counts["expected"] += len(latencies_s)
        self.counts["received"] += sum(latency_s is not None for latency_s in latencies_s)
        self.counts["duplicated"] += len(decided.copies)
        self.counts["out_of_order"] += len(decided.overtaken)
        return decided
