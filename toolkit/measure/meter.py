"""Watches what a server takes while it is measured."""

import asyncio
import time
from dataclasses import dataclass, field

from toolkit.measure.servers.usage import Usage, usage
from toolkit.project.faults import EnvironmentFault

SAMPLE_S = 0.25
BYTES_A_KIB = 1024.0


@dataclass
class Meter:
    """Watches a server while it is measured.

    Args:
        option: what it serves; its name in an error.
        pid: of its process.
    """

    option: str
    pid: int
    rss_peak_kib: float = 0.0
    _before: Usage = field(init=False)
    _since_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def now(self) -> Usage:
        """What it has taken so far.

        Raises:
            EnvironmentFault: it has ended.
        """
        found = usage(self.pid)
        if found is None:
            raise EnvironmentFault(f"the server of {self.option} ended on its own while measured")
        self.rss_peak_kib = max(self.rss_peak_kib, found.rss_bytes / BYTES_A_KIB)
        return found

    def rss_kib(self) -> float:
        """Its resident memory now."""
        return self.now().rss_bytes / BYTES_A_KIB

    def begin(self) -> None:
        """What is measured begins now."""
        self.rss_peak_kib = 0.0
        self._before, self._since_s = self.now(), time.monotonic()

    def cpu_s(self) -> float:
        """Processor seconds since it began."""
        return self.now().cpu_s - self._before.cpu_s

    def elapsed_s(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._since_s

    async def watch(self) -> None:
        """Look at it until cancelled; raises :class:`EnvironmentFault` as soon as it has ended."""
        while True:
            self.now()
            await asyncio.sleep(SAMPLE_S)
