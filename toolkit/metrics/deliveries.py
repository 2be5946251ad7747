"""The rollup of deliveries, as expressions that any engine can run."""

import ibis
import ibis.expr.types as ir

from toolkit.metrics.clusters import RECIPIENT_RATIOS, SENDER_RATIOS, cluster_sums
from toolkit.metrics.grouping import grouped_by_each
from toolkit.metrics.hours import HOUR, bucket_of, hour_of
from toolkit.metrics.reading import known_us
from toolkit.metrics.rolled import Keep, Rolled

_BY_RECIPIENT = (*HOUR, "collector", "recipient")
_BY_SENDER = (*HOUR, "collector", "sender")
_BY_LATENCY = (*HOUR, "index", "flags", "deadline_us")

_IN_TIME, _DUPLICATED, _OUT_OF_ORDER, _ROUND_TRIP, _SIZED = 1, 2, 4, 8, 16

LARGEST_BYTES = 2**40
"""A message from here on has no size that one could believe, and would overflow in sums."""


def delivery_rollups(good: ir.Table, keep: Keep) -> Rolled:
    """The rollups of deliveries: a row for each partition, environment, hour and, in some, bucket.

    Args:
        good: one row for each message and recipient, as :mod:`toolkit.metrics.screening` leaves them.
        keep: computes the small table that all results are made of.
    """
    ways = (_BY_RECIPIENT, _BY_SENDER, _BY_LATENCY)
    groups = keep(grouped_by_each(_with_outcome(good), ways, ("in_time", "latency_index", "bytes")))
    # No recipient of a good row is null and no flags are, so that each tells the rows of its own grouping.
    recipients = groups.filter(groups.recipient.notnull()).rename(expected="n")
    senders = groups.filter(groups.sender.notnull()).rename(expected="n")
    latencies = groups.filter(groups.flags.notnull())
    in_time = latencies.filter(_flag(latencies, _IN_TIME))
    return Rolled(
        counts=[
            _counts(latencies),
            recipients.group_by(HOUR).aggregate(**cluster_sums(recipients, RECIPIENT_RATIOS)),
            senders.group_by(HOUR).aggregate(**cluster_sums(senders, SENDER_RATIOS)),
        ],
        others={"latency": in_time.group_by(*HOUR, bucket=in_time["index"]).aggregate(count=in_time.n.sum())},
        rows=latencies.n.sum(),
    )


def _with_outcome(good: ir.Table) -> ir.Table:
    latency_us, deadline_us = known_us(good.latency_s), known_us(good.deadline_s)
    rows = good.mutate(
        hour=hour_of(good.scheduled_at),
        deadline_us=deadline_us.cast("int64"),
        latency_us=latency_us,
        on_time=(latency_us <= deadline_us).fill_null(False),
    )
    index = ibis.ifelse(rows.on_time, bucket_of(rows.latency_us), bucket_of(rows.deadline_us) + 1)
    sized = ((rows.bytes >= 0) & (rows.bytes < LARGEST_BYTES)).fill_null(False)
    return rows.select(
        *HOUR, "collector", "recipient", "sender", "deadline_us",
        index=index,
        latency_index=index,
        in_time=rows.on_time.cast("int64"),
        bytes=ibis.ifelse(sized, rows.bytes, 0),
        flags=ibis.ifelse(rows.on_time, _IN_TIME, 0)
        + ibis.ifelse(rows.copies > 1, _DUPLICATED, 0)
        + ibis.ifelse(~rows.in_order, _OUT_OF_ORDER, 0)
        + ibis.ifelse(rows.round_trip, _ROUND_TRIP, 0)
        + ibis.ifelse(sized, _SIZED, 0),
    )  # fmt: skip


def _flag(rows: ir.Table, flag: int) -> ir.BooleanValue:
    return (rows.flags & flag) > 0


def _counts(rows: ir.Table) -> ir.Table:
    index, n = rows["index"], rows.n

    def flagged(flag: int) -> ir.IntegerScalar:
        return ibis.ifelse(_flag(rows, flag), n, 0).sum()

    return rows.group_by(HOUR).aggregate(
        expected=n.sum(),
        in_time=flagged(_IN_TIME),
        late_or_lost=ibis.ifelse(_flag(rows, _IN_TIME), 0, n).sum(),
        duplicated=flagged(_DUPLICATED),
        out_of_order=flagged(_OUT_OF_ORDER),
        round_trip=flagged(_ROUND_TRIP),
        sized=flagged(_SIZED),
        bytes=rows.bytes.sum(),
        latency_index=(n * index).sum(),
        latency_index_squares=(n * index * index).sum(),
        deadline_us=rows.deadline_us.max(),
        deadline_min_us=rows.deadline_us.min(),
    )
