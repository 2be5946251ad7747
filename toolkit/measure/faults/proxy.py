"""A TCP proxy that treats connections as bad networks do, by a script and by hazards drawn from a seed."""

import asyncio
import random
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from toolkit.measure.faults.drawing import Blow, fate, hits, shape
from toolkit.measure.faults.line import Line
from toolkit.measure.faults.observing import FaultCounts, Observer
from toolkit.measure.faults.script import HOLES, STRIKES, WAYS, NetworkFaults, Step, Way

NEVER_S = float("inf")
LONGEST_SLEEP_S = 3600.0
"""A sleep without end is no valid timer."""

BACKLOG = 4096


@dataclass
class FaultProxy:
    """Listens on a free loopback port and relays to ``target_port``.

    Args:
        target_port: where the real server listens on loopback; connections to come go where it says then.
        faults: what to do to connections. Its script runs from :meth:`begin` on.
        seed: of all draws.
    """

    target_port: int
    faults: NetworkFaults
    seed: int
    port: int = 0
    observer: Observer = field(init=False)
    _lines: dict[int, Line] = field(default_factory=dict)
    _conditions: dict[int, Step] = field(default_factory=dict)
    _places: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self.observer = Observer()
        self._server = await loop.create_server(self._accept, "127.0.0.1", self.port, backlog=BACKLOG)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        self.observer.finish()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *(line.gone() for line in self.lines), return_exceptions=True)

    @property
    def counts(self) -> FaultCounts:
        """What was done so far."""
        return self.observer.counts

    @property
    def lines(self) -> list[Line]:
        """The connections that are there, by number."""
        self._lines = {number: line for number, line in self._lines.items() if not line.finished.is_set()}
        return list(self._lines.values())

    def begin(self) -> None:
        """The run begins: second 0 of the script is now."""
        for step in self.faults.script:
            self.do(step)

    def do(self, step: Step) -> None:
        """Do a step of a script; its second counts from now."""
        self._places += 1
        self._start(self._perform(step, self._places))

    def blackhole(self, way: Way = "both", *, connections: list[int] | None = None) -> None:
        """Let nothing pass, until :meth:`heal`; connections to come are not concerned."""
        self._strike(Step(at_s=0, fault="blackhole", way=way, connections=connections))

    def half_open(self, *, connections: list[int] | None = None) -> None:
        """Forget connections: silence, and an end that sends is reset."""
        self._strike(Step(at_s=0, fault="half_open", connections=connections))

    def reset_all(self) -> None:
        """Reset every connection at both ends."""
        self._strike(Step(at_s=0, fault="reset"))

    def close_all(self) -> None:
        """Close every connection at both ends with FIN alone."""
        self._strike(Step(at_s=0, fault="close"))

    def heal(self) -> None:
        """End every hole and every condition."""
        self._conditions.clear()
        for line in self.lines:
            self._reshape(line)
            line.heal()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _perform(self, step: Step, place: int) -> None:
        await asyncio.sleep(step.at_s)
        hit: list[Line] = []
        if step.fault in STRIKES:
            hit = self._strike(step, place)
        else:
            self._conditions[place] = step
            self._reshape(*self.lines)
        if step.for_s is None:
            return
        await asyncio.sleep(step.for_s)
        self._conditions.pop(place, None)
        self._reshape(*self.lines)
        for line in hit:
            line.heal()

    def _strike(self, step: Step, place: int = 0) -> list[Line]:
        """The connections that were hit."""
        hit = [line for line in self.lines if line.open and self._hits(step, place, line.number)]
        for line in hit:
            line.strike(step.fault, step.way, after_bytes=step.after_bytes or 0)
        return hit

    def _hits(self, step: Step, place: int, number: int) -> bool:
        return hits(step, seed=self.seed, place=place, number=number)

    def _reshape(self, *lines: Line) -> None:
        for line in lines:
            own = self._holding(line.number)
            for way in WAYS[1:]:
                line.shape(way, shape(own, way))

    def _holding(self, number: int) -> list[Step]:
        """The conditions under which a connection is."""
        return [step for place, step in self._conditions.items() if self._hits(step, place, number)]

    def _accept(self) -> asyncio.Protocol:
        number = self.counts.accepted
        self.counts.accepted += 1
        line = Line(number, draw=random.Random(f"{self.seed}:jitter:{number}"), report=self.observer)
        self._lines[number] = line
        self._start(self._serve(line))
        return line.client

    async def _serve(self, line: Line) -> None:
        """Refuse a connection, leave it hanging, or relay it and do to it what is in store for it."""
        await line.client.made.wait()
        self.observer.accepted(line)
        its_fate = fate(self.faults, seed=self.seed, number=line.number)
        holding = self._holding(line.number)
        kinds = {step.fault for step in holding}
        if its_fate.refused or "refuse" in kinds:
            self.counts.refused += 1
            line.reset()
        elif "hang" in kinds:
            self.counts.hung += 1
            line.hang()
        else:
            self._reshape(line)
            await line.connect(self.target_port)
            drops = [Blow(step.after_s or 0.0, "drop") for step in holding if step.fault == "drop"]
            await self._meet(line, deque(sorted([*its_fate.blows, *drops])))

    async def _meet(self, line: Line, blows: deque[Blow]) -> None:
        """Do to a connection what is in store for it, each at its time, as long as it lives."""
        loop = asyncio.get_running_loop()
        while not line.finished.is_set():
            now_s = loop.time()
            quiet_since_s = line.moved_s if line.open else now_s
            idle_at_s = quiet_since_s + (self.faults.idle_s or NEVER_S)
            blow_at_s = line.opened_s + blows[0].after_s if blows else NEVER_S
            if now_s >= blow_at_s:
                self._blow(line, blows.popleft())
            elif now_s >= idle_at_s:
                line.strike("idle", "both")
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(blow_at_s - now_s, idle_at_s - now_s, LONGEST_SLEEP_S)):
                        await line.finished.wait()

    def _blow(self, line: Line, blow: Blow) -> None:
        if not line.open:
            return
        line.strike(blow.fault, blow.way)
        if blow.fault in HOLES and self.faults.hole_s is not None:
            asyncio.get_running_loop().call_later(self.faults.hole_s, line.heal)
