"""Ably's frames, and what must be remembered of them between two connections; nothing here sends or waits.

Numbers such as RTN7b are those of :mod:`toolkit.measure.adapters.ably`.
"""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum

from toolkit.measure.adapters.base import Payload
from toolkit.measure.adapters.managed import Frame, VendorRefusal


class Action(IntEnum):
    """What a frame is about (TR2), as far as it is used here."""

    ACK = 1
    NACK = 2
    CONNECTED = 4
    DISCONNECTED = 6
    CLOSE = 7
    ERROR = 9
    ATTACH = 10
    ATTACHED = 11
    DETACHED = 13
    MESSAGE = 15


@dataclass
class Episode:
    """What outlives a connection: what can be resumed, and what Ably has not acknowledged yet."""

    connection_key: str | None = None
    connection_id: str | None = None
    channel_serial: str | None = None
    next_serial: int = 0
    pending: dict[int, Payload] = field(default_factory=dict)
    newest: Payload | None = None

    def take(self, payload: Payload) -> int:
        """The serial of a new message; it is kept until it is acknowledged (RTN7b)."""
        serial, self.next_serial = self.next_serial, self.next_serial + 1
        self.pending[serial] = self.newest = payload
        return serial

    def connected(self, frame: Frame) -> None:
        """Take in who we are now; after a resume that failed, messages are counted anew (RTN15c7)."""
        if frame.get("connectionId") != self.connection_id:
            kept = list(self.pending.values())
            self.pending, self.next_serial = dict(enumerate(kept)), len(kept)
        self.connection_id = frame.get("connectionId")
        self.connection_key = details_of(frame).get("connectionKey")

    def settled(self, frame: Frame) -> None:
        """Forget what was acknowledged or refused."""
        first, count = frame.get("msgSerial"), frame.get("count", 1)
        if isinstance(first, int) and isinstance(count, int):
            for serial in range(first, first + count):
                self.pending.pop(serial, None)


def details_of(frame: Frame) -> Frame:
    """What Ably says of a connection. Empty where it says nothing."""
    details = frame.get("connectionDetails")
    return details if isinstance(details, dict) else {}


def refusal_of(frame: Frame) -> VendorRefusal:
    """What an error says, in its numbers; its text may name a key."""
    error = frame.get("error")
    numbers = [error.get(name) if isinstance(error, dict) else None for name in ("statusCode", "code")]
    status, code = (number if isinstance(number, int) else None for number in numbers)
    return VendorRefusal(status, code)


def payload_of(message: object) -> Payload | None:
    """The payload of one message. None where it is not one of ours."""
    if not isinstance(message, dict):
        return None
    data = message.get("data")
    if isinstance(data, str) and message.get("encoding") == "json":
        with suppress(ValueError):
            data = json.loads(data)
    return data if isinstance(data, dict) else None
