"""WebSocket clients that cost almost nothing: no task, no queue and no JSON for a connection.

One protocol object a connection counts frames as they come, and answers heartbeats. What a server expects is
a :class:`chat_dialects.Dialect`, so that the driver costs the same whoever serves.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chat_dialects import Dialect

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


@dataclass
class Tally:
    """What a group of connections has seen so far, and whom to tell when a number is reached.

    Args:
        counted: messages of others.
        heartbeats: how many were answered.
        ended: of ready connections, by close code; 1006 where none came.
    """

    counted: int = 0
    heartbeats: int = 0
    ended: list[int] = field(default_factory=list)
    goal: int = 2**62
    reached: Callable[[], None] = lambda: None


def frame(text: str, opcode: int = TEXT) -> bytes:
    """A masked frame; the mask is zero, which leaves the text as it is."""
    return framed(text.encode(), opcode)


def framed(payload: bytes, opcode: int) -> bytes:
    """A masked frame of at most 64 KiB."""
    size = len(payload)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return bytes((0x80 | opcode,)) + length + b"\0\0\0\0" + payload


class Peer(asyncio.Protocol):
    """One connection.

    Args:
        dialect: of the server.
        tally: shared with others.
        heard: takes each counted message, from where to where it is in the bytes. None: it is only counted.
        lost: called once a connection that was ready is over.
        ready: done once it may be used; fails with ConnectionError.
        status, retry_after_s: of the response to the handshake.
        told: the first frame that was waited for, or why the handshake was refused.
    """

    __slots__ = (
        "_buffer", "_heartbeat", "_message", "_step", "_upgraded", "close_code", "dialect", "heard",
        "is_ready", "lost", "ready", "retry_after_s", "status", "tally", "told",
        "transport",
    )  # fmt: skip

    def __init__(self, dialect: Dialect, tally: Tally) -> None:
        self.dialect, self.tally = dialect, tally
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.heard: Callable[[Peer, bytes, int, int], None] | None = None
        self.lost: Callable[[Peer], None] | None = None
        self.transport: Any = None
        self.status, self.close_code, self.is_ready = 0, 1006, False
        self.retry_after_s: float | None = None
        self.told = b""
        self._buffer, self._upgraded, self._step = b"", False, 0
        self._message, self._heartbeat = dialect.message, dialect.heartbeat[0]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.transport.write(self.dialect.upgrade)

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
        begin = 0 if self._upgraded else self._opened(data)
        size = len(data)
        while size - begin >= 2:
            length, start = data[begin + 1], begin + 2
            if length == 126:
                length, start = int.from_bytes(data[start : start + 2], "big"), start + 2
            elif length == 127:
                length, start = int.from_bytes(data[start : start + 8], "big"), start + 8
            if start + length > size:
                break
            if data[begin] == 0x81 and data.startswith(self._message, start):
                self.tally.counted += 1
                if self.heard is not None:
                    self.heard(self, data, start, start + length)
            else:
                self._other(data[begin] & 15, data[start : start + length])
            begin = start + length
        self._buffer = data[begin:] if begin else data
        if self.tally.counted >= self.tally.goal:
            self.tally.reached()

    def _opened(self, data: bytes) -> int:
        """Where the frames begin, or the end while there are none."""
        head, blank, body = data.partition(b"\r\n\r\n")
        if not blank:
            return 0
        self.status = int(head[9:12])
        if self.status != 101:
            told = re.search(rb"(?i)\r\nretry-after: *(\d+)", head)
            self.retry_after_s = float(told[1]) if told else None
            self.told = body
            self.transport.abort()
            return len(data)
        self._upgraded = True
        self._advance()
        return len(head) + len(blank)

    def _advance(self) -> None:
        if self._step == len(self.dialect.steps) and not self.ready.done():
            self.is_ready = True
            self.ready.set_result(None)

    def _other(self, opcode: int, payload: bytes) -> None:
        """Whatever is no message: heartbeats, the answers that are waited for, the close frame."""
        if payload.startswith(self._heartbeat) and opcode == TEXT:
            self.tally.heartbeats += 1
            self.say(self.dialect.heartbeat[1])
        elif opcode == PING:
            self.tally.heartbeats += 1
            self.transport.write(framed(payload, PONG))
        elif opcode == CLOSE:
            self.close_code = int.from_bytes(payload[:2], "big") or 1005
            self.transport.write(framed(payload[:2], CLOSE))
            self.transport.close()
        elif self._step < len(self.dialect.steps):
            awaited, answer = self.dialect.steps[self._step]
            if payload.startswith(awaited):
                self.told = self.told or payload
                self._step += 1
                if answer is not None:
                    self.say(answer)
                self._advance()

    def say(self, text: str) -> None:
        """Send a text frame."""
        self.transport.write(frame(text))

    def drop(self) -> None:
        """Cut it, if it is there; nobody counts that as a loss."""
        self.is_ready = False
        if self.transport is not None:
            self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"refused with status {self.status or 'none'}"))
        if self.is_ready:
            self.is_ready = False
            self.tally.ended.append(self.close_code)
            if self.lost is not None:
                self.lost(self)


async def connect(
    dialect: Dialect, tally: Tally, port: int, *, address: str = "127.0.0.1", timeout_s: float = 30.0
) -> Peer:
    """A connection that is ready.

    Raises:
        OSError, TimeoutError: it was refused, or nobody answered.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(timeout_s):
        _, peer = await loop.create_connection(
            lambda: Peer(dialect, tally), "127.0.0.1", port, local_addr=(address, 0)
        )
        await peer.ready
    return peer


async def connect_many(dialect: Dialect, tally: Tally, port: int, count: int) -> list[Peer]:
    """Connections from many addresses of loopback, 500 from each, 100 handshakes at a time."""
    peers: list[Peer] = []
    for first in range(0, count, 100):
        numbers = range(first, min(count, first + 100))
        addresses = (f"127.0.0.{2 + number // 500}" for number in numbers)
        peers += await asyncio.gather(
            *(connect(dialect, tally, port, address=address) for address in addresses)
        )
    return peers


async def disconnect(peers: list[Peer]) -> None:
    """Drop them all."""
    for peer in peers:
        peer.drop()
    await asyncio.sleep(0.2)
