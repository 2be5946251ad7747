"""Merges the many small files of a recording into one for each partition."""

import hashlib
import re
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.measure.events import SCHEMAS, Table
from toolkit.measure.merging import COMPACTED, engine_in, gather, imports_in, write_merged
from toolkit.measure.names import Found
from toolkit.measure.store import Store
from toolkit.project.faults import EnvironmentFault

STALE_S = 86_400.0
"""A file half written for so long belongs to a writer that was killed."""

TRIES = 3
"""How often a partition is merged anew when files vanish meanwhile; then somebody else merges it."""


@dataclass(frozen=True)
class Compacted:
    """What a compaction did.

    Args:
        partitions: how many were merged.
        files: how many files less there are.
        duplicates: how many rows were removed, each superseded by another or the same as another.
        swept: how many files that killed writers left half written were removed.
        left: partitions that could not be merged, each with the reason.
    """

    partitions: int = 0
    files: int = 0
    duplicates: int = 0
    swept: int = 0
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Part:
    """One file of ours."""

    found: Found
    rows: int
    done: bool
    imports: Mapping[str, str]


def compact(where: Path | str | Store) -> int:
    """The number of files merged away in all partitions; see :func:`compact_partitions`."""
    return compact_partitions(where).files


def compact_partitions(where: Path | str | Store) -> Compacted:
    """What was merged in the partitions of a folder ``metrics`` or of a place like it.

    May run beside collectors, readers and other compactions, and be killed at any time. A file is removed
    only after all its rows stand in a new one, under a name that was never used and that only a later
    compaction removes, by the same rule; so whatever the order of events, some file holds each row. A reader
    in between, or after a kill, sees duplicates, which the key rule removes. Files with other columns than
    ours are left as they are.

    Raises:
        EnvironmentFault: the place cannot be read or written.
    """
    store = Store.at(where)
    try:
        swept = store.sweep(STALE_S)
        done = [_compact_partition(store, table, folder) for table, folder in _partitions(store)]
    except OSError as error:
        why = store.told(error)
        message = f"{store}: cannot be compacted: {why}; free the disk and see that it can be written"
        raise EnvironmentFault(message) from error
    return Compacted(
        partitions=sum(one.partitions for one in done),
        files=sum(one.files for one in done),
        duplicates=sum(one.duplicates for one in done),
        swept=swept,
        left=tuple(reason for one in done for reason in one.left),
    )


def _partitions(store: Store) -> list[tuple[Table, str]]:
    found = set()
    for table in SCHEMAS:
        for file in store.files(table):
            match = re.fullmatch(rf"({table}/option=[^/]+/date=\d{{4}}-\d\d-\d\d)/[^/]+\.parquet", file.name)
            if match:
                found.add((table, match[1]))
    return sorted(found)


def _compact_partition(store: Store, table: Table, folder: str) -> Compacted:
    broken: set[str] = set()
    for _ in range(TRIES):
        # Somebody else who merges the partition makes files vanish; then look again.
        with suppress(FileNotFoundError):
            parts = [part for part in _own(store, table, folder) if part.found.name not in broken]
            if not parts or (len(parts) == 1 and parts[0].done):
                break
            done = _merge_unless_broken(store, table, folder, parts)
            if isinstance(done, Compacted):
                return done
            broken |= done
    return Compacted()


def _merge_unless_broken(store: Store, table: Table, folder: str, parts: list[_Part]) -> Compacted | set[str]:
    """What was merged, or the files that cannot be read and must be left out."""
    try:
        return _merge(store, table, folder, parts)
    except duckdb.Error as error:
        broken = _unreadable(store, [part.found.name for part in parts])
        return broken or Compacted(left=(f"{store}/{folder}: {_first_line(error)}",))


def _own(store: Store, table: Table, folder: str) -> list[_Part]:
    """The files that have exactly our columns; no file of the partition may vanish meanwhile."""
    parts = []
    for found in store.files(folder):
        if found.name.rpartition("/")[0] == folder and found.name.endswith(".parquet"):
            parts.append(_look_at(store, table, found))
    return [part for part in parts if part is not None]


def _look_at(store: Store, table: Table, found: Found) -> _Part | None:
    try:
        with store.open(found.name) as raw, pq.ParquetFile(raw) as file:
            schema = file.schema_arrow
            done = COMPACTED.items() <= (schema.metadata or {}).items()
            same = _columns(schema) == _columns(SCHEMAS[table])
            imports = imports_in(schema.metadata)
            return _Part(found, file.metadata.num_rows, done, imports) if same else None
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError):
        # Foreign or truncated: not ours to touch.
        return None


def _columns(schema: pa.Schema) -> list[tuple[str, pa.DataType]]:
    """Names and types; a column that may be null in one file and not in another is still the same."""
    return [(field.name, field.type) for field in schema]


def _merge(store: Store, table: Table, folder: str, parts: list[_Part]) -> Compacted:
    """Write one file in place of ``parts``, then remove those that are still what was read."""
    name = f"{folder}/{_name_of(parts)}"
    with tempfile.TemporaryDirectory(prefix="toolkit-") as scratch:
        paths = _local_paths(store, parts, Path(scratch))
        with engine_in(Path(scratch)) as engine:
            rows = gather(engine, table, paths, day=folder[-10:])
            with store.writing(name) as file:
                write_merged(engine, table, file, _imports_of(parts))
    now = {found.name: found.version for found in store.files(folder)}
    for part in parts:
        if now.get(part.found.name) == part.found.version:
            store.remove(part.found.name, part.found.version)
    return Compacted(partitions=1, files=len(parts) - 1, duplicates=sum(part.rows for part in parts) - rows)


def _imports_of(parts: Iterable[_Part]) -> dict[str, str]:
    return {name: mapping for part in parts for name, mapping in part.imports.items()}


def _name_of(parts: Iterable[_Part]) -> str:
    """A name from all that the file is made of, so it is never given to other content, nor used again."""
    made_of = "\n".join(sorted(f"{part.found.name} {part.found.version}" for part in parts))
    return f"compact-{hashlib.sha256(made_of.encode()).hexdigest()[:32]}.parquet"


def _local_paths(store: Store, parts: list[_Part], scratch: Path) -> list[str]:
    # DuckDB would look for other files where a path holds a pattern.
    if store.local is not None and not re.search(r"[*?\[]", str(store.local)):
        return [str(store.local / part.found.name) for part in parts]
    for number, part in enumerate(parts):
        store.fetch(part.found.name, scratch / f"{number}.parquet")
    return [str(scratch / f"{number}.parquet") for number in range(len(parts))]


def _unreadable(store: Store, names: Iterable[str]) -> set[str]:
    """Files with a sound footer whose pages are not; raises where one is gone."""
    broken = set()
    for name in names:
        try:
            with store.open(name) as raw, pq.ParquetFile(raw) as file:
                for _ in file.iter_batches():
                    pass
        except FileNotFoundError:
            raise
        except (pa.ArrowException, OSError, ValueError):
            broken.add(name)
    return broken


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
