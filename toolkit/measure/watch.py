"""The load generator's watch on itself: whether it did what the schedule says, when it says."""

import asyncio
import time

import numpy as np

from toolkit.measure.clock import RunClock
from toolkit.measure.workload import LAG_LIMIT_MS

TICK_S = 0.05

CPU_LIMIT = 0.9
"""A thread that is busy for more of its time has a queue of its own, which would count as the server's."""

STEP_S = 0.1
"""A clock is set by more than that; what is less is reading it twice."""


class LagWatch:
    """Measures how late the generator itself is, and how busy.

    Args:
        clock: of the run. None: one that starts now.
        limit_ms: a 99th percentile of lateness above it makes the run invalid.
    """

    def __init__(self, clock: RunClock | None = None, limit_ms: float = LAG_LIMIT_MS) -> None:
        self._clock = clock or RunClock()
        self._limit_ms = limit_ms
        self.limit_s = limit_ms / 1000
        self._lags_s: list[float] = []
        self._late_s: list[float] = []
        self._step_s = self._wall_s = self._busy_s = 0.0
        self.begun = 0

    async def run(self) -> None:
        """Measure until cancelled."""
        wall_s, busy_s = time.monotonic(), time.thread_time()
        while True:
            asked_s = time.monotonic() + TICK_S
            await asyncio.sleep(TICK_S)
            now_s = time.monotonic()
            # uvloop counts whole milliseconds, and may wake a sleeper one early.
            self._lags_s.append(max(0.0, now_s - asked_s))
            self._wall_s, self._busy_s = now_s - wall_s, time.thread_time() - busy_s
            self._step_s = max(self._step_s, self._clock.stepped_s(), key=abs)

    def session(self, due_s: float) -> None:
        """A session that was due then begins now."""
        self.begun += 1
        self._late_s.append(max(0.0, self._clock.now_s() - due_s))

    def message(self, due_s: float) -> None:
        """A message that was due then is handed to its sender now."""
        self._late_s.append(max(0.0, self._clock.now_s() - due_s))

    @property
    def p99_ms(self) -> float:
        """99th percentile of how much later than asked the event loop woke a sleeper."""
        return _p99_ms(self._lags_s)

    @property
    def late_p99_ms(self) -> float:
        """99th percentile of how late sessions were begun and messages handed over."""
        return _p99_ms(self._late_s)

    @property
    def cpu_share(self) -> float:
        """Share of its time that the generator's thread was busy."""
        return self._busy_s / self._wall_s if self._wall_s else 0.0

    @property
    def clock_step_s(self) -> float | None:
        """How far the machine's UTC was set during the run. None: it was not."""
        return self._step_s if abs(self._step_s) > STEP_S else None

    def verdict(self, *, sessions: int = 0) -> str | None:
        """Why the run is invalid. None where it is valid.

        Args:
            sessions: how many should have begun.
        """
        limit = f"above {self._limit_ms:.0f} ms"
        found = []
        if self.p99_ms > self._limit_ms:
            found.append(f"the probe's own event loop ran {self.p99_ms:.0f} ms late (p99), {limit}")
        if self.late_p99_ms > self._limit_ms:
            found.append(f"it began what was due {self.late_p99_ms:.0f} ms late (p99), {limit}")
        if self.cpu_share > CPU_LIMIT:
            found.append(f"it was busy for {self.cpu_share:.0%} of its time, above {CPU_LIMIT:.0%}")
        if self.begun < sessions:
            found.append(f"it began {self.begun} of {sessions} sessions")
        return "; ".join(found) or None


def _p99_ms(late_s: list[float]) -> float:
    return float(np.quantile(late_s, 0.99)) * 1000 if late_s else 0.0
