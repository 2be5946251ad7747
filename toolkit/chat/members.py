"""Who is connected, and who is in which room."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection


@dataclass(eq=False)
class Member:
    """One open connection.

    Args:
        id: ours, unique.
        started_at: UTC, when its handshake began.
        handshake_s: how long that took.
        heard_s, pinged_s: monotonic, when it last sent anything and was last pinged.
    """

    socket: ServerConnection
    id: str
    started_at: datetime
    handshake_s: float
    heard_s: float
    pinged_s: float
    rooms: set[str] = field(default_factory=set)
    timed_out: bool = False


class Rooms:
    """The members of each room; a room is there as long as it has members."""

    def __init__(self) -> None:
        self._sockets: dict[str, set[ServerConnection]] = {}

    def __len__(self) -> int:
        return len(self._sockets)

    def join(self, member: Member, room: str) -> None:
        member.rooms.add(room)
        self._sockets.setdefault(room, set()).add(member.socket)

    def leave(self, member: Member, room: str) -> None:
        member.rooms.discard(room)
        sockets = self._sockets.get(room, set())
        sockets.discard(member.socket)
        if not sockets:
            self._sockets.pop(room, None)

    def leave_all(self, member: Member) -> None:
        for room in list(member.rooms):
            self.leave(member, room)

    def others(self, room: str, sender: ServerConnection | None) -> list[ServerConnection]:
        """All connections in the room but the sender's."""
        return [socket for socket in self._sockets.get(room, ()) if socket is not sender]


def address(socket: ServerConnection) -> str:
    """Where a connection comes from; the port does not matter."""
    return str(socket.remote_address[0])


def record_of(member: Member, now: datetime, *, ended: bool) -> dict[str, Any]:
    """The recorded fact on a connection, by field.

    Args:
        member: the connection.
        now: UTC.
        ended: whether it is over.
    """
    row: dict[str, Any] = {
        **_identity(member),
        "started_at": member.started_at,
        "handshake_s": member.handshake_s,
        "outcome": "open",
        "observed_until": now,
    }
    return row | {"ended_at": now, **_end(member)} if ended else row


def _identity(member: Member) -> dict[str, Any]:
    """Who connects, in which session and for which time, as the client says in the query of the address."""
    request = member.socket.request
    said = parse_qs(urlsplit(request.path).query) if request is not None else {}
    attempt = said.get("attempt", ["1"])[0]
    return {
        "client": said.get("client", [member.id])[0],
        "session": said.get("session", [member.id])[0],
        "attempt": int(attempt) if attempt.isascii() and attempt.isdecimal() and len(attempt) < 9 else 1,
    }


def _end(member: Member) -> dict[str, Any]:
    """Who ended a connection, and whether that was wanted."""
    code = member.socket.close_code or 1006
    if code == 1006:
        return {"close_code": code, "ended_by": "network", "intended": False}
    by_client = member.socket.protocol.close_rcvd_then_sent is True
    return {
        "close_code": code,
        "ended_by": "client" if by_client else "server",
        # 1001 is what a browser sends when its page is left.
        "intended": by_client and code in (1000, 1001),
    }
