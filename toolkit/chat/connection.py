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
        )
        try:
            async with asyncio.timeout(self._settings.open_timeout_s):
                hello = _hello(await self._socket.recv())
        except (ConnectionClosed, ValueError) as error:
            self.abort()
            raise ConnectionResetError("the server sent no hello") from error
        except BaseException:
            self.abort()
            raise
        # The server's timers count, so that a change there needs no new clients.
        self._interval_s = _seconds(hello.get("client_interval_s"), self._interval_s)
        self._wait_s = _seconds(hello.get("client_wait_s"), self._wait_s)

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
                    # Without the close handshake, which a dead server would never finish.
                    self.abort()
                    await socket.wait_closed()
                    return Lost(1006, gave_up=True)
                asked = True
                await self._try(PING)
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

    async def _try(self, frame: str) -> None:
        """Send unless the connection is over or the server reads nothing any more; receiving will tell."""
        with suppress(ConnectionClosed, TimeoutError):
            async with asyncio.timeout(self._wait_s):
                await self._open_socket().send(frame)

    def _lost(self) -> Lost:
        socket = self._open_socket()
        return Lost(socket.close_code or 1006, by_server=socket.protocol.close_rcvd_then_sent is True)

    def _open_socket(self) -> ClientConnection:
        if self._socket is None:
            raise ConnectionError("the connection was never opened")
        return self._socket


def _hello(frame: str | bytes) -> Message:
    message = decode(frame)
    if message["type"] != "hello":
        raise ValueError("the first message is no hello")
    return message


def _seconds(said: object, otherwise: float) -> float:
    """The timer that the server said, if it is one."""
    if isinstance(said, int | float) and not isinstance(said, bool) and 0 < said < float("inf"):
        return float(said)
    return otherwise
