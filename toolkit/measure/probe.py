"""The open-loop probe: it sends when the schedule says so, whatever the server does, and times from then on.

Rules, alike for every option:

- The intended recipients of a message are all clients of the room whose session wants connection when it is
  due, connected or not, but the sender.
- Latency runs from the scheduled send to the receipt, on one clock. A sender without a connection sends as
  soon as it has one again; after the deadline the message is lost for all. A send that fails is tried again
  likewise.
- ``handshake_s`` runs until the client has joined its room and can be reached.
- A delivery is recorded when its deadline is over: what the probe did not live to decide, it does not claim.
- A connection that is closed on purpose noticed no fault, and a session that is over need not recover.
- Several processes may share one run: each has its part of the clients, and knows from the schedule what all
  the others send, so that nothing has to be told between them.
"""

import asyncio
import random
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field, replace
from typing import Any

from toolkit.measure.adapters.base import Adapter, End, Payload, Session, outcome
from toolkit.measure.batch import DeliveryBatch
from toolkit.measure.clock import RunClock
from toolkit.measure.events import Connection
from toolkit.measure.ledger import Ledger
from toolkit.measure.recorder import FLUSH_S
from toolkit.measure.schedule import Message, Part, Wish, schedule
from toolkit.measure.sinks import Listener, Sink
from toolkit.measure.totals import ProbeResult
from toolkit.measure.watch import LagWatch
from toolkit.measure.workload import Workload

CLOSE_S = 10.0
"""How long an adapter may take to free what its connections share."""


@dataclass
class _Client:
    """What one client has to send, and the bell that rings when there is more."""

    outbox: deque[Message] = field(default_factory=deque)
    bell: asyncio.Event = field(default_factory=asyncio.Event)


