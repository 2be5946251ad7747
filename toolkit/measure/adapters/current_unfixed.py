"""The client without the fixes: no heartbeat, no timeout, a new attempt every second."""

import asyncio
import random
import sys
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from toolkit.chat.protocol import decode, encode
from toolkit.measure.adapters.base import OPEN_TIMEOUT_S, End, Kind, Payload, Receive

RETRY_S = 1.0


class PlainSession:
    """One connection to the plain server."""

    def __init__(self, socket: ClientConnection, room: str, receive: Receive) -> None:
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
        with suppress(ConnectionClosed):
            async for frame in self._socket:
                message = decode(frame)
                if message["type"] == "message":
                    self._receive(message["data"])
        return end_of(self._socket)

    async def close(self) -> int:
        await self._socket.close()
        return self._socket.close_code or 1006


def port_of(socket: ClientConnection) -> int | None:
    """The connection's own port. None once it is gone."""
    address = socket.local_address
    return int(address[1]) if address else None


def end_of(socket: ClientConnection) -> End:
    """How a connection ended that its own side did not close."""
    code = socket.close_code or 1006
    return End(code, "network" if code == 1006 else "server")


class PlainAdapter:
    """Speaks to :mod:`toolkit.measure.servers.plain_server`."""

    async def connect(
        self, url: str, *, room: str, receive: Receive, episode: str | None = None
    ) -> PlainSession:
        socket = await connect(
            url, proxy=None, compression=None, ping_interval=None, open_timeout=OPEN_TIMEOUT_S
        )
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
