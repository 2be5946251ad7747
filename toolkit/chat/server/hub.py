"""What happens between connections: rooms, sessions, messages and their recovery. Nothing here waits.

As each step is done before the next one begins, the order of frames on a socket is the order of events.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

from toolkit.chat.protocol import CLOSE_TAKEN_OVER, CLOSE_TOO_SLOW
from toolkit.chat.server.deliveries import Deliveries
from toolkit.chat.server.facts import Ending, Facts
from toolkit.chat.server.history import Channel, Retention
from toolkit.chat.server.members import Member
from toolkit.chat.server.replay import Replay
from toolkit.chat.server.rooms import Room, Rooms
from toolkit.chat.server.sessions import Session, Sessions, User
from toolkit.chat.server.sockets import Socket, text_frame
from toolkit.chat.settings import Settings


class Hub:
    """Rooms and sessions of one server.

    Args:
        settings: every bound.
        counts: of what happens, by name.
        facts: records ends of connections and deliveries.
        clock_s: monotonic.
        now: the UTC clock.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        counts: Counter[str],
        facts: Facts,
        clock_s: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._settings, self._counts, self._facts, self._clock_s = settings, counts, facts, clock_s
        self.retention = Retention(
            age_s=settings.history_s,
            messages=settings.history_messages,
            total_bytes=settings.history_bytes,
        )
        self.rooms = Rooms(self.retention, history_s=settings.history_s)
        # As many again as there may be connections: a storm of short visits must not fill the memory.
        self.sessions = Sessions(session_s=settings.session_s, most_detached=settings.max_connections)
        self.deliveries: Deliveries | None = None
        if settings.acknowledge:
            self.deliveries = Deliveries(deadline_s=settings.deadline_s, tell=facts.delivery, now=now)

    def publish(
        self, room: Room, data: str, *, author: Session | None, origin_text: str, id_text: str | None
    ) -> int:
        """How many connections a new message of a room went to.

        Args:
            data: JSON.
            author: the session that published it; it gets no copy. None: the server.
            origin_text: public name of the publisher, as JSON.
            id_text: the publisher's own, as JSON. None: it has none.
        """
        channel, now_s = room.channel, self._clock_s()
        tail = "" if id_text is None else f',"id":{id_text}'
        frame = text_frame(
            f'{{"type":"message","room":{room.name_text},"from":{origin_text},"data":{data},'
            f'"epoch":"{channel.epoch}","offset":{channel.newest + 1}{tail}}}'
        )
        by = author.id if author is not None else ""
        self.retention.keep(channel, at_s=now_s, author=by, frame=frame)
        if self.deliveries is not None:
            others = [session for session in room.members if session is not author]
            self._expect(channel, by, data, others, now_s)
        self._counts["published"] += 1
        own = author.member.socket if author is not None and author.member is not None else None
        return self.broadcast(room.listeners, frame, channel=channel, skip=own)

    def direct(self, user: User, data: str, *, author: Session, id_text: str | None) -> None:
        """A new message to all sessions of a user."""
        channel, now_s = user.inbox, self._clock_s()
        tail = "" if id_text is None else f',"id":{id_text}'
        frame = text_frame(
            f'{{"type":"direct","from":{author.user.name_text},"data":{data},'
            f'"epoch":"{channel.epoch}","offset":{channel.newest + 1}{tail}}}'
        )
        self.retention.keep(channel, at_s=now_s, author=author.id, frame=frame)
        self._expect(channel, author.id, data, user.sessions, now_s)
        self._counts["direct"] += 1
        members = [session.member for session in user.sessions if session.member is not None]
        self.broadcast(
            [member.socket for member in members if member.inbox_live], frame, channel=channel, skip=None
        )

    def _expect(
        self, channel: Channel, sender: str, data: str, recipients: Iterable[Session], now_s: float
    ) -> None:
        """Wait for acknowledgements of the newest message of a log, where clients send them."""
        if self.deliveries is not None:
            size = len(data.encode())
            self.deliveries.expect(channel, sender=sender, recipients=recipients, bytes=size, now_s=now_s)

    def broadcast(
        self, sockets: Iterable[Socket], frame: bytes, *, channel: Channel, skip: Socket | None
    ) -> int:
        """How many sockets a frame was written to; those that do not read it are dealt with."""
        most_bytes = self._settings.max_buffer_bytes
        reached = 0
        slow: list[Socket] = []
        for socket in sockets:
            if socket is skip:
                continue
            # Paused is what the library notes above a much smaller buffer, and is cheap to ask.
            if socket.paused and socket.unsent_bytes() > most_bytes:
                slow.append(socket)
            elif socket.is_open:
                socket.transport.write(frame)
                reached += 1
        if reached:
            self._counts["delivered"] += reached
        for socket in slow:
            self.fall_behind(socket, channel)
        return reached

    def fall_behind(self, socket: Socket, channel: Channel | None) -> None:
        """A client does not read: end its connection, or leave out a message of this log."""
        member = socket.member
        if member is None or member.ended:
            return
        if self._settings.slow_client == "close":
            self._counts["too_slow"] += 1
            self.close(member, CLOSE_TOO_SLOW, "reads too slowly")
        elif channel is not None:
            self._counts["dropped"] += 1
            member.behind = member.behind or {}
            member.behind[channel] = None

    def catch_up(self, member: Member) -> None:
        """Send a client that reads again the newest message of each log of which it missed some.

        By its number the client sees that others are missing, even if nothing is published any more.
        """
        for channel in member.behind or ():
            for entry in channel.latest(1, self._settings.max_buffer_bytes):
                if member.session is not None and entry.author != member.session.id:
                    member.socket.write(entry.frame)
        member.behind = None

    def close(self, member: Member, code: int, reason: str) -> None:
        """End a connection from this side; its session hears of it at once, whenever the client does."""
        self._facts.ended(member, Ending(code, "server", member.intended))
        self.detach(member)
        member.socket.start_close(code, reason)

    def detach(self, member: Member) -> None:
        """The session of a connection goes on without it, at least for now."""
        self._stop_listening(member)
        session, member.session = member.session, None
        if session is not None and session.member is member:
            self.sessions.detach(session, self._clock_s())

    def take_over(self, member: Member, session: Session) -> None:
        """The session goes on over this connection, whether or not it has another one."""
        if (old := session.member) is not None:
            self._counts["taken_over"] += 1
            self.close(old, CLOSE_TAKEN_OVER, "the session went on over another connection")
        self._counts["resumed"] += 1
        own, member.session = member.session, session
        if own is not None:
            self.end(own)
        self.sessions.attach(session, member)
        member.attempt = session.attempts
        self._facts.resumed(member)

    def end(self, session: Session) -> None:
        """A session is over, and everything it held is freed."""
        for room in list(session.rooms.values()):
            self.rooms.leave(session, room, self._clock_s())
        session.member = None
        if self.sessions.end(session):
            self.retention.forget(session.user.inbox)

    def expire(self, now_s: float) -> None:
        """End the sessions that were away too long, and drop what is too old."""
        for session in self.sessions.expired(now_s):
            self._counts["expired"] += 1
            self.end(session)
        self.retention.prune(now_s)
        self.rooms.prune(now_s)
        if self.deliveries is not None:
            self.deliveries.expire(now_s)

    def leave(self, member: Member, room: Room) -> None:
        """The session of a connection leaves a room."""
        room.listeners.pop(member.socket, None)
        member.listening.pop(room, None)
        if member.session is not None:
            self.rooms.leave(member.session, room, self._clock_s())

    def listen(self, member: Member, room: Room, *, after: int) -> None:
        """The connection hears what came in a room after a number, and from then on everything."""
        room.listeners.pop(member.socket, None)

        def caught_up() -> None:
            room.listeners[member.socket] = None
            member.listening[room] = None

        assert member.session is not None
        skip = member.session.id
        self._replay(member, Replay(room.channel, after=after, skip=skip, caught_up=caught_up))

    def listen_to_inbox(self, member: Member, user: User, *, after: int) -> None:
        """The connection hears what came to its user after a number, and from then on everything."""
        member.inbox_live = False

        def caught_up() -> None:
            member.inbox_live = True

        self._replay(member, Replay(user.inbox, after=after, skip="", caught_up=caught_up))

    def _replay(self, member: Member, replay: Replay) -> None:
        if not self.advance(member, replay):
            member.replay = replay

    def advance(self, member: Member, replay: Replay) -> bool:
        """Whether a client now has all that it missed; half of what it may leave unread is used for that."""
        return replay.write(member.socket, most_bytes=self._settings.max_buffer_bytes // 2)

    def _stop_listening(self, member: Member) -> None:
        for room in member.listening:
            room.listeners.pop(member.socket, None)
        member.listening.clear()
        member.inbox_live = False
