"""The client without the fixes: no heartbeat, no timeout, a new attempt every second."""

import asyncio
import random
import sys
from contextlib import suppress
from typing import Any

from picows import WSCloseCode, WSMsgType, WSTransport

from toolkit.chat.protocol import encode
from toolkit.measure.adapters.base import OPEN_TIMEOUT_S, End, Kind, Payload, Receive
from toolkit.measure.adapters.frames import BadFrame
from toolkit.measure.adapters.plain_line import CLOSE_S, PlainLine, open_plain

RETRY_S = 1.0


class PlainSession:
    """One connection to the plain server."""

    def __init__(self, transport: WSTransport, line: PlainLine, room: str) -> None:
        self._transport = transport
        self._line = line
        self._room = room

    @property
    def local_port(self) -> int | None:
        return self._line.port

    async def join(self) -> None:
        self._say({"type": "join", "room": self._room})
        async with asyncio.timeout(OPEN_TIMEOUT_S):
            await self._line.answered.wait()
        if not self._line.joined:
            raise _never_joined(self._close_code())

    async def publish(self, payload: Payload) -> None:
        self._say({"type": "publish", "room": self._room, "data": payload})
        if not self._line.writable.is_set():
            await self._line.writable.wait()
            self._checkopen_plain()

    async def ended(self) -> End:
        await self._gone()
        code = self._close_code()
        shaken = self._transport.close_handshake
        if code == 1006:
            # Who closes what breaks the rules need not be answered by it.
            fault = shaken.sent if shaken is not None else None
            return End(1006, "network") if fault is None else End(fault.code.value, "client")
        return End(code, "server" if shaken.recv_then_sent else "client")

    async def close(self) -> int:
        if not self._over:
            self._transport.send_close(WSCloseCode.OK)
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._gone()
        except TimeoutError:
            await self.abort()
        return self._close_code()

    async def abort(self) -> None:
        """Hang up without a word."""
        self._transport.disconnect(graceful=False)
        await self._gone()

    @property
    def _over(self) -> bool:
        return self._transport.is_disconnected or self._transport.is_close_frame_sent

    def _checkopen_plain(self) -> None:
        if self._over:
            raise ConnectionResetError("the connection is over")

    def _say(self, message: dict[str, Any]) -> None:
        self._checkopen_plain()
        self._transport.send(WSMsgType.TEXT, encode(message))

    async def _gone(self) -> None:
        # It raises where this end closed because of what it read, which the close frames tell as well.
        with suppress(Exception):
            await self._transport.wait_disconnected()

    def _close_code(self) -> int:
        """That of the server. 1005 where its close said none, 1006 where no close came."""
        shaken = self._transport.close_handshake
        if shaken is None or shaken.recv is None:
            return 1006
        return shaken.recv.code.value or 1005


class PlainAdapter:
    """Speaks to :mod:`toolkit.measure.servers.plain_server`."""

    async def connect(
        self, url: str, *, room: str, receive: Receive, episode: str | None = None
    ) -> PlainSession:
        line = PlainLine(receive)
        session = PlainSession(await open_plain(url, line), line, room)
        try:
            await session.join()
        except BaseException:
            await session.abort()
            raise
        return session

    def retry_s(self, retries: int, draw: random.Random) -> float:
        return RETRY_S

    async def close(self) -> None:
        """Nothing is shared."""


def _never_joined(code: int) -> Exception:
    if code == 1006:
        return ConnectionResetError("the connection broke before the room was joined")
    return BadFrame(f"the server closed with {code} before the room was joined")


KIND = Kind(
    speaks=lambda preset: PlainAdapter(),
    command=lambda preset: [sys.executable, "-m", "toolkit.measure.servers.plain_server"],
    path="/ws",
)
