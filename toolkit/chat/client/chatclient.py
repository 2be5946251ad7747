"""A client that stays connected, stays in its rooms, and says what it missed."""

import asyncio
import random
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Any, Self

from toolkit.chat.client.conversation import Conversation
from toolkit.chat.client.effects import room_message
from toolkit.chat.client.events import Event, RoomMessage
from toolkit.chat.client.opening import Opening
from toolkit.chat.client.reconnecting import CLOSED, Reconnector
from toolkit.chat.protocol import room_of
from toolkit.chat.settings import Settings, preset


class ChatClient(AsyncIterator[Event]):
    """A client that stays connected: use it with ``async with``, and ``async for event in client``.

    After a loss it comes back with full jitter, goes on with its session, and hears in order and once what
    was said meanwhile; where that is not possible, it hears :class:`NotRecovered`. The iteration ends after
    :meth:`close`, and raises :class:`ChatEnded` where the client ended by itself: the server answered HTTP
    401, 403 or 404, closed with 1008, or the session went on over another connection (4409). Every other
    failure and close code leads to another attempt.

    What arrives waits in an inbox of ``inbox_limit`` events. While that is full, nothing is read from the
    network: heartbeats are not answered either, once the buffers in between are full, and the server may
    close (4408, 4413); the client comes back when the application reads on. Only while the application waits
    for an answer, reading goes on, because a loop that publishes for each message would wait for ever;
    messages that find no room are then left out and fetched again later.

    Args:
        url: of the server, such as ``ws://127.0.0.1:8765/ws``.
        settings: timers and limits. None: the preset ``stable``, until the server says its own timers.
        token: proves who the user is; it travels in a header. None: none is sent.
        tls: for ``wss``. None: the default context, which trusts what this machine trusts.
        seed: of the reconnect delays. None: a fresh one, so that many clients spread.
        listener: is called with each event, instead of the iteration and without an inbox; it must not block.
            None: iterate.
        inbox_limit: events that may wait for the application.

    Raises:
        InvalidURI: the address is none of a WebSocket.
        ValueError: the token has a character that no header may carry, or the address wants no TLS.
    """

    def __init__(
        self,
        url: str,
        *,
        settings: Settings | None = None,
        token: str | None = None,
        tls: ssl.SSLContext | None = None,
        seed: int | None = None,
        listener: Callable[[Event], None] | None = None,
        inbox_limit: int = 1_000,
    ) -> None:
        opening = Opening(url, token, tls)
        self._talk = Conversation(inbox_limit, listener, lambda after_s: self._reconnector.come_back(after_s))
        self._reconnector = Reconnector(
            opening, settings or preset("stable"), random.Random(seed), self._talk.tell
        )
        self._task: asyncio.Task[None] | None = None

    @property
    def connects(self) -> int:
        """How often it was connected."""
        return self._reconnector.connects

    @property
    def failures(self) -> Counter[str]:
        """Failed attempts by class: refused, dns, tls, timeout, http_<status>, error."""
        return self._reconnector.failures

    @property
    def user(self) -> str | None:
        """The public name that the server gave; None before it did."""
        return self._talk.session.user

    @property
    def backlog(self) -> int:
        """Events that wait for the application."""
        return len(self._talk.inbox)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def __anext__(self) -> Event:
        event = await self._talk.next_event()
        if event is not None:
            return event
        if self._reconnector.stopping:
            raise StopAsyncIteration
        raise self._talk.ended()

    async def connected(self) -> None:
        """Return once there is a connection.

        Raises:
            ChatEnded: there will be none.
        """
        if self._talk.connection is None:
            await self._talk.wait(("connected", None))

    async def join(self, room: str) -> None:
        """Be in a room from now on, also after a reconnect; returns once the server says so.

        The client stays in it where the waiting is given up.

        Raises:
            ValueError: this can be no room's name.
            RequestRefused: the server does not let it in.
            ChatEnded: the client is over.
        """
        room_of({"room": room})
        request = self._talk.session.join(room)
        self._talk.waiting.resolve(("leave", room), {})
        if request is not None:
            self._talk.say(request)
        if not self._talk.session.in_room(room):
            await self._talk.wait(("join", room))

    async def leave(self, room: str) -> None:
        """Be no longer in a room; returns once the server says so.

        Raises:
            ValueError: this can be no room's name.
            ChatEnded: the client is over.
        """
        room_of({"room": room})
        self._talk.say(self._talk.session.leave(room))
        await self._talk.wait(("leave", room))

    async def publish(self, room: str, data: Any) -> None:
        """Send to all others in the room; returns once the server has it.

        It is sent again over the next connection until it is acknowledged, in the order of the calls. The
        server delivers it once, as long as the session lives; after that it may arrive twice. Where the
        waiting is given up, it may or may not arrive.

        Raises:
            TypeError, ValueError: the data is no JSON, or this can be no room's name.
            TooBig: the server takes no message as large.
            RequestRefused: the server does not want it, for example because the room was not joined.
            ChatEnded: the client is over.
        """
        await self._talk.deliver({"type": "publish", "room": room_of({"room": room}), "data": data})

    async def direct(self, to: str, data: Any) -> None:
        """Send to one user, wherever that is connected; otherwise the same as :meth:`publish`."""
        await self._talk.deliver({"type": "direct", "to": to, "data": data})

    async def history(self, room: str, limit: int) -> list[RoomMessage]:
        """The newest messages of a room that are kept, at most ``limit``, oldest first.

        Raises:
            ValueError: this can be no room's name.
            TooBig: the answer is larger than a client takes; ask for fewer.
            RequestRefused: the client is not in the room.
            ChatEnded: the client is over.
        """
        answer = await self._talk.ask({"type": "history", "room": room_of({"room": room}), "limit": limit})
        return [room_message(room, message) for message in answer["messages"]]

    async def who(self, room: str) -> list[str]:
        """The users in a room, sorted; errors are those of :meth:`history`."""
        answer = await self._talk.ask({"type": "who", "room": room_of({"room": room})})
        return [str(user) for user in answer["users"]]

    async def close(self) -> None:
        """End the session, close the connection with 1000, and end the iteration."""
        self._reconnector.stopping = True
        self._talk.close()
        try:
            if self._talk.connection is not None:
                await self._talk.connection.close()
        finally:
            if self._task is not None:
                self._task.cancel()
                await asyncio.gather(self._task, return_exceptions=True)
            self._talk.end(CLOSED)

    async def _run(self) -> None:
        try:
            self._talk.end(await self._reconnector.run(self._talk.live))
        except Exception as error:
            self._talk.end("an unexpected error", error)
