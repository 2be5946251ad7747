"""Rows on their way to a store: kept until they are written, whatever fails meanwhile."""

import logging
import tempfile
import threading
import uuid
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from toolkit.measure.events import SCHEMAS, Table, partition
from toolkit.measure.store import Store
from toolkit.project.faults import EnvironmentFault, InputError

MOST_BYTES = 256 * 2**20
"""Memory for rows that cannot be written: minutes at 5,000 rows a second, a day at 20."""

ROW_BYTES = 1024
"""What a row takes at most, about, before it stands in a table of Arrow's."""

CUT_ROWS = 50_000
"""While a folder cannot be written, its rows wait until there are so many, and then for one file."""

Row = dict[str, Any]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class _Part:
    """One file to be. It keeps its name, so that a second try replaces what the first may have left."""

    folder: str
    name: str
    rows: pa.Table


class Spool:
    """Takes rows from any thread and writes them when told to.

    A row that was taken is never dropped: it is written, or kept and tried again. Where memory for them is
    used up, new rows are refused, which their caller is told.

    Args:
        store: the folder ``metrics``, or where else they go.
        option: which option they are of.
        prefix: of the names of all files, unique among all that write to the store.
    """

    def __init__(self, store: Store, *, option: str, prefix: str) -> None:
        self._store = store
        self._option = option
        self._prefix = prefix
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._rows: dict[tuple[Table, date], list[Row]] = defaultdict(list)
        self._parts: deque[_Part] = deque()
        self._count = 0
        self._bytes = 0
        self._cut = 0
        self._failure: str | None = None
        self._bad: list[str] = []
        self._refused = 0
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many rows are taken and not yet written."""
        with self._lock:
            return self._count + sum(int(part.rows.num_rows) for part in self._parts)

    @property
    def failure(self) -> str | None:
        """Why the last write failed. None if it did not."""
        return self._failure

    def take(self, table: Table, day: date, row: Row, *, urgent: bool = False) -> None:
        """Take a row.

        Args:
            urgent: whether to take it even where memory is used up.

        Raises:
            EnvironmentFault: the row is not taken, as the spool is closed or full.
        """
        with self._lock:
            if not urgent or self._closed:
                self._check_room(1)
            self._rows[table, day].append(row)
            self._count += 1

    def take_table(self, table: Table, day: date, rows: pa.Table) -> None:
        """Take many rows at once, under the schema of ``table``.

        Raises:
            EnvironmentFault: they are not taken, as the spool is closed or full.
        """
        folder = self._folder(table, day)
        with self._lock:
            self._check_room(rows.num_rows)
            self._cut += 1
            self._parts.append(_Part(folder, f"{folder}/{self._prefix}-{self._cut:07d}.parquet", rows))
            self._bytes += rows.nbytes

    def _check_room(self, rows: int) -> None:
        """Refuse rows where they cannot be kept; the lock is held."""
        if self._closed:
            raise EnvironmentFault(f"{self._store}: the recorder is closed; make another one")
        if self._bytes + self._count * ROW_BYTES >= MOST_BYTES:
            self._refused += rows
            raise EnvironmentFault(self._told("no memory is left to keep rows"))

    def flush(self) -> bool:
        """Write what was taken so far to new files; whether nothing is left of it."""
        with self._writing:
            blocked: set[str] = set()
            # What waits goes first, and of a folder that fails not every file is tried, as each may time out.
            blocked |= self._write_parts(blocked)
            self._cut_parts(blocked)
            blocked |= self._write_parts(blocked)
            return not blocked

    def close(self) -> None:
        """Take no more rows."""
        with self._lock:
            self._closed = True

    def settle(self) -> None:
        """Say once what became of rows that are not written; those that wait go into a new local folder.

        Raises:
            EnvironmentFault: rows could not be written, or were refused.
            InputError: rows were no facts, so that no file can hold them.
        """
        left, refused, bad = self.waiting, self._refused, self._bad
        self._refused, self._bad = 0, []
        told = [self._told(f"{left} rows are not written") + self._rescue()] if left else []
        if refused:
            told.append(f"{self._store}: {refused} rows were refused while no memory was left to keep them")
        if bad:
            told.append(f"{self._store}: {len(bad)} rows were no facts; first: {bad[0]}")
        if left or refused:
            raise EnvironmentFault("\n".join(told))
        if bad:
            raise InputError("\n".join(told))

    def _told(self, what: str) -> str:
        why = self._failure or "writing is too slow"
        return f"{self._store}: recording failed: {why}; {what}; free the disk or choose another place"

    def _rescue(self) -> str:
        """Where the rows lie now. They stay here too where no folder takes them."""
        with self._writing:
            self._cut_parts(set(), all_of_them=True)
            try:
                folder = Path(tempfile.mkdtemp(prefix="toolkit-unwritten-"))
                for part in self._parts:
                    Store.at(folder).write(part.name, part.rows)
            except OSError:
                return ""
            with self._lock:
                self._parts.clear()
                self._bytes = 0
        return f". They lie in {folder}: copy its content to {self._store} then"

    def _cut_parts(self, blocked: set[str], *, all_of_them: bool = False) -> None:
        with self._lock:
            ripe = [
                (table, day, len(rows))
                for (table, day), rows in sorted(self._rows.items())
                if all_of_them or self._folder(table, day) not in blocked or len(rows) >= CUT_ROWS
            ]
        for table, day, number in ripe:
            # They leave the list only once they stand in a part: an error in between must not lose them.
            facts, bad = _facts(table, self._rows[table, day][:number])
            folder = self._folder(table, day)
            with self._lock:
                self._cut += 1
                part = _Part(folder, f"{folder}/{self._prefix}-{self._cut:07d}.parquet", facts)
                del self._rows[table, day][:number]
                if not self._rows[table, day]:
                    del self._rows[table, day]
                self._count -= number
                self._bad += bad
                if facts.num_rows:
                    self._parts.append(part)
                    self._bytes += facts.nbytes

    def _folder(self, table: Table, day: date) -> str:
        return partition(Path(), table, option=self._option, day=day).as_posix()

    def _write_parts(self, blocked: set[str]) -> set[str]:
        """Write the parts of all folders that are not blocked; the folders that are now."""
        failed: set[str] = set()
        with self._lock:
            parts = list(self._parts)
        for part in parts:
            if part.folder in blocked | failed:
                continue
            try:
                self._store.write(part.name, part.rows)
            except Exception as error:
                # Whatever it is: the rows are kept, and the next flush tries again.
                failed.add(part.folder)
                self._note(self._store.told(error))
                continue
            with self._lock:
                self._parts.remove(part)
                self._bytes -= part.rows.nbytes
        if not failed and not blocked:
            self._note(None)
        return failed

    def _note(self, failure: str | None) -> None:
        if failure is not None and self._failure is None:
            _log.warning("%s: cannot be written: %s; rows are kept and tried again", self._store, failure)
        self._failure = failure


def _facts(table: Table, rows: list[Row]) -> tuple[pa.Table, list[str]]:
    """The rows as a table, and what is wrong with those that no table can hold."""
    try:
        return _checked(table, rows), []
    except MemoryError:
        raise
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        if len(rows) == 1:
            return table_of(table, []), [_why(table, rows[0])]
    half = len(rows) // 2
    (left, bad), (right, worse) = _facts(table, rows[:half]), _facts(table, rows[half:])
    return pa.concat_tables([left, right]), bad + worse


def _why(table: Table, row: Row) -> str:
    try:
        _checked(table, [row])
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        return f"{error} in {row}"
    return ""


def _checked(table: Table, rows: list[Row]) -> pa.Table:
    facts = table_of(table, rows)
    for column in facts.schema:
        if not column.nullable and facts[column.name].null_count:
            raise ValueError(f"{column.name} is missing")
    return facts


def table_of(table: Table, rows: list[Row] | list[Mapping[str, Any]]) -> pa.Table:
    """The rows under the schema of ``table``, in the order given."""
    return pa.Table.from_pylist(list(rows), schema=SCHEMAS[table])


def unique_prefix(collector: str) -> str:
    """A start of file names that no other writer has, not even of the same name."""
    return f"{collector}-{uuid.uuid4().hex[:16]}"
