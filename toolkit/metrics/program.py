"""The rollup of a table as SQL in one engine's words, and what becomes of its results."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from toolkit.measure.events import Table
from toolkit.metrics.aggregates import aggregate_rows
from toolkit.metrics.columns import PART, read
from toolkit.metrics.connections import connection_rollups
from toolkit.metrics.deliveries import delivery_rollups
from toolkit.metrics.frames import COLUMNS, ORDER, Frames, beside, none_of, typed
from toolkit.metrics.rolled import Keep, Rolled
from toolkit.metrics.screening import good, judged
from toolkit.metrics.sources import Opened

HOUR = [PART, "environment", "hour"]
FACTS, KEPT = "facts_{}", "kept_{}"
"""The names of the tables that an engine shows, and of those that it keeps for a while."""

_ROLLUPS: dict[Table, Callable[[ir.Table, Keep], Rolled]] = {
    "connections": connection_rollups,
    "deliveries": delivery_rollups,
    "aggregates": lambda good, _keep: Rolled(others={"aggregates": aggregate_rows(good)}),
}

Fetch = Callable[[str], pa.Table]
"""Runs a query on an engine."""


@dataclass(frozen=True)
class Program:
    """Queries, in this order.

    Args:
        kept: tables that other queries read, by name.
        counts: sums by partition, environment and hour.
        others: by kind.
        rows: how many recorded rows the others count. None where they do not tell.
        set_aside: rows that are set aside, by partition and reason.
    """

    kept: dict[str, str]
    counts: list[str]
    others: dict[str, str]
    rows: str | None
    set_aside: str

    def frames(self, partitions: list[Opened], fetch: Fetch) -> Frames:
        """The rollups of partitions of one table, once the kept tables are there."""
        table, unique = partitions[0].partition.table, all(part.unique for part in partitions)
        found = {kind: fetch(query) for kind, query in self.others.items()}
        if self.counts:
            sums = beside([_whole(fetch(query)) for query in self.counts], HOUR)
            found["counts"] = pa.Table.from_pandas(sums, preserve_index=False)
        rows = sum(part.rows for part in partitions)
        # Where every row was counted there is none to look for.
        counted = fetch(self.rows)["n"][0].as_py() if unique and self.rows is not None else None
        none = none_of(COLUMNS[table]["set_aside"])
        bad = none if counted == rows else fetch(self.set_aside)
        found["set_aside"] = bad.sort_by([("part", "ascending"), ("reason", "ascending")])
        return {kind: typed(found[kind], names) for kind, names in COLUMNS[table].items()}


def write_program(
    table: Table, *, unique: bool, facts: Sequence[pa.Schema], write: Callable[[ir.Table], str]
) -> Program:
    """The rollup of a table in an engine's words.

    Args:
        unique: whether no key stands twice in any partition.
        facts: the columns of the tables :data:`FACTS`; rows of files whose columns differ in type stand
            apart.
        write: writes an expression in the engine's words.
    """
    kept: dict[str, str] = {}

    def keep(expression: ir.Table) -> ir.Table:
        name = KEPT.format(len(kept))
        kept[name] = write(expression)
        return ibis.table(expression.schema(), name=name)

    tables = [
        ibis.table(ibis.Schema.from_pyarrow(schema), name=FACTS.format(number))
        for number, schema in enumerate(facts)
    ]
    rolled, set_aside = expressions(tables, table, unique=unique, keep=keep)
    return Program(
        kept=kept,
        counts=[write(expression) for expression in rolled.counts],
        others={kind: write(_ordered(expression)) for kind, expression in (rolled.others or {}).items()},
        rows=None if rolled.rows is None else write(rolled.rows.name("n").as_table()),
        set_aside=write(set_aside),
    )


def expressions(
    facts: Sequence[ir.Table], table: Table, *, unique: bool, keep: Keep
) -> tuple[Rolled, ir.Table]:
    """The rollups of facts, and the rows that are set aside, by partition and reason.

    Args:
        facts: rows as the files hold them, with their partition and its midnight.
        unique: whether no key stands twice in any partition.
        keep: computes a table once that several results are made of.
    """
    rows = judged(reduce(lambda left, right: left.union(right), [read(rows, table) for rows in facts]), table)
    bad = rows.filter(rows.reason.notnull())
    set_aside = bad.group_by([PART, "reason"]).aggregate(count=bad.count())
    return _ROLLUPS[table](good(rows, table, unique=unique), keep), set_aside


def _ordered(rows: ir.Table) -> ir.Table:
    """The rows in one order, whatever the engine."""
    # Numbers first, as they are quicker to compare.
    return rows.order_by([name for name in (PART, "hour", *ORDER) if name in rows.columns])


def _whole(rows: pa.Table) -> pa.Table:
    """The rows without decimals, which is what DuckDB's sums of whole numbers are to Arrow."""
    arrays = [
        column.cast(pa.int64()) if pa.types.is_decimal(column.type) else column for column in rows.columns
    ]
    return pa.Table.from_arrays(arrays, names=rows.column_names)
