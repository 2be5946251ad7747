"""The client with the fixes: the product's connection and session, while the probe counts the attempts."""

import asyncio
import random
import sys
import uuid
from collections.abc import Callable

from toolkit.chat.client.backoff import backoff_s
from toolkit.chat.client.connection import ChatConnection, Lost
from toolkit.chat.client.effects import Answer, Say
from toolkit.chat.client.events import RoomMessage
from toolkit.chat.client.opening import Opening
from toolkit.chat.client.outbox import Outgoing
from toolkit.chat.client.refusals import RequestRefused
from toolkit.chat.client.session import ClientSession
from toolkit.chat.protocol import Message, encode
from toolkit.chat.settings import Settings, preset
from toolkit.measure.adapters.base import End, Kind, Payload, Receive


class ChatLine:
    """One connection to the stabilised server, over which a session begins or goes on.

    Args:
        connection: not open yet.
        session: what is known from earlier connections: the position in the room, publishes without answer.
        room: to join.
        receive: takes the payloads, those of a replay too.
        forget: called once the session is over.
    """

    def __init__(
        self,
        connection: ChatConnection,
        session: ClientSession,
        room: str,
        receive: Receive,
        forget: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._session = session
        self._room = room
        self._receive = receive
        self._forget = forget
        self._joined = self._over = False

    @property
    def local_port(self) -> int | None:
        return self._connection.local_port

    async def open(self, timeout_s: float) -> None:
        """Connect, resume and join; what was missed follows, and what was not acknowledged goes out again."""
        hello = await self._connection.open()
        for message in self._session.opened(hello):
            self._connection.say(message)
        if (join := self._session.join(self._room)) is not None:
            self._connection.say(join)
        async with asyncio.timeout(timeout_s):
            while not self._joined:
                if (lost := await self._next()) is not None:
                    raise ConnectionResetError(f"lost before the room was joined: {lost}")

    async def publish(self, payload: Payload) -> None:
        if self._over:
            raise ConnectionResetError("the connection is over")
        message_id = uuid.uuid4().hex
        request = {
            "type": "publish",
            "room": self._room,
            "data": payload,
            "id": message_id,
            "ref": message_id,
        }
        self._session.outbox.add(Outgoing(message_id, encode(request)))
        # The session has it now, and sends it again over its next connection where this one fails. Nothing is
        # waited for: whoever is cancelled here would publish it a second time, as another message.
        self._send()

    async def ended(self) -> End:
        while (lost := await self._next()) is None:
            pass
        self._over = True
        if lost.gave_up:
            return End(lost.code, "client")
        return End(lost.code, "server" if lost.by_server else "network")

    async def close(self) -> int:
        self._over = True
        self._forget()
        return await self._connection.close()

    async def _next(self) -> Lost | None:
        """Take in the next message; how the connection was lost where there is none."""
        message = await self._connection.receive()
        if isinstance(message, Lost):
            return message
        self._hear(message)
        if self._session.receipts:
            self._connection.say_when_read(self._session.receipts.take)
        if self._joined:
            self._send()
        return None

    def _send(self) -> None:
        """Send what is due, without waiting for a path that takes nothing: that must be noticed instead."""
        while (message := self._session.outbox.next()) is not None:
            self._connection.say_frame(message.frame)

    def _hear(self, message: Message) -> None:
        for effect in self._session.heard(message):
            match effect:
                case RoomMessage(data=data):
                    self._receive(data)
                case Say(said):
                    self._connection.say(said)
                case Answer(("join", _), RequestRefused() as refusal):
                    raise refusal
                case Answer(("join", _), _):
                    self._joined = True


class ChatAdapter:
    """Speaks to :class:`toolkit.chat.server.ChatServer`, as :class:`toolkit.chat.client.ChatClient` does.

    The attempts of one session of the probe resume one session of the chat: what others say between them is
    replayed, and counts as received when it is.

    Args:
        settings: the client's timers and limits until the server says its own. None: the preset ``brief``.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or preset("brief")
        self._sessions: dict[str, ClientSession] = {}

    async def connect(self, url: str, *, room: str, receive: Receive, episode: str | None = None) -> ChatLine:
        connection = ChatConnection(Opening(url), self._settings)
        known = ClientSession() if episode is None else self._sessions.setdefault(episode, ClientSession())

        def forget() -> None:
            if episode is not None:
                self._sessions.pop(episode, None)

        line = ChatLine(connection, known, room, receive, forget)
        try:
            await line.open(self._settings.open_timeout_s)
        except BaseException:
            connection.abort()
            raise
        return line

    def retry_s(self, retries: int, draw: random.Random) -> float:
        return backoff_s(retries, self._settings, draw)

    async def close(self) -> None:
        """Nothing is shared."""


KIND = Kind(
    speaks=lambda chosen: ChatAdapter(preset(chosen)),
    command=lambda chosen: [sys.executable, "-m", "toolkit.measure.servers.chat_server", chosen],
    path="/ws",
)
