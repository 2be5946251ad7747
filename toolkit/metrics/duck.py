"""Rolls up on DuckDB, in this process."""

import tempfile
from itertools import groupby
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from toolkit.measure.events import Table
from toolkit.metrics.columns import COLUMNS
from toolkit.metrics.engine import UnreadableFacts, computed, frame_of
from toolkit.metrics.frames import Frames
from toolkit.metrics.sources import Opened, Source

MEMORY = "1GB"
"""What DuckDB may hold before it writes to disk; the process needs about as much again."""


class DuckDB:
    """An in-memory database that spills into a temporary folder."""

    def __init__(self) -> None:
        self._spill = tempfile.TemporaryDirectory(prefix="toolkit-", ignore_cleanup_errors=True)
        self._connection = ibis.duckdb.connect(
            memory_limit=MEMORY, temp_directory=self._spill.name, preserve_insertion_order=False
        )
        self._connection.raw_sql("SET TimeZone = 'UTC'; SET enable_progress_bar = false")

    def roll_up(self, partitions: list[Opened]) -> Frames:
        """See :class:`toolkit.metrics.engine.Engine`."""
        kept: list[str] = []

        def keep(expression: ir.Table) -> ir.Table:
            kept.append(f"kept_{len(kept)}")
            query = self._connection.compile(expression)
            self._connection.raw_sql(f"CREATE OR REPLACE TEMP TABLE {kept[-1]} AS {query}")
            table: ir.Table = self._connection.table(kept[-1])
            return table

        try:
            return computed(self._facts(partitions), partitions, keep=keep, fetch=self._fetch)
        except duckdb.Error as error:
            raise UnreadableFacts(error) from error
        finally:
            for name in kept:
                self._connection.raw_sql(f"DROP TABLE IF EXISTS {name}")

    def _fetch(self, expression: ir.Table) -> pd.DataFrame:
        return frame_of(self._connection.con.sql(self._connection.compile(expression)).to_arrow_table())

    def close(self) -> None:
        """See :class:`toolkit.metrics.engine.Engine`."""
        self._connection.disconnect()
        self._spill.cleanup()

    def _facts(self, partitions: list[Opened]) -> list[ir.Table]:
        """All rows; files whose columns differ in type are read apart."""
        table = partitions[0].partition.table
        sources = [(number, source) for number, part in enumerate(partitions) for source in part.sources]
        sources.sort(key=lambda numbered: numbered[1].shape)
        midnights = [part.partition.midnight_us for part in partitions]
        return [
            self._view(f"facts_{number}", table, list(alike), midnights)
            for number, (_, alike) in enumerate(groupby(sources, key=lambda numbered: numbered[1].shape))
        ]

    def _view(
        self, name: str, table: Table, sources: list[tuple[int, Source]], midnights: list[int]
    ) -> ir.Table:
        # Parquet's minimum and maximum leave NaN out. Unless told, DuckDB trusts them and takes isnan() to be
        # false.
        files = ", ".join(_text(source.path) for _, source in sources)
        parts = [part for part, _ in sources]
        schema = sources[0][1].schema
        columns = ", ".join(
            _column(column.name, schema.field(column.name).type)
            for column in COLUMNS[table]
            if column.name in schema.names
        )
        self._connection.raw_sql(
            f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {columns}, "
            f"{parts}[file_index::BIGINT + 1]::BIGINT AS part, "
            f"{[midnights[part] for part in parts]}[file_index::BIGINT + 1]::BIGINT AS day_us "
            f"FROM read_parquet([{files}], can_have_nan = true, hive_partitioning = false, "
            "union_by_name = false)"
        )
        view: ir.Table = self._connection.table(name)
        return view


def _text(value: str | Path) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _column(name: str, kind: pa.DataType) -> str:
    """A column as it is, a time as whole microseconds since 1970."""
    quoted = '"' + name.replace('"', '""') + '"'
    if not pa.types.is_timestamp(kind):
        return quoted
    return f"epoch_us({quoted}::{'TIMESTAMPTZ' if kind.tz else 'TIMESTAMP'}) AS {quoted}"
