"""Hours and buckets of times, as expressions."""

import ibis
import ibis.expr.types as ir

from toolkit.metrics.buckets import LN_GAMMA
from toolkit.metrics.columns import MICROSECONDS

HOUR_US = 3600 * MICROSECONDS

HOUR = ("part", "environment", "hour")
"""What every rollup is kept by: the number of the partition among those rolled up, and the UTC hour."""


def hour_of(time_us: ir.IntegerValue) -> ir.IntegerValue:
    """Whole hours since 1970."""
    return (time_us / HOUR_US).floor().cast("int64")


def bucket_of(duration_us: ir.NumericValue) -> ir.IntegerValue:
    """The logarithmic bucket of whole microseconds, see :func:`toolkit.metrics.buckets.latency_bucket`."""
    return (ibis.greatest(duration_us, 1).cast("float64").ln() / LN_GAMMA).ceil().cast("int64")


def by_hour(rows: ir.Table, start: str, end: str) -> ir.Table:
    """A row for each hour into which [start, end) reaches, with that part of it as [piece_from, piece_to)."""
    rows = rows.filter(rows[end] > rows[start])
    first, last = hour_of(rows[start]), hour_of(rows[end] - 1)
    pieces = rows.mutate(hour=ibis.range(first, last + 1).unnest())
    return pieces.mutate(
        piece_from=ibis.greatest(pieces[start], pieces.hour * HOUR_US),
        piece_to=ibis.least(pieces[end], (pieces.hour + 1) * HOUR_US),
    )
