"""What a process and all that it started take of this machine, read from ``/proc``."""

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from toolkit.project.faults import EnvironmentFault

SAMPLE_S = 0.25
_PROC = Path("/proc")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_KIB = os.sysconf("SC_PAGE_SIZE") / 1024


@dataclass(frozen=True)
class Usage:
    """What a tree of processes has taken so far.

    Args:
        cpu_s: processor seconds, of children that have ended too.
        rss_kib: resident memory now; pages that processes share are counted for each.
        processes: how many there are.
    """

    cpu_s: float
    rss_kib: float
    processes: int


def usage(pid: int) -> Usage:
    """What the process and its descendants have taken.

    Raises:
        ProcessLookupError: it has ended.
    """
    stats = dict(_stats())
    if pid not in stats:
        raise ProcessLookupError(f"process {pid} has ended")
    tree = list(_tree(pid, stats))
    ticks = sum(int(ticks) for one in tree for ticks in stats[one][11:15])
    pages = sum(int(stats[one][21]) for one in tree)
    return Usage(ticks / _TICKS_PER_S, pages * _PAGE_KIB, len(tree))


def _stats() -> Iterator[tuple[int, list[str]]]:
    """The fields of every process's ``stat`` after its name (proc_pid_stat(5)), without the dead."""
    for folder in _PROC.glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] not in "ZX":
            yield int(folder.name), fields


def _tree(pid: int, stats: dict[int, list[str]]) -> Iterator[int]:
    """The process and its descendants."""
    children = defaultdict(list)
    for one, fields in stats.items():
        children[int(fields[1])].append(one)
    found = [pid]
    while found:
        yield (one := found.pop())
        found += children[one]


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
        try:
            found = usage(self.pid)
        except ProcessLookupError as error:
            raise EnvironmentFault(f"the server of {self.option} ended on its own while measured") from error
        self.rss_peak_kib = max(self.rss_peak_kib, found.rss_kib)
        return found

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
