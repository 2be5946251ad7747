"""The rollup of each table as expressions, and from them its queries in one engine's words."""

from collections.abc import Callable, Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from toolkit.measure.events import Table
from toolkit.metrics.aggregates import aggregate_rows
from toolkit.metrics.columns import PART
from toolkit.metrics.connections import connection_rollups
from toolkit.metrics.deliveries import delivery_rollups
from toolkit.metrics.faults import fault_rows
from toolkit.metrics.frames import ORDER
from toolkit.metrics.program import FACTS, KEPT, Program
from toolkit.metrics.reading import read
from toolkit.metrics.rolled import Keep, Rolled
from toolkit.metrics.screening import good, judged

_ROLLUPS: dict[Table, Callable[[ir.Table, Keep], Rolled]] = {
    "connections": connection_rollups,
    "deliveries": delivery_rollups,
    "aggregates": lambda good, _keep: Rolled(others={"aggregates": aggregate_rows(good)}),
    "faults": lambda good, _keep: Rolled(others={"faults": fault_rows(good)}),
}


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
