"""What the server records of its connections and deliveries."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qs

from toolkit.chat.server.logs import ChatLog
from toolkit.chat.server.members import Member

MOST_CHARACTERS = 200
"""Of a name that a client gives in the query of the address."""


class ChatRecorder(Protocol):
    """Takes recorded facts, by the fields that design calls connections and deliveries."""

    def connection(self, **row: Any) -> None:
        """Take the newest state of a connection."""

    def delivery(self, **row: Any) -> None:
        """Take one delivery that is decided."""


class Identity(NamedTuple):
    """Who connects, in which session, and for which time."""

    client: str
    session: str
    attempt: int


class Ending(NamedTuple):
    """How a connection ended."""

    close_code: int
    ended_by: str
    intended: bool


class Facts:
    """Records connections under their sessions; a recorder that fails is counted and does no harm.

    A client that resumes says so only after it has connected. So the opening is recorded once it is clear
    whose connection it is: with its first message, or after a second.

    Args:
        recorder: takes the rows. None: nothing is recorded.
        counts: where failures are counted.
        now: the UTC clock.
    """

    def __init__(
        self,
        recorder: ChatRecorder | None,
        *,
        counts: Counter[str],
        log: ChatLog,
        now: Callable[[], datetime],
    ) -> None:
        self._recorder, self._counts, self._log, self._now = recorder, counts, log, now
        self.wanted = recorder is not None

    def arrived(self, member: Member) -> None:
        """A connection is open; who says by itself whose it is need not be waited for."""
        if self._recorder is not None and _said(member) is not None:
            self.opened(member)

    def opened(self, member: Member) -> None:
        """A connection is open, and it is clear whose it is."""
        if self._recorder is None or member.recorded is not None:
            return
        member.recorded = identity_of(member)
        if member.recorded is not None:
            self._connection(member, None)

    def resumed(self, member: Member) -> None:
        """A connection goes on as another session than it was opened as."""
        if member.recorded is not None and member.recorded != _said(member):
            # It was too late with it: what was recorded as a session of its own ends here.
            self._connection(member, Ending(1000, "client", True))
            member.recorded = None
        self.opened(member)

    def ended(self, member: Member, ending: Ending) -> None:
        """A connection is over, as its session sees it; told once."""
        if member.ended:
            return
        member.ended = True
        if self._recorder is not None:
            member.recorded = member.recorded or identity_of(member)
            self._connection(member, ending)

    def delivery(self, row: dict[str, Any]) -> None:
        """A delivery is decided."""
        if self._recorder is not None:
            self._guarded(self._recorder.delivery, row)

    def _connection(self, member: Member, ending: Ending | None) -> None:
        if self._recorder is None or member.recorded is None:
            return
        now = self._now()
        row: dict[str, Any] = {
            **member.recorded._asdict(),
            "started_at": member.started_at,
            "handshake_s": member.handshake_s,
            "outcome": "open",
            "observed_until": max(now, member.started_at),
        }
        if ending is not None:
            row |= {"ended_at": row["observed_until"], **ending._asdict()}
        self._guarded(self._recorder.connection, row)

    def _guarded(self, record: Callable[..., None], row: dict[str, Any]) -> None:
        try:
            record(**row)
        except Exception as error:
            # A full disk must not take the chat down with it.
            self._counts["unrecorded"] += 1
            self._log.warning("not_recorded", reason=str(error))


def identity_of(member: Member) -> Identity | None:
    """Whose connection it is. None: of nobody any more."""
    said = _said(member)
    if said is not None or member.session is None:
        return said
    return Identity(member.session.user.name, member.session.id, member.attempt)


def _said(member: Member) -> Identity | None:
    """What a client says about itself in the query of the address. None: nothing."""
    request = member.socket.request
    query = request.path.partition("?")[2] if request is not None else ""
    said = parse_qs(query, max_num_fields=20) if query.count("&") < 20 else {}
    if "client" not in said and "session" not in said:
        return None
    session = member.session
    client = said.get("client", [session.user.name if session is not None else member.id])[0]
    attempt = said.get("attempt", ["1"])[0]
    return Identity(
        client[:MOST_CHARACTERS],
        said.get("session", [member.id])[0][:MOST_CHARACTERS],
        int(attempt) if attempt.isascii() and attempt.isdecimal() and len(attempt) < 9 else 1,
    )


def ending_of(member: Member) -> Ending:
    """How a connection ended that is closed: who closed it, and whether that was wanted."""
    protocol = member.socket.protocol
    if protocol.close_rcvd is not None and protocol.close_rcvd_then_sent is not False:
        code = protocol.close_rcvd.code
        # 1001 is what a browser sends when its page is left.
        return Ending(code, "client", member.intended or code in (1000, 1001))
    if protocol.close_sent is not None:
        return Ending(protocol.close_sent.code, "server", member.intended)
    return Ending(1006, "client" if member.intended else "network", member.intended)
