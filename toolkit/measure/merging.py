"""Merges the rows of a partition on DuckDB: duplicates leave, bad rows stay.

The reader (:mod:`toolkit.metrics.screening`) sets bad rows aside and counts them, and of the good rows of a
key it takes the newest. Merging must not change what it finds, whatever the rows: so only rows that are
surely good are weighed against each other, by the reader's own order, and of all others only the very same
row is a duplicate.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.measure.events import (
    AGGREGATE_KINDS,
    DEADLINE_S,
    KEYS,
    OUTCOME,
    SCHEMAS,
    STAMPS,
    UNIQUE,
    Table,
)

COMPACTED = {b"toolkit.compacted": b"1"}
"""Metadata of a file in which nothing is left to merge; rows that are bad may keep it from being unique."""

_IMPORTS = b"toolkit.imports"
"""Metadata of a file with rows of imports: the name of each, and the digest of its mapping."""

MEMORY = "1GB"
"""What DuckDB may take; beyond it sorts on disk."""

ROW_GROUP = 131_072
"""Rows of a row group: large enough to compress, small enough to be read apart."""

LONGEST_S = 1e9
"""Durations beyond this are no durations; the reader's limit."""

MOST_DAYS = 400
"""A start further back is a clock gone wrong; the reader's limit."""

_DAY = "date_trunc('day', {stamp})"

_HANDSHAKE_END = "started_at + to_microseconds(CAST(floor(coalesce(handshake_s, 0) * 1e6 + 0.5) AS BIGINT))"


def imports_in(metadata: Mapping[bytes, bytes] | None) -> dict[str, str]:
    """The imports whose rows a file holds: the name of each to the digest of its mapping."""
    found = json.loads((metadata or {}).get(_IMPORTS, b"{}"))
    return {str(name): str(mapping) for name, mapping in found.items()} if isinstance(found, dict) else {}


def told_imports(imports: Mapping[str, str]) -> dict[bytes, bytes]:
    """What to write into the metadata of a file with rows of these imports."""
    return {_IMPORTS: json.dumps(imports, sort_keys=True).encode()} if imports else {}


def _is_duration(column: str) -> str:
    known = f"{column} >= 0 AND {column} < {LONGEST_S}"
    return f"CASE WHEN {column} IS NULL OR isnan({column}) THEN true ELSE {known} END"


def _is_watched(column: str) -> str:
    return f"coalesce(isfinite({column}) AND {column} >= 0 AND {column} < {LONGEST_S}, false)"


_SURELY_GOOD: dict[Table, str] = {
    "connections": f"""
        environment IS NOT NULL AND client IS NOT NULL AND session IS NOT NULL AND outcome IS NOT NULL
        AND coalesce(attempt >= 1, true) AND regexp_full_match(outcome, '{OUTCOME.pattern}')
        AND {{on_day}} AND started_at <= observed_until
        AND started_at >= {{day}} - INTERVAL {MOST_DAYS} DAY
        AND CASE
            WHEN handshake_s IS NULL THEN true
            WHEN isnan(handshake_s) THEN outcome <> 'open'
            ELSE handshake_s >= 0 AND handshake_s < {LONGEST_S}
        END
        AND CASE
            WHEN ended_at IS NULL THEN true
            WHEN ended_at < started_at OR ended_at > observed_until THEN false
            WHEN outcome <> 'open' OR isnan(handshake_s) OR handshake_s >= {LONGEST_S} THEN true
            ELSE ended_at >= {_HANDSHAKE_END}
        END""",
    "deliveries": f"""
        environment IS NOT NULL AND message IS NOT NULL AND recipient IS NOT NULL
        AND {{on_day}} AND coalesce(copies >= 0, true)
        AND CASE
            WHEN latency_s IS NULL THEN true
            WHEN isnan(latency_s) THEN coalesce(copies = 0, false)
            ELSE latency_s >= 0 AND latency_s < {LONGEST_S} AND coalesce(copies > 0, true)
        END
        AND CASE
            WHEN deadline_s IS NULL OR isnan(deadline_s) THEN true
            ELSE deadline_s > 0 AND deadline_s < {LONGEST_S}
        END""",
    "aggregates": f"""
        environment IS NOT NULL AND "source" IS NOT NULL AND "name" IS NOT NULL AND unit IS NOT NULL
        AND {{on_day}} AND coalesce(from_at <= until_at, true) AND isfinite("value")
        AND kind IN ({", ".join(f"'{kind}'" for kind in AGGREGATE_KINDS)})
        AND (kind <> 'count' OR ("value" >= 0 AND "value" % 1 = 0))""",
    "faults": f"""
        environment IS NOT NULL AND "connection" IS NOT NULL AND fault IS NOT NULL AND {{on_day}}
        AND {_is_duration("healed_s")} AND {_is_duration("recovered_s")} AND {_is_watched("wanted_s")}
        AND {_is_duration("client_noticed_s")} AND {_is_watched("client_observed_s")}
        AND {_is_duration("server_noticed_s")} AND {_is_watched("server_observed_s")}""",
}


def _no_nan(column: str) -> str:
    return f"CASE WHEN isnan({column}) THEN NULL ELSE {column} END"


