"""From the files of some partitions to their rollups, on whichever engine."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Protocol

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from toolkit.measure.events import Table
from toolkit.metrics.aggregates import aggregate_rows
from toolkit.metrics.columns import PART, read
from toolkit.metrics.connections import connection_rollups
from toolkit.metrics.deliveries import delivery_rollups
from toolkit.metrics.frames import COLUMNS, ORDER, Frames, empty
from toolkit.metrics.rolled import Keep, Rolled
from toolkit.metrics.screening import good, judged
from toolkit.metrics.sources import Opened
from toolkit.project.faults import EnvironmentFault, InputError, near

ENGINES = ["duckdb", "spark"]

Fetch = Callable[[ir.Table], pd.DataFrame]
"""Runs an expression on an engine."""

HOUR = [PART, "environment", "hour"]


class Engine(Protocol):
    """What rolls partitions up."""

    def roll_up(self, partitions: list[Opened]) -> Frames:
        """The rollups of partitions of one table, numbered as they stand in the list.

        Raises:
            FileNotFoundError: a file vanished meanwhile.
            EnvironmentFault: the engine failed, for other reasons than a file.
            UnreadableFacts: the engine cannot read some file.
        """

    def close(self) -> None:
        """Give back what the engine holds."""


class UnreadableFacts(Exception):
    """An engine stumbled, maybe over the content of a file."""


def engine_of(name: str, *, master: str | None) -> Engine:
    """The engine of that name, not yet started.

    Args:
        master: of a Spark cluster. None: this machine.

    Raises:
        InputError: there is no such engine, or it has no master.
        EnvironmentFault: it is not installed.
    """
    if name not in ENGINES:
        raise InputError(f"--engine: {name!r} is no engine; {near(name, ENGINES)}")
    if name == "duckdb":
        if master is not None:
            raise InputError("--master: DuckDB has none; leave it out, or choose --engine spark")
        from toolkit.metrics.duck import DuckDB

        return DuckDB()
    from toolkit.metrics.spark import Spark

    return Spark(master)


_ROLLUPS: dict[Table, Callable[[ir.Table, Keep], Rolled]] = {
    "connections": connection_rollups,
    "deliveries": delivery_rollups,
    "aggregates": lambda good, _keep: Rolled(others={"aggregates": aggregate_rows(good)}),
}


def rolled(facts: Sequence[ir.Table], table: Table, *, unique: bool, keep: Keep) -> tuple[Rolled, ir.Table]:
    """The rollups of facts as expressions, and the rows that are set aside, by partition and reason.

    Args:
        facts: rows as the files hold them, with their partition and its midnight; those of files whose
            columns differ in type stand apart.
        unique: whether no key stands twice in any partition.
        keep: computes a table once that several results are made of.
    """
    rows = judged(reduce(lambda left, right: left.union(right), [read(rows, table) for rows in facts]), table)
    bad = rows.filter(rows.reason.notnull())
    set_aside = bad.group_by([PART, "reason"]).aggregate(count=bad.count())
    return _ROLLUPS[table](good(rows, table, unique=unique), keep), set_aside


def computed(
    facts: Sequence[ir.Table],
    partitions: list[Opened],
    *,
    keep: Keep,
    fetch: Callable[[ir.Table], pd.DataFrame],
) -> Frames:
    """The rollups of partitions of one table as frames.

    Args:
        facts: their rows, see :func:`rolled`.
        keep, fetch: compute an expression, for other expressions and as a frame.
    """
    table, unique = partitions[0].partition.table, all(part.unique for part in partitions)
    expressions, set_aside = rolled(facts, table, unique=unique, keep=keep)
    found = {kind: fetch(_ordered(expression)) for kind, expression in (expressions.others or {}).items()}
    if expressions.counts:
        found["counts"] = reduce(_beside, map(fetch, expressions.counts))
    rows = sum(part.rows for part in partitions)
    # Where every row was counted there is none to look for.
    every = unique and expressions.rows is not None and _number(fetch, expressions.rows) == rows
    found["set_aside"] = empty(COLUMNS[table]["set_aside"]) if every else fetch(set_aside)
    return {kind: _typed(found[kind], names) for kind, names in COLUMNS[table].items()}


def frame_of(found: pa.Table) -> pd.DataFrame:
    """A result as a frame."""
    # DuckDB sums whole numbers into wider ones, which Arrow has as decimals. Of no chunk pandas makes columns
    # that it cannot join afterwards.
    arrays = [
        column.cast(pa.int64()).combine_chunks()
        if pa.types.is_decimal(column.type)
        else column.combine_chunks()
        for column in found.columns
    ]
    frame: pd.DataFrame = pa.Table.from_arrays(arrays, names=found.column_names).to_pandas()
    return frame


def _ordered(rows: ir.Table) -> ir.Table:
    """The rows in one order, whatever the engine."""
    return rows.order_by([name for name in (*HOUR, *ORDER) if name in rows.columns])


def _number(fetch: Fetch, number: ir.IntegerScalar) -> int:
    value = fetch(number.name("n").as_table())["n"].iloc[0]
    return 0 if pd.isna(value) else int(value)


def _beside(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Sums of the same hours beside each other; an hour that lacks in one of them has none there."""
    both = pd.concat([left.set_index(HOUR), right.set_index(HOUR)], axis=1).sort_index().reset_index()
    numbers = [name for name in both.columns if name not in HOUR]
    return both.fillna(dict.fromkeys(numbers, 0))


def _typed(frame: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    return frame[["part", *names]].astype(empty(names).dtypes.to_dict())


def failed(engine: str, error: Exception) -> EnvironmentFault:
    """What to tell of an engine that failed on files that are sound."""
    line = (str(error).splitlines() or [type(error).__name__])[0]
    return EnvironmentFault(f"{engine} cannot roll up the metrics: {line}; free memory and disk space")
