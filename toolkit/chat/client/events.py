"""What a client hears: messages, and what happened to its connection and its place in the rooms."""

from dataclasses import dataclass
from typing import Any, Literal

State = Literal["connecting", "connected", "waiting", "ended"]


@dataclass(frozen=True)
class RoomMessage:
    """A message of a room.

    Args:
        room: where it was said.
        sender: the user who said it.
        data: what was said.
        offset: its number in the room, None where the server does not number.
        id: by which its sender may have sent it again; None where it has none.
    """

    room: str
    sender: str
    data: Any
    offset: int | None = None
    id: str | None = None


@dataclass(frozen=True)
class DirectMessage:
    """A message to this user; the fields are those of :class:`RoomMessage`."""

    sender: str
    data: Any
    offset: int | None = None
    id: str | None = None


@dataclass(frozen=True)
class Recovered:
    """After a loss nothing is missing.

    Args:
        room: which; None is the inbox of direct messages.
        missed: so many messages follow that came meanwhile.
    """

    room: str | None
    missed: int


@dataclass(frozen=True)
class NotRecovered:
    """After a loss something is gone for good: load the state anew. What comes from now on is complete.

    Args:
        room: which; None is the inbox of direct messages.
    """

    room: str | None


@dataclass(frozen=True)
class Gap:
    """The server left messages out, which are being fetched: :class:`Recovered` or the other follows.

    Args:
        room: which; None is the inbox of direct messages.
    """

    room: str | None


@dataclass(frozen=True)
class JoinRefused:
    """The client is not in a room that it wanted to be in.

    Args:
        room: which.
        code: an :data:`toolkit.chat.protocol.ErrorCode`.
        message: what the server said.
    """

    room: str
    code: str
    message: str


@dataclass(frozen=True)
class ServerError:
    """The server refused a frame that was no request of the application's.

    Args:
        code: an :data:`toolkit.chat.protocol.ErrorCode`.
        message: what the server said.
    """

    code: str
    message: str


@dataclass(frozen=True)
class StateChanged:
    """The connection is being opened, open, lost or over for good.

    Args:
        state: ``waiting`` is between a loss or a failed attempt and the next attempt.
        reason: why it waits or ended, for a reader; empty otherwise.
        failure: the class of a failed attempt: refused, dns, tls, timeout, http_<status> or error. None: none
            failed.
        code: the close code of a lost connection, 1006 where none came. None: none was lost.
        wait_s: until the next attempt; None where there is none.
    """

    state: State
    reason: str = ""
    failure: str | None = None
    code: int | None = None
    wait_s: float | None = None


Event = (
    RoomMessage | DirectMessage | Recovered | NotRecovered | Gap | JoinRefused | ServerError | StateChanged
)
