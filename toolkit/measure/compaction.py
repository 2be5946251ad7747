"""Merges the many small files of a recording into one for each partition."""

import hashlib
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.measure.events import KEYS, SCHEMAS, Table
from toolkit.measure.recorder import write_part

_NEWEST_FIRST: dict[Table, str] = {
    "connections": "observed_until DESC, ended_at DESC NULLS LAST",
    "deliveries": "latency_s ASC NULLS LAST, copies DESC",
}
_ORDER: dict[Table, str] = {
    "connections": "started_at, client, session, attempt, collector, environment",
    "deliveries": "scheduled_at, message, recipient, collector, environment",
}


def compact(metrics_dir: Path) -> int:
    """The number of files merged away in all partitions below ``metrics_dir``.

    May run beside collectors and readers: the merged file appears before those that it holds vanish, so that
    a reader in between sees duplicates at worst, which the key rule removes. Files with other columns than
    ours are left as they are.

    Raises:
        OSError: the folder cannot be written.
    """
    folders = [
        (table, folder)
        for table in SCHEMAS
        for folder in sorted((metrics_dir / table).glob("option=*/date=*"))
    ]
    return sum(_compact_partition(folder, table) for table, folder in folders)


def _compact_partition(folder: Path, table: Table) -> int:
    found = own_files(folder, table)
    if len(found) < 2:
        return 0
    names = "\n".join(sorted(part.name for part in found))
    name = f"compact-{hashlib.sha256(names.encode()).hexdigest()[:16]}.parquet"
    write_part(folder, name, newest(table, pa.concat_tables(found.values())))
    for part in found:
        part.unlink(missing_ok=True)
    return len(found) - 1


def own_files(folder: Path, table: Table) -> dict[Path, pa.Table]:
    """The files of a partition that have exactly our columns, with their rows."""
    found = {part: _read_own(part, SCHEMAS[table]) for part in sorted(folder.glob("*.parquet"))}
    return {part: rows for part, rows in found.items() if rows is not None}


def _read_own(part: Path, schema: pa.Schema) -> pa.Table | None:
    try:
        with pq.ParquetFile(part) as file:
            same = _columns(file.schema_arrow) == _columns(schema)
            return file.read().cast(schema) if same else None
    except (pa.ArrowException, OSError, ValueError):
        # Foreign, truncated, or merged away by somebody else just now: not ours to touch.
        return None


def _columns(schema: pa.Schema) -> list[tuple[str, pa.DataType]]:
    """Names and types; a column that may be null in one file and not in another is still the same."""
    return [(field.name, field.type) for field in schema]


def newest(table: Table, rows: pa.Table) -> pa.Table:
    """One row for each key, the one with the latest observation, in the order of time."""
    return _ask(
        f"SELECT * FROM rows_in QUALIFY row_number() OVER (PARTITION BY {', '.join(KEYS[table])} "
        f"ORDER BY {_NEWEST_FIRST[table]}) = 1 ORDER BY {_ORDER[table]}",
        table,
        rows_in=rows,
    )


def without(table: Table, rows: pa.Table, known: pa.Table) -> pa.Table:
    """The rows that do not stand in ``known`` with the very same values, in the order of time."""
    query = f"SELECT * FROM rows_in EXCEPT SELECT * FROM known ORDER BY {_ORDER[table]}"
    return _ask(query, table, rows_in=rows, known=known)


def _ask(query: str, table: Table, **tables: pa.Table) -> pa.Table:
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        for name, rows in tables.items():
            engine.register(name, rows)
        return engine.sql(query).to_arrow_table().cast(SCHEMAS[table])
