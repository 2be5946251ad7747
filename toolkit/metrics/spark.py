"""Rolls up on Spark: on this machine, or on a cluster."""

import os
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import ibis
import pyarrow as pa

from toolkit.measure.events import Table
from toolkit.metrics.engine import UnreadableFacts
from toolkit.metrics.frames import Frames
from toolkit.metrics.java import java_home
from toolkit.metrics.shelf import Shelf
from toolkit.metrics.sources import Opened, Source
from toolkit.metrics.views import View, views
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
        shelf: keeps its queries.

    Raises:
        EnvironmentFault: PySpark is not installed.
    """

    def __init__(self, master: str | None, shelf: Shelf) -> None:
        with _pandas_is_fine():
            try:
                from pyspark.sql import SparkSession
            except ImportError as error:
                raise EnvironmentFault(
                    "Spark is not installed; pip install 'toolkit[spark]', or use --engine duckdb"
                ) from error
        self._shelf = shelf
        self._master = master or HERE
        self._scratch = tempfile.TemporaryDirectory(prefix="toolkit-", ignore_cleanup_errors=True)
        self._session: Any = None
        self._builder: Any = SparkSession.builder

    def roll_up(self, partitions: list[Opened]) -> Frames:
        """See :class:`toolkit.metrics.engine.Engine`."""
        table, unique = partitions[0].partition.table, all(part.unique for part in partitions)
        kept: list[Any] = []
        with _pandas_is_fine():
            session = self._started()
            backend = ibis.pyspark.connect(session)
            try:
                shown = views(partitions)
                for view in shown:
                    self._show(view, table)
                facts = [view.schema(table) for view in shown]
                queries = self._shelf.program(
                    table, unique=unique, facts=facts, engine="pyspark", write=backend.compile
                )
                for name, query in queries.kept.items():
                    kept.append(session.sql(query).persist())
                    kept[-1].createOrReplaceTempView(name)
                return queries.frames(partitions, lambda query: session.sql(query).toArrow())
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
            builder = self._builder.appName("toolkit").master(self._master)
            for name, value in {**SETTINGS, **self._on_this_machine()}.items():
                builder = builder.config(name, value)
            with _surroundings(self._surroundings()):
                try:
                    self._session = builder.getOrCreate()
                except Exception as error:
                    # PySpark has no common class for what keeps it from starting.
                    raise EnvironmentFault(
                        f"Spark at {self._master} does not start: {_reason(error)}; see that the master runs"
                    ) from error
        return self._session

    @property
    def _is_here(self) -> bool:
        return self._master.startswith(("local", "spark://127.0.0.1", "spark://localhost"))

    def _on_this_machine(self) -> dict[str, str]:
        """Nothing listens to other machines unless the master is on one."""
        if not self._is_here:
            return {}
        return {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
        }

    def _surroundings(self) -> dict[str, str]:
        """Environment variables for the Java process."""
        home = java_home(Path(self._scratch.name))
        java = {} if home is None else {"JAVA_HOME": str(home)}
        return {**java, "SPARK_LOCAL_IP": "127.0.0.1"} if self._is_here else java

    def _show(self, view: View, table: Table) -> None:
        rows = self._session.read.parquet(*(_no_pattern(_asked(source)) for source in view.sources))
        numbers = {_asked(source): number for number, source in enumerate(view.sources)}
        places = [(file, numbers[_path_of(file)]) for file in rows.inputFiles()]
        known = ", ".join(
            f"({_text(_key(file))}, {view.parts[number]}, {view.midnights_us[number]})"
            for file, number in places
        )
        columns = [_column(field.name, field.type) for field in view.columns(table)]
        rows.selectExpr(*columns, f"{KEY} AS {FILE}").createOrReplaceTempView(f"{view.name}_rows")
        self._session.sql(
            f"SELECT /*+ BROADCAST(places) */ {view.name}_rows.*, part, day_us FROM {view.name}_rows JOIN "
            f"(SELECT file, CAST(part AS BIGINT) part, CAST(day_us AS BIGINT) day_us FROM VALUES {known} "
            f"AS listed(file, part, day_us)) places ON {FILE} = places.file"
        ).createOrReplaceTempView(view.name)


FILE = "file_of_the_row"
KEY = "regexp_replace(_metadata.file_path, '^file:/+', 'file:/')"
"""Spark writes the path of a local file in two ways."""


def _asked(source: Source) -> str:
    """The path of a local file; the URL of another, in the words of Hadoop."""
    if source.store.local is not None:
        return str((source.store.local / source.name).absolute())
    return re.sub("^s3:", "s3a:", source.store.url(source.name))


def _no_pattern(path: str) -> str:
    """The path with the signs escaped that would make it a pattern of many."""
    return re.sub(r"([{}\[\]*?\\])", r"\\\1", path)


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
def _surroundings(values: dict[str, str]) -> Iterator[None]:
    """Environment variables for as long as a process is started."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _pandas_is_fine() -> Iterator[None]:
    """PySpark warns of pandas 3, which it is never given here: results come as Arrow."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
        yield
