"""The rollup of connections, as expressions that any engine can run."""

from functools import reduce

import ibis
import ibis.expr.types as ir

from toolkit.metrics.buckets import AGE_BUCKETS, AGE_EDGES_S, LN_GAMMA
from toolkit.metrics.clusters import CENTISECOND_US, CONNECTION_RATIOS, cluster_sums
from toolkit.metrics.columns import MICROSECONDS, duration_us
from toolkit.metrics.screening import DAY_US

HOUR_US = 3600 * MICROSECONDS
EDGES_US = tuple(round(edge_s * MICROSECONDS) for edge_s in AGE_EDGES_S[:-1])
PARTITION = ("option", "day", "environment")
CLIENT_HOUR = (*PARTITION, "hour", "collector", "client")
SESSION = (*PARTITION, "collector", "client", "session")

SUMS = (
    "attempts", "opened", "opened_retry", "retry_attempts", "unintended_ends", "intended_ends",
    "unclear_ends", "unclear_handshakes", "unintended_end_age_us", "intended_end_age_us",
    "connected_us", "wanted_us",
)  # fmt: skip
"""What is summed over the connections of an option, environment and hour.

unclear_ends are opened connections of which nobody says whether they ended, or whether that was wanted;
unclear_handshakes are opened ones of unknown handshake. Metrics that need to know are absent then.
"""


def connection_rollups(good: ir.Table) -> dict[str, ir.Table]:
    """The rollups of connections by kind: a row for each partition, environment, hour and, in some, bucket.

    Args:
        good: one row for each attempt, as :mod:`toolkit.metrics.screening` leaves them.
    """
    rows = _with_intervals(good)
    connected = _by_hour(rows.filter(rows.opened), "connected_from", "connected_to")
    ends = _ends(rows)
    return {
        "counts": _counts(_client_hours(rows, connected, ends)),
        "handshake": _handshakes(rows),
        "ages": _connected_ages(connected),
        "end_ages": _end_ages(ends),
        "open_ages": _open_ages(rows),
    }


def bucket_of(duration: ir.IntegerValue) -> ir.IntegerValue:
    """The logarithmic bucket of whole microseconds, see :func:`toolkit.metrics.buckets.latency_bucket`."""
    return (ibis.greatest(duration, 1).cast("float64").ln() / LN_GAMMA).ceil().cast("int64")


def hour_of(time_us: ir.IntegerValue) -> ir.IntegerValue:
    """Whole hours since 1970."""
    return (time_us / HOUR_US).floor().cast("int64")


def _with_intervals(good: ir.Table) -> ir.Table:
    """When each attempt opened, was connected and ended, as far as its partition's own day goes."""
    opened = good.outcome == "open"
    handshake_us = ibis.ifelse(opened, duration_us(good.handshake_s), ibis.null("int64"))
    rows = good.mutate(
        opened=opened,
        handshake_us=handshake_us,
        opened_at=good.started_at + handshake_us.fill_null(0),
        closed_at=ibis.ifelse(opened, good.ended_at, ibis.null("int64")),
        hour=hour_of(good.started_at),
    )
    rows = rows.mutate(
        counted=_counted(rows),
        connected_from=ibis.greatest(rows.opened_at, rows.day_us),
        connected_to=rows.closed_at.fill_null(rows.observed_until),
    )
    return rows.mutate(first_seen=rows.counted & rows.opened)


def _counted(rows: ir.Table) -> ir.BooleanValue:
    """Whether the attempt counts here: on the day of its start, whose partition knew of it.

    An attempt under way at midnight is in no row of the day before. It still counts in that day's last hour
    if it opened today, or if it failed and another followed today: a failure of yesterday would be
    yesterday's row.
    """
    last = rows.attempt.max().over(ibis.window(group_by=[rows[name] for name in SESSION]))
    under_way = ibis.ifelse(rows.opened, rows.opened_at >= rows.day_us, rows.attempt < last)
    return (rows.started_at >= rows.day_us) | under_way


def _by_hour(rows: ir.Table, start: str, end: str) -> ir.Table:
    """A row for each hour into which [start, end) reaches, with that part of it as [piece_from, piece_to)."""
    rows = rows.filter(rows[end] > rows[start])
    first, last = hour_of(rows[start]), hour_of(rows[end] - 1)
    pieces = rows.drop("hour").mutate(hour=ibis.range(first, last + 1).unnest())
    return pieces.mutate(
        piece_from=ibis.greatest(pieces[start], pieces.hour * HOUR_US),
        piece_to=ibis.least(pieces[end], (pieces.hour + 1) * HOUR_US),
    )


def _ends(rows: ir.Table) -> ir.Table:
    """The connections that ended on the partition's own day, or of which nobody says whether they did."""
    today = (rows.closed_at >= rows.day_us) & (rows.closed_at < rows.day_us + DAY_US)
    ended = rows.filter(today.fill_null(False) | (rows.first_seen & ~rows.ends_known))
    closed_at = ended.closed_at.fill_null(ended.opened_at)
    return ended.mutate(
        hour=hour_of(closed_at),
        age_us=closed_at - ended.opened_at,
        unclear=ended.intended.isnull() | ended.closed_at.isnull(),
        wanted_end=ended.intended.fill_null(False) & ended.closed_at.notnull(),
    )


