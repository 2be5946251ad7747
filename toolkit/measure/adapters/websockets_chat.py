"""The client with the fixes: the product's own connection, with the probe counting its attempts."""

import asyncio
import random

from toolkit.chat.client import backoff_s
from toolkit.chat.connection import ChatConnection, Lost
from toolkit.chat.settings import Settings, preset
from toolkit.measure.adapters.base import End, Payload, Receive


class ChatSession:
    """One connection to the stabilised server."""

    def __init__(self, connection: ChatConnection, room: str, receive: Receive) -> None:
        self._connection = connection
        self._room = room
        self._receive = receive

    async def join(self, timeout_s: float) -> None:
        await self._connection.send({"type": "join", "room": self._room})
        async with asyncio.timeout(timeout_s):
            while True:
                message = await self._connection.receive()
                if isinstance(message, Lost):
                    raise ConnectionResetError("lost before the room was joined")
                if message["type"] == "joined":
                    return

    async def publish(self, payload: Payload) -> None:
        await self._connection.send({"type": "publish", "room": self._room, "data": payload})

    async def ended(self) -> End:
        while not isinstance(message := await self._connection.receive(), Lost):
            if message["type"] == "message":
                self._receive(message["data"])
        if message.gave_up:
            return End(message.code, "client")
        return End(message.code, "server" if message.by_server else "network")

    async def close(self) -> int:
        return await self._connection.close()


class ChatAdapter:
    """Speaks to :class:`toolkit.chat.server.ChatServer`.

    Args:
        settings: the client's timers and limits until the server says its own. None: the preset ``brief``.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or preset("brief")

    async def connect(self, url: str, *, room: str, receive: Receive) -> ChatSession:
        connection = ChatConnection(url, self._settings)
        await connection.open()
        session = ChatSession(connection, room, receive)
        try:
            await session.join(self._settings.open_timeout_s)
        except BaseException:
            connection.abort()
            raise
        return session

    def retry_s(self, retries: int, draw: random.Random) -> float:
        return backoff_s(retries, self._settings, draw)

    async def close(self) -> None:
        """Nothing is shared."""
