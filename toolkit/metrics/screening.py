"""Which rows are set aside and why, and which row of a key is the one that counts."""

from collections.abc import Callable, Sequence

import ibis
import ibis.expr.types as ir

from toolkit.measure.events import AGGREGATE_KINDS, DEADLINE_S, KEYS, OUTCOME, Table
from toolkit.metrics.columns import COLUMNS, LONGEST_S, MICROSECONDS, PART
from toolkit.metrics.reading import duration_us

DAY_US = 86_400 * MICROSECONDS
LONGEST_CONNECTION_US = 400 * DAY_US
"""A start further back than this is a clock or a unit gone wrong, not a connection."""

EARLIEST_US = 10_957 * DAY_US
"""The year 2000, in microseconds since 1970: a time before it is of a clock that nobody had set. Importers
refuse such a time too."""

UNSET_CLOCK = "its partition is of a day before 2000, of a clock that was not set"

_OUTCOMES = f"^({OUTCOME.pattern})$"

Check = tuple[ir.BooleanValue, str]


def judged(rows: ir.Table, table: Table) -> ir.Table:
    """The rows with ``reason``: why a row is set aside, null for a good one."""
    missing = [
        (rows[column.name].isnull(), f"{column.name} is missing")
        for column in COLUMNS[table]
        if column.required and column.name != "latency_s"
    ]
    checks = [(rows.day_us < EARLIEST_US, UNSET_CLOCK), *_CHECKS[table](rows)]
    return rows.mutate(reason=ibis.cases(*missing, *_certain(checks)))


def _certain(checks: Sequence[Check]) -> list[Check]:
    """A comparison with null decides nothing, so it sets nothing aside."""
    return [(wrong.fill_null(False), reason) for wrong, reason in checks]


def _not_on_day(time_us: ir.IntegerValue, day_us: ir.IntegerValue) -> ir.BooleanValue:
    return (time_us < day_us) | (time_us >= day_us + DAY_US)


def _infinite(seconds: ir.FloatingValue) -> ir.BooleanValue:
    return (seconds.abs() >= LONGEST_S) & ~seconds.isnan()


def _connection_checks(rows: ir.Table) -> list[Check]:
    opened = rows.outcome == "open"
    earliest = rows.day_us - LONGEST_CONNECTION_US
    start = ibis.ifelse(
        (rows.started_at >= earliest) & (rows.started_at < rows.day_us + DAY_US), rows.started_at, None
    )
    opened_at = start + duration_us(rows.handshake_s).cast("int64").fill_null(0)
    return [
        (rows.attempt < 1, "attempt is no whole number from 1"),
        (ibis.ifelse(opened, False, ~rows.outcome.re_search(_OUTCOMES)), "outcome is unknown"),
        (_not_on_day(rows.observed_until, rows.day_us), "observed_until is not on the day of its partition"),
        (rows.started_at > rows.observed_until, "started_at is after observed_until"),
        (rows.started_at < earliest, "started_at is more than 400 days before its partition"),
        (_infinite(rows.handshake_s), "handshake_s is not finite"),
        (opened & rows.handshake_s.isnan(), "handshake_s is not finite"),
        (rows.handshake_s < 0, "handshake_s is negative"),
        (rows.ended_at < rows.started_at, "ended_at is before started_at"),
        (opened & (rows.ended_at < opened_at), "ended_at is before the end of the handshake"),
        (rows.ended_at > rows.observed_until, "ended_at is after observed_until"),
    ]


def _delivery_checks(rows: ir.Table) -> list[Check]:
    # NaN is how a float column says null, so it is a lost message where no copy came, and a fault where one
    # did.
    unclear = rows.latency_s.isnan() & (rows.copies.isnull() | (rows.copies > 0))
    return [
        (_not_on_day(rows.scheduled_at, rows.day_us), "scheduled_at is not on the day of its partition"),
        (_infinite(rows.latency_s) | unclear, "latency_s is not finite"),
        (rows.latency_s < 0, "latency_s is negative"),
        (_infinite(rows.deadline_s), "deadline_s is not finite"),
        (rows.deadline_s <= 0, "deadline_s is not above 0"),
        (rows.copies < 0, "copies is no whole number from 0"),
        (
            rows.latency_s.notnull() & ~rows.latency_s.isnan() & (rows.copies == 0),
            "latency_s stands beside 0 copies",
        ),
    ]


