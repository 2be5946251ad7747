"""One connection of a client: it answers heartbeats, and notices a dead server."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from toolkit.chat.protocol import PING, PONG, Message, decode, encode
from toolkit.chat.settings import Settings


@dataclass(frozen=True)
class Lost:
    """Why a connection is over.

    Args:
        code: close code, 1006 where none came.
        by_server: whether the server closed it, with a close frame.
        gave_up: whether the client heard nothing for too long.
    """

    code: int
    by_server: bool = False
    gave_up: bool = False


class ChatConnection:
    """One connection. It answers heartbeats by itself and gives up a server that stays silent.

    Args:
        url: of the server, such as ``ws://127.0.0.1:8765/ws``.
        settings: timers to use until the server says its own.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        self._url = url
        self._settings = settings
        self._interval_s, self._wait_s = settings.client_interval_s, settings.client_wait_s
        self._socket: ClientConnection | None = None

    async def open(self) -> None:
        """Connect, and learn the timers.

        Raises:
            OSError, TimeoutError, WebSocketException: the server cannot be reached or is no WebSocket server.
        """
        self._socket = await connect(
            self._url,
            proxy=None,
            compression=None,
            ping_interval=None,
            open_timeout=self._settings.open_timeout_s,
            close_timeout=self._settings.close_timeout_s,
            max_size=None,
        )
        try:
            async with asyncio.timeout(self._settings.open_timeout_s):
                hello = decode(await self._socket.recv())
        except (ConnectionClosed, ValueError) as error:
            await self._abandon()
            raise ConnectionResetError("the server sent no hello") from error
        except TimeoutError:
            await self._abandon()
            raise
        self._learn(hello)

    def _learn(self, hello: Message) -> None:
        """Take the server's timers, so that a change there needs no new clients."""
        for name in ("client_interval_s", "client_wait_s"):
            value = hello.get(name)
            if isinstance(value, int | float) and 0 < value < float("inf"):
                setattr(self, "_interval_s" if name == "client_interval_s" else "_wait_s", float(value))

    async def send(self, message: Message) -> None:
        """Send a message.

        Raises:
            ConnectionClosed: it is over.
        """
        await self._open_socket().send(encode(message))

    async def receive(self) -> Message | Lost:
        """The next message that is not a heartbeat, or why there will be none."""
        socket = self._open_socket()
        asked = False
        while True:
            try:
                async with asyncio.timeout(self._wait_s if asked else self._interval_s):
                    frame = await socket.recv()
            except TimeoutError:
                if asked:
                    await self._abandon()
                    return Lost(1006, gave_up=True)
                asked = True
                if not await self._try(PING):
                    return self._lost()
                continue
            except ConnectionClosed:
                return self._lost()
            asked = False
            with suppress(ValueError):
                message = decode(frame)
                if message["type"] == "ping":
                    await self._try(PONG)
                elif message["type"] not in ("pong", "hello"):
                    return message

    async def close(self) -> int:
        """Close with 1000 and wait for the server's answer, at most ``close_timeout_s``; the close code."""
        await self._open_socket().close()
        return self._open_socket().close_code or 1006

    def abort(self) -> None:
        """Drop the connection at once, without the close handshake."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _try(self, frame: str) -> bool:
        """Send unless the connection is over or the server reads nothing any more."""
        try:
            async with asyncio.timeout(self._wait_s):
                await self._open_socket().send(frame)
        except (ConnectionClosed, TimeoutError):
            return False
        return True

    def _lost(self) -> Lost:
        socket = self._open_socket()
        return Lost(socket.close_code or 1006, by_server=socket.protocol.close_rcvd_then_sent is True)

    async def _abandon(self) -> None:
        """Drop the connection without the close handshake, which a dead server would never finish."""
        self.abort()
        await self._open_socket().wait_closed()

    def _open_socket(self) -> ClientConnection:
        if self._socket is None:
            raise ConnectionError("the connection was never opened")
        return self._socket
