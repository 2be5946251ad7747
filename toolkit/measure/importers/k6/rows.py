"""Aggregates from the points of k6."""

import pyarrow as pa

from toolkit.measure.importers.aggregates import Aggregates, Span, from_ns, hour_span
from toolkit.measure.importers.k6.points import COUNTERS, TRENDS, Points

QUANTILES = (0.5, 0.9, 0.95, 0.99)

_STATISTICS = """
    SELECT metric, min(value), avg(value), max(value), quantile_cont(value, $quantiles)
    FROM points WHERE list_contains($trends, metric) GROUP BY metric ORDER BY metric
"""


def aggregate_rows(points: Points, environment: str, source: str) -> pa.Table:
    """Counts by hour, and percentiles of the whole file as k6 itself computes them, by interpolation."""
    aggregates = Aggregates(environment=environment, source=source)
    first, last = from_ns(points.first_ns), from_ns(points.last_ns)
    for (metric, hour), total in sorted(points.totals.items()):
        if metric in COUNTERS:
            aggregates.count(metric, total, hour_span(hour, first, last))
    values = {"quantiles": list(QUANTILES), "trends": list(TRENDS)}
    answer = points.engine.execute(_STATISTICS, values).fetchall()
    span = Span(since=first, until=last)
    for metric, lowest, mean, highest, quantiles in answer:
        aggregates.add(metric, "minimum", lowest, span, unit="ms")
        aggregates.add(metric, "mean", mean, span, unit="ms")
        for quantile, value in zip(QUANTILES, quantiles, strict=True):
            aggregates.add(metric, "quantile", value, span, unit="ms", quantile=quantile)
        aggregates.add(metric, "maximum", highest, span, unit="ms")
    return aggregates.table()
