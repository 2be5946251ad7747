"""Deliveries and aggregates from the points of k6."""

from collections.abc import Sequence
from typing import Literal

import pyarrow as pa
from pydantic import Field

from toolkit.evidence import Strict
from toolkit.measure.events import DEADLINE_S, DELIVERIES
from toolkit.measure.importers.aggregates import COLLECTOR, Aggregates, Span, from_ns, hour_span
from toolkit.measure.importers.k6_forms import arrow
from toolkit.measure.importers.k6_points import COUNTERS, TRENDS, Points
from toolkit.measure.importers.k6_sessions import COARSE_NS

QUANTILES = (0.5, 0.9, 0.95, 0.99)


class Latency(Strict):
    """A custom trend of which each point is the latency of one message.

    Args:
        trend: its name.
        round_trip: whether it runs to the acknowledgement or echo at the sender, not to another receiver.
        deadline_s: a message that took longer counts as lost.
        unit: of its values.
    """

    trend: str = Field(min_length=1)
    round_trip: bool
    deadline_s: float = Field(default=DEADLINE_S, gt=0, allow_inf_nan=False)
    unit: Literal["ms", "s"] = "ms"


_DELIVERIES = """
    WITH ranked AS (
        SELECT *, row_number() OVER (PARTITION BY series, ns ORDER BY line) AS rank,
            value * $unit_s AS latency_s
        FROM points WHERE metric = $trend
    )
    SELECT $environment AS environment, $collector AS collector,
        concat(metric, '-', ns, '-', series,
            CASE WHEN rank > 1 AND resolution_ns >= $coarse THEN '-' || rank END) AS message,
        CASE WHEN $round_trip THEN client END AS sender, client AS recipient,
        timezone('UTC', make_timestamp(ns // 1000 - CAST(latency_s * 1e6 AS BIGINT))) AS scheduled_at,
        CASE WHEN latency_s <= $deadline_s THEN latency_s END AS latency_s, $deadline_s AS deadline_s,
        NULL AS copies, NULL AS in_order, NULL AS bytes, $round_trip AS round_trip
    FROM ranked ORDER BY line
"""


def delivery_rows(points: Points, latencies: Sequence[Latency], environment: str) -> tuple[pa.Table, int]:
    """One delivery a point of the trends, stamped with the receipt less the latency; how many came late."""
    tables = []
    for latency in latencies:
        found = arrow(
            points.engine,
            _DELIVERIES,
            trend=latency.trend,
            unit_s=1.0 if latency.unit == "s" else 0.001,
            round_trip=latency.round_trip,
            deadline_s=latency.deadline_s,
            environment=environment,
            collector=COLLECTOR,
            coarse=COARSE_NS,
        )
        tables.append(found.cast(DELIVERIES))
    rows = pa.concat_tables(tables)
    return rows, rows["latency_s"].null_count


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
