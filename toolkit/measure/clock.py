"""The clock of a run."""

import asyncio
from datetime import UTC, datetime, timedelta


class RunClock:
    """One monotonic clock; UTC is read once, at the start, so that no clock step can bend a latency."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._start_s = self._loop.time()
        self._start = datetime.now(UTC)

    def now_s(self) -> float:
        """Seconds of the run."""
        return self._loop.time() - self._start_s

    def utc(self, run_s: float) -> datetime:
        """UTC at a second of the run."""
        return self._start + timedelta(seconds=run_s)

    def utc_now(self) -> datetime:
        """UTC now, on the run's clock."""
        return self.utc(self.now_s())

    async def until(self, run_s: float) -> None:
        """Return at that second of the run."""
        await asyncio.sleep(max(0.0, run_s - self.now_s()))
