"""Writes the recorded facts so that a crash loses at most the last second and no reader sees half a file."""

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from toolkit.measure.events import Connection, Delivery, NetworkFault, Table, day_of, safe_name
from toolkit.measure.sessions import Sessions
from toolkit.measure.spool import Row, Spool, table_of, unique_prefix
from toolkit.measure.store import Store
from toolkit.project.faults import EnvironmentFault

FLUSH_S = 0.3
"""Seconds from one flush to the next. A crash may cost a second; a busy machine takes the rest to write."""

CLOSE_S = 5.0
"""How long closing tries to write what could not be written so far."""

MIDNIGHT_GRACE_S = 2.0
"""Rows of the old day may still arrive this long after midnight, before its last state is written."""

_log = logging.getLogger(__name__)

__all__ = ["FLUSH_S", "Recorder", "table_of", "utc_now", "write_part"]


def utc_now() -> datetime:
    return datetime.now(UTC)


def write_part(folder: Path, name: str, table: pa.Table) -> Path:
    """The Parquet file ``name`` in ``folder``, written so that it appears complete or not at all."""
    Store.at(folder).write(name, table)
    return folder / name


class Recorder:
    """Records one option as seen by one collector; any number of collectors may share the place.

    Rows are taken from any thread and written by one of its own, so that a slow disk delays no measurement.
    A row that was taken is not dropped: while the place cannot be written, rows are kept in memory (up to
    :data:`toolkit.measure.spool.MOST_BYTES`) and tried again, and what could not be written when the
    recorder is closed is put into a local folder. A process forked from this one records on its own: what
    its parent took stays its parent's.

    Args:
        where: the folder ``metrics`` of a decision folder, as a path or as a URL that fsspec knows.
        option: which option is measured.
        environment: where it is measured, a name of ``project.yaml``.
        collector: who measures. Unique among all that write at the same time, as it is part of the key.
        now: the UTC clock.
        flush_s: seconds from one flush to the next.

    Raises:
        InputError: a name or the URL is wrong.
        EnvironmentFault: nothing can be written there.
    """

    def __init__(
        self,
        where: Path | str | Store,
        *,
        option: str,
        environment: str,
        collector: str,
        now: Callable[[], datetime] = utc_now,
        flush_s: float = FLUSH_S,
    ) -> None:
        self._option = safe_name(option)
        self._observer = {"environment": environment, "collector": safe_name(collector)}
        self._now = now
        self._flush_s = flush_s
        store = Store.at(where)
        try:
            store.check_writable()
        except OSError as error:
            why = store.told(error)
            message = f"{store}: recording failed: {why}; free the disk or choose another place"
            raise EnvironmentFault(message) from error
        self._store = store
        self._begin()
        _RECORDERS.add(self)

    def _begin(self) -> None:
        prefix = unique_prefix(self._observer["collector"])
        self._spool = Spool(self._store, option=self._option, prefix=prefix)
        self._lock = threading.Lock()
        self._sessions = Sessions()
        self._stop = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def waiting(self) -> int:
        """How many rows are taken and not yet written."""
        return self._spool.waiting

    @property
    def failure(self) -> str | None:
        """Why the last write failed, in words. None if it did not; rows are kept and tried again."""
        return self._spool.failure

    def connection(self, row: Connection) -> None:
        """Record the newest state of an attempt.

        Raises:
            EnvironmentFault: the row is not recorded, as too many wait to be written.
        """
        with self._lock:
            before, after = self._sessions.see(row)
            self._add(before)
            self._add([row], urgent=False)
            self._add(after)

    def delivery(self, row: Delivery) -> None:
        """Record one delivery, once it is decided.

        Raises:
            EnvironmentFault: the row is not recorded, as too many wait to be written.
        """
        self._take("deliveries", day_of(row.scheduled_at), {**self._observer, **vars(row)})

    @property
    def observer(self) -> dict[str, str]:
        """Environment and collector of all rows."""
        return dict(self._observer)

    def deliveries(self, day: date, rows: pa.Table) -> None:
        """Record many deliveries of one UTC day at once.

        Args:
            rows: under the schema of :data:`toolkit.measure.events.DELIVERIES`.

        Raises:
            EnvironmentFault: the rows are not recorded, as too many wait to be written.
        """
        self._spool.take_table("deliveries", day, rows)
        if self._thread is None:
            self._start()

    def fault(self, row: NetworkFault) -> None:
        """Record the newest state of what is known of a fault.

        Raises:
            EnvironmentFault: the row is not recorded, as too many wait to be written.
        """
        self._take("faults", day_of(row.struck_at), {**self._observer, **vars(row)})

    def end_session(self, client: str, session: str, *, at: datetime) -> None:
        """Record that a session ended while it had no connection: it was observed until then."""
        with self._lock:
            self._add(self._sessions.end(client, session, at))

    def flush(self) -> None:
        """Write all rows taken so far to new files. What cannot be written is kept and tried again."""
        self._spool.flush()

    def close(self, *, at: datetime | None = None, patience_s: float = CLOSE_S) -> None:
        """Record what is still open as open until ``at`` (None: now), and write everything.

        Args:
            patience_s: how long to try. What is not written then is put into a local folder.

        Raises:
            EnvironmentFault: something could not be written; the message says where it lies instead.
            InputError: something was no fact, so that no file can hold it.
        """
        with self._lock:
            self._add(self._sessions.end_all(at or self._now()))
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._spool.close()
        end_s = time.monotonic() + patience_s
        while not self._spool.flush() and time.monotonic() < end_s:
            time.sleep(min(self._flush_s, patience_s))
        self._spool.settle()

    def _take(self, table: Table, day: date, row: Row, *, urgent: bool = False) -> None:
        self._spool.take(table, day, row, urgent=urgent)
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                name = f"recorder-{self._option}"
                self._thread = threading.Thread(target=self._run, name=name, daemon=True)
                self._thread.start()

    def _add(self, rows: list[Connection], *, urgent: bool = True) -> None:
        """Take the rows; the recorder's own, which no caller would give again, even without memory."""
        for row in rows:
            day = day_of(row.observed_until)
            self._take("connections", day, {**self._observer, **vars(row)}, urgent=urgent)

    def _run(self) -> None:
        """Flush at a steady pace, however long each flush takes; nothing ends this but closing."""
        next_s = time.monotonic() + self._flush_s
        while not self._stop.wait(max(0.0, next_s - time.monotonic())):
            next_s = time.monotonic() + self._flush_s
            try:
                self._close_yesterday()
                self._spool.flush()
            except Exception as error:
                # The rows are still there, and the next turn tries again.
                _log.warning("%s: recording failed: %s", self._store, self._store.told(error))

    def _close_yesterday(self) -> None:
        today = day_of(self._now() - timedelta(seconds=MIDNIGHT_GRACE_S))
        with self._lock:
            self._add(self._sessions.last_of_days(today))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start_over(self) -> None:
        """In a forked process: only the thread that forked goes on, and the locks may be held by others."""
        self._store.disconnect()
        self._begin()


_RECORDERS: "weakref.WeakSet[Recorder]" = weakref.WeakSet()


def _after_fork() -> None:
    for recorder in list(_RECORDERS):
        recorder._start_over()


os.register_at_fork(after_in_child=_after_fork)
