"""Opens the Parquet files of the recorded facts and says what is wrong with them."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.measure.events import UNIQUE, Table
from toolkit.measure.store import Store
from toolkit.metrics.columns import COLUMNS, RIGHT, fits
from toolkit.metrics.files import Partition, shown
from toolkit.project.faults import Faults, near

WORDS = ("environment", "option")
LONGEST_WORD = 32
"""A footer may cut longer values short, so that two of them could look alike."""


@dataclass(frozen=True)
class Source:
    """One Parquet file that can be read.

    Args:
        store, name: where it lies.
        schema: of its columns, as Arrow sees them.
        rows: how many it holds.
        unique: whether it says that no key stands twice in it.
        words: of a text column the only value in the file, where its footer tells that there is just one.
    """

    store: Store
    name: str
    schema: pa.Schema
    rows: int
    unique: bool
    words: Mapping[str, str]

    @property
    def path(self) -> Path | str:
        """Which file it is, for a user."""
        return shown(self.store, self.name)

    @property
    def shape(self) -> str:
        """Equal for files whose columns have the same names and types, in whatever order."""
        return "\n".join(sorted(f"{field.name}: {field.type}" for field in self.schema))


@dataclass(frozen=True)
class Opened:
    """A partition whose files can be read."""

    partition: Partition
    sources: tuple[Source, ...]

    @property
    def rows(self) -> int:
        return sum(source.rows for source in self.sources)

    @property
    def unique(self) -> bool:
        """Whether no key stands twice in it: a file can speak for itself alone."""
        return len(self.sources) == 1 and self.sources[0].unique


def opened(store: Store, partition: Partition, faults: Faults) -> Opened:
    """The partition with what its files' footers say; a file that cannot be used is a fault.

    Raises:
        FileNotFoundError: a file vanished meanwhile.
    """
    sources = [_open(store, file.name, faults) for file in partition.files]
    usable = [source for source in sources if source and _usable(source, partition.table, faults)]
    return Opened(partition, tuple(usable))


def _open(store: Store, name: str, faults: Faults) -> Source | None:
    try:
        with _parquet(store, name) as file:
            schema, footer = file.schema_arrow, file.metadata
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        _unreadable(shown(store, name), error, faults)
        return None
    unique = UNIQUE.items() <= (footer.metadata or {}).items()
    return Source(store, name, schema, footer.num_rows, unique, _only_words(footer))


@contextmanager
def _parquet(store: Store, name: str, **options: Any) -> Iterator[pq.ParquetFile]:
    with store.open(name) as file, pq.ParquetFile(file, **options) as parquet:
        yield parquet


def _only_words(footer: pq.FileMetaData) -> dict[str, str]:
    """The columns that the statistics of all row groups know to hold one value throughout."""
    found: dict[str, str] = {}
    places = {footer.schema.column(place).path: place for place in range(footer.num_columns)}
    for name in set(WORDS) & set(places):
        place = places[name]
        kept = [footer.row_group(group).column(place).statistics for group in range(footer.num_row_groups)]
        ends = {end for known in kept for end in _ends(known)}
        if len(ends) == 1 and isinstance(only := ends.pop(), str) and len(only) < LONGEST_WORD:
            found[name] = only
    return found


def _ends(known: pq.Statistics | None) -> tuple[object, object]:
    """The least and the greatest value of a row group, or two that differ where they are not known."""
    if known is None or not known.has_min_max or not known.has_null_count or known.null_count:
        return 0, 1
    return known.min, known.max


def _unreadable(path: Path | str, error: Exception, faults: Faults) -> None:
    reason = getattr(error, "strerror", None) or " ".join(str(error).split())[:120]
    faults.error(path, 1, "file", f"cannot be read as Parquet ({reason})", "restore it, or delete it")


def _usable(source: Source, table: Table, faults: Faults) -> bool:
    names = source.schema.names
    before = len(faults.errors)
    for column in COLUMNS[table]:
        if column.name not in names:
            if column.required:
                faults.error(source.path, 1, column.name, f"{table} have no such column", "add it")
        elif not fits(column.kind, found := source.schema.field(column.name).type):
            faults.error(source.path, 1, column.name, f"holds {found}", RIGHT[column.kind])
    return len(faults.errors) == before


def check_words(partitions: Collection[Opened], environments: Collection[str], faults: Faults) -> None:
    """Note a fault for every file whose rows speak of an unlisted environment or of another option."""

    def listed(word: str) -> str | None:
        return None if word in environments else near(word, sorted(environments))

    for opened_ in partitions:
        partition = opened_.partition

        def same(word: str, option: str = partition.option) -> str | None:
            return None if word == option else f"move it below option={word}"

        for source in opened_.sources:
            where = "is not listed in project.yaml"
            _check_column(source, "environment", where, listed, faults)
            if "option" in source.schema.names:
                _check_column(source, "option", f"lies below option={partition.folder}", same, faults)


def _check_column(
    source: Source, column: str, wrong: str, mend: Callable[[str], str | None], faults: Faults
) -> None:
    for word in _words(source, column, faults):
        if (right := mend(word)) is not None:
            faults.error(source.path, 1, column, f"{word!r} {wrong}", right)


def _words(source: Source, column: str, faults: Faults) -> list[str]:
    """The distinct values of a column as text, null left out."""
    if column in source.words:
        return [source.words[column]]
    found: set[str] = set()
    try:
        with _parquet(source.store, source.name, read_dictionary=[column]) as file:
            for batch in file.iter_batches(columns=[column]):
                found.update(str(word) for word in batch.column(0).unique().to_pylist() if word is not None)
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        _unreadable(source.path, error, faults)
    return sorted(found)


def check_pages(partitions: Collection[Opened], faults: Faults) -> None:
    """Note a fault for every file whose footer is sound but whose content cannot be read."""
    for source in (source for opened_ in partitions for source in opened_.sources):
        try:
            with _parquet(source.store, source.name) as file:
                for _ in file.iter_batches():
                    pass
        except FileNotFoundError:
            raise
        except (pa.ArrowException, OSError, ValueError) as error:
            _unreadable(source.path, error, faults)