def _aggregate_checks(rows: ir.Table) -> list[Check]:
    counted = rows.kind == "count"
    return [
        (_not_on_day(rows.until_at, rows.day_us), "until_at is not on the day of its partition"),
        (rows.from_at > rows.until_at, "from_at is after until_at"),
        (rows.value.isnan() | rows.value.isinf(), "value is not finite"),
        (~rows.kind.isin(AGGREGATE_KINDS), "kind is unknown"),
        (counted & ((rows.value < 0) | (rows.value % 1 != 0)), "value is no count"),
    ]


def _fault_checks(rows: ir.Table) -> list[Check]:
    durations = ("healed_s", "recovered_s", "client_noticed_s", "server_noticed_s")
    watched = ("wanted_s", "client_observed_s", "server_observed_s")
    return [
        (_not_on_day(rows.struck_at, rows.day_us), "struck_at is not on the day of its partition"),
        *((_infinite(rows[name]), f"{name} is not finite") for name in durations),
        *((_infinite(rows[name]) | rows[name].isnan(), f"{name} is not finite") for name in watched),
        *((rows[name] < 0, f"{name} is negative") for name in (*durations, *watched)),
    ]


_CHECKS: dict[Table, Callable[[ir.Table], list[Check]]] = {
    "connections": _connection_checks,
    "deliveries": _delivery_checks,
    "aggregates": _aggregate_checks,
    "faults": _fault_checks,
}


def good(rows: ir.Table, table: Table, *, unique: bool) -> ir.Table:
    """The judged rows that count, each key once, with null for NaN and the deadline where none is given.

    Args:
        unique: whether no key stands twice in any partition, so that there is nothing to look for.
    """
    rows = rows.filter(rows.reason.isnull()).drop("reason")
    seconds = {
        column.name: ibis.ifelse(rows[column.name].isnan(), ibis.null("float64"), rows[column.name])
        for column in COLUMNS[table]
        if column.kind == "seconds"
    }
    rows = rows.mutate(**seconds)
    if table == "deliveries":
        rows = rows.mutate(deadline_s=rows.deadline_s.fill_null(DEADLINE_S))
    return rows if unique else newest(rows, table)


_FIRST: dict[Table, Callable[[ir.Table], dict[str, ir.Value]]] = {
    "connections": lambda rows: {
        "observed_until": rows.observed_until.desc(),
        "ended_at": rows.ended_at.desc(nulls_first=False),
    },
    "deliveries": lambda rows: {
        "latency_s": rows.latency_s.asc(nulls_first=False),
        "copies": rows.copies.desc(nulls_first=False),
    },
    "aggregates": lambda rows: {"value": rows["value"].desc()},
    "faults": lambda rows: {
        "client_observed_s": rows.client_observed_s.desc(),
        "server_observed_s": rows.server_observed_s.desc(),
        "wanted_s": rows.wanted_s.desc(),
        "recovered_s": rows.recovered_s.desc(nulls_first=False),
        "healed_s": rows.healed_s.desc(nulls_first=False),
    },
}
"""By what the row of a key is chosen."""


def newest(rows: ir.Table, table: Table) -> ir.Table:
    """One row a key: of a connection the latest known state, of a delivery the fastest receipt.

    A message received twice by a collector's retry counts as received when it first was. Where these tie,
    every other column decides, so that the choice does not depend on the order of rows or files.
    """
    keys = [PART, *KEYS[table]]
    by = {name: rows[name] for name in keys}
    if table == "connections":
        by["attempt"] = rows.attempt.fill_null(rows.started_at)
    first = _FIRST[table](rows)
    # Ibis keeps one order for each column, the last named: those that come first must not come again.
    rest = sorted(set(rows.columns) - {*keys, *first})
    order = [*first.values(), *(rows[name].asc(nulls_first=False) for name in rest)]
    window = ibis.window(group_by=list(by.values()), order_by=order)
    ranked = rows.mutate(rank_of_key=ibis.row_number().over(window))
    return ranked.filter(ranked.rank_of_key == 0).drop("rank_of_key")
