"""The clients of a probe: each lives through its sessions as the option's own client would.

A sender without a connection sends as soon as it has one again; a send that fails is tried again likewise;
after the deadline the message is not sent any more.
"""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from toolkit.measure.adapters.base import Adapter, End, Payload, Session, outcome
from toolkit.measure.clock import RunClock
from toolkit.measure.events import Connection
from toolkit.measure.ledger import Ledger
from toolkit.measure.schedule import Message, Wish
from toolkit.measure.sinks import Listener, Sink
from toolkit.measure.watch import LagWatch
from toolkit.measure.workload import Workload


@dataclass(frozen=True)
class Books:
    """What is written down of one run.

    Args:
        clock: of the run.
        watch: on the load generator itself.
        ledger: of messages and who received them.
        sink: takes the facts.
        observer: hears of connections, and sees them at the proxy. None: there is no proxy.
        outcomes: attempts by how they went.
        ends: connections by who ended them; ``intended`` where a session was over.
    """

    clock: RunClock
    watch: LagWatch
    ledger: Ledger
    sink: Sink
    observer: Listener | None
    outcomes: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)


@dataclass
class _Client:
    """What one client has to send, and the bell that rings when there is more."""

    outbox: deque[Message] = field(default_factory=deque)
    bell: asyncio.Event = field(default_factory=asyncio.Event)


class Clients:
    """All clients of one process.

    Args:
        names: of the clients.
        url: of the endpoint.
        adapter: speaks the option's protocol.
        workload: what they do.
        books: of the run.
    """

    def __init__(
        self, names: Iterable[str], url: str, *, adapter: Adapter, workload: Workload, books: Books
    ) -> None:
        self._clients = {name: _Client() for name in names}
        self._url, self._adapter, self._workload, self._books = url, adapter, workload, books

    def sends(self, message: Message) -> bool:
        """Whether the sender is one of these; else another process has it."""
        return message.sender in self._clients

    def hand_over(self, message: Message) -> None:
        """Give a message that is due to its sender."""
        client = self._clients[message.sender]
        self._books.watch.message(message.due_s)
        client.outbox.append(message)
        client.bell.set()

    async def live(self, name: str, wishes: list[Wish]) -> None:
        """Live through all sessions of one client."""
        draw = random.Random(f"{self._workload.seed}:retry:{name}")
        free_s = 0.0
        for wish in wishes:
            await self._books.clock.until(wish.start_s)
            # Where the last session took long to close, that is the option's doing.
            self._books.watch.session(max(wish.start_s, free_s))
            await self._session(wish, draw)
            free_s = self._books.clock.now_s()

    async def _session(self, wish: Wish, draw: random.Random) -> None:
        """Stay connected until the session's end, as the option's client would."""
        attempt = retries = 0
        end_s = float("inf") if wish.end_s is None else wish.end_s
        while self._books.clock.now_s() < end_s:
            attempt += 1
            end = await self._attempt(wish, attempt)
            retries = retries if end is None else 0
            own_s = None if end is None else end.retry_s
            wait_s = self._adapter.retry_s(retries, draw) if own_s is None else own_s
            retry_at_s = self._books.clock.now_s() + wait_s
            retries += 1
            await self._books.clock.until(min(retry_at_s, end_s))
        if self._books.observer is not None:
            self._books.observer.leaving(wish.client)
        self._books.sink.end_session(wish.client, wish.session, at=self._books.clock.utc_now())

    async def _attempt(self, wish: Wish, attempt: int) -> End | None:
        """How the connection of one attempt ended, after its life. None where the attempt failed."""

        def receive(payload: Payload) -> None:
            received(str(payload.get("m")), client, at_s=now_s())

        received, client, now_s = self._books.ledger.received, wish.client, self._books.clock.now_s

        started_s = now_s()
        line = None
        try:
            line = await self._adapter.connect(
                self._url, room=wish.room, receive=receive, episode=f"{wish.client}/{wish.session}"
            )
            result = "open"
        except Exception as error:
            result = outcome(error)
        done_s = now_s()
        row = Connection(
            client=wish.client,
            session=wish.session,
            attempt=attempt,
            started_at=self._books.clock.utc(started_s),
            observed_until=self._books.clock.utc(done_s),
            outcome=result,
            handshake_s=None if line is None else done_s - started_s,
        )
        # First, as what comes after the books are closed is not counted either.
        self._books.sink.connection(row)
        self._books.outcomes[result] += 1
        if line is None:
            return None
        if self._books.observer is not None:
            self._books.observer.joined(wish.client, line.local_port)
        return await self._connected(wish, line, row)

    async def _connected(self, wish: Wish, line: Session, row: Connection) -> End:
        """Send and receive until the connection is lost or the session is over; how it ended."""
        ended = asyncio.create_task(line.ended())
        sender = asyncio.create_task(self._send_on(line, self._clients[wish.client]))
        try:
            await asyncio.wait({ended}, timeout=self._left_s(wish))
            intended = not ended.done()
            if self._books.observer is not None:
                (self._books.observer.leaving if intended else self._books.observer.lost)(wish.client)
            end = End(await line.close(), "client") if intended else ended.result()
        finally:
            await cancel([ended, sender])
        at = self._books.clock.utc_now()
        closed = replace(row, ended_at=at, observed_until=at, close_code=end.code, ended_by=end.by)
        self._books.sink.connection(replace(closed, intended=intended))
        self._books.ends["intended" if intended else end.by] += 1
        return end

    def _left_s(self, wish: Wish) -> float | None:
        return None if wish.end_s is None else max(0.0, wish.end_s - self._books.clock.now_s())

    async def _send_on(self, line: Session, client: _Client) -> None:
        """Send what is due over one connection until it is cancelled or breaks."""
        while True:
            client.bell.clear()
            while client.outbox:
                message = client.outbox[0]
                if self._books.clock.now_s() <= message.due_s + self._workload.deadline_s:
                    try:
                        await line.publish(self._payload(message))
                    except Exception:
                        # `ended` tells of the broken connection; the message waits for the next one.
                        return
                client.outbox.popleft()
            await client.bell.wait()

    def _payload(self, message: Message) -> Payload:
        """A payload that takes the message's bytes as JSON, or as few as its id allows."""
        return {"m": message.id, "pad": "x" * max(0, message.bytes - len(message.id) - 17)}


async def cancel(tasks: list[Any]) -> None:
    """Stop some tasks, and wait until they have."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
