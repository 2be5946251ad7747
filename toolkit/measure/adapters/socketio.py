"""Socket.IO with the Python client; the probe reconnects in its place, so that every attempt is counted."""

import asyncio
import logging
import random
from pathlib import Path

import aiohttp
import socketio

from toolkit.chat.settings import PresetName
from toolkit.measure import node
from toolkit.measure.adapters.base import OPEN_TIMEOUT_S, End, Kind, Payload, Receive

SERVER = Path(__file__).parents[1] / "servers" / "socketio"

# The real client's defaults: socketio/socket.io@d2d753f packages/socket.io-client/lib/manager.ts:173-179.
DELAY_S = 1.0
DELAY_MAX_S = 5.0
RANDOMIZATION = 0.5

# Each connection that is lost would leave a line on standard error; the probe records it.
logging.getLogger("engineio.client").setLevel(logging.CRITICAL)


class SocketIOSession:
    """One connection; the library answers the server's pings and notices when they stay away."""

    def __init__(self, room: str, receive: Receive, http: aiohttp.ClientSession) -> None:
        self._room = room
        self._over = asyncio.Event()
        self._client = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=http)
        self._client.on("message", receive)
        self._client.on("disconnect", self._disconnected)
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    @property
    def local_port(self) -> int | None:
        address = self._socket.get_extra_info("sockname") if self._socket is not None else None
        return int(address[1]) if address else None

    async def _disconnected(self, reason: str) -> None:
        self._over.set()

    async def open(self, url: str) -> None:
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                await self._client.connect(url, transports=["websocket"], wait_timeout=OPEN_TIMEOUT_S)
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
        await self._client.disconnect()
        return self._close_code()

    def _close_code(self) -> int:
        return int((self._socket.close_code if self._socket is not None else None) or 1006)


class SocketIOAdapter:
    """Speaks to a Socket.IO server of version 3 or 4."""

    def __init__(self) -> None:
        self._http: aiohttp.ClientSession | None = None

    async def connect(
        self, url: str, *, room: str, receive: Receive, episode: str | None = None
    ) -> SocketIOSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
            # aiohttp silently repeats a GET whose connection was reset: a failed attempt would go uncounted.
            self._http._retry_connection = False
        session = SocketIOSession(room, receive, self._http)
        await session.open(url)
        return session

    def retry_s(self, retries: int, draw: random.Random) -> float:
        """The real client's delay: doubling, spread by half, capped after the spread."""
        delay_s = DELAY_S * 2.0 ** min(retries, 60)
        return min(DELAY_MAX_S, delay_s * (1 + draw.uniform(-RANDOMIZATION, RANDOMIZATION)))

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()


def _command(preset: PresetName) -> list[str]:
    node.need_packages(SERVER)
    return [str(node.find_node()), str(SERVER / "server.js")]


KIND = Kind(speaks=lambda preset: SocketIOAdapter(), command=_command, scheme="http")