_NEWEST_FIRST: dict[Table, tuple[str, ...]] = {
    "connections": (
        "observed_until DESC",
        "ended_at DESC",
        "ended_by ASC",
        f"{_no_nan('handshake_s')} ASC",
        "intended ASC",
        "outcome ASC",
        "started_at ASC",
    ),
    "deliveries": (
        f"{_no_nan('latency_s')} ASC",
        "copies DESC",
        "bytes ASC",
        f"coalesce({_no_nan('deadline_s')}, {DEADLINE_S}) ASC",
        "in_order ASC",
        "round_trip ASC",
        "scheduled_at ASC",
        "sender ASC",
    ),
    "aggregates": ('"value" DESC', "unit ASC"),
    "faults": (
        "client_observed_s DESC",
        "server_observed_s DESC",
        "wanted_s DESC",
        f"{_no_nan('recovered_s')} DESC",
        f"{_no_nan('healed_s')} DESC",
        "client ASC",
        f"{_no_nan('client_noticed_s')} ASC",
        f"{_no_nan('server_noticed_s')} ASC",
        "way ASC",
    ),
}
"""The order of the reader; then every column, so that nothing hangs on the order of rows or files."""

_ORDER: dict[Table, tuple[str, ...]] = {
    "connections": ("started_at", "client", "session", "attempt", "collector", "environment"),
    "deliveries": ("scheduled_at", "message", "recipient", "collector", "environment"),
    "aggregates": ("until_at", "from_at", "source", "name", "kind", "quantile", "collector", "environment"),
    "faults": ("struck_at", "connection", "fault", "collector", "environment"),
}


def columns(table: Table) -> str:
    """The columns of ``table``, for SELECT."""
    return ", ".join(f'"{name}"' for name in SCHEMAS[table].names)


def in_order(table: Table) -> str:
    """The one order of rows, for ORDER BY: by time, then by all else."""
    rest = [name for name in SCHEMAS[table].names if name not in _ORDER[table]]
    return ", ".join(f'"{name}" ASC NULLS LAST' for name in (*_ORDER[table], *rest))


def keys(table: Table) -> str:
    """What makes a row unique. To the reader no collector is one of no name, and NaN is null."""
    alike = {
        "collector": "coalesce(collector, '')",
        "quantile": _no_nan("quantile"),
        "attempt": "coalesce(attempt, epoch_us(started_at))",
    }
    return ", ".join(alike.get(name, f'"{name}"') for name in KEYS[table])


def newest_of(table: Table, source: str, *, day: str | None = None) -> str:
    """A query for the rows of ``source`` that are no duplicates, in no order.

    Args:
        source: what stands after FROM.
        day: the UTC day of the partition, as YYYY-MM-DD. None: each row's own.
    """
    stamp = STAMPS[table]
    start = _DAY.format(stamp=stamp) if day is None else f"TIMESTAMPTZ '{day} 00:00:00+00'"
    on_day = f"{stamp} >= {start} AND {stamp} < {start} + INTERVAL 1 DAY"
    good = _SURELY_GOOD[table].format(on_day=on_day, day=start)
    first = [f"{rule} NULLS LAST" for rule in _NEWEST_FIRST[table]]
    order = ", ".join([*first, *(f'"{name}" ASC NULLS LAST' for name in SCHEMAS[table].names)])
    return f"""
        WITH judged AS (SELECT DISTINCT {columns(table)}, coalesce({good}, false) AS good FROM {source})
        SELECT {columns(table)} FROM judged
        QUALIFY NOT good OR row_number() OVER (PARTITION BY good, {start}, {keys(table)} ORDER BY {order}) = 1
        """


def engine_in(scratch: Path) -> duckdb.DuckDBPyConnection:
    """An engine that puts what its memory does not hold into the folder ``scratch``."""
    engine = duckdb.connect()
    engine.execute(f"SET TimeZone = 'UTC'; SET memory_limit = '{MEMORY}'; SET threads = 2")
    engine.execute("SET preserve_insertion_order = false")
    engine.execute(f"SET temp_directory = '{scratch}'")
    return engine


def gather(engine: duckdb.DuckDBPyConnection, table: Table, paths: list[str], *, day: str) -> int:
    """Put the rows that stay into a table of the engine; how many."""
    # A minimum and maximum of Parquet leave NaN out, so DuckDB must be told that there may be some.
    source = "read_parquet($paths, hive_partitioning = false, can_have_nan = true)"
    query = f"CREATE TEMP TABLE merged AS {newest_of(table, source, day=day)}"
    engine.execute(query, {"paths": paths}).fetchall()
    return _count(engine, "merged")


def _count(engine: duckdb.DuckDBPyConnection, source: str) -> int:
    ((number,),) = engine.execute(f"SELECT count(*) FROM {source}").fetchall()
    return int(number)


def write_merged(
    engine: duckdb.DuckDBPyConnection, table: Table, file: object, imports: Mapping[str, str]
) -> None:
    """Write the rows that stay, and which imports they come from."""
    unique = _count(engine, "merged") == _count(engine, f"(SELECT DISTINCT {keys(table)} FROM merged)")
    schema = _schema(engine, table).with_metadata(
        COMPACTED | (UNIQUE if unique else {}) | told_imports(imports)
    )
    words = [field.name for field in schema if field.type == pa.string()]
    rows = engine.sql(f"SELECT {columns(table)} FROM merged ORDER BY {in_order(table)}")
    with pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=words) as writer:
        for batch in rows.to_arrow_reader(ROW_GROUP):
            writer.write_table(pa.Table.from_batches([batch]).cast(schema), row_group_size=ROW_GROUP)


def _schema(engine: duckdb.DuckDBPyConnection, table: Table) -> pa.Schema:
    """That of ``table``; where a foreign writer left null what must not be, any column may be null."""
    schema = SCHEMAS[table]
    missing = " OR ".join(f'"{field.name}" IS NULL' for field in schema if not field.nullable)
    if _count(engine, f"merged WHERE {missing}"):
        return pa.schema([field.with_nullable(True) for field in schema])
    return schema
