"""The server itself: its parts, how it starts, and how it goes away; see :mod:`toolkit.chat.server`."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, Self, cast

from websockets.asyncio.server import Server, ServerConnection
from websockets.asyncio.server import serve as listen
from websockets.typing import Subprotocol

from toolkit.chat.protocol import CLOSE_GOING_AWAY, SUBPROTOCOL, name_text, value_text
from toolkit.chat.server.admission import Admission
from toolkit.chat.server.answers import Answers
from toolkit.chat.server.draining import say_goodbye
from toolkit.chat.server.exposition import Exposition, Snapshot
from toolkit.chat.server.facts import ChatRecorder, Facts
from toolkit.chat.server.frontdoor import FrontDoor
from toolkit.chat.server.hub import Hub
from toolkit.chat.server.logs import ChatLog, library_log
from toolkit.chat.server.members import Member
from toolkit.chat.server.quiet import Quiet
from toolkit.chat.server.reading import Reading
from toolkit.chat.server.rooms import Rooms
from toolkit.chat.server.sockets import Socket
from toolkit.chat.server.sweeper import Sweeper
from toolkit.chat.server.tls import server_context
from toolkit.chat.server.tokens import Tokens
from toolkit.chat.settings import Settings
from toolkit.project.faults import EnvironmentFault

BACKLOG = 4_096
"""Connections that the system accepts ahead of us; a crowd that returns at once must not be turned away."""

WRITE_LIMIT_BYTES = 32_768
"""A client with more than this unsent is not read from until it has read most of it."""

CUT_CHECK_S = 0.05


def utc_now() -> datetime:
    return datetime.now(UTC)


class ChatServer:
    """Rooms, sessions, heartbeats and limits; start it with ``async with``.

    Args:
        settings: every timer and limit.
        recorder: takes what becomes of connections and deliveries. None: nothing is recorded.
        host, port: where to listen. Port 0 takes a free one, see :attr:`port`.
        seed: of what is drawn, such as when each client should come back. None: a fresh one.

    Raises:
        InputError: the files of TLS are wrong.
        EnvironmentFault: the secret of the tokens is not there or, when it starts, it cannot listen.
    """

    def __init__(
        self,
        settings: Settings,
        recorder: ChatRecorder | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        seed: int | None = None,
    ) -> None:
        self.settings = settings
        self.counts: Counter[str] = Counter()
        self.members: dict[Socket, Member] = {}
        self._host, self._port = host, port
        self._draw = random.Random(seed)
        self._tls = server_context(settings)
        tokens = Tokens.from_environment() if settings.require_token else None
        self._admission = Admission(settings, tokens, self._draw)
        self._log = ChatLog(Quiet(burst=settings.log_burst, period_s=settings.log_period_s))
        facts = Facts(recorder, counts=self.counts, log=self._log, now=utc_now)
        self.hub = Hub(settings, counts=self.counts, facts=facts, clock_s=time.monotonic, now=utc_now)
        answers = Answers(self.hub, settings, counts=self.counts, facts=facts, clock_s=time.monotonic)
        exposition = Exposition(self.counts)
        self._sweeper = Sweeper(
            self.members, settings, hub=self.hub, admission=self._admission, facts=facts, log=self._log,
            counts=self.counts,
        )  # fmt: skip
        self._door = FrontDoor(
            self._admission, exposition, snapshot=self._snapshot, log=self._log, counts=self.counts
        )
        self._reading = Reading(
            self.members, settings, hub=self.hub, answers=answers, facts=facts, exposition=exposition,
            log=self._log, draw=self._draw, counts=self.counts, now=utc_now,
        )  # fmt: skip
        self._server: Server | None = None
        self._sweeping: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """Where the server listens."""
        if self._server is None:
            return self._port
        return int(next(iter(self._server.sockets)).getsockname()[1])

    @property
    def rooms(self) -> Rooms:
        """All rooms."""
        return self.hub.rooms

    def publish(self, room: str, data: Any, *, origin: str = "") -> int:
        """How many connections a message of the server's own goes to, none waited for.

        Args:
            room: where; without members, or a log that is kept for them, it is nowhere.
            data: anything that is JSON.
            origin: whom clients see it from.

        Raises:
            ValueError: the data is no JSON.
        """
        found = self.rooms.get(room)
        if found is None:
            return 0
        text, name = value_text(data), name_text(origin)
        return self.hub.publish(found, text, author=None, origin_text=name, id_text=None)

    async def __aenter__(self) -> Self:
        try:
            self._server = await self._listen()
        except OSError as error:
            where, why = f"{self._host}:{self._port}", error.strerror or error
            raise EnvironmentFault(f"cannot listen on {where}: {why}; choose another port or host") from error
        self._sweeping = asyncio.create_task(self._sweeper.run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.drain()

    async def _listen(self) -> Server:
        # Any callable that makes connections will do, and ours need to know their server.
        connection = cast(type[ServerConnection], partial(Socket, door=self._door, reader=self._reading))
        return await listen(
            self._handle,
            self._host,
            self._port,
            create_connection=connection,
            process_request=self._door.process_request,
            select_subprotocol=_subprotocol,
            # Our heartbeat is a message, which browsers can answer and time; the library's ping is not.
            ping_interval=None,
            # One frame is the same for all recipients only without it.
            compression=None,
            open_timeout=self.settings.open_timeout_s,
            close_timeout=self.settings.close_timeout_s,
            max_size=self.settings.max_message_bytes,
            write_limit=min(WRITE_LIMIT_BYTES, self.settings.max_buffer_bytes),
            server_header=None,
            logger=library_log,
            backlog=BACKLOG,
            ssl=self._tls,
        )

    async def drain(self, code: int = CLOSE_GOING_AWAY) -> None:
        """Go away: refuse newcomers, tell each client when to come back, close, and cut after ``drain_s``.

        Args:
            code: the close code. The second call does nothing.
        """
        if self._server is None or self._admission.draining:
            return
        self._admission.draining = True
        over_s = self.settings.reconnect_spread_s
        say_goodbye(list(self.members.values()), self.hub, code=code, over_s=over_s, draw=self._draw)
        end_s = time.monotonic() + self.settings.drain_s
        sockets = self._door.sockets
        while sockets and time.monotonic() < end_s:
            await asyncio.sleep(CUT_CHECK_S)
        if self._sweeping is not None:
            self._sweeping.cancel()
        self._server.close(close_connections=False)
        self._log.info("stopped", cut=len(sockets))
        for socket in list(sockets):
            socket.transport.abort()
        await self._server.wait_closed()

    async def _handle(self, connection: ServerConnection) -> None:
        self._door.finish(cast(Socket, connection))
        await self._reading.handle(connection)

    def _snapshot(self) -> Snapshot:
        return Snapshot(
            connections=len(self.members),
            rooms=len(self.rooms),
            sessions=len(self.hub.sessions),
            history_bytes=self.hub.retention.bytes,
            loop_lag_s=self._sweeper.lag_s,
            draining=self._admission.draining,
        )


def _subprotocol(connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """Ours if the client offers it; a token that stands beside it is never repeated."""
    return Subprotocol(SUBPROTOCOL) if SUBPROTOCOL in offered else None
