"""What a client sends until the server says that it has it: in order, again after a loss, once at the end."""

from collections import OrderedDict
from dataclasses import dataclass

IN_FLIGHT = 100
"""Messages that are out without an answer. A server recognises retries of a session's newest
``dedup_messages`` only, which is 1,000 by default: what is out must stay well below."""


@dataclass(frozen=True)
class Outgoing:
    """A message that waits for its acknowledgement.

    Args:
        id: by which the server recognises a retry.
        frame: the same at every attempt.
    """

    id: str
    frame: str

    @property
    def bytes(self) -> int:
        """What it takes on the wire; frames are ASCII."""
        return len(self.frame)


class Outbox:
    """Messages in the order in which they were given."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Outgoing] = OrderedDict()
        self._in_flight: dict[str, Outgoing] = {}

    def __contains__(self, message_id: object) -> bool:
        return message_id in self._in_flight or message_id in self._waiting

    def add(self, message: Outgoing) -> None:
        """Send it after all others."""
        self._waiting[message.id] = message

    def next(self) -> Outgoing | None:
        """The message to send now, which then counts as out; None where there is none or enough are out."""
        if not self._waiting or len(self._in_flight) >= IN_FLIGHT:
            return None
        _, message = self._waiting.popitem(last=False)
        self._in_flight[message.id] = message
        return message

    def drop(self, message_id: str) -> None:
        """It is acknowledged, refused or given up."""
        self._in_flight.pop(message_id, None)
        self._waiting.pop(message_id, None)

    def lost(self) -> None:
        """The connection is over: what was out goes out again, before what waits."""
        self._waiting = OrderedDict(self._in_flight | self._waiting)
        self._in_flight = {}

    def largest(self) -> Outgoing | None:
        """The largest message that is out; None where none is."""
        return max(self._in_flight.values(), key=lambda message: message.bytes, default=None)
