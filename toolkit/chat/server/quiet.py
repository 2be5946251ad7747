"""A log that stays readable when a thousand clients drop at once."""

import logging
import time
from collections.abc import Callable


class Quiet:
    """Lets ``burst`` records through in each ``period_s`` and counts the rest.

    Args:
        burst: how many records in one period.
        period_s: length of a period.
        clock_s: a monotonic clock.
    """

    def __init__(
        self, *, burst: int = 20, period_s: float = 10.0, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst, self._period_s, self._clock_s = burst, period_s, clock_s
        self._started_s = clock_s()
        self._passed = self._held_back = 0

    def passes(self) -> bool:
        """Whether a record may pass now."""
        now_s = self._clock_s()
        if now_s - self._started_s >= self._period_s:
            self._started_s, self._passed = now_s, 0
        if self._passed < self._burst:
            self._passed += 1
            return True
        self._held_back += 1
        return False

    def held_back(self) -> int:
        """How many did not pass since this was last asked, once their period is over; 0 until then."""
        if not self._held_back or self._clock_s() - self._started_s < self._period_s:
            return 0
        count, self._held_back = self._held_back, 0
        return count


class QuietLibrary(logging.Filter):
    """Of a library that logs by itself: no more than :class:`Quiet`, and nothing but warnings and errors.

    Below these, its records are one for each connection, and hold requests with all that is secret in them.
    """

    def __init__(self, quiet: Quiet) -> None:
        super().__init__()
        self._quiet = quiet

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return False
        held_back = self._quiet.held_back()
        if not self._quiet.passes():
            return False
        if held_back:
            record.msg = f"{record.msg} ({held_back} more messages were held back)"
        return True
