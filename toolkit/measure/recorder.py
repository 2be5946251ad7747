"""Writes the recorded facts so that a crash loses at most the last second and no reader sees half a file."""

import os
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.measure.events import SCHEMAS, Connection, Delivery, Table, day_of, partition, safe_name
from toolkit.project.faults import EnvironmentFault

FLUSH_S = 0.7
"""Seconds between two flushes: less than the second that a crash may cost, as writing takes time too."""

MIDNIGHT_GRACE_S = 2.0
"""Rows of the old day may still arrive this long after midnight, before its last state is written."""

Row = dict[str, Any]


def utc_now() -> datetime:
    return datetime.now(UTC)


def write_part(folder: Path, name: str, table: pa.Table) -> Path:
    """The Parquet file ``name`` in ``folder``, written so that it appears complete or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{name}.{uuid.uuid4().hex[:8]}.tmp"
    try:
        with temporary.open("wb") as file:
            pq.write_table(table, file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / name)
        _sync_folder(folder)
    finally:
        temporary.unlink(missing_ok=True)
    return folder / name


def _sync_folder(folder: Path) -> None:
    """A renamed file is only durable once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass
class _Live:
    """The last known state of a session that has not ended."""

    row: Connection
    day: date


class Recorder:
    """Records one option as seen by one collector; any number of collectors may share the folder.

    Rows are taken from any thread and written by one of its own, so that a slow disk delays no measurement.

    Args:
        metrics_dir: the folder ``metrics`` of a decision folder.
        option: which option is measured.
        environment: where it is measured, a name of ``project.yaml``.
        collector: who measures. Unique among all that write at the same time.
        now: the UTC clock.
    """

    def __init__(
        self,
        metrics_dir: Path,
        *,
        option: str,
        environment: str,
        collector: str,
        now: Callable[[], datetime] = utc_now,
        flush_s: float = FLUSH_S,
    ) -> None:
        self._metrics_dir = metrics_dir
        self._option = safe_name(option)
        self._observer = {"environment": environment, "collector": collector}
        self._prefix = f"{safe_name(collector)}-{uuid.uuid4().hex[:8]}"
        self._now = now
        self._flush_s = flush_s
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._live: dict[tuple[str, str], _Live] = {}
        self._rows: dict[tuple[Table, date], list[Row]] = defaultdict(list)
        self._parts = 0
        self._failure: OSError | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"recorder-{option}", daemon=True)
        self._thread.start()

    def connection(self, row: Connection) -> None:
        """Record the newest state of an attempt.

        Raises:
            EnvironmentFault: earlier rows could not be written.
        """
        self._raise_failure()
        with self._lock:
            key = (row.client, row.session)
            day = day_of(row.observed_until)
            if key in self._live:
                self._close_days(self._live[key], until=day)
            if row.intended:
                self._live.pop(key, None)
            else:
                self._live[key] = _Live(row, day)
            self._add(row)

    def delivery(self, row: Delivery) -> None:
        """Record one delivery, once it is decided.

        Raises:
            EnvironmentFault: earlier rows could not be written.
        """
        self._raise_failure()
        with self._lock:
            self._rows["deliveries", day_of(row.scheduled_at)].append({**self._observer, **asdict(row)})

    def end_session(self, client: str, session: str, *, at: datetime) -> None:
        """Record that a session ended while it had no connection: it was observed until then."""
        with self._lock:
            live = self._live.pop((client, session), None)
            if live is not None:
                self._close_days(live, until=day_of(at))
                self._add(replace(live.row, observed_until=at))

    def close(self, *, at: datetime | None = None) -> None:
        """Record what is still open as open until ``at`` (None: now), and write everything.

        Raises:
            EnvironmentFault: something could not be written.
        """
        until = at or self._now()
        for client, session in list(self._live):
            self.end_session(client, session, at=until)
        self._stop.set()
        self._thread.join()
        self.flush()
        self._raise_failure()

    def flush(self) -> None:
        """Write all rows taken so far to new files."""
        with self._writing:
            with self._lock:
                rows, self._rows = self._rows, defaultdict(list)
            for (table, day), found in sorted(rows.items()):
                self._write(table, day, found)

    def _write(self, table: Table, day: date, rows: list[Row]) -> None:
        folder = partition(self._metrics_dir, table, option=self._option, day=day)
        self._parts += 1
        try:
            write_part(folder, f"{self._prefix}-{self._parts:07d}.parquet", table_of(table, rows))
        except OSError as error:
            # Kept, so that they are tried again: a disk that was full may have room later.
            with self._lock:
                self._rows[table, day][:0] = rows
            self._failure = error
        else:
            self._failure = None

    def _add(self, row: Connection) -> None:
        self._rows["connections", day_of(row.observed_until)].append({**self._observer, **asdict(row)})

    def _close_days(self, live: _Live, *, until: date) -> None:
        """Write the session's state as of the end of each day before ``until``."""
        while live.day < until:
            last = datetime.combine(live.day, time.max, tzinfo=UTC)
            self._add(replace(live.row, observed_until=last))
            live.day += timedelta(days=1)

    def _run(self) -> None:
        while not self._stop.wait(self._flush_s):
            today = day_of(self._now() - timedelta(seconds=MIDNIGHT_GRACE_S))
            with self._lock:
                for live in self._live.values():
                    self._close_days(live, until=today)
            self.flush()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            why = self._failure.strerror or self._failure
            raise EnvironmentFault(
                f"{self._metrics_dir}: recording failed: {why}; free the disk or choose another folder"
            ) from self._failure

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def table_of(table: Table, rows: list[Row] | list[Mapping[str, Any]]) -> pa.Table:
    """The rows under the schema of ``table``, in the order given."""
    return pa.Table.from_pylist(list(rows), schema=SCHEMAS[table])
