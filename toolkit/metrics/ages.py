"""How old connections were as they came into sight and as they left it, as an expression for any engine.

What enters and what leaves by age is all that survival needs, it adds up over days and machines, and it
bounds ages within 1 %. A connection that lives on leaves a day's partition at midnight, at an age at which it
enters that of the next.
"""

import ibis
import ibis.expr.types as ir

from toolkit.metrics.hours import HOUR, bucket_of, hour_of


def age_rollup(rows: ir.Table) -> ir.Table:
    """One row for each hour and bucket with :data:`toolkit.metrics.sums.AGES`.

    Args:
        rows: attempts with ``opened``, ``day_us``, ``opened_at``, ``closed_at``, ``connected_from``,
            ``connected_to`` and ``intended``.
    """
    seen = rows.filter(rows.opened & ~(rows.closed_at < rows.day_us).fill_null(False))
    last_seen = ibis.greatest(seen.connected_to, seen.connected_from)
    clear = seen.closed_at.notnull() & seen.intended.notnull()
    moves = _moves(seen, seen.connected_from, entered=1).union(
        _moves(
            seen,
            last_seen,
            unintended_ends=(clear & ~seen.intended).cast("int64"),
            intended_ends=(clear & seen.intended).cast("int64"),
        )
    )
    moves = moves.mutate(bucket=bucket_of(moves.age_us))
    others = 1 - moves.entered - moves.unintended_ends
    return moves.group_by(*HOUR, "bucket").aggregate(
        entered=moves.entered.sum(),
        entered_age_us=(moves.entered * moves.age_us).sum(),
        unintended_ends=moves.unintended_ends.sum(),
        unintended_age_us=(moves.unintended_ends * moves.age_us).sum(),
        intended_ends=moves.intended_ends.sum(),
        left_open=(others - moves.intended_ends).sum(),
        left_age_us=(others * moves.age_us).sum(),
    )


def _moves(rows: ir.Table, at_us: ir.IntegerValue, **counts: ir.IntegerValue | int) -> ir.Table:
    columns = {name: counts.get(name, 0) for name in ("entered", "unintended_ends", "intended_ends")}
    whole = {
        name: ibis.literal(value, "int64") if isinstance(value, int) else value
        for name, value in columns.items()
    }
    return rows.select("part", "environment", hour=hour_of(at_us), age_us=at_us - rows.opened_at, **whole)
