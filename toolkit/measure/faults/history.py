"""Holds what was received against what was sent: the claims "in order", "once" and "not lost", checked.

As in Jepsen's checkers, a message that was never acknowledged may have arrived or not; neither is a finding.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

FindingKind = Literal["lost", "missed", "duplicate", "disorder", "phantom", "corrupt", "misrouted"]
"""``lost``: acknowledged and never received. ``missed``: likewise, but due while the recipient was away for
longer than the server promises to keep messages. ``disorder``: received after a later one of its sender.
``phantom``: received and never sent. ``corrupt``: received with another payload or sender. ``misrouted``:
received by somebody, or in a room, that it was not for."""


@dataclass(frozen=True)
class Sent:
    """One message, in the order in which its sender sent them.

    Args:
        id: unique among all that were sent.
        payload: anything that can be compared.
        recipients: who was to get it.
        acknowledged: whether the server said that it has it.
        at_s: when it was sent, on the clock of the absences.
    """

    id: str
    sender: str
    room: str
    payload: Any
    recipients: frozenset[str]
    acknowledged: bool = True
    at_s: float = 0.0


@dataclass(frozen=True)
class Received:
    """One copy as a recipient got it."""

    id: str
    sender: str
    room: str
    payload: Any


@dataclass(frozen=True)
class Absence:
    """A recipient was away from ``start_s`` to ``end_s``, and need not get what was sent meanwhile."""

    start_s: float
    end_s: float


@dataclass(frozen=True, order=True)
class Finding:
    """What is wrong with one message for one recipient."""

    kind: FindingKind
    recipient: str
    message: str


@dataclass(frozen=True)
class History:
    """Everything that happened.

    Args:
        sent: by all senders; each one's in its order.
        received: by recipient, each copy in the order of its arrival.
        absences: by recipient. One that lacks was never away for long.
    """

    sent: Sequence[Sent]
    received: Mapping[str, Sequence[Received]]
    absences: Mapping[str, Sequence[Absence]] = field(default_factory=dict)

    def findings(self) -> list[Finding]:
        """Everything that is wrong, sorted; empty where every claim held."""
        known = {message.id: message for message in self.sent}
        if len(known) != len(self.sent):
            raise ValueError("two messages have the same id")
        found: list[Finding] = []
        for recipient, copies in self.received.items():
            found += _strange(recipient, copies, known)
            found += _repeated(recipient, copies, known)
            found += _overtaken(recipient, copies, self.sent)
        return sorted(found + list(self._lost()))

    def _lost(self) -> Iterable[Finding]:
        got = {recipient: {copy.id for copy in copies} for recipient, copies in self.received.items()}
        for message in self.sent:
            for recipient in message.recipients if message.acknowledged else ():
                if message.id not in got.get(recipient, ()):
                    away = any(
                        gone.start_s <= message.at_s <= gone.end_s
                        for gone in self.absences.get(recipient, ())
                    )
                    yield Finding("missed" if away else "lost", recipient, message.id)


def _strange(recipient: str, copies: Sequence[Received], known: Mapping[str, Sent]) -> Iterable[Finding]:
    """Copies of what was never sent, not so, or not to here; each message once a kind."""
    found: dict[Finding, None] = {}
    for copy in copies:
        message = known.get(copy.id)
        if message is None:
            found[Finding("phantom", recipient, copy.id)] = None
            continue
        if recipient not in message.recipients or copy.room != message.room:
            found[Finding("misrouted", recipient, copy.id)] = None
        if copy.payload != message.payload or copy.sender != message.sender:
            found[Finding("corrupt", recipient, copy.id)] = None
    return found


def _repeated(recipient: str, copies: Sequence[Received], known: Mapping[str, Sent]) -> Iterable[Finding]:
    seen: set[str] = set()
    found: dict[Finding, None] = {}
    for copy in copies:
        if copy.id in seen and copy.id in known:
            found[Finding("duplicate", recipient, copy.id)] = None
        seen.add(copy.id)
    return found


def _overtaken(recipient: str, copies: Sequence[Received], sent: Sequence[Sent]) -> Iterable[Finding]:
    """First copies that came after a later message of the same sender in the same room."""
    places = {message.id: place for place, message in enumerate(sent)}
    lines = {message.id: (message.sender, message.room) for message in sent}
    newest: dict[tuple[str, str], int] = {}
    seen: set[str] = set()
    for copy in copies:
        if copy.id in places and copy.id not in seen:
            seen.add(copy.id)
            line, place = lines[copy.id], places[copy.id]
            if place < newest.get(line, -1):
                yield Finding("disorder", recipient, copy.id)
            newest[line] = max(place, newest.get(line, -1))
