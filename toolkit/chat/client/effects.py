"""What the messages of a server make a client do, and how they are read."""

from dataclasses import dataclass
from typing import Any

from toolkit.chat.client.events import DirectMessage, Event, RoomMessage
from toolkit.chat.client.positions import Position
from toolkit.chat.client.refusals import RequestRefused
from toolkit.chat.protocol import Message

Key = tuple[str, Any]
"""What an answer answers: a join or a leave of a room, a publish by its id, another request by its number."""


@dataclass(frozen=True)
class Say:
    """The server is to be told this, now."""

    message: Message


@dataclass(frozen=True)
class Answer:
    """A request is answered, or refused."""

    key: Key
    answer: Message | RequestRefused


@dataclass(frozen=True)
class ComeBack:
    """The server is about to close and asks to be met again after so long."""

    after_s: float


@dataclass(frozen=True)
class Reconnect:
    """The inbox lacks messages, which are only fetched by resuming over a new connection."""


Effect = Event | Say | Answer | ComeBack | Reconnect


def room_message(room: str, message: Message) -> RoomMessage:
    """A message of a room as the server sends it, live or from its history."""
    sender, data = text_in(message, "from"), message.get("data")
    return RoomMessage(room, sender, data, _offset(message), _id(message))


def direct_message(message: Message) -> DirectMessage:
    """A message of the inbox as the server sends it."""
    return DirectMessage(text_in(message, "from"), message.get("data"), _offset(message), _id(message))


def text_in(message: Message, field: str) -> str:
    """The text in a field; empty where there is none."""
    value = message.get(field)
    return value if isinstance(value, str) else ""


def seconds_in(message: Message, field: str) -> float | None:
    """The seconds in a field, None where there are none."""
    value = message.get(field)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return None
    return float(value)


def position_in(place: Any) -> Position | None:
    """The position that a part of a message names, None where it names none."""
    return Position.of(place) if isinstance(place, dict) else None


def _offset(message: Message) -> int | None:
    position = Position.of(message)
    return None if position is None else position.offset


def _id(message: Message) -> str | None:
    return text_in(message, "id") or None
