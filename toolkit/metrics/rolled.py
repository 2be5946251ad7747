"""What the rollup of a table is made of, before an engine has computed it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

Keep = Callable[[ir.Table], ir.Table]
"""Lets an engine compute a table once that several results are made of."""


@dataclass(frozen=True)
class Rolled:
    """The rollups of a table as expressions.

    Args:
        counts: sums by partition, environment and hour; an hour may lack in some of them.
        others: all else, by kind.
        rows: how many recorded rows they count. None where they do not tell.
    """

    counts: Sequence[ir.Table] = ()
    others: Mapping[str, ir.Table] | None = None
    rows: ir.IntegerScalar | None = None
