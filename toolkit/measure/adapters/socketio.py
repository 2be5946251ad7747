"""Socket.IO with the Python client; the probe reconnects in its place, so that every attempt is counted.

The real client goes on where its connection broke, if the server lets it (connection state recovery). The
Python client does not, so the two values that this takes are kept here.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import socketio

from toolkit.measure.adapters.base import OPEN_TIMEOUT_S, End, Kind, Payload, Receive
from toolkit.measure.servers.node_servers import serves

# The real client's defaults: socketio/socket.io@d2d753f packages/socket.io-client/lib/manager.ts:173-179.
DELAY_S = 1.0
DELAY_MAX_S = 5.0
RANDOMIZATION = 0.5

# Each connection that is lost would leave a line on standard error; the probe records it.
logging.getLogger("engineio.client").setLevel(logging.CRITICAL)


@dataclass
class Position:
    """What the real client says when it comes again: socketio/socket.io@d2d753f, socket.ts:637 and :775.

    Args:
        pid: by which the server knows what it keeps. None: it keeps nothing.
        offset: of the last message that came. None: none came.
    """

    pid: str | None = None
    offset: str | None = None

    def said(self) -> dict[str, str | None] | None:
        return None if self.pid is None else {"pid": self.pid, "offset": self.offset}


class RecoveringClient(socketio.AsyncClient):  # type: ignore[misc]
    """The Python client, which takes down the position that it is told."""

    def __init__(self, position: Position, **settings: Any) -> None:
        super().__init__(**settings)
        self._position = position

    async def _handle_connect(self, namespace: str | None, data: Any) -> None:
        self._position.pid = (data or {}).get("pid")
        await super()._handle_connect(namespace, data)


class SocketIOSession:
    """One connection; the library answers the server's pings and notices when they stay away.

    Args:
        room: to join.
        receive: takes the payloads, those that the server kept too.
        http: opens the connection.
        position: where the last connection of the session was.
        forget: called once the session is over.
    """

    def __init__(
        self,
        room: str,
        receive: Receive,
        http: aiohttp.ClientSession,
        position: Position,
        forget: Callable[[], None],
    ) -> None:
        self._room, self._receive = room, receive
        self._position, self._forget = position, forget
        self._over = asyncio.Event()
        self._client = RecoveringClient(position, reconnection=False, handle_sigint=False, http_session=http)
        self._client.on("message", self._heard)
        self._client.on("disconnect", self._disconnected)
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    @property
    def local_port(self) -> int | None:
        address = self._socket.get_extra_info("sockname") if self._socket is not None else None
        return int(address[1]) if address else None

    async def _disconnected(self, reason: str) -> None:
        self._over.set()

    async def _heard(self, payload: Payload, offset: str | None = None) -> None:
        # A server that keeps messages for those who are away adds to each where it is in what it keeps.
        self._position.offset = offset or self._position.offset
        self._receive(payload)

    async def open(self, url: str) -> None:
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                await self._client.connect(
                    url, transports=["websocket"], wait_timeout=OPEN_TIMEOUT_S, auth=self._position.said()
                )
                self._socket = self._client.eio.ws
                await self._client.call("join", self._room, timeout=OPEN_TIMEOUT_S)
        except BaseException:
            await self._client.shutdown()
            raise

    async def publish(self, payload: Payload) -> None:
        await self._client.emit("publish", (self._room, payload))

    async def ended(self) -> End:
        await self._over.wait()
        code = self._close_code()
        return End(code, "network" if code == 1006 else "server")

    async def close(self) -> int:
        self._forget()
        await self._client.disconnect()
        return self._close_code()

    def _close_code(self) -> int:
        return int((self._socket.close_code if self._socket is not None else None) or 1006)


class SocketIOAdapter:
    """Speaks to a Socket.IO server of version 3 or 4.

    The attempts of one session of the probe go on where the last one was, if the server recovers connections.
    """

    def __init__(self) -> None:
        self._http: aiohttp.ClientSession | None = None
        self._positions: dict[str, Position] = {}

    async def connect(
        self, url: str, *, room: str, receive: Receive, episode: str | None = None
    ) -> SocketIOSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
            # aiohttp silently repeats a GET whose connection was reset: a failed attempt would go uncounted.
            self._http._retry_connection = False
        position = Position() if episode is None else self._positions.setdefault(episode, Position())

        def forget() -> None:
            if episode is not None:
                self._positions.pop(episode, None)

        session = SocketIOSession(room, receive, self._http, position, forget)
        await session.open(url)
        return session

    def retry_s(self, retries: int, draw: random.Random) -> float:
        """The real client's delay: doubling, spread by half, capped after the spread."""
        delay_s = DELAY_S * 2.0 ** min(retries, 60)
        return min(DELAY_MAX_S, delay_s * (1 + draw.uniform(-RANDOMIZATION, RANDOMIZATION)))

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()


KIND = Kind(speaks=lambda preset: SocketIOAdapter(), command=serves("socketio"), scheme="http")
