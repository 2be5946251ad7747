"""Core NATS over WebSocket: the lines of its protocol, delivered at most once and kept by nobody.

The server is asked not to send a client its own messages. JetStream, which keeps messages, is another service
of the same server and not measured here.
"""

import asyncio
import json
import random
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection

from toolkit.chat.settings import PresetName
from toolkit.measure.adapters.base import End, Kind, Payload, Receive
from toolkit.measure.adapters.frames import BadFrame, Frame, FrameSession, fields_of, open_line
from toolkit.measure.servers.nats_server import find_nats

# The real client's defaults: nats-io/nats.js@3a7b736 core/src/options.ts:29-36.
PING_INTERVAL_S = 120.0
PINGS_OUT = 2
RECONNECT_WAIT_S = 2.0
JITTER_S = 0.1

LINE_LIMIT_BYTES = 65_536
CONNECT = {
    "verbose": False,
    "pedantic": False,
    "echo": False,
    "lang": "toolkit",
    "version": "1",
    "protocol": 1,
}
MESSAGE = re.compile(rb"MSG \S+ \S+ (?:\S+ )?(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """One thing that the server said: a line, or the body of a message."""

    verb: str
    body: bytes = b""


class NatsStream:
    """Cuts the bytes of a connection into what the server said; frames mean nothing to the protocol."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._body_bytes: int | None = None

    def feed(self, data: bytes) -> Iterator[Said]:
        """What is complete with ``data``.

        Raises:
            BadFrame: the server does not speak the protocol.
        """
        self._buffer += data
        while (said := self._next()) is not None:
            if said.verb:
                yield said

    def _next(self) -> Said | None:
        if self._body_bytes is not None:
            return self._body(self._body_bytes)
        line, found, rest = bytes(self._buffer).partition(b"\r\n")
        if not found:
            if len(line) > LINE_LIMIT_BYTES:
                raise BadFrame("a line without end")
            return None
        self._buffer = bytearray(rest)
        return self._line(line)

    def _line(self, line: bytes) -> Said:
        verb = line.split(b" ", 1)[0].upper().decode("ascii", "replace")
        if verb == "MSG":
            if (message := MESSAGE.fullmatch(line)) is None:
                raise BadFrame(f"no message: {line[:60]!r}")
            self._body_bytes = int(message[1])
            return Said("")
        if verb not in ("INFO", "PING", "PONG", "+OK", "-ERR"):
            raise BadFrame(f"not NATS: {line[:60]!r}")
        return Said(verb, line[len(verb) :].strip())

    def _body(self, size: int) -> Said | None:
        if len(self._buffer) < size + 2:
            return None
        if self._buffer[size : size + 2] != b"\r\n":
            raise BadFrame("a message longer than it said")
        body = bytes(self._buffer[:size])
        del self._buffer[: size + 2]
        self._body_bytes = None
        return Said("MSG", body)


class NatsSession(FrameSession):
    """One connection; both ends ping, and the third ping due while two are unanswered is a loss."""

    def __init__(self, socket: ClientConnection, room: str, receive: Receive) -> None:
        super().__init__(socket, room, receive)
        self._stream = NatsStream()
        self._subject = f"room.{quote(room, safe='')}"
        self._pings_out = 0
        self._opened_s = time.monotonic()

    async def open(self) -> None:
        info = await self._until("INFO")
        if "server_id" not in fields_of(info.body):
            raise BadFrame(f"no greeting of NATS: {info.body[:60]!r}")
        await self._say(f"CONNECT {json.dumps(CONNECT)}", "PING")
        await self._until("PONG")
        # The answer to a ping says that what came before it is done: the room is joined.
        await self._say(f"SUB {self._subject} 1", "PING")
        await self._until("PONG")
        self._opened_s = time.monotonic()

    async def publish(self, payload: Payload) -> None:
        body = json.dumps(payload).encode()
        await self._socket.send(b"PUB %s %d\r\n%s\r\n" % (self._subject.encode(), len(body), body))

    async def hear(self, frame: Frame) -> None:
        for said in self._cut(frame):
            await self._take(said)

    async def watch(self) -> None:
        # The same, core/src/heartbeats.ts:61-83.
        while True:
            await asyncio.sleep(PING_INTERVAL_S)
            if self._pings_out == PINGS_OUT:
                return
            self._pings_out += 1
            await self._say("PING")

    async def ended(self) -> End:
        end = await super().ended()
        # The same, core/src/protocol.ts:674: it waits only for what is left since it last connected.
        return replace(end, retry_s=max(0.0, RECONNECT_WAIT_S - (time.monotonic() - self._opened_s)))

    async def _take(self, said: Said) -> None:
        if said.verb == "MSG":
            self._receive(fields_of(said.body))
        elif said.verb == "PING":
            await self._say("PONG")
        elif said.verb == "PONG":
            self._pings_out = 0

    async def _until(self, verb: str) -> Said:
        """The first thing with that verb while nobody else reads yet."""
        while True:
            for said in self._cut(await self._socket.recv()):
                if said.verb == verb:
                    return said
                if said.verb == "-ERR":
                    raise BadFrame(f"refused: {said.body[:60]!r}")
                await self._take(said)

    def _cut(self, frame: Frame) -> Iterator[Said]:
        return self._stream.feed(frame.encode() if isinstance(frame, str) else frame)

    async def _say(self, *lines: str) -> None:
        await self._socket.send("".join(f"{line}\r\n" for line in lines).encode())


class NatsAdapter:
    """Speaks to the WebSocket endpoint of a NATS server."""

    async def connect(
        self, url: str, *, room: str, receive: Receive, episode: str | None = None
    ) -> NatsSession:
        return await open_line(url, lambda socket: NatsSession(socket, room, receive))

    def retry_s(self, retries: int, draw: random.Random) -> float:
        """The real client's delay between attempts at its only server."""
        return RECONNECT_WAIT_S + draw.uniform(0, JITTER_S)

    async def close(self) -> None:
        """Nothing is shared."""


def _command(preset: PresetName) -> list[str]:
    return [sys.executable, "-m", "toolkit.measure.servers.nats_server", str(find_nats())]


KIND = Kind(speaks=lambda preset: NatsAdapter(), command=_command)