def _wanted(rows: ir.Table) -> ir.Table:
    """Sessions as far as the partition's day goes: the end marked intended wins over the last observation."""
    intended_end = ibis.ifelse(rows.intended.fill_null(False), rows.closed_at, ibis.null("int64"))
    sessions = rows.group_by([*SESSION, "day_us"]).aggregate(
        first=rows.started_at.min(), seen=rows.observed_until.max(), over=intended_end.max()
    )
    sessions = sessions.mutate(
        hour=0,
        wanted_from=ibis.greatest(sessions["first"], sessions.day_us),
        wanted_to=sessions.over.fill_null(sessions.seen),
    )
    return _by_hour(sessions, "wanted_from", "wanted_to")


def _client_hours(rows: ir.Table, connected: ir.Table, ends: ir.Table) -> ir.Table:
    """One row for each client and hour with all sums."""
    wanted, counted = _wanted(rows), rows.filter(rows.counted)
    parts = [
        _sums(
            counted,
            attempts=_one(counted.attempt > 0),
            opened=_one(counted.opened),
            opened_retry=_one(counted.opened & (counted.attempt > 1)),
            retry_attempts=_one(counted.attempt > 1),
            unclear_handshakes=_one(counted.opened & counted.handshake_us.isnull()),
        ),
        _sums(
            ends,
            unintended_ends=_one(~ends.unclear & ~ends.wanted_end),
            intended_ends=_one(ends.wanted_end),
            unclear_ends=_one(ends.unclear),
            unintended_end_age_us=_one(~ends.unclear & ~ends.wanted_end) * ends.age_us,
            intended_end_age_us=_one(ends.wanted_end) * ends.age_us,
        ),
        _sums(connected, connected_us=connected.piece_to - connected.piece_from),
        _sums(wanted, wanted_us=wanted.piece_to - wanted.piece_from),
    ]
    return _summed(reduce(lambda left, right: left.union(right), parts), CLIENT_HOUR)


def _one(condition: ir.BooleanValue) -> ir.IntegerValue:
    return condition.cast("int64")


def _sums(rows: ir.Table, **values: ir.IntegerValue) -> ir.Table:
    """The rows' client-hours with the given values, all other sums 0."""
    columns = {name: values.get(name, ibis.literal(0, "int64")) for name in SUMS}
    return rows.select(*[rows[name] for name in CLIENT_HOUR], **columns)


def _summed(rows: ir.Table, keys: tuple[str, ...]) -> ir.Table:
    return rows.group_by(keys).aggregate(**{name: rows[name].sum() for name in SUMS})


def _counts(client_hours: ir.Table) -> ir.Table:
    rows = client_hours.mutate(
        connected_cs=(client_hours.connected_us / CENTISECOND_US).floor().cast("int64"),
        wanted_cs=(client_hours.wanted_us / CENTISECOND_US).floor().cast("int64"),
    )
    sums = {name: rows[name].sum() for name in SUMS}
    return rows.group_by([*PARTITION, "hour"]).aggregate(**sums, **cluster_sums(rows, CONNECTION_RATIOS))


def _handshakes(rows: ir.Table) -> ir.Table:
    known = rows.filter(rows.first_seen & rows.handshake_us.notnull())
    known = known.mutate(bucket=bucket_of(known.handshake_us))
    return known.group_by([*PARTITION, "hour", "bucket"]).aggregate(count=known.count())


def _connected_ages(connected: ir.Table) -> ir.Table:
    """Connected time by age of the connection, and how many reached each age: a column for each bucket."""
    start, end = connected.piece_from - connected.opened_at, connected.piece_to - connected.opened_at
    columns = {
        f"connected_us:{bucket}": (_within(end, bucket) - _within(start, bucket)).sum()
        for bucket in range(AGE_BUCKETS)
    }
    for bucket, edge_us in enumerate(EDGES_US[1:], start=1):
        columns[f"entered:{bucket}"] = _one((start <= edge_us) & (edge_us < end)).sum()
    return connected.group_by([*PARTITION, "hour"]).aggregate(**columns)


def _within(age_us: ir.IntegerValue, bucket: int) -> ir.IntegerValue:
    """How much of the bucket has passed at this age."""
    past = ibis.greatest(age_us - EDGES_US[bucket], 0)
    if bucket == AGE_BUCKETS - 1:
        return past
    return ibis.least(past, EDGES_US[bucket + 1] - EDGES_US[bucket])


def _open_ages(rows: ir.Table) -> ir.Table:
    """Every connection enters the first age bucket as it opens, even one that ends at once."""
    opened = rows.filter(rows.first_seen)
    opened = opened.mutate(hour=hour_of(opened.opened_at), bucket=ibis.literal(0, "int64"))
    return opened.group_by([*PARTITION, "hour", "bucket"]).aggregate(entered=opened.count())


def _end_ages(ends: ir.Table) -> ir.Table:
    """Ends by the bucket of the last moment lived: one on an edge never entered the bucket after it."""
    clear = ends.filter(~ends.unclear)
    passed = [_one(clear.age_us > edge_us) for edge_us in EDGES_US[1:]]
    clear = clear.mutate(bucket=reduce(lambda left, right: left + right, passed))
    return clear.group_by([*PARTITION, "hour", "bucket"]).aggregate(
        unintended_ends=_one(~clear.wanted_end).sum(), intended_ends=_one(clear.wanted_end).sum()
    )
