"""Processes that record, merge and read at speed and are killed, and what stands afterwards.

Each process is forked from a server that has imported all it needs, so that starting costs little.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from toolkit.measure.compaction import compact_partitions
from toolkit.measure.events import Connection, Delivery
from toolkit.measure.recorder import Recorder
from toolkit.metrics.rollups import roll_up
from toolkit.project.faults import Faults

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["toolkit.measure.recorder", "toolkit.measure.compaction", "toolkit.metrics.rollups"]
)

OPTION = "current"


class Child:
    """A process that says on a pipe what it has done, a line for each thing."""

    def __init__(self, task: Callable[..., None], *arguments: Any) -> None:
        self._pipe, told = CONTEXT.Pipe(duplex=False)
        self._process = CONTEXT.Process(target=_run, args=(told, task, arguments), daemon=True)
        self._process.start()
        told.close()
        self._said = b""
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        while heard := os.read(self._pipe.fileno(), 1 << 16):
            self._said += heard

    @property
    def lines(self) -> list[str]:
        """The whole lines said so far."""
        return self._said.decode().split("\n")[:-1]

    def wait_for_a_line(self, limit_s: float = 30.0) -> None:
        until_s = time.monotonic() + limit_s
        while b"\n" not in self._said:
            assert time.monotonic() < until_s, "the process says nothing"
            time.sleep(0.002)

    def kill(self) -> float:
        """Kill it; the monotonic clock just before."""
        assert self._process.pid is not None
        killed_s = time.monotonic()
        os.kill(self._process.pid, signal.SIGKILL)
        self.join()
        return killed_s

    def join(self) -> int | None:
        """Its exit code, once it has ended."""
        self._process.join(timeout=60)
        self._listener.join(timeout=60)
        self._pipe.close()
        return self._process.exitcode


def _run(pipe: Any, task: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    def say(line: str) -> None:
        os.write(pipe.fileno(), f"{line}\n".encode())

    task(say, *arguments)


def record(say: Callable[[str], None], where: Path | str, collector: str, rows_per_s: int) -> None:
    """Record for ever; say each row once it is taken, with the monotonic clock."""
    one = Recorder(where, option=OPTION, environment="lab", collector=collector)
    start_s = time.monotonic()
    number = 0
    while True:
        due = (time.monotonic() - start_s) * rows_per_s
        while number < due:
            what = _record(one, number)
            say(f"{collector} {what} {time.monotonic():.6f}")
            number += 1
        time.sleep(0.004)


def _record(one: Recorder, number: int) -> str:
    """The next row: of five, one opens a connection, one ends it, three are deliveries."""
    turn, step = divmod(number, 5)
    now = datetime.now(UTC)
    if step > 1:
        one.delivery(
            Delivery(
                message=f"m{number}", sender="a", recipient="b", scheduled_at=now, latency_s=0.01, copies=1,
                in_order=True, bytes=1,
            )
        )  # fmt: skip
        return f"m{number}"
    ended = {"ended_at": now, "close_code": 1000, "ended_by": "client", "intended": True} if step else {}
    one.connection(
        Connection(
            client=f"c{turn}", session="s", attempt=1, started_at=now - timedelta(seconds=1),
            observed_until=now, outcome="open", handshake_s=0.1, **ended,
        )
    )  # fmt: skip
    return f"c{turn}-{'ended' if step else 'open'}"


def merge(say: Callable[[str], None], where: Path | str) -> None:
    """Compact for ever, with pauses in which a reader gets through."""
    while True:
        say(str(compact_partitions(where)))
        time.sleep(0.2)


def read(say: Callable[[str], None], where: Path) -> None:
    """Roll up for ever; say how many attempts and deliveries there are, or what is wrong."""
    while True:
        faults = Faults()
        found = roll_up(where, as_of=date(2100, 1, 1), environments=["lab"], faults=faults)
        wrong = [str(fault) for fault in faults] + [str(aside) for aside in found.set_aside]
        say("; ".join(wrong) or f"{found.counts['attempts'].sum()} {found.counts['expected'].sum()}")


@dataclass(frozen=True)
class Loss:
    """What one kill cost.

    Args:
        taken: rows whose recording had returned.
        lost: those that no file holds.
        age_s: since when the oldest of these had been taken. 0 where there is none.
    """

    taken: int
    lost: int
    age_s: float


def loss(lines: list[str], killed_s: float, standing: set[str]) -> Loss:
    """What the kill of the process that said ``lines`` cost."""
    taken = [line.rpartition(" ") for line in lines]
    lost = [float(at_s) for row, _, at_s in taken if row not in standing]
    return Loss(len(taken), len(lost), max((killed_s - at_s for at_s in lost), default=0.0))


def standing(where: Path) -> set[str]:
    """The rows in all files, by the words that recorders say; every file must be readable."""
    found = set()
    for path in [*where.glob("connections/*/*/*.parquet"), *where.glob("deliveries/*/*/*.parquet")]:
        rows = pq.read_table(path, partitioning=None).to_pydict()
        if "message" in rows:
            pairs = zip(rows["collector"], rows["message"], strict=True)
            found |= {f"{collector} {message}" for collector, message in pairs}
        else:
            states = zip(rows["collector"], rows["client"], rows["ended_at"], strict=True)
            for collector, client, ended_at in states:
                found |= {f"{collector} {client}-open"}
                found |= {f"{collector} {client}-ended"} if ended_at else set()
    return found
