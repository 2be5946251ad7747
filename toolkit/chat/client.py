"""A client that stays connected."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from websockets.exceptions import ConnectionClosed, WebSocketException

from toolkit.chat.connection import ChatConnection, Lost
from toolkit.chat.protocol import Message
from toolkit.chat.settings import Settings, preset


def backoff_s(failures: int, settings: Settings, draw: random.Random) -> float:
    """Seconds to wait before the next attempt: full jitter under a range that doubles up to a cap.

    Args:
        failures: attempts that failed since the last stable connection; 0 right after a loss.
        settings: for ``reconnect_base_s`` and ``reconnect_max_s``.
        draw: the source of randomness.

    Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015-03-04.
    """
    # The exponent is bounded because 2.0**1024 overflows.
    return draw.uniform(
        0.0, min(settings.reconnect_max_s, settings.reconnect_base_s * 2.0 ** min(failures, 60))
    )


class ChatClient:
    """A client that stays connected: it reconnects with full jitter and joins its rooms again.

    Use it with ``async with``, and ``async for message in client``. What others publish while it is away is
    lost.

    Args:
        url: of the server, such as ``ws://127.0.0.1:8765/ws``.
        settings: timers and limits. None: the preset ``stable``, until the server says its own timers.
        seed: of the reconnect delays. None: a fresh one, so that many clients spread.
    """

    def __init__(self, url: str, *, settings: Settings | None = None, seed: int | None = None) -> None:
        self._url = url
        self._settings = settings or preset("stable")
        self._draw = random.Random(seed)
        self._rooms: dict[str, None] = {}
        self._connection: ChatConnection | None = None
        self._connected = asyncio.Event()
        self._inbox: asyncio.Queue[Message | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.connects = 0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._stay_connected())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncIterator[Message]:
        while (message := await self._inbox.get()) is not None:
            yield message

    async def connected(self) -> None:
        """Return once there is a connection."""
        await self._connected.wait()

    async def join(self, room: str) -> None:
        """Be in a room from now on, also after a reconnect."""
        self._rooms[room] = None
        await self._send_if_connected({"type": "join", "room": room})

    async def leave(self, room: str) -> None:
        """Be no longer in a room."""
        self._rooms.pop(room, None)
        await self._send_if_connected({"type": "leave", "room": room})

    async def publish(self, room: str, data: Any) -> None:
        """Send to all others in the room, as soon as there is a connection."""
        while True:
            await self._connected.wait()
            connection = self._open_connection()
            try:
                return await connection.send({"type": "publish", "room": room, "data": data})
            except ConnectionClosed:
                if connection is self._connection:
                    self._connected.clear()

    async def close(self) -> None:
        """Close the connection and end the iteration."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._connection is not None:
            await self._connection.close()
        self._inbox.put_nowait(None)

    async def _send_if_connected(self, message: Message) -> None:
        if self._connected.is_set():
            # The receiving side notices a loss and joins all rooms again.
            with suppress(ConnectionClosed):
                await self._open_connection().send(message)

    def _open_connection(self) -> ChatConnection:
        if self._connection is None:
            raise ConnectionError("the client was never connected")
        return self._connection

    async def _stay_connected(self) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while True:
            started_s = loop.time()
            opened = await self._live_once()
            stable = opened and loop.time() - started_s >= self._settings.stable_after_s
            failures = 0 if stable else failures + 1
            await asyncio.sleep(backoff_s(max(0, failures - 1), self._settings, self._draw))

    async def _join_all(self, connection: ChatConnection) -> None:
        """Join every room, those too that are added meanwhile."""
        joined: set[str] = set()
        while missing := [room for room in self._rooms if room not in joined]:
            await connection.send({"type": "join", "room": missing[0]})
            joined.add(missing[0])

    async def _live_once(self) -> bool:
        """Connect and receive until the connection is over; whether there was one."""
        connection = ChatConnection(self._url, self._settings)
        try:
            await connection.open()
            self._connection = connection
            await self._join_all(connection)
        except (OSError, TimeoutError, WebSocketException):
            return False
        self.connects += 1
        self._connected.set()
        try:
            while not isinstance(message := await connection.receive(), Lost):
                if message["type"] in ("message", "error"):
                    self._inbox.put_nowait(message)
        finally:
            self._connected.clear()
        return True
