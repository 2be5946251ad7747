"""One relayed connection: what is done to it, and what its ends do then."""

import asyncio
import random
from typing import Protocol

from toolkit.measure.faults.drawing import Shape
from toolkit.measure.faults.flow import Flow
from toolkit.measure.faults.frames import CloseFrame
from toolkit.measure.faults.script import HOLES, FaultKind, Way
from toolkit.measure.faults.side import End, Side

ENDS: tuple[End, End] = ("client", "server")
TOLD: tuple[FaultKind, ...] = ("close", "idle", "drop")
"""Faults that end a connection with FIN."""

_OTHER: dict[End, End] = {"client": "server", "server": "client"}
_AWAY: dict[End, Way] = {"client": "to_server", "server": "to_client"}
"""The way that what an end sends takes."""


class Report(Protocol):
    """Takes what happens to a line."""

    def struck(self, line: "Line", fault: FaultKind, way: Way) -> None:
        """It is hit now."""

    def healed(self, line: "Line") -> None:
        """It works again."""

    def closing(self, line: "Line", end: End) -> None:
        """An end begins to close its side; it may be said more than once."""

    def over(self, line: "Line") -> None:
        """Both its sockets are gone."""


class Line:
    """A connection from a client through the proxy to the server.

    Args:
        number: of the connection, in the order of acceptance.
        draw: of the jitter.
        report: takes what happens to it.
    """

    def __init__(self, number: int, *, draw: random.Random, report: Report) -> None:
        self.number = number
        self.fault: FaultKind | None = None
        """What it was hit by and has not healed from."""
        self._report = report
        self._loop = asyncio.get_running_loop()
        self.opened_s = self.moved_s = self._loop.time()
        self._sides = {end: self._side(end) for end in ENDS}
        self._flows = {end: self._flow(end, draw) for end in ENDS}
        self._frames = {end: CloseFrame() for end in ENDS}
        self._tasks: list[asyncio.Task[None]] = []
        self._broken: set[End] = set()
        self._hung = False
        self.finished = asyncio.Event()
        """Whether both sockets are gone."""

    def _side(self, end: End) -> Side:
        return Side(
            heard=lambda chunk: self._heard(end, chunk),
            ended=lambda reset: self._ended(end, reset=reset),
            gone=self._gone,
        )

    def _flow(self, end: End, draw: random.Random) -> Flow:
        return Flow(
            self._sides[end],
            self._sides[_OTHER[end]],
            draw=draw,
            moved=self._moved,
            cut=lambda: self._cut(_AWAY[end]),
        )

    @property
    def client(self) -> Side:
        """The socket towards the client."""
        return self._sides["client"]

    @property
    def open(self) -> bool:
        """Whether a fault can hit it still."""
        ending = any(side.closed or side.lost for side in self._sides.values())
        return self.fault is None and not ending and not self.finished.is_set()

    async def connect(self, target_port: int) -> None:
        """Connect to the server and relay from now on; a server that is gone looks refused."""
        try:
            await self._loop.create_connection(lambda: self._sides["server"], "127.0.0.1", target_port)
        except OSError:
            self.reset()
            return
        if self.finished.is_set():
            self._sides["server"].abort()
        else:
            self._tasks = [asyncio.create_task(flow.run()) for flow in self._flows.values()]

    def hang(self) -> None:
        """Never answer."""
        self._hung = True

    def shape(self, way: Way, shape: Shape) -> None:
        """Let the bytes of one way travel like this from now on."""
        for end, flow in self._flows.items():
            if way in ("both", _AWAY[end]):
                flow.shape = shape

    def strike(self, fault: FaultKind, way: Way, *, after_bytes: int = 0) -> None:
        """Hit the connection: a hole silences it, the others end it, a cut once so many bytes have passed."""
        hit = [flow for end, flow in self._flows.items() if way in ("both", _AWAY[end])]
        if fault == "cut":
            for flow in hit:
                flow.cut_after(after_bytes)
            return
        self._struck(fault, way)
        if fault in HOLES:
            for flow in hit:
                flow.block(True)
        elif fault in TOLD:
            # Whatever the ends still send is dropped.
            for side in self._sides.values():
                side.finish()
        else:
            self.reset()

    def heal(self) -> None:
        """Let all pass again: what was held comes late, as if sent again, and so does the end of a side."""
        if self.fault not in HOLES or self.finished.is_set():
            return
        self.fault = None
        self._moved()
        self._report.healed(self)
        if self._broken or any(flow.overflowed for flow in self._flows.values()):
            self.reset()
        for flow in self._flows.values():
            flow.block(False)

    def reset(self) -> None:
        """RST to both ends."""
        for side in self._sides.values():
            side.reset()

    async def gone(self) -> None:
        """Reset it, and return once nothing of it runs."""
        self.reset()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _struck(self, fault: FaultKind, way: Way) -> None:
        self.fault = fault
        self._report.struck(self, fault, way)

    def _cut(self, way: Way) -> bool:
        if not self.open:
            return False
        self._struck("cut", way)
        self.reset()
        return True

    def _moved(self) -> None:
        self.moved_s = self._loop.time()

    def _heard(self, end: End, chunk: bytes) -> None:
        if self._frames[end].within(chunk) or self.fault == "half_open":
            self._report.closing(self, end)
        if self.fault == "half_open":
            self._sides[end].reset()
        elif self.fault not in TOLD:
            self._flows[end].feed(chunk)

    def _ended(self, end: End, *, reset: bool) -> None:
        self._report.closing(self, end)
        other = self._sides[_OTHER[end]]
        if self.fault in TOLD:
            return
        if self._hung or (self.fault in HOLES and other.closed):
            self._abort()
        elif self.fault == "half_open":
            self._sides[end].abort()
        elif not reset:
            self._flows[end].end()
        elif self._flows[end].blocked:
            self._broken.add(end)
        else:
            other.reset()

    def _abort(self) -> None:
        for side in self._sides.values():
            side.abort()

    def _gone(self) -> None:
        """A socket is gone; where nothing more can come from the other, that is closed too."""
        sides = self._sides.values()
        if all(side.lost or side.closed or not side.made.is_set() for side in sides):
            self._abort()
        if all(side.lost or not side.made.is_set() for side in sides) and not self.finished.is_set():
            self.finished.set()
            for task in self._tasks:
                task.cancel()
            self._report.over(self)
