"""The rows of an import by UTC day, each fact once a day."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from toolkit.measure.events import KEYS, SCHEMAS, STAMPS, Table
from toolkit.measure.importers.findings import Rows
from toolkit.measure.importers.sql import quoted
from toolkit.measure.merging import columns, keys

BATCH = 1 << 17
"""So many rows are in memory at a time, and in one row group of a file."""

LONGEST_DAYS = 400
"""What claims to have lasted longer has a clock or a unit gone wrong, and is not repeated for each day."""

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

DAY_US = 86_400_000_000

_REPEATED = f"""
SELECT * EXCLUDE (since, until) REPLACE (make_timestamptz((day + 1) * {DAY_US} - 1) AS observed_until,
    NULL AS ended_at, NULL AS close_code, NULL AS ended_by, NULL AS intended)
FROM (
    SELECT *, unnest(range(since, until)) AS day, true AS repeated FROM (
        SELECT *, epoch_us(observed_until) // {DAY_US} AS until,
            (epoch_us(started_at) + CAST(1e6 * coalesce(handshake_s, 0) AS BIGINT)) // {DAY_US} AS since
        FROM connections_in WHERE outcome = 'open'
    ) WHERE since < until AND until - since <= {LONGEST_DAYS}
)
"""
"""A connection open at midnight stands on the day before too, as a recorder would have written it then."""


def with_days(table: Table, rows: Rows) -> duckdb.DuckDBPyRelation:
    """The rows with ``day``, in UTC days since 1970, and ``repeated`` where added for an earlier one."""
    relation = rows if isinstance(rows, duckdb.DuckDBPyRelation) else duckdb.connect().from_arrow(rows)
    day = f"epoch_us({STAMPS[table]}) // {DAY_US}"
    query = f"SELECT {columns(table)}, {day} AS day, false AS repeated FROM {table}_in"
    if table == "connections":
        query += f" UNION ALL BY NAME {_REPEATED}"
    return _answer(relation, f"{table}_in", query)


@dataclass(frozen=True)
class Day:
    """The rows of one UTC day.

    Args:
        day: in days since 1970.
        rows: how many there are that are not repeated ones of a later day.
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
        query += _once(table)
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


def _once(table: Table) -> str:
    first = {**_FIRST[table], "repeated": "ASC"}
    rest = [name for name in SCHEMAS[table].names if name not in {*KEYS[table], *first}]
    order = [*(f"{name} {how}" for name, how in first.items()), *rest]
    return f" QUALIFY row_number() OVER (PARTITION BY {keys(table)} ORDER BY {', '.join(order)}) = 1"
