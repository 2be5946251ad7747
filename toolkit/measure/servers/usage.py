"""What a server takes of the machine, its children included, as Linux accounts for it."""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Usage:
    """What a tree of processes took.

    Args:
        cpu_s: seconds of processor time since each began, those of ended children too.
        rss_bytes: resident memory now; pages that processes share count in each of them.
        processes: how many there are now.
    """

    cpu_s: float
    rss_bytes: int
    processes: int


@dataclass(frozen=True)
class _Process:
    parent: int
    cpu_ticks: int
    rss_pages: int


def usage(pid: int) -> Usage | None:
    """What the process and all that descend from it take.

    Args:
        pid: of the oldest of them.

    Returns:
        None where there is no such process, or no ``/proc``: unknown, not nothing.
    """
    known = {int(entry.name): found for entry in _entries() if (found := _read(entry)) is not None}
    if pid not in known:
        return None
    tree = {pid}
    while grown := {child for child, found in known.items() if found.parent in tree} - tree:
        tree |= grown
    return Usage(
        cpu_s=sum(known[one].cpu_ticks for one in tree) / os.sysconf("SC_CLK_TCK"),
        rss_bytes=sum(known[one].rss_pages for one in tree) * os.sysconf("SC_PAGE_SIZE"),
        processes=len(tree),
    )


def _entries() -> list[Path]:
    return [entry for entry in PROC.iterdir() if entry.name.isdecimal()] if PROC.is_dir() else []


def _read(entry: Path) -> _Process | None:
    """One process, by the fields of proc_pid_stat(5). None where it has gone meanwhile."""
    try:
        text = (entry / "stat").read_text(errors="replace")
    except OSError:
        return None
    # The name stands in brackets and may hold anything; what follows the last one is numbers.
    fields = text[text.rindex(")") + 2 :].split()
    # utime, stime, cutime, cstime are fields 14 to 17 counted from 1, of which state is the third.
    return _Process(parent=int(fields[1]), cpu_ticks=sum(map(int, fields[11:15])), rss_pages=int(fields[21]))
