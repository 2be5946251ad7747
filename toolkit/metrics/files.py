"""Finds the Parquet files of the recorded facts and says what is wrong with them."""

import os
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.measure.events import Table
from toolkit.metrics.columns import COLUMNS, RIGHT, fits
from toolkit.project.faults import Faults, near

TABLES: tuple[Table, ...] = get_args(Table)
LAYOUT = "option=…/date=YYYY-MM-DD"


@dataclass(frozen=True)
class Source:
    """One Parquet file that can be read.

    Args:
        schema: of its columns, as Arrow sees them.
        rows: how many it holds.
    """

    path: Path
    schema: pa.Schema = field(compare=False)
    rows: int

    @property
    def shape(self) -> str:
        """Equal for files whose columns have the same names and types, in whatever order."""
        return "\n".join(sorted(f"{field.name}: {field.type}" for field in self.schema))


@dataclass(frozen=True)
class Partition:
    """The files of one table, option and UTC day.

    Args:
        folder: the option as its folder writes it.
    """

    table: Table
    folder: str
    day: date
    sources: tuple[Source, ...]

    @property
    def option(self) -> str:
        return unquote(self.folder)

    @property
    def name(self) -> str:
        return f"{self.table}/option={self.folder}/date={self.day.isoformat()}"

    @property
    def rows(self) -> int:
        return sum(source.rows for source in self.sources)


def find(metrics_dir: Path, faults: Faults) -> list[Partition]:
    """The partitions below ``metrics_dir`` in a fixed order; a file that cannot be used is a fault.

    Raises:
        FileNotFoundError: a file vanished meanwhile, as compaction makes them; look again.
    """
    found: dict[tuple[Table, str, date], list[Source]] = {}
    for path in _parquet_files(metrics_dir, faults):
        place = _place(path, metrics_dir, faults)
        source = _open(path, faults)
        if place and source and _usable(source, place[0], faults):
            found.setdefault(place, []).append(source)
    return [Partition(*place, tuple(sources)) for place, sources in sorted(found.items())]


def _parquet_files(metrics_dir: Path, faults: Faults) -> list[Path]:
    """Hidden files are still being written, and rollups are no facts. Folders may be links."""

    def unlisted(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            faults.error(
                error.filename, 1, "folder", f"cannot be listed ({error.strerror})", "let it be read"
            )

    found = []
    for folder, below, names in os.walk(metrics_dir, onerror=unlisted, followlinks=True):
        top = Path(folder) == metrics_dir
        below[:] = [name for name in below if not _hidden(name) and not (top and name == "rollups")]
        found += [Path(folder, name) for name in names if name.endswith(".parquet") and not _hidden(name)]
    return sorted(found)


def _hidden(name: str) -> bool:
    return name.startswith((".", "_"))


def _place(path: Path, metrics_dir: Path, faults: Faults) -> tuple[Table, str, date] | None:
    table, *folders = path.relative_to(metrics_dir).parts[:-1] or ("",)
    if table not in TABLES:
        wrong = "lies neither below connections/ nor below deliveries/"
        faults.error(path, 1, "file", wrong, f"move it to connections/{LAYOUT}/ or deliveries/{LAYOUT}/")
        return None
    match = re.fullmatch(r"option=([^/]+)/date=(\d{4}-\d\d-\d\d)", "/".join(folders))
    day = _day(match[2]) if match else None
    if match is None or day is None:
        faults.error(path, 1, "file", f"does not lie in {LAYOUT}", f"move it to {table}/{LAYOUT}/")
        return None
    return TABLES[TABLES.index(table)], match[1], day


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _open(path: Path, faults: Faults) -> Source | None:
    try:
        with pq.ParquetFile(path) as file:
            return Source(path, file.schema_arrow, file.metadata.num_rows)
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        _unreadable(path, error, faults)
        return None


def _unreadable(path: Path, error: Exception, faults: Faults) -> None:
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


def check_words(partitions: Collection[Partition], environments: Collection[str], faults: Faults) -> None:
    """Note a fault for every file whose rows speak of an unlisted environment or of another option."""

    def listed(word: str) -> str | None:
        return None if word in environments else near(word, sorted(environments))

    for partition in partitions:

        def same(word: str, option: str = partition.option) -> str | None:
            return None if word == option else f"move it below option={word}"

        for source in partition.sources:
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
    found: set[str] = set()
    try:
        with pq.ParquetFile(source.path, read_dictionary=[column]) as file:
            for batch in file.iter_batches(columns=[column]):
                found.update(str(word) for word in batch.column(0).unique().to_pylist() if word is not None)
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        _unreadable(source.path, error, faults)
    return sorted(found)


def check_pages(partitions: Collection[Partition], faults: Faults) -> None:
    """Note a fault for every file whose footer is sound but whose content cannot be read."""
    for source in (source for partition in partitions for source in partition.sources):
        try:
            with pq.ParquetFile(source.path) as file:
                for _ in file.iter_batches():
                    pass
        except FileNotFoundError:
            raise
        except (pa.ArrowException, OSError, ValueError) as error:
            _unreadable(source.path, error, faults)
