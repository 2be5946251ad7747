"""The clock of a run."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Self

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RunClock:
    """One monotonic clock; UTC is read once, at the start, so that no clock step can bend a latency.

    Not the event loop's clock: uvloop's counts milliseconds, and stands still while a callback runs.

    Args:
        start_s: second 0 of the run on the monotonic clock of this machine, which all its processes share.
            None: now.
        start: the UTC of that moment. None: now.
    """

    def __init__(self, start_s: float | None = None, start: datetime | None = None) -> None:
        self.start_s = time.monotonic() if start_s is None else start_s
        self.start = datetime.now(UTC) if start is None else start

    @classmethod
    def starting_in(cls, seconds: float) -> Self:
        """A clock whose second 0 is yet to come, so that many processes can begin together."""
        return cls(time.monotonic() + seconds, datetime.now(UTC) + timedelta(seconds=seconds))

    def now_s(self) -> float:
        """Seconds of the run."""
        return time.monotonic() - self.start_s

    def utc(self, run_s: float) -> datetime:
        """UTC at a second of the run."""
        return self.start + timedelta(seconds=run_s)

    def utc_us(self, run_s: float) -> int:
        """The same in microseconds since 1970."""
        return (self.utc(run_s) - _EPOCH) // timedelta(microseconds=1)

    def utc_now(self) -> datetime:
        """UTC now, on the run's clock."""
        return self.utc(self.now_s())

    def stepped_s(self) -> float:
        """How far the machine's UTC has gone from the run's: it was set meanwhile."""
        return (datetime.now(UTC) - self.utc_now()).total_seconds()

    async def until(self, run_s: float) -> None:
        """Return at that second of the run."""
        await asyncio.sleep(max(0.0, run_s - self.now_s()))
