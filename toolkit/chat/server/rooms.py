"""Rooms: which sessions are members, which connections listen, and the log of what was published."""

from collections import OrderedDict
from typing import TYPE_CHECKING

from toolkit.chat.protocol import name_text, names_text
from toolkit.chat.server.history import Channel, Retention
from toolkit.chat.server.sessions import Session

if TYPE_CHECKING:
    from toolkit.chat.server.sockets import Socket

MOST_EMPTY = 10_000
"""Rooms without members whose log is kept; beyond, the one that has been empty longest is freed."""


class Room:
    """One room. A session stays a member while it is away; a connection listens once it has joined."""

    __slots__ = ("_users", "channel", "empty_since_s", "listeners", "members", "name", "name_text")

    def __init__(self, name: str) -> None:
        self.name = name
        self.name_text = name_text(name)
        self.channel = Channel()
        self.members: dict[Session, None] = {}
        self.listeners: dict[Socket, None] = {}
        self.empty_since_s = 0.0
        self._users: str | None = None

    @property
    def users_text(self) -> str:
        """The users in it as JSON, each once, sorted; kept, because a large crowd takes a while to sort."""
        if self._users is None:
            self._users = names_text(sorted({session.user.name for session in self.members}))
        return self._users

    def enter(self, session: Session) -> None:
        self.members[session] = None
        session.rooms[self.name] = self
        self._users = None

    def leave(self, session: Session) -> None:
        self.members.pop(session, None)
        session.rooms.pop(self.name, None)
        self._users = None


class Rooms:
    """All rooms. One without members keeps its log for ``history_s``, then it is freed.

    Args:
        retention: keeps the logs.
        history_s: see :class:`toolkit.chat.settings.Settings`.
    """

    def __init__(self, retention: Retention, *, history_s: float) -> None:
        self._retention, self._history_s = retention, history_s
        self._rooms: dict[str, Room] = {}
        self._empty: OrderedDict[Room, None] = OrderedDict()

    def __len__(self) -> int:
        """How many have members."""
        return len(self._rooms) - len(self._empty)

    def get(self, name: str) -> Room | None:
        return self._rooms.get(name)

    def others(self, name: str, sender: "Socket | None") -> "list[Socket]":
        """The connections that listen to a room, but for the sender's."""
        room = self._rooms.get(name)
        return [socket for socket in room.listeners if socket is not sender] if room else []

    def enter(self, session: Session, name: str) -> Room:
        """The room, with the session as a member."""
        room = self._rooms.get(name)
        if room is None:
            room = self._rooms[name] = Room(name)
        self._empty.pop(room, None)
        room.enter(session)
        return room

    def leave(self, session: Session, room: Room, now_s: float) -> None:
        """The session is no member any more."""
        room.leave(session)
        if room.members:
            return
        if not room.channel.newest:
            # There is nothing that anybody could come back for.
            self._free(room)
            return
        room.empty_since_s = now_s
        self._empty[room] = None
        if len(self._empty) > MOST_EMPTY:
            self._free(next(iter(self._empty)))

    def prune(self, now_s: float) -> None:
        """Free the rooms that have been empty for too long."""
        while self._empty:
            room = next(iter(self._empty))
            if now_s - room.empty_since_s < self._history_s:
                return
            self._free(room)

    def _free(self, room: Room) -> None:
        self._retention.forget(room.channel)
        self._empty.pop(room, None)
        del self._rooms[room.name]
