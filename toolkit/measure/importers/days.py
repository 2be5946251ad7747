"""The rows of an import by UTC day, each fact once a day."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from toolkit.measure.events import KEYS, SCHEMAS, STAMPS, Table
from toolkit.measure.importers.findings import Rows
from toolkit.measure.importers.midnight import OPEN_BEFORE, SEEN, day_of, waited
from toolkit.measure.importers.sql import quoted
from toolkit.measure.merging import columns, keys

BATCH = 1 << 17
"""So many rows are in memory at a time, and in one row group of a file."""

_FIRST: dict[Table, dict[str, str]] = {
    "connections": {"observed_until": "DESC", "ended_at": "DESC NULLS LAST"},
    "deliveries": {"latency_s": "ASC NULLS LAST", "copies": "DESC NULLS LAST"},
    "aggregates": {},
}
"""Of rows of one key the first in this order counts; where that ties, every other column decides."""

_ORDER: dict[Table, str] = {
    "connections": "started_at, client, session, attempt, collector, environment",
    "deliveries": "scheduled_at, message, recipient, collector, environment",
    "aggregates": "until_at, name, kind, quantile, from_at, source, collector, environment",
}
"""In which order they are written."""


def with_days(table: Table, rows: Rows) -> duckdb.DuckDBPyRelation:
    """The rows with ``day``, in UTC days since 1970, and ``repeated`` where added for another one."""
    engine = duckdb.connect()
    relation = engine.from_arrow(rows) if isinstance(rows, pa.Table) else rows
    if table != "connections":
        return _answer(relation, "all_in", _dated(table, "all_in"))
    query = _dated(table, f"(SELECT * REPLACE ({SEEN} AS observed_until) FROM connections_in)")
    query += f" UNION ALL BY NAME {OPEN_BEFORE}"
    if isinstance(rows, pa.Table):
        # Only sources with few rows number the attempts of a session.
        engine.register("waited", waited(rows))
        query += f" UNION ALL BY NAME {_dated(table, 'waited', repeated=True)}"
    return _answer(relation, "connections_in", query)


def _dated(table: Table, source: str, *, repeated: bool = False) -> str:
    return f"SELECT {columns(table)}, {day_of(STAMPS[table])} AS day, {repeated} AS repeated FROM {source}"


@dataclass(frozen=True)
class Day:
    """The rows of one UTC day.

    Args:
        day: in days since 1970.
        rows: how many there are that are not repeated for another day.
        unique: whether no key stands twice among them.
    """

    day: int
    rows: int
    unique: bool


def days_of(table: Table, rows: duckdb.DuckDBPyRelation) -> list[Day]:
    """The days of the rows in order."""
    # Hashes are quickly counted, and one that two keys share only means that these are compared.
    key = f"hash({keys(table)})"
    query = f"""SELECT day, count(*) FILTER (NOT repeated), count(DISTINCT {key}) = count(*)
        FROM by_day GROUP BY day ORDER BY day"""
    return [Day(*found) for found in _answer(rows, "by_day", query).fetchall()]


def rows_of(
    table: Table, rows: duckdb.DuckDBPyRelation, of: Day, known: list[str]
) -> Iterator[pa.RecordBatch]:
    """One row a key of a day in the order of time, with ``repeated`` as the last column.

    Args:
        known: Parquet files. Rows that stand there with the very same values are left out.
    """
    query = f"SELECT * FROM by_day WHERE day = {of.day}"
    if not of.unique:
        query = _once(table, query)
    if known:
        same = " AND ".join(f"here.{name} IS NOT DISTINCT FROM there.{name}" for name in SCHEMAS[table].names)
        there = f"read_parquet([{', '.join(map(quoted, known))}], hive_partitioning = false)"
        query = f"SELECT here.* FROM ({query}) AS here ANTI JOIN {there} AS there ON {same}"
    query = f"SELECT {columns(table)}, repeated FROM ({query}) ORDER BY {_ORDER[table]}"
    yield from _answer(rows, "by_day", query).to_arrow_reader(BATCH)


def _answer(rows: duckdb.DuckDBPyRelation, name: str, query: str) -> duckdb.DuckDBPyRelation:
    answer = rows.query(name, query)
    assert answer is not None, "a query has an answer"
    return answer


def _once(table: Table, query: str) -> str:
    """One row a key, repeated where all of them were."""
    first = {**_FIRST[table], "repeated": "ASC"}
    rest = [name for name in SCHEMAS[table].names if name not in {*KEYS[table], *first}]
    order = ", ".join([*(f"{name} {how}" for name, how in first.items()), *rest])
    return f"""
        SELECT * EXCLUDE (all_repeated) REPLACE (all_repeated AS repeated) FROM (
            SELECT *, bool_and(repeated) OVER (PARTITION BY {keys(table)}) AS all_repeated FROM ({query})
            QUALIFY row_number() OVER (PARTITION BY {keys(table)} ORDER BY {order}) = 1
        )"""
