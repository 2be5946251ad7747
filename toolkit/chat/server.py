"""The stabilised server: rooms over WebSocket at ``/ws``, with heartbeats and activity-based timeouts.

The messages are described in :mod:`toolkit.chat.protocol`. Beside them: ``/health`` (JSON), ``/metrics``
(Prometheus text) and a demo page at ``/``.
"""

import asyncio
import logging
import signal
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from websockets.asyncio.server import Server, ServerConnection, broadcast
from websockets.asyncio.server import serve as listen
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from toolkit.chat import pages
from toolkit.chat.members import Member, Rooms, address, record_of
from toolkit.chat.protocol import CLOSE_TIMEOUT, PING, PONG, Message, decode, encode, room_of
from toolkit.chat.quiet import Quiet
from toolkit.chat.settings import Settings
from toolkit.project.faults import EnvironmentFault

log = logging.getLogger("toolkit.chat")
log.addFilter(Quiet())
library_log = logging.getLogger("toolkit.chat.websockets")
library_log.addFilter(Quiet(burst=5))


HELLO = {"server_ping_s", "server_timeout_s", "client_interval_s", "client_wait_s", "max_message_bytes"}
"""The settings that clients are told."""


class ConnectionRecorder(Protocol):
    """Takes what the server sees of each connection: the fields of a recorded connection by name."""

    def __call__(self, **row: Any) -> None: ...


