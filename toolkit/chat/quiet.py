"""A log that stays readable when a thousand clients drop at once."""

import logging
import time
from collections.abc import Callable


class Quiet(logging.Filter):
    """Lets ``burst`` records through in each ``period_s`` and counts the rest; the next one says how many.

    Args:
        burst: how many records in one period.
        period_s: length of a period.
        clock_s: a monotonic clock.
    """

    def __init__(
        self, *, burst: int = 20, period_s: float = 10.0, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._burst, self._period_s, self._clock_s = burst, period_s, clock_s
        self._started_s = clock_s()
        self._passed = self._held_back = 0

    def filter(self, record: logging.LogRecord) -> bool:
        now_s = self._clock_s()
        if now_s - self._started_s >= self._period_s:
            if self._held_back:
                record.msg = f"{record.msg} ({self._held_back} more messages were held back)"
            self._started_s, self._passed, self._held_back = now_s, 0, 0
        if self._passed < self._burst:
            self._passed += 1
            return True
        self._held_back += 1
        return False
