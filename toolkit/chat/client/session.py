"""The client's side of a chat session, without any I/O: what to say, and what the server's answers mean.

It outlives connections: it knows the session, the rooms with the position in each, and what is unanswered.
"""

import itertools
from collections import deque
from typing import Any

from toolkit.chat.client.effects import (
    Answer,
    ComeBack,
    Effect,
    Key,
    Reconnect,
    Say,
    direct_message,
    position_in,
    room_message,
    seconds_in,
    text_in,
)
from toolkit.chat.client.events import (
    DirectMessage,
    Event,
    Gap,
    JoinRefused,
    NotRecovered,
    Recovered,
    RoomMessage,
    ServerError,
)
from toolkit.chat.client.outbox import Outbox
from toolkit.chat.client.positions import Position, Stream
from toolkit.chat.client.receipts import Receipts
from toolkit.chat.client.refusals import RequestRefused
from toolkit.chat.protocol import Message


class ClientSession:
    """One session; its secret stays in here.

    What the server says is passed to :meth:`heard` in order, and :meth:`opened` starts each connection.
    """

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.receipts = Receipts()
        self.user: str | None = None
        # Of lost sessions too, whose publishes a replay may still bring.
        self._names: deque[str] = deque(maxlen=8)
        self._session: str | None = None
        self._hello: Message = {}
        self._inbox: Stream[Event] = Stream()
        self._rooms: dict[str, Stream[Event]] = {}
        self._leaving: dict[str, None] = {}
        self._asked: dict[int, Message] = {}
        self._numbers = itertools.count(1)
        self._left_out: dict[str | None, None] = {}

    def opened(self, hello: Message) -> list[Message]:
        """What to say first over a new connection; the outbox comes after it."""
        self._hello = hello
        self.receipts.wanted = hello.get("acknowledge") is True
        self._left_out.clear()
        self.outbox.lost()
        resume = self._resume()
        for stream in (self._inbox, *self._rooms.values()):
            stream.await_answer()
        if resume is None:
            self._begin(hello)
        said = [] if resume is None else [resume]
        said += [self._join(room) for room in self._rooms]
        said += [_leave(room) for room in self._leaving]
        return said + list(self._asked.values())

    def join(self, room: str) -> Message | None:
        """What to say to be in a room; None where that is said already."""
        self._leaving.pop(room, None)
        if room in self._rooms:
            return None
        self._rooms[room] = Stream()
        return self._join(room)

    def in_room(self, room: str) -> bool:
        """Whether the server answered that the session is in a room."""
        return room in self._rooms and self._rooms[room].placed

    def leave(self, room: str) -> Message:
        """What to say to be no longer in a room."""
        self._rooms.pop(room, None)
        self._left_out.pop(room, None)
        self._leaving[room] = None
        return _leave(room)

    def ask(self, request: Message) -> tuple[Key, Message]:
        """A request that is made again over the next connection until it is answered, and its key."""
        number = next(self._numbers)
        self._asked[number] = request | {"ref": number}
        return ("ask", number), self._asked[number]

    def forget(self, key: Key) -> None:
        """Nobody waits for an answer any more."""
        kind, about = key
        if kind == "ask":
            self._asked.pop(about, None)
        elif kind == "publish":
            self.outbox.drop(about)

    def asked(self) -> list[Key]:
        """The requests that are unanswered, but joins, leaves and publishes."""
        return [("ask", number) for number in self._asked]

    def leaves_out(self, message: Message, *, full: bool) -> bool:
        """Whether a message is passed over for now, because nothing more can be kept.

        Args:
            message: from the server.
            full: whether that is so. Once a message of a stream is passed over, so is the rest of it.
        """
        if message["type"] not in ("message", "direct"):
            return False
        room = message.get("room")
        if isinstance(room, str | None) and (full or room in self._left_out):
            self._left_out[room] = None
            return True
        return False

    def fetch_left_out(self) -> list[Effect]:
        """How to get what was passed over."""
        rooms, self._left_out = list(self._left_out), {}
        return [effect for room in rooms for effect in self._fetch(room)]

    def heard(self, message: Message) -> list[Effect]:
        """What a message of the server means, in order. What it does not understand means nothing."""
        match message:
            case {"type": "message", "room": str(room)} if room in self._rooms:
                return self._message(room, self._rooms[room], message)
            case {"type": "direct"}:
                return self._message(None, self._inbox, message)
            case {"type": "ack", "id": str(published)}:
                return self._acknowledged(published, message)
            case {"type": "joined", "room": str(room)}:
                stream = self._rooms.get(room)
                placed = [] if stream is None else self._place(room, stream, message)
                return [Answer(("join", room), message), *placed]
            case {"type": "left", "room": str(room)}:
                self._leaving.pop(room, None)
                return [Answer(("leave", room), message)]
            case {"type": "resumed", "session": str(session)}:
                self._session = session
                self._name(text_in(message, "user"))
                return self._place(None, self._inbox, message.get("inbox"))
            case {"type": "history", "ref": int(number), "messages": list()} | {
                "type": "members",
                "ref": int(number),
                "users": list(),
            }:
                return [Answer(("ask", number), message)]
            case {"type": "closing"}:
                after_s = seconds_in(message, "reconnect_after_s")
                return [] if after_s is None else [ComeBack(after_s)]
            case {"type": "error"}:
                return self._refused(text_in(message, "code"), text_in(message, "message"), message)
        return []

    def _resume(self) -> Message | None:
        if self._session is None:
            return None
        inbox = self._inbox.position
        place = {} if inbox is None else {"inbox": {"epoch": inbox.epoch, "after": inbox.offset}}
        return {"type": "resume", "session": self._session, "ref": "resume"} | place

    def _begin(self, hello: Message) -> list[Effect]:
        """Take the session of a hello; what of the inbox came before it, is known or is gone."""
        session, newest = hello.get("session"), position_in(hello.get("inbox"))
        self._session = session if isinstance(session, str) else None
        self._name(text_in(hello, "user") or text_in(hello, "connection"))
        before = self._inbox.position
        recovered = None if before is None else before == newest
        return self._placed(None, self._inbox, newest, recovered=recovered, missed=0)

    def _name(self, user: str) -> None:
        self.user = user
        self._names.append(user)

    def _join(self, room: str) -> Message:
        position = self._rooms[room].position
        place = {} if position is None else {"epoch": position.epoch, "after": position.offset}
        return {"type": "join", "room": room, "ref": ["join", room]} | place

    def _fetch(self, room: str | None) -> list[Effect]:
        if room is None:
            return [Reconnect()]
        if room not in self._rooms:
            return []
        self._rooms[room].await_answer()
        return [Say(self._join(room))]

    def _message(self, room: str | None, stream: Stream[Event], message: Message) -> list[Effect]:
        event: Event = direct_message(message) if room is None else room_message(room, message)
        position = Position.of(message)
        if isinstance(event, RoomMessage) and event.id is not None and self._is_own(event):
            return self._own(event.id, stream, event, position)
        if position is None:
            return [event]
        verdict = stream.arrived(position, event)
        if verdict in ("next", "again", "torn"):
            self.receipts.note(room, position.offset)
        match verdict:
            case "gap":
                return [Gap(room), *self._fetch(room)]
            case "torn":
                return [NotRecovered(room), event]
        return [event] if verdict == "next" else []

    def _is_own(self, event: RoomMessage) -> bool:
        return event.sender in self._names and event.id in self.outbox

    def _own(
        self, published: str, stream: Stream[Event], event: RoomMessage, position: Position | None
    ) -> list[Effect]:
        """A replay to a new session brings what the lost one published: that is its acknowledgement."""
        self.outbox.drop(published)
        verdict = "next" if position is None else stream.arrived(position, event)
        answer = Answer(("publish", published), {})
        if verdict == "gap":
            return [answer, Gap(event.room), *self._fetch(event.room)]
        return [answer, NotRecovered(event.room)] if verdict == "torn" else [answer]

    def _acknowledged(self, published: str, message: Message) -> list[Effect]:
        self.outbox.drop(published)
        stream, position = self._rooms.get(text_in(message, "room")), Position.of(message)
        if stream is not None and position is not None:
            stream.published(position)
        return [Answer(("publish", published), message)]

    def _place(self, room: str | None, stream: Stream[Event], place: Any) -> list[Effect]:
        """The server's word about a stream."""
        match place:
            case {"recovered": bool(recovered), "missed": int(missed)}:
                return self._placed(room, stream, position_in(place), recovered=recovered, missed=missed)
        return self._placed(room, stream, position_in(place), recovered=None, missed=0)

    def _placed(
        self,
        room: str | None,
        stream: Stream[Event],
        newest: Position | None,
        *,
        recovered: bool | None,
        missed: int,
    ) -> list[Effect]:
        """What became of a stream, and then what was held until that was known."""
        held = stream.answered(newest, recovered=recovered, missed=missed)
        for event in held:
            if isinstance(event, RoomMessage | DirectMessage):
                self.receipts.note(room, event.offset)
        if recovered is None:
            return [*held]
        return [Recovered(room, missed) if recovered else NotRecovered(room), *held]

    def _refused(self, code: str, text: str, message: Message) -> list[Effect]:
        refusal = RequestRefused(code, text)
        match message.get("ref"):
            case "resume":
                return self._begin(self._hello)
            case ["join", str(room)] if room in self._rooms:
                del self._rooms[room]
                return [Answer(("join", room), refusal), JoinRefused(room, code, text)]
            case ["leave", str(room)]:
                self._leaving.pop(room, None)
                return [Answer(("leave", room), refusal)]
            case int(number) if number in self._asked:
                return [Answer(("ask", number), refusal)]
            case str(published) if published in self.outbox:
                self.outbox.drop(published)
                return [Answer(("publish", published), refusal)]
        return [ServerError(code, text)]


def _leave(room: str) -> Message:
    return {"type": "leave", "room": room, "ref": ["leave", room]}
