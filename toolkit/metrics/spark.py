"""Rolls up on Spark: on this machine, or on a cluster."""

import os
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from toolkit.measure.events import Table
from toolkit.metrics.columns import COLUMNS
from toolkit.metrics.engine import UnreadableFacts, computed, frame_of
from toolkit.metrics.frames import Frames
from toolkit.metrics.java import java_home
from toolkit.metrics.sources import Opened, Source
from toolkit.project.faults import EnvironmentFault

HERE = "local[*]"

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # Standard error is the toolkit's own to write to.
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # Nanoseconds are otherwise no type that Spark reads.
    "spark.sql.legacy.parquet.nanosAsLong": "true",
    # Every row is read, so that statistics about NaN have nothing to decide.
    "spark.sql.parquet.filterPushdown": "false",
}


class Spark:
    """A session, started with the first partitions to roll up.

    Args:
        master: of the cluster, ``spark://host:7077`` for example. None: this machine.

    Raises:
        EnvironmentFault: PySpark is not installed.
    """

    def __init__(self, master: str | None) -> None:
        self._master = master or HERE
        self._scratch = tempfile.TemporaryDirectory(prefix="toolkit-", ignore_cleanup_errors=True)
        self._session: Any = None
        with _pandas_is_fine():
            try:
                from pyspark.sql import SparkSession
            except ImportError as error:
                raise EnvironmentFault(
                    "Spark is not installed; pip install 'toolkit[spark]', or use --engine duckdb"
                ) from error
        self._builder: Any = SparkSession.builder

    def roll_up(self, partitions: list[Opened]) -> Frames:
        """See :class:`toolkit.metrics.engine.Engine`."""
        kept: list[Any] = []
        with _pandas_is_fine():
            session = self._started()
            backend = ibis.pyspark.connect(session)

            def keep(expression: ir.Table) -> ir.Table:
                rows = session.sql(backend.compile(expression)).persist()
                rows.createOrReplaceTempView(f"kept_{len(kept)}")
                kept.append(rows)
                table: ir.Table = backend.table(f"kept_{len(kept) - 1}")
                return table

            def fetch(expression: ir.Table) -> pd.DataFrame:
                return frame_of(session.sql(backend.compile(expression)).toArrow())

            try:
                facts = [backend.table(name) for name in self._views(partitions)]
                return computed(facts, partitions, keep=keep, fetch=fetch)
            except _java_errors() as error:
                raise UnreadableFacts(_reason(error)) from error
            finally:
                for rows in kept:
                    rows.unpersist()

    def close(self) -> None:
        """See :class:`toolkit.metrics.engine.Engine`."""
        if self._session is not None:
            self._session.stop()
        self._scratch.cleanup()

    def _started(self) -> Any:
        if self._session is None:
            if home := java_home(Path(self._scratch.name)):
                os.environ["JAVA_HOME"] = str(home)
            builder = self._builder.appName("toolkit").master(self._master)
            for name, value in {**SETTINGS, **self._on_this_machine()}.items():
                builder = builder.config(name, value)
            try:
                self._session = builder.getOrCreate()
            except Exception as error:
                # PySpark has no common class for what keeps it from starting.
                raise EnvironmentFault(
                    f"Spark at {self._master} does not start: {_reason(error)}; see that the master runs"
                ) from error
        return self._session

    def _on_this_machine(self) -> dict[str, str]:
        """Nothing listens to other machines unless the master is on one."""
        if not self._master.startswith(("local", "spark://127.0.0.1", "spark://localhost")):
            return {}
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        return {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
        }

    def _views(self, partitions: list[Opened]) -> Iterator[str]:
        """Views of all rows; files whose columns differ in type are read apart."""
        table = partitions[0].partition.table
        sources = [(number, source) for number, part in enumerate(partitions) for source in part.sources]
        sources.sort(key=lambda numbered: numbered[1].shape)
        midnights = [part.partition.midnight_us for part in partitions]
        for number, (_, alike) in enumerate(groupby(sources, key=lambda numbered: numbered[1].shape)):
            name = f"facts_{number}"
            self._view(name, table, list(alike), midnights)
            yield name

    def _view(self, name: str, table: Table, sources: list[tuple[int, Source]], midnights: list[int]) -> None:
        rows = self._session.read.parquet(*(str(source.path) for _, source in sources))
        parts = {str(source.path.absolute()): part for part, source in sources}
        places = [(file, parts[_path_of(file)]) for file in rows.inputFiles()]
        known = ", ".join(f"({_text(_key(file))}, {part}, {midnights[part]})" for file, part in places)
        schema = sources[0][1].schema
        columns = [
            _column(column.name, schema.field(column.name).type)
            for column in COLUMNS[table]
            if column.name in schema.names
        ]
        rows.selectExpr(*columns, f"{KEY} AS {FILE}").createOrReplaceTempView(f"{name}_rows")
        self._session.sql(
            f"SELECT /*+ BROADCAST(places) */ {name}_rows.*, part, day_us FROM {name}_rows JOIN "
            f"(SELECT file, CAST(part AS BIGINT) part, CAST(day_us AS BIGINT) day_us FROM VALUES {known} "
            f"AS listed(file, part, day_us)) places ON {FILE} = places.file"
        ).createOrReplaceTempView(name)


FILE = "file_of_the_row"
KEY = "regexp_replace(_metadata.file_path, '^file:/+', 'file:/')"
"""Spark writes the path of a local file in two ways."""


def _key(file: str) -> str:
    return re.sub("^file:/+", "file:/", file)


def _path_of(file: str) -> str:
    """The local path, or the URL, that a file was asked for by."""
    return unquote(_key(file).removeprefix("file:")) if file.startswith("file:") else unquote(file)


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _column(name: str, kind: pa.DataType) -> str:
    """A column as it is, a time as whole microseconds since 1970."""
    quoted = "`" + name.replace("`", "``") + "`"
    if not pa.types.is_timestamp(kind):
        return quoted
    if kind.unit == "ns":
        return f"{quoted} DIV 1000 AS {quoted}"
    return f"unix_micros(CAST({quoted} AS TIMESTAMP)) AS {quoted}"


def _reason(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def _java_errors() -> tuple[type[Exception], ...]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return Py4JError, PySparkException


@contextmanager
def _pandas_is_fine() -> Iterator[None]:
    """PySpark warns of pandas 3, which it is never given here: results come as Arrow."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
        yield
