"""The rollup of connections, as expressions that any engine can run."""

import ibis
import ibis.expr.types as ir

from toolkit.metrics.ages import age_rollup
from toolkit.metrics.clusters import ATTEMPT_RATIOS, CENTISECOND_US, TIME_RATIOS, Ratio, cluster_sums
from toolkit.metrics.hours import HOUR, bucket_of, by_hour, hour_of
from toolkit.metrics.reading import duration_us
from toolkit.metrics.rolled import Keep, Rolled
from toolkit.metrics.sums import ATTEMPT_SUMS, ENDERS, TIME_SUMS

OBSERVED = ("part", "environment", "collector", "client")
CLIENT_HOUR = (*OBSERVED, "hour")
SESSION = (*OBSERVED, "session")


def connection_rollups(good: ir.Table, keep: Keep) -> Rolled:
    """The rollups of connections: a row for each partition, environment, hour and, in some, bucket.

    Args:
        good: one row for each attempt, as :mod:`toolkit.metrics.screening` leaves them.
        keep: computes what several results are made of.
    """
    rows = keep(_with_intervals(good))
    sessions = keep(_sessions(rows))
    ends = _ends(rows)
    return Rolled(
        counts=[_attempts(rows, sessions), _end_counts(ends), _times(rows, sessions, ends)],
        others={"handshake": _handshakes(rows), "ages": age_rollup(rows)},
        rows=rows.count(),
    )


def _with_intervals(good: ir.Table) -> ir.Table:
    """When each attempt opened, was connected and ended, as far as its partition's own day goes."""
    opened = good.outcome == "open"
    handshake_us = ibis.ifelse(opened, duration_us(good.handshake_s).cast("int64"), ibis.null("int64"))
    rows = good.mutate(
        opened=opened,
        handshake_us=handshake_us,
        opened_at=good.started_at + handshake_us.fill_null(0),
        closed_at=ibis.ifelse(opened, good.ended_at, ibis.null("int64")),
    )
    rows = rows.mutate(
        connected_from=ibis.greatest(rows.opened_at, rows.day_us),
        connected_to=rows.closed_at.fill_null(rows.observed_until),
        # An attempt under way at midnight is in no row of the day before: it counts here if it opened here.
        counted=ibis.ifelse(rows.opened, rows.opened_at, rows.started_at) >= rows.day_us,
        hour=hour_of(rows.started_at),
    )
    names = (
        "opened_at", "closed_at", "connected_from", "connected_to", "opened", "counted", "handshake_us",
        "attempt", "started_at", "observed_until", "intended", "ended_by", "ends_known", "day_us", "hour",
    )  # fmt: skip
    return rows.select(*SESSION, *names)


def _sessions(rows: ir.Table) -> ir.Table:
    """Sessions as far as the partition's day goes: the end marked intended wins over the last observation.

    ``last`` is the last attempt in the partition, ``failed_before`` how many failed ones began the day
    before.
    """
    intended_end = ibis.ifelse(rows.intended.fill_null(False), rows.closed_at, ibis.null("int64"))
    sessions = rows.group_by(SESSION).aggregate(
        day_us=rows.day_us.max(),
        first=rows.started_at.min(),
        seen=rows.observed_until.max(),
        over=intended_end.max(),
        last=rows.attempt.max(),
        failed_before=_one(~rows.opened & ~rows.counted).sum(),
    )
    return sessions.mutate(
        wanted_from=ibis.greatest(sessions["first"], sessions.day_us),
        wanted_to=sessions.over.fill_null(sessions.seen),
    )


def _failed_over_midnight(rows: ir.Table, sessions: ir.Table) -> ir.Table:
    """Attempts that were under way at midnight and failed after it, as another followed.

    A failure of yesterday would be yesterday's row, written again only as the last state of a session.
    """
    before = rows.filter(~rows.opened & ~rows.counted)
    last = sessions.filter(sessions.failed_before > 0).select(*SESSION, "last")
    return before.inner_join(last, SESSION).filter(lambda row: row.attempt < row["last"])


