"""One connection of a client: it answers heartbeats, and notices a dead server."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import broadcast
from websockets.exceptions import ConnectionClosed

from toolkit.chat.client.opening import Opening
from toolkit.chat.client.told import learned
from toolkit.chat.client.watch import Watch
from toolkit.chat.protocol import PING, PONG, Message, decode, encode
from toolkit.chat.settings import Settings

GRACE_S = 0.05
"""Before a server is judged, the socket is read once more: after a blocked loop its frames wait there."""

ENOUGH_UNSENT_BYTES = 1_048_576
"""With so much unsent the server reads nothing: another heartbeat would not reach it either."""


@dataclass(frozen=True)
class Lost:
    """Why a connection is over.

    Args:
        code: close code, 1006 where neither side sent one.
        by_server: whether the server closed it, with a close frame.
        gave_up: whether the client heard nothing for too long.
        reason: what the server's close frame said.
    """

    code: int
    by_server: bool = False
    gave_up: bool = False
    reason: str = ""

    def __str__(self) -> str:
        if self.gave_up:
            return "the server was silent for too long"
        return f"the connection was closed with {self.code}" + (f": {self.reason}" if self.reason else "")


class ChatConnection:
    """One connection. It answers heartbeats by itself and gives up a server that stays silent.

    Both happen while :meth:`receive` is awaited. Whoever stops receiving is not heard of any more, as soon as
    the library's queue of 16 frames and the buffers of the network are full.

    Args:
        opening: where to connect and as whom.
        settings: timers to use until the server says its own.
    """

    def __init__(self, opening: Opening, settings: Settings) -> None:
        self.settings = settings
        self._opening = opening
        self._watch = Watch(interval_s=settings.client_interval_s, wait_s=settings.client_wait_s, now_s=0.0)
        self._gave_up = False
        self._when_read: asyncio.Handle | None = None
        self._socket: ClientConnection | None = None

    @property
    def local_port(self) -> int | None:
        """Its own TCP port; None before it is open and once it is gone."""
        address = None if self._socket is None else self._socket.local_address
        return int(address[1]) if address else None

    async def open(self) -> Message:
        """Connect, and learn the timers; the server's hello.

        Raises:
            OSError, TimeoutError, WebSocketException: the server cannot be reached or is no WebSocket server.
        """
        self._socket, hello = await self._opening.open(self.settings)
        self.settings = learned(self.settings, hello)
        self._watch = Watch(
            interval_s=self.settings.client_interval_s, wait_s=self.settings.client_wait_s, now_s=_now_s()
        )
        return hello

    async def send(self, message: Message) -> None:
        """Send a message.

        Raises:
            ConnectionClosed: it is over.
        """
        await self.send_frame(encode(message))

    async def send_frame(self, frame: str) -> None:
        """Send a frame; wait while much is unsent.

        Raises:
            ConnectionClosed: it is over.
        """
        await self._open_socket().send(frame)

    def say(self, message: Message) -> None:
        """Send a message without waiting; receiving tells where the connection is over."""
        self.say_frame(encode(message))

    def say_frame(self, frame: str) -> None:
        """Send a frame without waiting; receiving tells where the connection is over."""
        # The library's only way to send that never waits; it passes over a connection that is over.
        broadcast((self._open_socket(),), frame)

    def say_when_read(self, messages: Callable[[], list[Message]]) -> None:
        """Send what a function gives once all that waits has been read.

        Args:
            messages: called then, once, however often it was passed before; the server can do without what it
                gives, where it reads nothing any more.
        """
        if self._when_read is None:
            self._when_read = asyncio.get_running_loop().call_soon(self._say_read, messages)

    async def receive(self) -> Message | Lost:
        """The next message that is not a heartbeat, or why there will be none."""
        while True:
            frame = await self._next_frame()
            if frame is None:
                return self._lost()
            self._watch.heard(_now_s())
            with suppress(ValueError):
                message = decode(frame)
                if message["type"] == "ping":
                    self._say_unless_stuck(PONG)
                elif message["type"] not in ("pong", "hello"):
                    return message

    async def close(self) -> int:
        """Close with 1000 and wait for the server's answer, at most ``close_timeout_s``; the close code."""
        socket = self._open_socket()
        self.say({"type": "bye"})
        try:
            # The library's own timeout does not begin before what is unsent has gone.
            async with asyncio.timeout(self.settings.close_timeout_s):
                await socket.close()
        except TimeoutError:
            self.abort()
            await socket.wait_closed()
        return socket.close_code or 1006

    def abort(self) -> None:
        """Drop the connection at once, without the close handshake."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _next_frame(self) -> str | bytes | None:
        """The next frame, or None where the connection is over."""
        try:
            while True:
                with suppress(TimeoutError):
                    return await self._frame_until(self._watch.due_s)
                if self._watch.asked:
                    with suppress(TimeoutError):
                        return await self._frame_until(_now_s() + GRACE_S)
                match self._watch.decide(_now_s()):
                    case "ask":
                        self._say_unless_stuck(PING)
                    case "give up":
                        await self._give_up()
                        return None
        except ConnectionClosed:
            return None

    async def _frame_until(self, when_s: float) -> str | bytes:
        async with asyncio.timeout_at(when_s):
            return await self._open_socket().recv()

    async def _give_up(self) -> None:
        """Drop the connection without the close handshake, which a dead server would never finish."""
        self._gave_up = True
        self.abort()
        await self._open_socket().wait_closed()

    def _say_unless_stuck(self, frame: str) -> None:
        if self._open_socket().transport.get_write_buffer_size() < ENOUGH_UNSENT_BYTES:
            self.say_frame(frame)

    def _say_read(self, messages: Callable[[], list[Message]]) -> None:
        self._when_read = None
        for message in messages():
            self._say_unless_stuck(encode(message))

    def _lost(self) -> Lost:
        socket = self._open_socket()
        by_server = socket.protocol.close_rcvd_then_sent is True
        sent = socket.protocol.close_sent
        # What this side closes for, a frame that is too big for example, the server need not confirm.
        code = sent.code if sent is not None and not by_server else socket.close_code
        return Lost(
            code or 1006, by_server=by_server, gave_up=self._gave_up, reason=socket.close_reason or ""
        )

    def _open_socket(self) -> ClientConnection:
        if self._socket is None:
            raise ConnectionError("the connection was never opened")
        return self._socket


def _now_s() -> float:
    return asyncio.get_running_loop().time()
