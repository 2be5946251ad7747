"""What the adapters share that speak a protocol of text frames over a WebSocket themselves.

The clients of these options are written in JavaScript. Each adapter keeps the rules of that client: what it
answers, when it takes silence for a loss, when it comes again.
"""

import asyncio
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from toolkit.measure.adapters.base import OPEN_TIMEOUT_S, End, Payload, Receive
from toolkit.project.faults import shortened

Frame = str | bytes


class BadFrame(ValueError):
    """The server sent what its protocol does not have, or refused what the option needs."""


class Silence:
    """For how long the peer has said nothing that counts."""

    def __init__(self) -> None:
        self._since_s = time.monotonic()
        self._heard = asyncio.Event()

    @property
    def lasted_s(self) -> float:
        return time.monotonic() - self._since_s

    def broken(self) -> None:
        """Note that the peer said something that counts."""
        self._since_s = time.monotonic()
        self._heard.set()

    async def reaching(self, limit_s: float) -> None:
        """Return once it has lasted for ``limit_s``."""
        while (left_s := limit_s - self.lasted_s) > 0:
            await asyncio.sleep(left_s)

    async def going_on(self, for_s: float) -> bool:
        """Whether it goes on for ``for_s`` from now; returns at once where it does not."""
        self._heard.clear()
        try:
            await asyncio.wait_for(self._heard.wait(), for_s)
        except TimeoutError:
            return True
        return False


class FrameSession(ABC):
    """One connection; a subclass gives its frames their meaning.

    Args:
        socket: open; nothing was read or written yet.
        room: to join.
        receive: takes the payloads of the others.
    """

    silence_code = 1006
    """Close code that the option's own client reports where it gives a silent peer up."""
    silence_retry_s: float | None = None
    """When it comes again after that. None: as after any other loss."""

    def __init__(self, socket: ClientConnection, room: str, receive: Receive) -> None:
        self._socket = socket
        self._room = room
        self._receive = receive
        self._silence = Silence()

    @property
    def local_port(self) -> int | None:
        return port_of(self._socket)

    @abstractmethod
    async def open(self) -> None:
        """Shake hands and join the room.

        Raises:
            BadFrame: the server does not speak the protocol, or refuses.
        """

    @abstractmethod
    async def publish(self, payload: Payload) -> None:
        """Send to the others in the room."""

    @abstractmethod
    async def hear(self, frame: Frame) -> None:
        """Take in a frame.

        Raises:
            BadFrame: it makes no sense.
        """

    @abstractmethod
    async def watch(self) -> None:
        """Say what the option's client says unasked; return when it takes the peer's silence for a loss."""

    async def ended(self) -> End:
        reading = asyncio.create_task(self._read())
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.wait({reading, watching}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                return reading.result()
            self._socket.transport.abort()
            return End(self.silence_code, "client", self.silence_retry_s)
        finally:
            for task in (reading, watching):
                task.cancel()
            await asyncio.gather(reading, watching, return_exceptions=True)

    async def close(self) -> int:
        await self._socket.close()
        return self._socket.close_code or 1006

    async def expect(self, wanted: Callable[[Frame], bool]) -> Frame:
        """The first frame that is wanted; those before it are taken in."""
        while not wanted(frame := await self._socket.recv()):
            await self.hear(frame)
        return frame

    async def _watch(self) -> None:
        try:
            await self.watch()
        except ConnectionClosed:
            # Whoever reads knows better how it ended.
            await asyncio.Event().wait()

    async def _read(self) -> End:
        try:
            while True:
                await self.hear(await self._socket.recv())
        except ConnectionClosed:
            return end_of(self._socket)
        except BadFrame as bad:
            await self._socket.close(1002, str(bad)[:100])
            return End(1002, "client")


Line = TypeVar("Line", bound=FrameSession)


async def open_line(url: str, make: Callable[[ClientConnection], Line]) -> Line:
    """A session that has joined its room, over one connection that was tried once.

    Raises:
        Exception: the attempt failed.
    """
    socket = await connect(
        url,
        proxy=None,
        compression=None,
        # The option's own heartbeat is the one that counts.
        ping_interval=None,
        open_timeout=OPEN_TIMEOUT_S,
    )
    session = make(socket)
    try:
        async with asyncio.timeout(OPEN_TIMEOUT_S):
            await session.open()
    except BaseException:
        socket.transport.abort()
        raise
    return session


def port_of(socket: ClientConnection) -> int | None:
    """The connection's own port. None once it is gone."""
    address = socket.local_address
    return int(address[1]) if address else None


def end_of(socket: ClientConnection) -> End:
    """How a connection ended that its own side did not mean to close."""
    code = socket.close_code or 1006
    if code == 1006:
        return End(code, "network")
    # The library closes by itself what breaks the rules of WebSocket; the server then only answers.
    return End(code, "server" if socket.protocol.close_rcvd_then_sent else "client")


def fields_of(frame: Frame) -> dict[str, Any]:
    """The fields of a frame that is one JSON object.

    Raises:
        BadFrame: it is none.
    """
    try:
        found = json.loads(frame)
    except ValueError:
        raise BadFrame(f"no JSON: {shortened(repr(frame))}") from None
    if not isinstance(found, dict):
        raise BadFrame(f"no JSON object: {shortened(repr(frame))}")
    return found


def payload_of(said: Any) -> Payload:
    """What a message carries.

    Raises:
        BadFrame: it is no payload of the probe's.
    """
    if not isinstance(said, dict):
        raise BadFrame(f"no payload: {shortened(repr(said))}")
    return said