class ChatServer:
    """Rooms, heartbeats and limits; start it with ``async with``.

    Args:
        settings: every timer and limit.
        recorder: takes what becomes of each connection. None: nothing is recorded.
        host, port: where to listen. Port 0 takes a free one, see :attr:`port`.
    """

    def __init__(
        self,
        settings: Settings,
        recorder: ConnectionRecorder | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.settings = settings
        self.counts: Counter[str] = Counter()
        self.members: dict[ServerConnection, Member] = {}
        self.rooms = Rooms()
        self._recorder = recorder
        self._host, self._port = host, port
        self._addresses: Counter[str] = Counter()
        self._arrived_s: WeakKeyDictionary[ServerConnection, float] = WeakKeyDictionary()
        self._server: Server | None = None
        self._sweeper: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where the server listens."""
        if self._server is None:
            return self._port
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def __aenter__(self) -> Self:
        try:
            self._server = await self._listen()
        except OSError as error:
            where, why = f"{self._host}:{self._port}", error.strerror or error
            raise EnvironmentFault(f"cannot listen on {where}: {why}; choose another port or host") from error
        self._sweeper = asyncio.create_task(self._sweep_forever())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.drain()

    async def _listen(self) -> Server:
        return await listen(
            self._handle,
            self._host,
            self._port,
            process_request=self._process_request,
            # Our heartbeat is a message, which browsers can answer and time; the library's ping is not.
            ping_interval=None,
            compression=None,
            open_timeout=self.settings.open_timeout_s,
            close_timeout=self.settings.close_timeout_s,
            max_size=self.settings.max_message_bytes,
            server_header=None,
            logger=library_log,
        )

    async def drain(self) -> None:
        """Close every connection with 1001 and cut those that do not answer within ``drain_s``."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        if self._server is None:
            return
        self._server.close(code=1001, reason="server is going away")
        try:
            await asyncio.wait_for(self._server.wait_closed(), self.settings.drain_s)
        except TimeoutError:
            for socket in list(self.members):
                socket.transport.abort()
            await self._server.wait_closed()

    def publish(
        self, room: str, data: Any, *, sender: ServerConnection | None = None, origin: str = ""
    ) -> int:
        """How many connections a message goes to: all in the room but the sender, none waited for."""
        others = self.rooms.others(room, sender)
        broadcast(others, encode({"type": "message", "room": room, "from": origin, "data": data}))
        self.counts["published"] += 1
        self.counts["delivered"] += len(others)
        return len(others)

    def _process_request(self, socket: ServerConnection, request: Request) -> Response | None:
        path = urlsplit(request.path).path
        if path == "/ws":
            return self._admit(socket)
        return pages.respond(socket, path, pages.Snapshot(len(self.members), len(self.rooms), self.counts))

    def _admit(self, socket: ServerConnection) -> Response | None:
        """None, or the response that refuses the connection."""
        if len(self.members) >= self.settings.max_connections:
            self.counts["refused"] += 1
            return socket.respond(503, "the server is full\n")
        if self._addresses[address(socket)] >= self.settings.max_connections_per_address:
            self.counts["refused"] += 1
            return socket.respond(429, "too many connections from this address\n")
        self._arrived_s[socket] = asyncio.get_running_loop().time()
        return None

    async def _handle(self, socket: ServerConnection) -> None:
        now_s = asyncio.get_running_loop().time()
        handshake_s = now_s - self._arrived_s.pop(socket, now_s)
        started_at = datetime.now(UTC) - timedelta(seconds=handshake_s)
        member = Member(socket, uuid.uuid4().hex, started_at, handshake_s, heard_s=now_s, pinged_s=now_s)
        self._enter(member)
        try:
            await socket.send(self._hello(member))
            async for frame in socket:
                member.heard_s = asyncio.get_running_loop().time()
                await self._receive(member, frame)
        except ConnectionClosed:
            pass
        except Exception:
            self.counts["errors"] += 1
            log.warning("a connection failed unexpectedly", exc_info=True)
            await socket.close(1011, "internal error")
        finally:
            self._forget(member)

    def _hello(self, member: Member) -> str:
        timers = self.settings.model_dump(include=HELLO)
        return encode({"type": "hello", "connection": member.id, **timers})

    def _enter(self, member: Member) -> None:
        self.members[member.socket] = member
        self._addresses[address(member.socket)] += 1
        self.counts["opened"] += 1
        self._record(member, ended=False)

    def _forget(self, member: Member) -> None:
        """Clean up after a connection, whatever ended it."""
        del self.members[member.socket]
        self._forget_address(address(member.socket))
        self.rooms.leave_all(member)
        code = member.socket.close_code
        self.counts[f"closed_{code}"] += 1
        log.info("connection closed with %s", code)
        self._record(member, ended=True)

    def _forget_address(self, where: str) -> None:
        self._addresses[where] -= 1
        if not self._addresses[where]:
            del self._addresses[where]

    def _record(self, member: Member, *, ended: bool) -> None:
        if self._recorder is None:
            return
        try:
            self._recorder(**record_of(member, datetime.now(UTC), ended=ended))
        except Exception as error:
            # A full disk must not take the chat down with it.
            self.counts["unrecorded"] += 1
            log.warning("a connection could not be recorded: %s", error)

    async def _receive(self, member: Member, frame: str | bytes) -> None:
        try:
            answer = self._answer(member, decode(frame))
        except (ValueError, RecursionError) as error:
            self.counts["misunderstood"] += 1
            answer = encode({"type": "error", "message": str(error)})
        if answer is not None:
            await member.socket.send(answer)

    def _answer(self, member: Member, message: Message) -> str | None:
        match message["type"]:
            case "pong":
                return None
            case "ping":
                return PONG
            case "publish":
                return self._publish(member, message)
            case "join":
                return self._join(member, room_of(message))
            case "leave":
                room = room_of(message)
                self.rooms.leave(member, room)
                return encode({"type": "left", "room": room})
        raise ValueError("'type' must be one of join, leave, publish, ping, pong")

    def _publish(self, member: Member, message: Message) -> str | None:
        room = room_of(message)
        if room not in member.rooms:
            raise ValueError("join a room before publishing to it")
        self.publish(room, message.get("data"), sender=member.socket, origin=member.id)
        return encode({"type": "ack", "id": message["id"]}) if "id" in message else None

    def _join(self, member: Member, room: str) -> str:
        limit = self.settings.max_rooms_per_connection
        if room not in member.rooms and len(member.rooms) >= limit:
            raise ValueError(f"a connection may be in {limit} rooms at once")
        self.rooms.join(member, room)
        return encode({"type": "joined", "room": room})

    async def _sweep_forever(self) -> None:
        while True:
            await asyncio.sleep(self.settings.sweep_s)
            self._sweep(asyncio.get_running_loop().time())

    def _sweep(self, now_s: float) -> None:
        """Ping who is due, close who was silent too long, cut who does not read."""
        due = []
        for member in self.members.values():
            if member.socket.transport.get_write_buffer_size() > self.settings.max_buffer_bytes:
                self.counts["too_slow"] += 1
                member.socket.transport.abort()
            elif now_s - member.heard_s >= self.settings.server_timeout_s:
                self._time_out(member)
            elif now_s - member.pinged_s >= self.settings.server_ping_s - self.settings.sweep_s / 2:
                member.pinged_s = now_s
                due.append(member.socket)
        broadcast(due, PING)
        self.counts["pings"] += len(due)

    def _time_out(self, member: Member) -> None:
        if member.timed_out:
            return
        member.timed_out = True
        self.counts["timed_out"] += 1
        # Not waited for: the closing handshake of a dead client takes its full timeout.
        task = asyncio.create_task(member.socket.close(CLOSE_TIMEOUT, "silent for too long"))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def serve(
    settings: Settings,
    host: str,
    port: int,
    *,
    recorder: ConnectionRecorder | None = None,
    ready: Callable[[int], None] = lambda port: None,
) -> None:
    """Serve until SIGTERM or SIGINT, then close every client and return soon after ``drain_s`` at the latest.

    Args:
        settings: every timer and limit.
        host, port: where to listen; port 0 takes a free one.
        recorder: see :class:`ChatServer`.
        ready: called with the port once the server answers.

    Raises:
        EnvironmentFault: the address is taken or not this machine's.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with ChatServer(settings, recorder, host=host, port=port) as server:
        ready(server.port)
        await stop.wait()
