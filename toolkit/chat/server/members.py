"""One open connection, as the server knows it."""

from datetime import datetime
from typing import TYPE_CHECKING

from toolkit.chat.server.history import Channel
from toolkit.chat.server.ratelimit import Bucket
from toolkit.chat.server.sessions import Session

if TYPE_CHECKING:
    from toolkit.chat.server.facts import Identity
    from toolkit.chat.server.replay import Replay
    from toolkit.chat.server.rooms import Room
    from toolkit.chat.server.sockets import Socket


class Member:
    """One open connection of a session.

    Args:
        socket: to write to.
        id: its public name, unique.
        session: what it belongs to. None once that went on elsewhere or is over.
        bucket: how fast its messages are read.
        started_at: UTC, when its handshake began.
        handshake_s: how long that took.
        opened_s, pinged_s: monotonic, when it was open and was last pinged.
        attempt: which connection of its session it is, 1 for the first.
    """

    __slots__ = (
        "attempt", "behind", "bucket", "ended", "fresh", "handshake_s", "id", "inbox_live", "intended",
        "listening", "opened_s", "pinged_s", "recorded", "replay", "session", "socket", "started_at",
        "timed_out",
    )  # fmt: skip

    def __init__(
        self,
        *,
        socket: "Socket",
        id: str,
        session: Session,
        bucket: Bucket,
        started_at: datetime,
        handshake_s: float,
        opened_s: float,
        pinged_s: float,
    ) -> None:
        self.socket, self.id, self.bucket = socket, id, bucket
        self.session: Session | None = session
        self.attempt = session.attempts
        self.started_at, self.handshake_s, self.opened_s = started_at, handshake_s, opened_s
        self.pinged_s = pinged_s
        # Whether it may still resume: it has done nothing yet.
        self.fresh = True
        self.inbox_live = True
        self.listening: dict[Room, None] = {}
        # What it missed and is sent before its next message is looked at.
        self.replay: Replay | None = None
        # Logs of which messages were left out because it was too slow.
        self.behind: dict[Channel, None] | None = None
        # As whom its opening was recorded. None: not yet.
        self.recorded: Identity | None = None
        self.timed_out = self.intended = self.ended = False
