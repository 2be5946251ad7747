"""Hourly counts of the recorded facts: all that anything downstream reads of them."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from toolkit.measure.events import Table
from toolkit.measure.store import Store
from toolkit.metrics.cache import Cache, Numbered
from toolkit.metrics.engine import Engine, UnreadableFacts, engine_of, failed
from toolkit.metrics.files import TABLES, Partition, find
from toolkit.metrics.merging import Pieces, Rollups, SetAside, merged
from toolkit.metrics.shelf import Shelf
from toolkit.metrics.sources import Opened, check_pages, check_words, opened
from toolkit.project.faults import EnvironmentFault, Faults

__all__ = ["Rollups", "SetAside", "check_files", "roll_up"]

Result = TypeVar("Result")

BATCH_BYTES = 128 * 2**20
"""Files rolled up by one query at most, unless one partition alone is larger: it bounds the memory."""

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
        missing = [part for table in TABLES for part in self._not_kept(table, due, found)]
        sound = [opened(self.store, part, self.faults) for part in missing]
        check_words(sound, self.environments, self.faults)
        for batch in _batches(sound) if not self.faults.errors else ():
            self._compute(batch, due, found)
        if self.faults.errors:
            return Rollups()
        return merged(due, found, sum(later))

    def _not_kept(self, table: Table, due: Numbered, found: Pieces) -> list[Partition]:
        own = {part: number for part, number in due.items() if part.table == table}
        kept, known = self.cache.load(table, own)
        found[table] += kept
        return [part for part in own if part not in known]

    def _compute(self, batch: list[Opened], due: Numbered, found: Pieces) -> None:
        """Roll up, and keep, a batch; nothing where a file's content cannot be read, which is a fault."""
        table = batch[0].partition.table
        numbers = {part.partition: due[part.partition] for part in batch}
        try:
            rolled = self.engine.roll_up(batch)
        except UnreadableFacts as error:
            before = len(self.faults.errors)
            check_pages(batch, self.faults)
            if len(self.faults.errors) == before:
                raise failed(type(self.engine).__name__, error) from error
            return
        own = list(numbers.values())
        renumbered = {
            kind: frame.assign(part=frame["part"].map(own.__getitem__).astype("int64"))
            for kind, frame in rolled.items()
        }
        self.cache.store(table, numbers, renumbered)
        found[table].append(renumbered)


def _batches(partitions: Sequence[Opened]) -> Iterator[list[Opened]]:
    """Partitions of one table, all with unique keys or all without, up to a bound on their bytes."""
    batch: list[Opened] = []
    size = 0
    for part in sorted(partitions, key=lambda part: (part.partition.table, part.unique)):
        own = sum(file.size for file in part.partition.files)
        alike = batch and (part.partition.table, part.unique) == (batch[0].partition.table, batch[0].unique)
        if batch and (not alike or size + own > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(part)
        size += own
    if batch:
        yield batch
