"""Rolls up on DuckDB, in this process."""

import shutil
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from toolkit.measure.events import Table
from toolkit.metrics.engine import UnreadableFacts
from toolkit.metrics.frames import Frames
from toolkit.metrics.shelf import Shelf
from toolkit.metrics.sources import Opened, Source
from toolkit.metrics.views import View, views

if TYPE_CHECKING:
    import ibis.expr.types as ir

MEMORY = "1GB"
"""What DuckDB may hold before it writes to disk; the process needs about as much again."""


class DuckDB:
    """An in-memory database that spills into a temporary folder.

    Args:
        shelf: keeps its queries.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._spill = tempfile.TemporaryDirectory(prefix="toolkit-", ignore_cleanup_errors=True)

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "temp_directory": self._spill.name,
                "preserve_insertion_order": False,
            }
        )
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        return connection

    def roll_up(self, partitions: list[Opened]) -> Frames:
        """See :class:`toolkit.metrics.engine.Engine`."""
        table, unique = partitions[0].partition.table, all(part.unique for part in partitions)
        try:
            shown = views(partitions)
            for view in shown:
                self._show(view, table)
            queries = self._shelf.program(
                table,
                unique=unique,
                facts=[view.schema(table) for view in shown],
                engine="duckdb",
                write=_sql,
            )
            for name, query in queries.kept.items():
                self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
            return queries.frames(partitions, lambda query: self._connection.sql(query).to_arrow_table())
        except duckdb.Error as error:
            raise UnreadableFacts(error) from error
        finally:
            shutil.rmtree(Path(self._spill.name, "copies"), ignore_errors=True)

    def close(self) -> None:
        """See :class:`toolkit.metrics.engine.Engine`."""
        if "_connection" in vars(self):
            self._connection.close()
        self._spill.cleanup()

    def _path(self, source: Source) -> Path:
        """Where to read a file: that of a remote store is copied for as long as its batch is rolled up."""
        if source.store.local is not None:
            return source.store.local / source.name
        copy = Path(self._spill.name, "copies", source.name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        source.store.fetch(source.name, copy)
        return copy

    def _show(self, view: View, table: Table) -> None:
        # Parquet's minimum and maximum leave NaN out. Unless told, DuckDB trusts them and takes isnan() to be
        # false.
        files = ", ".join(_text(self._path(source)) for source in view.sources)
        columns = ", ".join(_column(field.name, field.type) for field in view.columns(table))
        self._connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {view.name} AS SELECT {columns}, "
            f"{view.parts}[file_index::BIGINT + 1]::BIGINT AS part, "
            f"{view.midnights_us}[file_index::BIGINT + 1]::BIGINT AS day_us "
            f"FROM read_parquet([{files}], can_have_nan = true, hive_partitioning = false, "
            "union_by_name = false)"
        )


def _sql(expression: "ir.Table") -> str:
    import ibis

    return str(ibis.to_sql(expression, dialect="duckdb"))


def _text(value: str | Path) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _column(name: str, kind: pa.DataType) -> str:
    """A column as it is, a time as whole microseconds since 1970."""
    quoted = '"' + name.replace('"', '""') + '"'
    if not pa.types.is_timestamp(kind):
        return quoted
    return f"epoch_us({quoted}::{'TIMESTAMPTZ' if kind.tz else 'TIMESTAMP'}) AS {quoted}"
