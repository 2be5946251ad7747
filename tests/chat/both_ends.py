"""A pure model of one connection: the server's and the client's own judges, and a line that may fail.

Times are seconds on one clock, randomness is drawn from what is given, nothing waits.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from math import ceil, inf
from random import Random

from toolkit.chat.client.watch import Watch
from toolkit.chat.server.liveness import Liveness
from toolkit.chat.settings import Settings

THROTTLED_S = 60.0
"""In a hidden tab timers fire once a minute."""


@dataclass
class Line:
    """What lies between the ends.

    Args:
        delay_s: longest one-way delay of a frame; each takes a draw from 0 to this.
        cut_s: from then on nothing arrives. None: never.
        lost: which of the server's heartbeats is lost, 0 for the first. None: none is.
    """

    delay_s: float = 0.0
    cut_s: float | None = None
    lost: int | None = None

    def carries(self, at_s: float) -> bool:
        return self.cut_s is None or at_s < self.cut_s


@dataclass
class Outcome:
    """When each end gave up, None where it did not, and the longest silence of the line before the cut."""

    client_s: float | None = None
    server_s: float | None = None
    silence_s: float = 0.0


@dataclass
class Connection:
    """One connection from its handshake at 0 on.

    Args:
        settings: of both ends.
        draw: where all randomness comes from.
        line: what lies between them.
        hidden: whether the client is a hidden tab.
        speaks_s: mean time between messages of the client, which the server acknowledges. None: it is idle.
    """

    settings: Settings
    draw: Random
    line: Line
    hidden: bool = False
    speaks_s: float | None = None
    outcome: Outcome = field(default_factory=Outcome)
    _events: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)

    def live(self, until_s: float) -> Outcome:
        """What becomes of it until then."""
        settings = self.settings
        self._liveness = Liveness(settings)
        self._watch = Watch(interval_s=settings.client_interval_s, wait_s=settings.client_wait_s, now_s=0.0)
        self._heard_s = self._pinged_s = self._moved_s = 0.0
        self._beats = 0
        self._wakes_s = self.draw.uniform(0, THROTTLED_S)
        self._at(self.draw.uniform(0, settings.sweep_s), self._sweep)
        self._timer()
        if self.speaks_s is not None:
            self._speak(0.0)
        while self._events and self._events[0][0] <= until_s:
            now_s, _, happens = heapq.heappop(self._events)
            happens(now_s)
        return self.outcome

    def _at(self, when_s: float, happens: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (when_s, next(self._order), happens))

    def _send(self, now_s: float, arrives: Callable[[float], None]) -> None:
        """Put a frame on the line, at whose server's end the proxies see it."""
        arrival_s = now_s + self.draw.uniform(0, self.line.delay_s)
        if self.line.carries(arrival_s):
            self._at(arrival_s, arrives)

    def _moves(self, now_s: float) -> None:
        if self.line.carries(now_s):
            self.outcome.silence_s = max(self.outcome.silence_s, now_s - self._moved_s)
            self._moved_s = now_s

    def _sweep(self, now_s: float) -> None:
        verdict = self._liveness.judge(now_s, heard_s=self._heard_s, pinged_s=self._pinged_s)
        if verdict == "silent":
            self.outcome.server_s = now_s
            return
        if verdict == "due":
            self._pinged_s = now_s
            if self._beats != self.line.lost:
                self._moves(now_s)
                self._send(now_s, self._client_is_asked)
            self._beats += 1
        self._at(now_s + self.settings.sweep_s, self._sweep)

    def _client_is_asked(self, now_s: float) -> None:
        self._client_hears(now_s)
        # Answering a message needs no timer, so that no browser slows it.
        self._send(now_s, self._server_hears)

    def _client_hears(self, now_s: float) -> None:
        self._watch.heard(now_s)
        self._timer()

    def _server_hears(self, now_s: float) -> None:
        self._moves(now_s)
        self._heard_s = now_s

    def _server_is_asked(self, now_s: float) -> None:
        self._server_hears(now_s)
        self._send(now_s, self._client_hears)

    def _timer(self) -> None:
        due_s = self._watch.due_s
        if self.hidden:
            due_s = self._wakes_s + ceil((due_s - self._wakes_s) / THROTTLED_S) * THROTTLED_S
        self._at(due_s, self._decide)

    def _speak(self, now_s: float) -> None:
        assert self.speaks_s is not None
        self._send(now_s, self._server_is_asked)
        self._at(now_s + self.draw.expovariate(1 / self.speaks_s), self._speak)

    def _decide(self, now_s: float) -> None:
        if self.outcome.client_s is not None:
            return
        verdict = self._watch.decide(now_s)
        if verdict == "give up":
            self.outcome.client_s = now_s
        elif verdict == "ask":
            self._send(now_s, self._server_is_asked)
            self._timer()


def gap_s(outcome: Outcome) -> float:
    """How far apart the two ends gave up."""
    if outcome.client_s is None or outcome.server_s is None:
        return inf
    return abs(outcome.client_s - outcome.server_s)
