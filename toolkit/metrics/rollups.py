"""Hourly counts of the recorded facts: all that anything downstream reads of them."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from toolkit.measure.events import Table
from toolkit.measure.store import Store
from toolkit.metrics.cache import Cache, Numbered
from toolkit.metrics.engine import Engine, UnreadableFacts, engine_of, failed
from toolkit.metrics.files import TABLES, Partition, find
from toolkit.metrics.frames import Frames
from toolkit.metrics.hourly import Rollups, SetAside
from toolkit.metrics.merging import Pieces, merged
from toolkit.metrics.shelf import Shelf
from toolkit.metrics.sources import Opened, check_pages, check_words, opened
from toolkit.project.faults import EnvironmentFault, Faults

__all__ = ["Rollups", "SetAside", "check_files", "roll_up"]

Result = TypeVar("Result")

BATCH_ROWS: dict[Table, int] = {
    "connections": 1_000_000,
    "deliveries": 12_000_000,
    "aggregates": 1_000_000,
    "faults": 1_000_000,
}
"""Rows rolled up by one query at most, unless one partition alone has more: it bounds the memory."""

LOOKS = 20
"""How often to look again when files vanish while they are read, as compaction makes them."""

PAUSE_S = 0.02
"""So much longer before each further look."""


def roll_up(
    metrics_dir: Path,
    *,
    as_of: date,
    environments: Collection[str],
    faults: Faults,
    engine: str = "duckdb",
    master: str | None = None,
    recordings: str | None = None,
) -> Rollups:
    """The rollups of all facts up to the end of the as-of day; empty without facts, or with a fault.

    Args:
        metrics_dir: the folder ``metrics`` of a decision folder.
        as_of: the UTC day after which rows are left out.
        environments: those that project.yaml lists.
        faults: takes up every file that cannot be used; then nothing is computed.
        engine: ``duckdb`` or ``spark``.
        master: of the Spark cluster. None: this machine.
        recordings: URL of the place where the facts lie. None: in ``metrics_dir``. Rollups are kept there.

    Raises:
        InputError: there is no such engine, or it has no master, or the URL is none.
        EnvironmentFault: the engine is not available, or failed, or the place cannot be reached.
    """
    store = Store.at(recordings or metrics_dir)
    chosen = engine_of(engine, master=master, shelf=Shelf(metrics_dir / "rollups"))
    cache = Cache(metrics_dir / "rollups", environments)
    try:
        return _undisturbed(
            store, faults, lambda seen: _Look(store, chosen, cache, environments, seen).roll_up(as_of)
        )
    finally:
        chosen.close()


def check_files(
    metrics_dir: Path, environments: Collection[str], faults: Faults, *, recordings: str | None = None
) -> None:
    """Note a fault for everything in the recorded facts that :func:`roll_up` refuses, whatever its day."""
    store = Store.at(recordings or metrics_dir)
    _undisturbed(store, faults, lambda seen: _check(store, environments, seen))


def _undisturbed(store: Store, faults: Faults, look: Callable[[Faults], Result]) -> Result:
    """What one look finds during which no file vanishes, with its faults."""
    try:
        for number in range(LOOKS):
            # Removing what was merged takes a while where it is much.
            time.sleep(number * PAUSE_S)
            seen = Faults()
            try:
                found = look(seen)
            except FileNotFoundError:
                continue
            faults.found.extend(seen.found)
            return found
    except OSError as error:
        raise EnvironmentFault(f"{store}: cannot be read: {store.told(error)}") from error
    raise EnvironmentFault(f"{store}: files vanish faster than they can be read; stop what removes them")


def _check(store: Store, environments: Collection[str], faults: Faults) -> None:
    partitions = [opened(store, part, faults) for part in find(store, faults)]
    check_pages(partitions, faults)
    broken = {fault.file for fault in faults.errors}
    sound = [part for part in partitions if not broken & {str(source.path) for source in part.sources}]
    check_words(sound, environments, faults)


@dataclass(frozen=True)
class _Look:
    """One look at the facts."""

    store: Store
    engine: Engine
    cache: Cache
    environments: Collection[str]
    faults: Faults

    def roll_up(self, as_of: date) -> Rollups:
        partitions = find(self.store, self.faults)
        later = [opened(self.store, part, self.faults).rows for part in partitions if part.day > as_of]
        due = {part: number for number, part in enumerate(part for part in partitions if part.day <= as_of)}
        found: Pieces = {table: [] for table in TABLES}
        missing = [part for table in TABLES for part in self._kept(table, due, found)]
        sound = [opened(self.store, part, self.faults) for part in missing]
        check_words(sound, self.environments, self.faults)
        batches = _batches(sound) if not self.faults.errors else iter(())
        stored: list[tuple[Numbered, Future[Frames | None]]] = []
        # One is written while the next is computed.
        with ThreadPoolExecutor(1) as writer:
            for batch in batches:
                numbers = {part.partition: due[part.partition] for part in batch}
                frames = self._computed(batch, numbers)
                if frames is not None:
                    stored.append((numbers, writer.submit(self._store, numbers, frames)))
        if self.faults.errors:
            return Rollups()
        self._take_up(stored, found)
        return merged(due, found, sum(later))

    def _kept(self, table: Table, partitions: Numbered, found: Pieces) -> list[Partition]:
        """Take up the rollups of a table that are kept; the partitions of which none are."""
        own = {part: number for part, number in partitions.items() if part.table == table}
        kept, known = self.cache.load(table, own)
        found[table] += kept
        return [part for part in own if part not in known]

    def _store(self, numbers: Numbered, frames: Frames) -> Frames | None:
        """Keep the rollups of a batch on disk; where that is not possible, they are given back."""
        table = next(iter(numbers)).table
        return None if self.cache.store(table, numbers, frames) else frames

    def _take_up(self, stored: list[tuple[Numbered, Future[Frames | None]]], found: Pieces) -> None:
        """Take up what was computed: from disk where it is kept there, as it need not stay in memory too."""
        kept: dict[Partition, int] = {}
        for numbers, future in stored:
            held = future.result()
            if held is None:
                kept |= numbers
            else:
                found[next(iter(numbers)).table].append(held)
        for table in TABLES:
            if self._kept(table, kept, found):
                raise FileNotFoundError("somebody removed rollups that were just made")

    def _computed(self, batch: list[Opened], numbers: Numbered) -> Frames | None:
        """The rollups of a batch; None where a file's content cannot be read, which is a fault."""
        try:
            rolled = self.engine.roll_up(batch)
        except UnreadableFacts as error:
            before = len(self.faults.errors)
            check_pages(batch, self.faults)
            if len(self.faults.errors) == before:
                raise failed(type(self.engine).__name__, error) from error
            return None
        own = pa.array(numbers.values(), pa.int64())
        return {
            kind: rows.set_column(0, "part", own.take(rows["part"].combine_chunks()))
            for kind, rows in rolled.items()
        }


def _batches(partitions: Sequence[Opened]) -> Iterator[list[Opened]]:
    """Partitions of one table, all with unique keys or all without, up to a bound on their rows."""
    alike = groupby(
        sorted(partitions, key=lambda part: (part.partition.table, part.unique)),
        key=lambda part: (part.partition.table, part.unique),
    )
    for (table, _), group in alike:
        batch: list[Opened] = []
        rows = 0
        for part in group:
            if batch and rows + part.rows > BATCH_ROWS[table]:
                yield batch
                batch, rows = [], 0
            batch.append(part)
            rows += part.rows
        yield batch
