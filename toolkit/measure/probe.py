"""The open-loop probe: it sends when the schedule says so, whatever the server does, and times from then on.

Rules, alike for every option:

- The intended recipients of a message are all clients of the room whose session wants connection when it is
  due, connected or not, but the sender.
- Latency runs from the scheduled send to the receipt, on one clock. Where a timer fires early, which is less
  than a millisecond, it runs from then, as far as one process has sender and recipient. A sender without a
  connection sends as soon as it has one again; after the deadline the message is lost for all. A send that
  fails is tried again likewise.
- ``handshake_s`` runs until the client has joined its room and can be reached.
- A delivery is recorded when its deadline is over: what the probe did not live to decide, it does not claim.
- A connection that is closed on purpose noticed no fault, and a session that is over need not recover.
- Several processes may share one run: each has its part of the clients, and knows from the schedule what all
  the others send, so that nothing has to be told between them.
"""

import asyncio
from collections import defaultdict

from toolkit.measure.adapters.base import Adapter
from toolkit.measure.batch import DeliveryBatch
from toolkit.measure.clients import Books, Clients, cancel
from toolkit.measure.clock import RunClock
from toolkit.measure.ledger import Ledger
from toolkit.measure.recorder import FLUSH_S
from toolkit.measure.schedule import Part, Wish, schedule
from toolkit.measure.sinks import Listener, Sink
from toolkit.measure.totals import ProbeResult
from toolkit.measure.watch import LagWatch
from toolkit.measure.workload import Workload

CLOSE_S = 10.0
"""How long an adapter may take to free what its connections share."""


AHEAD_S = 0.25
"""So much ahead of its time a message of another process is expected: it may arrive before a timer fires."""


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
        self._url, self._option, self._adapter = url, option, adapter
        self._recorder, self._workload, self._observer = recorder, workload, observer
        self._batch = DeliveryBatch(**recorder.observer, deadline_s=workload.deadline_s)
        self._planned = (part or Part()).of_schedule(schedule(workload))
        self._given: RunClock | None = None
        self._begin()

    def _begin(self) -> None:
        """Open the books, with a clock that starts now where none was given."""
        clock = self._given or RunClock()
        watch = LagWatch(clock, self._workload.lag_limit_ms)
        ledger = Ledger(self._workload.deadline_s)
        self._books = Books(clock, watch, ledger, self._recorder, self._observer)

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
        await self._books.clock.until(0.0)
        wishes: dict[str, list[Wish]] = defaultdict(list)
        for wish in self._planned.wishes:
            wishes[wish.client].append(wish)
        clients = Clients(
            wishes, self._url, adapter=self._adapter, workload=self._workload, books=self._books
        )
        tasks = [asyncio.create_task(clients.live(name, own)) for name, own in wishes.items()]
        tasks += [asyncio.create_task(self._books.watch.run()), asyncio.create_task(self._record())]
        end = asyncio.create_task(self._end(clients, stop or asyncio.Event()))
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
            self._recorder.close(at=self._books.clock.utc_now())
        finally:
            await cancel(tasks)
            async with asyncio.timeout(CLOSE_S):
                await self._adapter.close()

    def result(self) -> ProbeResult:
        """What the run added up to; while it goes on, so far."""
        books = self._books
        counts, watch, now_s = books.ledger.counts, books.watch, books.clock.now_s()
        due = sum(wish.start_s < now_s - watch.limit_s for wish in self._planned.wishes)
        return ProbeResult(
            option=self._option,
            sessions=len(self._planned.wishes),
            attempts=books.outcomes.total(),
            opened=books.outcomes["open"],
            outcomes=dict(sorted(books.outcomes.items())),
            ends=dict(sorted(books.ends.items())),
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

    async def _end(self, clients: Clients, stop: asyncio.Event) -> None:
        """Return at the run's end, or when it is to stop."""
        tasks = [asyncio.create_task(self._follow(clients)), asyncio.create_task(stop.wait())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await cancel(tasks)

    async def _follow(self, clients: Clients) -> None:
        """Hand each message to its sender when due, decide it at its deadline, return at the run's end."""
        clock, ledger = self._books.clock, self._books.ledger
        deadline_s, messages = self._workload.deadline_s, self._planned.messages
        agenda = [
            (message.due_s - (0.0 if clients.sends(message) else AHEAD_S), 0, message) for message in messages
        ]
        agenda += [(message.due_s + deadline_s, 1, message) for message in messages]
        for when_s, step, message in sorted(agenda, key=lambda entry: entry[:2]):
            # What is due together needs no wait in between.
            if clock.now_s() < when_s:
                await clock.until(when_s)
            if step == 0:
                ledger.due(message, at_s=clock.now_s() if clients.sends(message) else message.due_s)
                if clients.sends(message):
                    clients.hand_over(message)
            else:
                self._batch.add(ledger.decide(message.id), scheduled_us=clock.utc_us(message.due_s))
        await clock.until(self._workload.duration_s)


async def _first_failure(tasks: list[asyncio.Task[None]], end: asyncio.Task[None]) -> None:
    """Return when ``end`` is done; raise at once if one of the tasks fails before."""
    running: set[asyncio.Task[None]] = {*tasks, end}
    while not end.done():
        done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
