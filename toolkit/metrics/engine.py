"""Runs the rollup expressions on DuckDB."""

from collections.abc import Iterable, Mapping
from functools import reduce
from itertools import groupby
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd

from toolkit.measure.events import Table
from toolkit.metrics.columns import SOURCE, read
from toolkit.metrics.connections import connection_rollups
from toolkit.metrics.deliveries import delivery_rollups
from toolkit.metrics.files import Partition, check_pages
from toolkit.metrics.screening import good, judged
from toolkit.project.faults import EnvironmentFault, Faults, InputError, near

ENGINES = ["duckdb", "spark"]

PARTITION = ["option", "day"]
LONG = ["kind", "environment", "hour", "bucket", "name", "value"]
"""The one shape of every rollup: a whole number by hour (since 1970), name and, in some, bucket."""


def require(engine: str) -> None:
    """Return if rollups can run on ``engine``.

    Raises:
        InputError: there is no such engine.
        EnvironmentFault: it is not available.
    """
    if engine not in ENGINES:
        raise InputError(f"--engine: {engine!r} is no engine; {near(engine, ENGINES)}")
    if engine != "duckdb":
        raise EnvironmentFault("the Spark engine is not available in this version; use --engine duckdb")


def run(partitions: list[Partition], faults: Faults) -> dict[Partition, pd.DataFrame]:
    """The rollup of each partition, with the columns of :data:`LONG`; all of one table.

    A file whose content cannot be read is a fault, and nothing is returned.

    Raises:
        FileNotFoundError: a file vanished meanwhile.
        EnvironmentFault: the engine failed on files that are sound.
    """
    try:
        frame = _run(partitions)
    except duckdb.Error as error:
        before = len(faults.errors)
        check_pages(partitions, faults)
        if len(faults.errors) == before:
            message = f"DuckDB cannot roll up the metrics: {_first_line(error)}; free memory and disk space"
            raise EnvironmentFault(message) from error
        return {}
    groups = {key: rows[LONG] for key, rows in frame.groupby(PARTITION)}
    empty = frame.iloc[:0][LONG]
    return {part: groups.get((part.folder, part.day.isoformat()), empty) for part in partitions}


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _run(partitions: list[Partition]) -> pd.DataFrame:
    table = partitions[0].table
    connection = ibis.duckdb.connect()
    try:
        connection.raw_sql("SET TimeZone = 'UTC'")
        rows = connection.create_table("judged", judged(_facts(connection, partitions), table), temp=True)
        counted = connection.create_table("counted", good(rows, table), temp=True)
        rollups = connection_rollups(counted) if table == "connections" else delivery_rollups(counted)
        results = {kind: expression.to_pandas() for kind, expression in rollups.items()}
        return pd.concat([_set_aside(rows), *_long(results)], ignore_index=True)
    finally:
        connection.disconnect()


def _facts(connection: ibis.BaseBackend, partitions: list[Partition]) -> ir.Table:
    """All rows; files whose columns differ in type are read apart and brought to one type each."""
    sources = sorted(
        (source for part in partitions for source in part.sources), key=lambda source: source.shape
    )
    tables = [
        _read(connection, partitions[0].table, [source.path for source in alike])
        for _, alike in groupby(sources, key=lambda source: source.shape)
    ]
    return reduce(lambda left, right: left.union(right), tables)


def _read(connection: ibis.BaseBackend, table: Table, paths: list[Path]) -> ir.Table:
    # Parquet's minimum and maximum leave NaN out. Unless told, DuckDB trusts them and takes isnan() to be
    # false.
    options = {"filename": SOURCE, "hive_partitioning": False, "can_have_nan": True}
    return read(connection.read_parquet([str(path) for path in paths], **options), table)


def _set_aside(rows: ir.Table) -> pd.DataFrame:
    bad = rows.filter(rows.reason.notnull())
    counts: pd.DataFrame = bad.group_by([*PARTITION, "reason"]).aggregate(value=bad.count()).to_pandas()
    return counts.rename(columns={"reason": "name"}).assign(
        kind="set_aside", environment="", hour=0, bucket=0
    )


def _long(results: Mapping[str, pd.DataFrame]) -> Iterable[pd.DataFrame]:
    """Wide results as rows of one number each; a zero says nothing and is left out."""
    for kind, wide in results.items():
        keys = [name for name in (*PARTITION, "environment", "hour", "bucket") if name in wide.columns]
        rows = wide.melt(id_vars=keys, var_name="name", value_name="value")
        rows = rows[rows["value"] != 0].assign(kind=KINDS[kind])
        if "bucket" not in keys:
            name = rows["name"].str.split(":", n=1, expand=True).reindex(columns=[0, 1])
            rows = rows.assign(name=name[0], bucket=name[1].fillna(0).astype("int64"))
        yield rows.astype({"value": "int64", "hour": "int64", "bucket": "int64"})


KINDS = {
    "counts": "counts",
    "sender_counts": "counts",
    "latency": "latency",
    "handshake": "handshake",
    "ages": "ages",
    "end_ages": "ages",
    "open_ages": "ages",
}
"""Which frame of the rollups the result of an expression belongs to."""
