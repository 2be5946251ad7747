"""What each message of a client does, and what it is answered."""

from collections import Counter
from collections.abc import Callable

from toolkit.chat.protocol import (
    MAX_USER_CHARACTERS,
    PONG,
    TOLD,
    Message,
    Refused,
    check_nesting,
    decode_object,
    encode,
    id_of,
    kind_of,
    name_text,
    number_of,
    position_of,
    room_of,
    text_of,
    value_text,
    whole,
)
from toolkit.chat.server.facts import Facts
from toolkit.chat.server.hub import Hub
from toolkit.chat.server.members import Member
from toolkit.chat.server.recovering import inbox_position, position_text, recovery
from toolkit.chat.server.rooms import Room
from toolkit.chat.server.sessions import Published, Session
from toolkit.chat.server.sockets import payload_of, text_frame
from toolkit.chat.settings import Settings

PONG_FRAME = text_frame(PONG)
MAX_SECRET_CHARACTERS = 200


class Answers:
    """Does what messages ask for and writes the answers, each before the next message is looked at.

    Args:
        hub: rooms and sessions.
        settings: limits, and what clients are told.
        counts: of what happens, by name.
        facts: hears of the first message of each connection.
        clock_s: monotonic.
    """

    def __init__(
        self,
        hub: Hub,
        settings: Settings,
        *,
        counts: Counter[str],
        facts: Facts,
        clock_s: Callable[[], float],
    ) -> None:
        self._hub, self._settings, self._counts = hub, settings, counts
        self._facts, self._clock_s = facts, clock_s
        self._told = encode(settings.model_dump(mode="json", include=set(TOLD)))[1:]
        self._kinds: dict[str, Callable[[Member, Message, str], None]] = {
            "publish": self._publish, "received": self._received, "join": self._join, "resume": self._resume,
            "direct": self._direct, "history": self._history, "who": self._who, "leave": self._leave,
            "ping": self._ping, "pong": self._pong, "bye": self._bye,
        }  # fmt: skip

    def hello(self, member: Member) -> None:
        """Greet a new connection."""
        session = _session(member)
        inbox = session.user.inbox
        member.socket.write(
            text_frame(
                f'{{"type":"hello","connection":"{member.id}","session":"{session.secret}",'
                f'"user":{session.user.name_text},"inbox":{position_text(inbox)},{self._told}'
            )
        )

    def receive(self, member: Member, frame: str | bytes) -> None:
        """Do what a frame asks for."""
        if frame == PONG:
            return
        message: Message = {}
        try:
            message = decode_object(frame)
            check_nesting(frame, message)
            answer = self._kinds.get(kind_of(message))
            if answer is None:
                raise Refused("unknown_type", f"'type' must be one of {', '.join(self._kinds)}")
            answer(member, message, _ref(message) if "ref" in message else "")
        except Refused as error:
            self._counts["misunderstood"] += 1
            self._refuse(member, error, message)
        if self._facts.wanted and member.recorded is None:
            self._facts.opened(member)

    def _refuse(self, member: Member, error: Refused, message: Message) -> None:
        try:
            ref = _ref(message)
        except Refused:
            ref = ""
        _write(member, f'"error","code":"{error.code}","message":{name_text(str(error))}', ref)

    def _publish(self, member: Member, message: Message, ref: str) -> None:
        name, id = room_of(message), id_of(message)
        session = _acting(member)
        if id is not None and self._retried(member, session, id, ref):
            return
        room = _own_room(session, name)
        data, id_text = value_text(message.get("data")), None if id is None else name_text(id)
        self._hub.publish(room, data, author=session, origin_text=session.user.name_text, id_text=id_text)
        if id is None or id_text is None:
            return
        epoch, offset = room.channel.epoch, room.channel.newest
        session.remember(id, Published(name, epoch, offset), most=self._settings.dedup_messages)
        position = f'"epoch":"{epoch}","offset":{offset}'
        _write(member, f'"ack","id":{id_text},"room":{room.name_text},{position},"duplicate":false', ref)

    def _direct(self, member: Member, message: Message, ref: str) -> None:
        name, id = text_of(message, "to", MAX_USER_CHARACTERS), id_of(message)
        session = _acting(member)
        if id is not None and self._retried(member, session, id, ref):
            return
        user = self._hub.sessions.user(name)
        if user is None:
            raise Refused("unknown_recipient", "there is nobody of that name")
        data, id_text = value_text(message.get("data")), None if id is None else name_text(id)
        self._hub.direct(user, data, author=session, id_text=id_text)
        if id is None or id_text is None:
            return
        session.remember(id, Published(name, "", 0), most=self._settings.dedup_messages)
        _write(member, f'"ack","id":{id_text},"to":{user.name_text},"duplicate":false', ref)

    def _retried(self, member: Member, session: Session, id: str, ref: str) -> bool:
        """Whether this was published before; then it is only acknowledged again."""
        known = session.known(id)
        if known is None:
            return False
        self._counts["duplicates"] += 1
        where = f'"to":{name_text(known.where)}'
        if known.epoch:
            position = f'"epoch":"{known.epoch}","offset":{known.offset}'
            where = f'"room":{name_text(known.where)},{position}'
        _write(member, f'"ack","id":{name_text(id)},{where},"duplicate":true', ref)
        return True

    def _join(self, member: Member, message: Message, ref: str) -> None:
        name, position = room_of(message), position_of(message)
        session, limit = _acting(member), self._settings.max_rooms_per_connection
        if name not in session.rooms and len(session.rooms) >= limit:
            raise Refused("too_many_rooms", f"a connection may be in {limit} rooms at once")
        self._hub.retention.prune(self._clock_s())
        room = self._hub.rooms.enter(session, name)
        after, told = recovery(room.channel, position, skip=session.id)
        offset = f'"epoch":"{room.channel.epoch}","offset":{room.channel.newest}'
        _write(member, f'"joined","room":{room.name_text},{offset},{told}', ref)
        self._hub.listen(member, room, after=after)

    def _resume(self, member: Member, message: Message, ref: str) -> None:
        secret, position = text_of(message, "session", MAX_SECRET_CHARACTERS), inbox_position(message)
        current = _session(member)
        session = self._hub.sessions.find(secret, member.socket.user)
        if session is None:
            raise Refused("unknown_session", "there is no such session; the new one stays")
        if session is not current:
            if not member.fresh:
                raise Refused("bad_message", "a session is resumed before anything else")
            self._hub.take_over(member, session)
        self._hub.retention.prune(self._clock_s())
        self._answer_resumed(member, session, position, ref)

    def _answer_resumed(
        self, member: Member, session: Session, position: tuple[str, int] | None, ref: str
    ) -> None:
        user = session.user
        after, told = recovery(user.inbox, position, skip="")
        inbox = f"{position_text(user.inbox)[:-1]},{told}}}"
        names = f'"session":"{session.secret}","connection":"{member.id}","user":{user.name_text}'
        _write(member, f'"resumed",{names},"inbox":{inbox}', ref)
        self._hub.listen_to_inbox(member, user, after=after)

    def _leave(self, member: Member, message: Message, ref: str) -> None:
        name = room_of(message)
        room = _acting(member).rooms.get(name)
        if room is not None:
            self._hub.leave(member, room)
        _write(member, f'"left","room":{name_text(name)}', ref)

    def _history(self, member: Member, message: Message, ref: str) -> None:
        name, limit = room_of(message), number_of(message, "limit", 1)
        room = _own_room(_acting(member), name)
        self._hub.retention.prune(self._clock_s())
        # One frame of it must not be what makes a client too slow.
        entries = room.channel.latest(limit, self._settings.max_buffer_bytes // 2)
        messages = ",".join(payload_of(entry.frame) for entry in entries)
        epoch = f'"epoch":"{room.channel.epoch}"'
        _write(member, f'"history","room":{room.name_text},{epoch},"messages":[{messages}]', ref)

    def _who(self, member: Member, message: Message, ref: str) -> None:
        room = _own_room(_acting(member), room_of(message))
        _write(member, f'"members","room":{room.name_text},"users":{room.users_text}', ref)

    def _received(self, member: Member, message: Message, ref: str) -> None:
        offsets = message.get("offsets")
        if not isinstance(offsets, list):
            raise Refused("bad_message", "'offsets' must be a list of whole numbers")
        numbers = [whole(offset, "offsets") for offset in offsets]
        name = room_of(message) if "room" in message else None
        session = _session(member)
        if self._hub.deliveries is None:
            return
        channel = session.user.inbox if name is None else _own_room(session, name).channel
        self._hub.deliveries.acknowledge(session, channel, numbers, self._clock_s())

    def _ping(self, member: Member, message: Message, ref: str) -> None:
        if ref:
            _write(member, '"pong"', ref)
        else:
            member.socket.write(PONG_FRAME)

    def _pong(self, member: Member, message: Message, ref: str) -> None:
        """It was heard, which is all."""

    def _bye(self, member: Member, message: Message, ref: str) -> None:
        session = _session(member)
        self._facts.opened(member)
        member.intended = True
        self._hub.detach(member)
        self._hub.end(session)


def _write(member: Member, head: str, ref: str) -> None:
    member.socket.write(text_frame(f'{{"type":{head}{ref}}}'))


def _ref(message: Message) -> str:
    return f',"ref":{value_text(message["ref"])}' if "ref" in message else ""


def _session(member: Member) -> Session:
    """The session of a connection.

    Raises:
        Refused: it is over.
    """
    if member.session is None:
        raise Refused("unknown_session", "the session is over")
    return member.session


def _acting(member: Member) -> Session:
    """The session of a connection that does something now, and so can no longer go on as another one."""
    session = _session(member)
    member.fresh = False
    return session


def _own_room(session: Session, name: str) -> Room:
    """The room, which the session is in.

    Raises:
        Refused: it is not.
    """
    room = session.rooms.get(name)
    if room is None:
        raise Refused("not_in_room", "join a room before publishing to it or asking about it")
    return room
