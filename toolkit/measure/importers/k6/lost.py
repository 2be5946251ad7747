"""Which of the messages that a script counted as expected never arrived, and when they were due.

A counter says how many messages were expected and when, a trend when each that arrived was sent: at its stamp
less its latency. Neither names a message, so that only the sums tell which points of the counter were not
met. Of the messages due by a time T no more can have been lost than were expected by T, or any later time,
less those that were sent by then and arrived: the least of these differences is taken. So by each time as
many losses stand as the points allow, and none stands later than it was counted. One may stand earlier, where
messages follow one another within the slack below: such ones cannot be told apart.
"""

from itertools import product
from typing import Any

import duckdb

SLACKS_NS = (10_000_000, 1_000_000_000)
"""By so much a script may count a message later than it takes the time of sending, of which a clock of whole
milliseconds needs 1 ms."""

MOST = 10_000_000
"""What has lost more messages did not count messages."""

_EVENTS = """
    CREATE OR REPLACE TEMP TABLE events AS
    SELECT *, row_number() OVER (PARTITION BY who ORDER BY at_ns, n DESC, line) AS place FROM (
        SELECT CASE WHEN $by_client THEN client END AS who, metric, line, ns, series, client,
            CASE WHEN metric = $expected THEN ns
                 ELSE ns - CAST(value * $unit_ns AS BIGINT) + resolution_ns + $slack_ns END AS at_ns,
            CASE WHEN metric = $expected THEN CAST(value AS BIGINT) ELSE -1 END AS n
        FROM points WHERE metric IN ($expected, $trend)
    )
"""

_MISSING = """
    CREATE OR REPLACE TEMP TABLE missing AS
    SELECT *, sum(n) OVER (PARTITION BY who ORDER BY place ROWS UNBOUNDED PRECEDING)::BIGINT AS missing
    FROM events
"""
"""How many messages more were expected by then than had been sent of those that arrived."""

_LOST = """
    CREATE OR REPLACE TEMP TABLE lost AS
    SELECT line, ns, series, client, lost FROM (
        SELECT *, by_then - lag(by_then, 1, 0) OVER (PARTITION BY who ORDER BY place) AS lost FROM (
            SELECT *, min(missing) OVER (
                PARTITION BY who ORDER BY place DESC ROWS UNBOUNDED PRECEDING) AS by_then
            FROM missing
        )
    ) WHERE lost > 0
"""

_DAYS = f"SELECT ns // {86_400 * 10**9} AS day, sum(lost) FROM lost GROUP BY day ORDER BY day"


class MiscountedError(Exception):
    """A counter that cannot be that of the messages expected.

    Args:
        wrong, right: what is wrong, and what would be right.
    """

    def __init__(self, wrong: str, right: str) -> None:
        super().__init__(wrong, right)
        self.wrong, self.right = wrong, right


def find_lost(engine: duckdb.DuckDBPyConnection, *, trend: str, expected: str, unit_ns: int) -> int:
    """How many messages were expected; the table ``lost`` has the points of the counter that were not met.

    What a virtual user received is held against what it counted itself, with the least slack, as long as no
    point contradicts that; else against what all counted. As losses can hide such a contradiction, it must
    also put as many of them on each day as the last slack does against what all counted.

    Args:
        engine: holds the table ``points``.
        trend, expected: the metrics of messages that arrived and that were expected.
        unit_ns: of the trend.

    Raises:
        MiscountedError: more arrived than were expected, or arrived before they were expected.
    """
    counted, arrived = _totals(engine, trend, expected)
    if arrived > counted:
        wrong = f"counts {counted:,} messages, but {trend} has {arrived:,} that arrived"
        raise MiscountedError(wrong, _RIGHT)
    if counted - arrived > MOST:
        wrong = f"counts {counted:,} messages, but {trend} has only {arrived:,} that arrived"
        raise MiscountedError(wrong, "count messages, not bytes")
    values = {"trend": trend, "expected": expected, "unit_ns": unit_ns}
    if not _find(engine, {**values, "slack_ns": SLACKS_NS[-1], "by_client": False}):
        wrong = f"counts messages more than {SLACKS_NS[-1] // 10**9} s after they were sent"
        raise MiscountedError(wrong, _RIGHT)
    days = engine.execute(_DAYS).fetchall()
    for slack_ns, by_client in product(SLACKS_NS, (True, False)):
        fits = _find(engine, {**values, "slack_ns": slack_ns, "by_client": by_client})
        if fits and engine.execute(_DAYS).fetchall() == days:
            break
    return counted


_RIGHT = "let the script add each message for each recipient as it sends it"


def _totals(engine: duckdb.DuckDBPyConnection, trend: str, expected: str) -> tuple[int, int]:
    query = "SELECT coalesce(sum(value), 0), count(*) FROM points WHERE metric = $metric"
    counted, _ = engine.execute(query, {"metric": expected}).fetchall()[0]
    _, arrived = engine.execute(query, {"metric": trend}).fetchall()[0]
    return int(counted), arrived


def _find(engine: duckdb.DuckDBPyConnection, values: dict[str, Any]) -> bool:
    """Make the table ``lost``, unless more that arrived had been sent by some time than were expected."""
    engine.execute(_EVENTS, values)
    engine.execute(_MISSING)
    ((least,),) = engine.execute("SELECT coalesce(min(missing), 0) FROM missing").fetchall()
    if least < 0:
        return False
    engine.execute(_LOST)
    return True
