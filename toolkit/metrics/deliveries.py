"""The rollup of deliveries, as expressions that any engine can run."""

import ibis
import ibis.expr.types as ir

from toolkit.metrics.clusters import RECIPIENT_RATIOS, SENDER_RATIOS, cluster_sums
from toolkit.metrics.columns import duration_us
from toolkit.metrics.connections import PARTITION, bucket_of, hour_of

SUMS = (
    "expected", "in_time", "late_or_lost", "duplicated", "out_of_order", "round_trip", "latency_index",
    "latency_index_squares",
)  # fmt: skip
"""What is summed over the deliveries of an option, environment and hour.

latency_index is the number of the latency's bucket, one beyond the deadline's for a delivery that missed it:
a scale on which every delivery has a place, for judging how latencies cluster.
"""


def delivery_rollups(good: ir.Table) -> dict[str, ir.Table]:
    """The rollups of deliveries by kind: a row for each partition, environment, hour and, in some, bucket.

    Args:
        good: one row for each message and recipient, as :mod:`toolkit.metrics.screening` leaves them.
    """
    rows = _with_outcome(good)
    recipients = _summed(rows, "recipient")
    senders = _summed(rows.filter(rows.sender.notnull()), "sender")
    in_time = rows.filter(rows.on_time)
    return {
        "counts": _counts(recipients),
        "sender_counts": senders.group_by([*PARTITION, "hour"]).aggregate(
            **cluster_sums(senders, SENDER_RATIOS)
        ),
        "latency": in_time.group_by([*PARTITION, "hour", "bucket"]).aggregate(count=in_time.count()),
    }


def _with_outcome(good: ir.Table) -> ir.Table:
    latency_us, deadline_us = duration_us(good.latency_s), duration_us(good.deadline_s)
    on_time = (latency_us <= deadline_us).fill_null(False)
    rows = good.mutate(
        hour=hour_of(good.scheduled_at), latency_us=latency_us, deadline_us=deadline_us, on_time=on_time
    )
    rows = rows.mutate(bucket=bucket_of(rows.latency_us))
    index = ibis.ifelse(rows.on_time, rows.bucket, bucket_of(rows.deadline_us) + 1)
    return rows.mutate(
        expected=ibis.literal(1, "int64"),
        in_time=rows.on_time.cast("int64"),
        late_or_lost=(~rows.on_time).cast("int64"),
        duplicated=(rows.copies > 1).fill_null(False).cast("int64"),
        out_of_order=(~rows.in_order).fill_null(False).cast("int64"),
        round_trip=rows.round_trip.fill_null(False).cast("int64"),
        latency_index=index,
        latency_index_squares=index * index,
    )


def _summed(rows: ir.Table, client: str) -> ir.Table:
    """One row for each client and hour with all sums."""
    return rows.group_by([*PARTITION, "hour", "collector", client]).aggregate(
        **{name: rows[name].sum() for name in SUMS},
        deadline_us=rows.deadline_us.max(),
        deadline_min_us=rows.deadline_us.min(),
    )


def _counts(recipients: ir.Table) -> ir.Table:
    return recipients.group_by([*PARTITION, "hour"]).aggregate(
        **{name: recipients[name].sum() for name in SUMS},
        deadline_us=recipients.deadline_us.max(),
        deadline_min_us=recipients.deadline_min_us.min(),
        **cluster_sums(recipients, RECIPIENT_RATIOS),
    )
