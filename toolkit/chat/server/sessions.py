"""Sessions, which outlive their connections, and the users they belong to."""

import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from toolkit.chat.protocol import name_text
from toolkit.chat.server.history import Channel

if TYPE_CHECKING:
    from toolkit.chat.server.members import Member
    from toolkit.chat.server.rooms import Room

SECRET_BYTES = 24
"""Random bytes of a session's secret; nobody guesses 192 bits."""


class User:
    """Somebody with at least one session, and the inbox of direct messages to all of them."""

    __slots__ = ("anonymous", "inbox", "name", "name_text", "sessions")

    def __init__(self, name: str, *, anonymous: bool) -> None:
        self.name, self.name_text = name, name_text(name)
        self.anonymous = anonymous
        self.inbox = Channel()
        self.sessions: set[Session] = set()


class Published(NamedTuple):
    """What became of a publish.

    Args:
        where: the room, or the user of a direct message.
        epoch: of the room's log. Empty: it was a direct message.
        offset: its number there.
    """

    where: str
    epoch: str
    offset: int


class Session:
    """An episode in which a client wants to be connected.

    ``secret`` is known to its client only, ``id`` may be told. ``rooms`` are those it is a member of,
    whether or not it has a connection (``member``) right now.
    """

    __slots__ = (
        "acknowledged", "attempts", "detached_s", "id", "member", "published", "rooms", "secret", "user",
    )  # fmt: skip

    def __init__(self, user: User) -> None:
        self.secret = secrets.token_urlsafe(SECRET_BYTES)
        self.id = secrets.token_hex(8)
        self.user = user
        self.rooms: dict[str, Room] = {}
        self.member: Member | None = None
        # The newest publishes by their id. None: there was none yet, and there may never be one.
        self.published: OrderedDict[str, Published] | None = None
        # The newest offset that was acknowledged of each log, by epoch.
        self.acknowledged: dict[str, int] = {}
        self.attempts = 0
        self.detached_s = 0.0

    def known(self, id: str) -> Published | None:
        """What became of the publish with that id. None: it was not seen, or too long ago."""
        return self.published.get(id) if self.published is not None else None

    def remember(self, id: str, published: Published, *, most: int) -> None:
        """Recognise a publish by its id from now on, while it is among the ``most`` newest."""
        if self.published is None:
            self.published = OrderedDict()
        self.published[id] = published
        if len(self.published) > most:
            self.published.popitem(last=False)


class Sessions:
    """All sessions that can be resumed.

    Args:
        session_s: a session without a connection is kept so long,
        most_detached: while there are no more of these; then the oldest goes first.
    """

    def __init__(self, *, session_s: float, most_detached: int) -> None:
        self._session_s, self._most_detached = session_s, most_detached
        self._sessions: dict[str, Session] = {}
        self._users: dict[str, User] = {}
        # In the order in which they lost their connections, which is that in which they expire.
        self._detached: OrderedDict[Session, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sessions)

    def open(self, name: str | None) -> Session:
        """A new session of the user ``name``. None: of a user that gets a name now."""
        anonymous = name is None
        if name is None:
            name = f"guest-{secrets.token_hex(6)}"
        user = self._users.get(name)
        if user is None:
            user = self._users[name] = User(name, anonymous=anonymous)
        session = Session(user)
        self._sessions[session.secret] = session
        user.sessions.add(session)
        return session

    def find(self, secret: str, name: str | None) -> Session | None:
        """The session with that secret, if it belongs to the user ``name``. None: to one without a token."""
        session = self._sessions.get(secret)
        if session is None:
            return None
        owned = session.user.anonymous if name is None else session.user.name == name
        return session if owned else None

    def user(self, name: str) -> User | None:
        """The user of that name, if it has a session."""
        return self._users.get(name)

    def attach(self, session: Session, member: "Member") -> None:
        """The session goes on over this connection."""
        session.member = member
        session.attempts += 1
        self._detached.pop(session, None)

    def detach(self, session: Session, now_s: float) -> None:
        """The session has no connection any more."""
        session.member = None
        session.detached_s = now_s
        self._detached[session] = None

    def expired(self, now_s: float) -> list[Session]:
        """The sessions that are over, because they were away too long or are too many."""
        over: list[Session] = []
        for session in self._detached:
            crowded = len(self._detached) - len(over) > self._most_detached
            if not crowded and now_s - session.detached_s < self._session_s:
                break
            over.append(session)
        return over

    def end(self, session: Session) -> bool:
        """Forget a session; whether its user has no other one and is forgotten too."""
        del self._sessions[session.secret]
        self._detached.pop(session, None)
        user = session.user
        user.sessions.remove(session)
        if user.sessions:
            return False
        del self._users[user.name]
        return True
