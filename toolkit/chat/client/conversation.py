"""What a client says and hears over one connection after the other, and who waits for what."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from contextlib import suppress

from websockets.exceptions import ConnectionClosed

from toolkit.chat.client.connection import ChatConnection, Lost
from toolkit.chat.client.effects import Answer, ComeBack, Effect, Key, Reconnect, Say
from toolkit.chat.client.events import Event, StateChanged
from toolkit.chat.client.inbox import Inbox
from toolkit.chat.client.outbox import Outgoing
from toolkit.chat.client.refusals import ChatEnded, TooBig
from toolkit.chat.client.session import ClientSession
from toolkit.chat.client.waiting import Waiting
from toolkit.chat.protocol import Message, encode

log = logging.getLogger("toolkit.chat.client")

CLOSE_TOO_BIG = 1009


class Conversation:
    """Sends and reads over the connection that there is, and keeps the rest for the next one.

    Args:
        inbox_limit: events that may wait for the application.
        listener: takes the events in place of the inbox. None: they wait in the inbox.
        come_back: is told what a server that goes away asks.
    """

    def __init__(
        self, inbox_limit: int, listener: Callable[[Event], None] | None, come_back: Callable[[float], None]
    ) -> None:
        self.session = ClientSession()
        self.inbox = Inbox(inbox_limit)
        self.waiting = Waiting()
        self.connection: ChatConnection | None = None
        self._listener, self._come_back = listener, come_back
        self._go, self._bell = asyncio.Event(), asyncio.Event()
        self._closing = self._warned = False
        self._over: ChatEnded | None = None

    async def live(self, connection: ChatConnection, hello: Message) -> Lost:
        """Take part over an open connection until it is lost."""
        for message in self.session.opened(hello):
            connection.say(message)
        self.connection = connection
        self._warned = False
        self.tell(StateChanged("connected"))
        self.waiting.resolve(("connected", None), {})
        try:
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(self._send(connection))
                lost = await self._read(connection)
                sending.cancel()
        finally:
            self.connection = None
        if lost.code == CLOSE_TOO_BIG:
            self._fail_too_big(by_server=lost.by_server)
        return lost

    async def next_event(self) -> Event | None:
        """The next event for the application, or None after the last one."""
        event = await self.inbox.get()
        self._go.set()
        if self.connection is not None and self.inbox.half_empty:
            self._do(self.session.fetch_left_out(), self.connection)
        return event

    def say(self, request: Message) -> None:
        """Say it now; over the next connection the session says it by itself."""
        if self.connection is not None:
            self.connection.say(request)

    async def deliver(self, message: Message) -> None:
        """Say it until it is acknowledged."""
        message_id = uuid.uuid4().hex
        frame = encode(message | {"id": message_id, "ref": message_id})
        self.session.outbox.add(Outgoing(message_id, frame))
        self._bell.set()
        await self.wait(("publish", message_id))

    async def ask(self, request: Message) -> Message:
        """Ask until it is answered."""
        key, said = self.session.ask(request)
        self.say(said)
        return await self.wait(key)

    async def wait(self, key: Key) -> Message:
        """The answer to a request, whichever connection it comes over."""
        try:
            if self._over is not None:
                raise self.ended()
            self._go.set()
            return await self.waiting.answer(key)
        finally:
            self.session.forget(key)

    def tell(self, event: Event) -> None:
        """Tell the application."""
        if self._listener is None:
            self.inbox.put(event)
            return
        try:
            self._listener(event)
        except Exception:
            # One event that it cannot take must not cost the connection.
            log.exception("the listener failed")

    def close(self) -> None:
        """Read on without regard to the inbox, until the server's close comes."""
        self._closing = True
        self._go.set()

    def end(self, reason: str, cause: Exception | None = None) -> None:
        """There is no further connection: tell all who wait."""
        if self._over is None:
            self._over = ChatEnded(reason)
            self._over.__cause__ = cause
            self.tell(StateChanged("ended", reason))
            self.waiting.fail(self.ended)
            self.inbox.end()

    def ended(self) -> ChatEnded:
        """Why it is over; a new one for each, as an exception that is raised twice keeps both traces."""
        ended = ChatEnded(*(self._over.args if self._over else ()))
        ended.__cause__ = self._over.__cause__ if self._over else None
        return ended

    async def _send(self, connection: ChatConnection) -> None:
        """Send what waits in the outbox, in order and as fast as the path takes it."""
        limit = connection.settings.max_message_bytes
        with suppress(ConnectionClosed):
            while True:
                self._bell.clear()
                while (message := self.session.outbox.next()) is not None:
                    if message.bytes <= limit:
                        await connection.send_frame(message.frame)
                    else:
                        self._refuse_size(message, f"at most {limit} bytes")
                await self._bell.wait()

    async def _read(self, connection: ChatConnection) -> Lost:
        while True:
            await self._until_wanted()
            message = await connection.receive()
            if isinstance(message, Lost):
                return message
            if not self.session.leaves_out(message, full=self.inbox.full):
                self._do(self.session.heard(message), connection)
                if self.session.receipts:
                    connection.say_when_read(self.session.receipts.take)

    async def _until_wanted(self) -> None:
        """Wait while the inbox is full and nobody waits for an answer."""
        while self.inbox.full and not self.waiting and not self._closing:
            if not self._warned:
                # Once a connection, because a flood would fill the log too.
                log.warning("%d events wait for the application; nothing more is read", len(self.inbox))
                self._warned = True
            self._go.clear()
            await self._go.wait()

    def _do(self, effects: list[Effect], connection: ChatConnection) -> None:
        for effect in effects:
            match effect:
                case Say(message):
                    connection.say(message)
                case Answer(key, answer):
                    self.waiting.resolve(key, answer)
                    self._bell.set()
                case ComeBack(after_s):
                    self._come_back(after_s)
                case Reconnect():
                    connection.abort()
                case _:
                    self.tell(effect)

    def _refuse_size(self, message: Outgoing, limit: str) -> None:
        self.session.outbox.drop(message.id)
        text = f"the message takes {message.bytes} bytes; the server takes {limit}"
        self.waiting.resolve(("publish", message.id), TooBig(text))

    def _fail_too_big(self, *, by_server: bool) -> None:
        """Fail what closed the connection with 1009, or it would close the next one too."""
        if not by_server:
            for key in self.session.asked():
                self.waiting.resolve(key, TooBig("the answer is larger than a client takes"))
        elif (largest := self.session.outbox.largest()) is not None:
            self._refuse_size(largest, "less")