class Probe:
    """Runs one workload against one endpoint.

    Args:
        url: of the endpoint.
        option: what it is called in the result.
        adapter: speaks the option's protocol.
        recorder: takes the facts.
        workload: what the clients do; its faults are the proxy's business.
        observer: sees the connections at the proxy; its facts are recorded too. None: there is no proxy.
        part: which of the clients are this process's. None: all.
    """

    def __init__(
        self,
        url: str,
        *,
        option: str,
        adapter: Adapter,
        recorder: Sink,
        workload: Workload,
        observer: Listener | None = None,
        part: Part | None = None,
    ) -> None:
        self._observer = observer
        self._url, self._option = url, option
        self._adapter, self._recorder, self._workload = adapter, recorder, workload
        self._outcomes: Counter[str] = Counter()
        self._ends: Counter[str] = Counter()
        self._clients: dict[str, _Client] = {}
        self._ledger = Ledger(workload.deadline_s)
        self._batch = DeliveryBatch(**recorder.observer, deadline_s=workload.deadline_s)
        self._planned = (part or Part()).of_schedule(schedule(workload))
        self._given: RunClock | None = None
        self._begin()

    def _begin(self) -> None:
        self._clock = self._given or RunClock()
        self._watch = LagWatch(self._clock, self._workload.lag_limit_ms)

    def start_with(self, clock: RunClock) -> None:
        """Let second 0 be that of the clock, which may be yet to come."""
        self._given = clock

    async def run(self, stop: asyncio.Event | None = None) -> ProbeResult:
        """Measure for the workload's duration. What is still open then is recorded as open.

        Args:
            stop: once it is set the run ends in good order, before its time. None: it never is.

        Raises:
            EnvironmentFault: nothing could be recorded.
        """
        self._begin()
        await self._clock.until(0.0)
        wishes: dict[str, list[Wish]] = defaultdict(list)
        for wish in self._planned.wishes:
            wishes[wish.client].append(wish)
        self._clients = {client: _Client() for client in wishes}
        tasks = [asyncio.create_task(self._client(name, own)) for name, own in wishes.items()]
        tasks += [asyncio.create_task(self._watch.run()), asyncio.create_task(self._record())]
        end = asyncio.create_task(self._end(stop or asyncio.Event()))
        try:
            await _first_failure(tasks, end)
        finally:
            await self._stop([*tasks, end])
        return self.result()

    async def _stop(self, tasks: list[asyncio.Task[None]]) -> None:
        """Close the books before the connections, so that our own stopping is not taken for the network's."""
        try:
            if self._observer is not None:
                self._observer.finish()
            self._take()
        finally:
            await self._close(tasks)

    async def _close(self, tasks: list[asyncio.Task[None]]) -> None:
        try:
            self._recorder.close(at=self._clock.utc_now())
        finally:
            await _cancel(tasks)
            async with asyncio.timeout(CLOSE_S):
                await self._adapter.close()

    def result(self) -> ProbeResult:
        """What the run added up to; while it goes on, so far."""
        counts, watch = self._ledger.counts, self._watch
        now_s = self._clock.now_s()
        due = sum(wish.start_s < now_s - watch.limit_s for wish in self._planned.wishes)
        return ProbeResult(
            option=self._option,
            sessions=len(self._planned.wishes),
            attempts=self._outcomes.total(),
            opened=self._outcomes["open"],
            outcomes=dict(sorted(self._outcomes.items())),
            ends=dict(sorted(self._ends.items())),
            expected=counts["expected"],
            received=counts["received"],
            duplicated=counts["duplicated"],
            out_of_order=counts["out_of_order"],
            lag_p99_ms=watch.p99_ms,
            late_p99_ms=watch.late_p99_ms,
            cpu_share=watch.cpu_share,
            clock_step_s=watch.clock_step_s,
            invalid=watch.verdict(sessions=due),
        )

    async def _client(self, name: str, wishes: list[Wish]) -> None:
        """Live through all sessions of one client."""
        draw = random.Random(f"{self._workload.seed}:retry:{name}")
        free_s = 0.0
        for wish in wishes:
            await self._clock.until(wish.start_s)
            # Where the last session took long to close, that is the option's doing.
            self._watch.session(max(wish.start_s, free_s))
            await self._session(wish, draw)
            free_s = self._clock.now_s()

    async def _session(self, wish: Wish, draw: random.Random) -> None:
        """Stay connected until the session's end, as the option's client would."""
        attempt = retries = 0
        end_s = float("inf") if wish.end_s is None else wish.end_s
        while self._clock.now_s() < end_s:
            attempt += 1
            end = await self._attempt(wish, attempt)
            retries = retries if end is None else 0
            own_s = None if end is None else end.retry_s
            wait_s = self._adapter.retry_s(retries, draw) if own_s is None else own_s
            retry_at_s = self._clock.now_s() + wait_s
            retries += 1
            await self._clock.until(min(retry_at_s, end_s))
        if self._observer is not None:
            self._observer.leaving(wish.client)
        self._recorder.end_session(wish.client, wish.session, at=self._clock.utc_now())

    async def _attempt(self, wish: Wish, attempt: int) -> End | None:
        """How the connection of one attempt ended, after its life. None where the attempt failed."""

        def receive(payload: Payload) -> None:
            received(str(payload.get("m")), client, at_s=now_s())

        received, client, now_s = self._ledger.received, wish.client, self._clock.now_s

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
            started_at=self._clock.utc(started_s),
            observed_until=self._clock.utc(done_s),
            outcome=result,
            handshake_s=None if line is None else done_s - started_s,
        )
        # First, as what comes after the books are closed is not counted either.
        self._recorder.connection(row)
        self._outcomes[result] += 1
        if line is None:
            return None
        if self._observer is not None:
            self._observer.joined(wish.client, line.local_port)
        return await self._live(wish, line, row)

    async def _live(self, wish: Wish, line: Session, row: Connection) -> End:
        """Send and receive until the connection is lost or the session is over; how it ended."""
        ended = asyncio.create_task(line.ended())
        sender = asyncio.create_task(self._send_on(line, self._clients[wish.client]))
        try:
            await asyncio.wait({ended}, timeout=self._left_s(wish))
            intended = not ended.done()
            if self._observer is not None:
                (self._observer.leaving if intended else self._observer.lost)(wish.client)
            end = End(await line.close(), "client") if intended else ended.result()
        finally:
            await _cancel([ended, sender])
        at = self._clock.utc_now()
        closed = replace(row, ended_at=at, observed_until=at, close_code=end.code, ended_by=end.by)
        self._recorder.connection(replace(closed, intended=intended))
        self._ends["intended" if intended else end.by] += 1
        return end

    def _left_s(self, wish: Wish) -> float | None:
        return None if wish.end_s is None else max(0.0, wish.end_s - self._clock.now_s())

    async def _record(self) -> None:
        """Hand on what is decided and what is seen of faults, until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_S)
            self._take()

    def _take(self) -> None:
        for day, rows in self._batch.take():
            self._recorder.deliveries(day, rows)
        for row in self._observer.facts() if self._observer is not None else ():
            self._recorder.fault(row)

    async def _end(self, stop: asyncio.Event) -> None:
        """Return at the run's end, or when it is to stop."""
        tasks = [asyncio.create_task(self._follow()), asyncio.create_task(stop.wait())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await _cancel(tasks)

    async def _follow(self) -> None:
        """Hand each message to its sender when due, decide it at its deadline, return at the run's end."""
        deadline_s, messages = self._workload.deadline_s, self._planned.messages
        agenda = [(message.due_s, 0, message) for message in messages]
        agenda += [(message.due_s + deadline_s, 1, message) for message in messages]
        for when_s, step, message in sorted(agenda, key=lambda entry: entry[:2]):
            # What is due together needs no wait in between.
            if self._clock.now_s() < when_s:
                await self._clock.until(when_s)
            if step == 0:
                self._hand_over(message)
            else:
                self._decide(message)
        await self._clock.until(self._workload.duration_s)

    def _hand_over(self, message: Message) -> None:
        self._ledger.due(message)
        # Another process may have the sender.
        if (client := self._clients.get(message.sender)) is not None:
            self._watch.message(message.due_s)
            client.outbox.append(message)
            client.bell.set()

    def _decide(self, message: Message) -> None:
        self._batch.add(self._ledger.decide(message.id), scheduled_us=self._clock.utc_us(message.due_s))

    async def _send_on(self, line: Session, client: _Client) -> None:
        """Send what is due over one connection until it is cancelled or breaks."""
        while True:
            client.bell.clear()
            while client.outbox:
                message = client.outbox[0]
                if self._clock.now_s() <= message.due_s + self._workload.deadline_s:
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


async def _first_failure(tasks: list[asyncio.Task[None]], end: asyncio.Task[None]) -> None:
    """Return when ``end`` is done; raise at once if one of the tasks fails before."""
    running: set[asyncio.Task[None]] = {*tasks, end}
    while not end.done():
        done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


async def _cancel(tasks: list[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