def _ends(rows: ir.Table) -> ir.Table:
    """The connections that ended on the partition's own day, or of which nobody says whether they did."""
    today = (rows.closed_at >= rows.day_us).fill_null(False)
    ended = rows.filter(today | (rows.counted & rows.opened & ~rows.ends_known))
    closed_at = ended.closed_at.fill_null(ended.opened_at)
    unclear = ended.intended.isnull() | ended.closed_at.isnull()
    wanted = ended.intended.fill_null(False) & ended.closed_at.notnull()
    return ended.select(
        *OBSERVED,
        hour=hour_of(closed_at),
        age_us=closed_at - ended.opened_at,
        unclear=unclear,
        wanted=wanted,
        unwanted=~unclear & ~wanted,
        ended_by=ended.ended_by,
    )


def _attempts(rows: ir.Table, sessions: ir.Table) -> ir.Table:
    """Attempts by hour, with the cluster sums of the ratios between them."""
    counted, late = rows.filter(rows.counted), _failed_over_midnight(rows, sessions)
    both = counted.select(*CLIENT_HOUR, "opened", "attempt", "handshake_us").union(
        late.select(*CLIENT_HOUR, "opened", "attempt", "handshake_us")
    )
    clients = both.group_by(CLIENT_HOUR).aggregate(
        attempts=both.count(),
        opened=_one(both.opened).sum(),
        opened_retry=_one((both.opened & (both.attempt > 1)).fill_null(False)).sum(),
        retry_attempts=_one((both.attempt > 1).fill_null(False)).sum(),
        unclear_attempts=_one(both.attempt.isnull()).sum(),
        unclear_handshakes=_one(both.opened & both.handshake_us.isnull()).sum(),
    )
    return _by_hour(clients, ATTEMPT_SUMS, ATTEMPT_RATIOS)


def _end_counts(ends: ir.Table) -> ir.Table:
    return ends.group_by(HOUR).aggregate(
        unintended_ends=_one(ends.unwanted).sum(),
        intended_ends=_one(ends.wanted).sum(),
        unclear_ends=_one(ends.unclear).sum(),
        unintended_end_age_us=ibis.ifelse(ends.unwanted, ends.age_us, 0).sum(),
        intended_end_age_us=ibis.ifelse(ends.wanted, ends.age_us, 0).sum(),
        **{f"ended_by_{who}": _one(_unwanted_by(ends, who)).sum() for who in ENDERS},
    )


def _unwanted_by(ends: ir.Table, who: str) -> ir.BooleanValue:
    return (ends.unwanted & (ends.ended_by == who)).fill_null(False)


def _times(rows: ir.Table, sessions: ir.Table, ends: ir.Table) -> ir.Table:
    """Connected and wanted time by hour, with the cluster sums of what is measured against it."""
    connected = by_hour(rows.filter(rows.opened), "connected_from", "connected_to")
    wanted = by_hour(sessions, "wanted_from", "wanted_to")
    together = _with(connected, connected_us=connected.piece_to - connected.piece_from).union(
        _with(wanted, wanted_us=wanted.piece_to - wanted.piece_from),
        _with(ends, unintended_ends=_one(ends.unwanted)),
    )
    clients = together.group_by(CLIENT_HOUR).aggregate(
        connected_us=together.connected_us.sum(),
        wanted_us=together.wanted_us.sum(),
        unintended_ends=together.unintended_ends.sum(),
    )
    clients = clients.mutate(
        connected_cs=(clients.connected_us / CENTISECOND_US).floor().cast("int64"),
        wanted_cs=(clients.wanted_us / CENTISECOND_US).floor().cast("int64"),
    )
    return _by_hour(clients, TIME_SUMS, TIME_RATIOS)


def _by_hour(clients: ir.Table, names: tuple[str, ...], ratios: tuple[Ratio, ...]) -> ir.Table:
    sums = {name: clients[name].sum() for name in names}
    return clients.group_by(HOUR).aggregate(**sums, **cluster_sums(clients, ratios))


def _one(condition: ir.BooleanValue) -> ir.IntegerValue:
    return condition.cast("int64")


def _with(rows: ir.Table, **values: ir.IntegerValue) -> ir.Table:
    """The rows' client-hours with the given value, the others 0."""
    zero = ibis.literal(0, "int64")
    columns = {name: values.get(name, zero) for name in ("connected_us", "wanted_us", "unintended_ends")}
    return rows.select(*CLIENT_HOUR, **columns)


def _handshakes(rows: ir.Table) -> ir.Table:
    known = rows.filter(rows.counted & rows.handshake_us.notnull())
    return known.group_by(*HOUR, bucket=bucket_of(known.handshake_us)).aggregate(count=known.count())
