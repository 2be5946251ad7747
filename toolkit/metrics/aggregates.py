"""Numbers that a source had already summed up or averaged."""

import ibis.expr.types as ir

from toolkit.metrics.hours import hour_of


def aggregate_rows(good: ir.Table) -> ir.Table:
    """The aggregates, each in the hour in which its time ended, as an expression that any engine can run."""
    rows = good.rename(from_us="from_at", until_us="until_at")
    return rows.select(
        "part", "environment", "source", "name", "kind", "quantile", "value", "unit", "from_us", "until_us",
        hour=hour_of(rows.until_us - 1),
    )  # fmt: skip
