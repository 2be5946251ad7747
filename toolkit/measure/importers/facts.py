"""Writes the rows of an import to the partitions of their days."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from toolkit.measure.events import SCHEMAS, UNIQUE, Table, partition
from toolkit.measure.importers.days import days_of, rows_of, with_days
from toolkit.measure.importers.findings import Rows
from toolkit.measure.merging import told_imports
from toolkit.measure.store import Store

EPOCH = date(1970, 1, 1)

_MOSTLY_DIFFERENT = frozenset({"session", "message"})
"""Text columns in which few values stand twice: a dictionary of them takes long and saves nothing."""


@dataclass(kw_only=True)
class Filed:
    """What was written.

    Args:
        tables: how many rows there were, by table.
        duplicates: how many of those are not written, as they stand elsewhere.
        files: the Parquet files.
    """

    tables: dict[Table, int] = field(default_factory=dict)
    duplicates: int = 0
    files: list[Path] = field(default_factory=list)


def file_rows(
    tables: Mapping[Table, Rows], *, option: str, name: str, mapping: str, metrics_dir: Path
) -> Filed:
    """What was written of the rows of one import: a file ``name`` for each table and UTC day.

    All files appear once all are written, and after an error none does. A kill as they appear leaves some of
    them, whole, and the next import of the file adds the others. Rows that a partition holds in other files
    are left out. Files that an earlier import of this name left in other partitions are removed: it was made
    with another mapping then.

    Args:
        mapping: its digest, which the files keep.

    Raises:
        OSError: the folder cannot be written.
    """
    filed = Filed()
    told = UNIQUE | told_imports({name.removesuffix(".parquet"): mapping})
    with ExitStack() as unfinished:
        for table, rows in tables.items():
            dated = with_days(table, rows)
            days = days_of(table, dated)
            filed.tables[table] = sum(found.rows for found in days)
            for day in days:
                folder = partition(metrics_dir, table, option=option, day=EPOCH + timedelta(days=day.day))
                batches = rows_of(table, dated, day, _others(table, folder, name))
                if (first := next(batches, None)) is not None:
                    file = unfinished.enter_context(Store.at(folder).writing(name))
                    schema = SCHEMAS[table].with_metadata(told)
                    filed.duplicates -= _write(file, schema, first, batches)
                    filed.files.append(folder / name)
    filed.duplicates += sum(filed.tables.values())
    for stale in set(metrics_dir.glob(f"*/option={option}/date=*/{name}")).difference(filed.files):
        stale.unlink()
    return filed


def _write(file: BinaryIO, schema: pa.Schema, first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> int:
    """How many rows were written that are not repeated ones of a later day."""
    few = [column.name for column in schema if column.type == pa.string()]
    few = [name for name in few if name not in _MOSTLY_DIFFERENT]
    written = 0
    with pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=few) as writer:
        for batch in chain([first], rest):
            writer.write_batch(batch.drop_columns(["repeated"]).cast(schema))
            written += len(batch) - pc.sum(batch["repeated"]).as_py()
    return written


def _others(table: Table, folder: Path, own: str) -> list[str]:
    """The partition's other files of exactly our columns: compaction may have merged an earlier import."""
    return [str(part) for part in sorted(folder.glob("*.parquet")) if part.name != own and _ours(part, table)]


def _ours(part: Path, table: Table) -> bool:
    if not part.is_file():
        return False
    try:
        found = pq.read_schema(part)
    except (pa.ArrowException, OSError, ValueError):
        # Foreign, truncated, or merged away by somebody else just now.
        return False
    return [(column.name, column.type) for column in found] == [
        (column.name, column.type) for column in SCHEMAS[table]
    ]
