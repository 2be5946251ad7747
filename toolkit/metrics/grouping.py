"""Grouping rows in several ways at once, in one pass over them."""

from collections.abc import Sequence

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

ROWS = "rows_to_group"


def grouped_by_each(rows: ir.Table, ways: Sequence[Sequence[str]], sums: Sequence[str]) -> ir.Table:
    """The rows grouped in each way, one result below the other; columns of the other ways are null.

    Ibis has no word for SQL's GROUPING SETS, which read the rows once instead of once a way. The text below
    is the same in every dialect that has them, DuckDB's and Spark's among them.

    Args:
        ways: the columns of each grouping.
        sums: columns of whole numbers to sum up, beside the number of rows as ``n``.
    """
    columns = list(dict.fromkeys(name for way in ways for name in way))
    totals = [f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in sums]
    sets = ", ".join(f"({', '.join(way)})" for way in ways)
    chosen = ", ".join([*columns, "COUNT(*) AS n", *totals])
    query = f"SELECT {chosen} FROM {ROWS} GROUP BY GROUPING SETS ({sets})"
    kinds = {name: rows[name].type().copy(nullable=True) for name in columns}
    schema = ibis.schema({**kinds, "n": "int64", **dict.fromkeys(sums, "int64")})
    grouped: ir.Table = ops.SQLStringView(parent=rows.alias(ROWS).op(), query=query, schema=schema).to_expr()
    return grouped
