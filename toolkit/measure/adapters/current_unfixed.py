"""The client without the fixes: no heartbeat, no timeout, a new attempt every second."""

import asyncio
import random
import sys
from collections.abc import Callable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.protocol import Event

from toolkit.chat.protocol import decode, encode
from toolkit.measure.adapters.base import OPEN_TIMEOUT_S, End, Kind, Payload, Receive
from toolkit.measure.adapters.frames import end_of, port_of

RETRY_S = 1.0


class _Direct(ClientConnection):
    """Gives each whole text to its taker as soon as it is read, instead of queueing it for a task.

    So the time of receipt is that of reading, and a delivery costs the probe half of what a task would take.
    """

    taker: Callable[[str], None] | None = None

    def process_event(self, event: Event) -> None:
        if self.taker is not None and isinstance(event, Frame) and event.opcode is Opcode.TEXT and event.fin:
            self.taker(bytes(event.data).decode())
        else:
            super().process_event(event)


class PlainSession:
    """One connection to the plain server."""

    def __init__(self, socket: _Direct, room: str, receive: Receive) -> None:
        self._socket = socket
        self._room = room
        self._receive = receive

    @property
    def local_port(self) -> int | None:
        return port_of(self._socket)

    async def join(self) -> None:
        await self._socket.send(encode({"type": "join", "room": self._room}))
        async with asyncio.timeout(OPEN_TIMEOUT_S):
            while decode(await self._socket.recv())["type"] != "joined":
                pass

    async def publish(self, payload: Payload) -> None:
        await self._socket.send(encode({"type": "publish", "room": self._room, "data": payload}))

    async def ended(self) -> End:
        self._socket.taker = self._take
        try:
            # What came before there was a taker, and what comes in fragments.
            while True:
                self._take(await self._socket.recv())
        except ConnectionClosed:
            return end_of(self._socket)

    def _take(self, frame: str | bytes) -> None:
        message = decode(frame)
        if message["type"] == "message":
            self._receive(message["data"])

    async def close(self) -> int:
        await self._socket.close()
        return self._socket.close_code or 1006


class PlainAdapter:
    """Speaks to :mod:`toolkit.measure.servers.plain_server`."""

    async def connect(
        self, url: str, *, room: str, receive: Receive, episode: str | None = None
    ) -> PlainSession:
        socket = await connect(
            url, proxy=None, compression=None, ping_interval=None, open_timeout=OPEN_TIMEOUT_S,
            create_connection=_Direct,
        )  # fmt: skip
        assert isinstance(socket, _Direct)
        session = PlainSession(socket, room, receive)
        try:
            await session.join()
        except BaseException:
            socket.transport.abort()
            raise
        return session

    def retry_s(self, retries: int, draw: random.Random) -> float:
        return RETRY_S

    async def close(self) -> None:
        """Nothing is shared."""


KIND = Kind(
    speaks=lambda preset: PlainAdapter(),
    command=lambda preset: [sys.executable, "-m", "toolkit.measure.servers.plain_server"],
    path="/ws",
)
