"""Reading: each connection from its hello to its end, no message before the one before it is answered."""

import asyncio
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from toolkit.chat.server.answers import Answers
from toolkit.chat.server.exposition import Exposition
from toolkit.chat.server.facts import Facts, ending_of
from toolkit.chat.server.hub import Hub
from toolkit.chat.server.logs import ChatLog
from toolkit.chat.server.members import Member
from toolkit.chat.server.ratelimit import Bucket
from toolkit.chat.server.sockets import FAIR_BYTES, MESSAGE_BYTES, Socket
from toolkit.chat.settings import Settings

CLOSE_INTERNAL = 1011


class Reading:
    """Reads all connections.

    Args:
        members: takes and loses the open connections.
        settings: for rates and timers.
        answers: answers messages.
        exposition: counts the ends of connections.
        draw: spreads heartbeats.
        counts: of what happens, by name.
        now: the UTC clock.
    """

    def __init__(
        self,
        members: dict[Socket, Member],
        settings: Settings,
        *,
        hub: Hub,
        answers: Answers,
        facts: Facts,
        exposition: Exposition,
        log: ChatLog,
        draw: random.Random,
        counts: Counter[str],
        now: Callable[[], datetime],
    ) -> None:
        self._members, self._settings, self._hub, self._answers = members, settings, hub, answers
        self._facts, self._exposition, self._log, self._counts = facts, exposition, log, counts
        self._draw, self._now = draw, now

    async def handle(self, connection: ServerConnection) -> None:
        """Serve a connection whose handshake is over until it is over itself."""
        socket = cast(Socket, connection)
        member = self._enter(socket)
        try:
            self._answers.hello(member)
            await self._converse(member)
        except (ConnectionClosed, OSError):
            pass
        except Exception:
            self._fail(member)
        finally:
            self._forget(member)

    def _enter(self, socket: Socket) -> Member:
        now_s = time.monotonic()
        handshake_s = now_s - socket.arrived_s
        session = self._hub.sessions.open(socket.user)
        member = Member(
            socket=socket,
            id=secrets.token_hex(8),
            session=session,
            bucket=Bucket(per_s=self._settings.messages_per_s, burst=self._settings.message_burst),
            started_at=self._now() - timedelta(seconds=handshake_s),
            handshake_s=handshake_s,
            opened_s=now_s,
            # Clients that came at one time are not all pinged at one time.
            pinged_s=now_s - self._draw.uniform(0, self._settings.server_ping_s),
        )
        self._hub.sessions.attach(session, member)
        member.attempt = session.attempts
        socket.member = self._members[socket] = member
        self._counts["opened"] += 1
        self._facts.arrived(member)
        return member

    def _forget(self, member: Member) -> None:
        """Clean up after a connection, whatever ended it."""
        ending = ending_of(member)
        self._facts.ended(member, ending)
        self._hub.detach(member)
        self._members.pop(member.socket, None)
        # They know each other; without this they would wait for the garbage collector.
        member.socket.member = member.replay = None
        lasted_s = time.monotonic() - member.opened_s
        by_server = ending.ended_by == "server"
        self._exposition.closed(ending.close_code, lasted_s, by_server=by_server)
        self._log.info(
            "closed", connection=member.id, code=ending.close_code, by=ending.ended_by,
            lasted_s=round(lasted_s, 3),
        )  # fmt: skip

    async def _converse(self, member: Member) -> None:
        """Read what :meth:`heard` left until the connection is over, each message once it may be read."""
        socket, in_a_row = member.socket, 0
        while True:
            socket.idle = True
            frame = await socket.recv()
            socket.idle = False
            await self._wait_for(member)
            if socket.code_sent is not None:
                return
            self._answers.receive(member, frame)
            in_a_row += len(frame) + MESSAGE_BYTES
            if in_a_row > FAIR_BYTES:
                in_a_row = 0
                await asyncio.sleep(0)

    async def _wait_for(self, member: Member) -> None:
        """Return once the client has read most of what it was sent, and is due to be read again."""
        socket = member.socket
        while socket.is_open and (socket.paused or member.replay is not None):
            await socket.drain()
        if wait_s := member.bucket.take(time.monotonic()):
            self._counts["delayed"] += 1
            # It cannot be heard meanwhile, and is not silent.
            socket.heard_s = time.monotonic() + wait_s
            await asyncio.wait([socket.connection_lost_waiter], timeout=wait_s)

    def heard(self, socket: Socket, text: str) -> bool:
        """See :class:`toolkit.chat.server.sockets.Reader`."""
        member = socket.member
        if member is None or member.replay is not None or socket.code_sent is not None:
            return False
        if not member.bucket.try_take(socket.heard_s):
            return False
        try:
            self._answers.receive(member, text)
        except Exception:
            self._fail(member)
        return True

    def drained(self, socket: Socket) -> None:
        """See :class:`toolkit.chat.server.sockets.Reader`."""
        member = socket.member
        if member is not None and member.replay is not None and self._hub.advance(member, member.replay):
            member.replay = None

    def _fail(self, member: Member) -> None:
        """End a connection after an error that should not have been, with its traceback in the log."""
        self._counts["errors"] += 1
        self._log.error("connection_failed", connection=member.id)
        self._hub.close(member, CLOSE_INTERNAL, "internal error")
