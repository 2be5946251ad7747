"""What a recorder writes as a day ends and a foreign file does not say: how sessions stood at midnight.

A recorder has rows of its own for that (:mod:`toolkit.measure.sessions`). A foreign file has one row an
attempt, and a partition that holds none of a session cannot know that it was waiting for a connection.
"""

import duckdb
import pyarrow as pa

from toolkit.measure.merging import columns

DAY_US = 86_400_000_000

LONGEST_DAYS = 400
"""What claims to have lasted longer has a clock or a unit gone wrong, and is not repeated for each day."""


def day_of(time: str) -> str:
    """SQL for the UTC day of a time, in days since 1970."""
    return f"(epoch_us({time}) // {DAY_US})"


def end_of(day: str) -> str:
    """SQL for the last microsecond of a day."""
    return f"make_timestamptz(({day} + 1) * {DAY_US} - 1)"


SEEN = f"""
CASE WHEN outcome <> 'open' AND {day_of("started_at")} < {day_of("observed_until")}
    THEN {end_of(day_of("started_at"))} ELSE observed_until END
"""
"""Until when an attempt was observed on the day on which it is filed: a failed one counts as of its start."""

OPEN_BEFORE = f"""
SELECT * EXCLUDE (since, until) REPLACE ({end_of("day")} AS observed_until,
    CASE WHEN {day_of("ended_at")} <= day THEN ended_at END AS ended_at,
    CASE WHEN {day_of("ended_at")} <= day THEN close_code END AS close_code,
    CASE WHEN {day_of("ended_at")} <= day THEN ended_by END AS ended_by,
    CASE WHEN {day_of("ended_at")} <= day THEN intended END AS intended)
FROM (
    SELECT *, unnest(range(since, until)) AS day, true AS repeated FROM (
        SELECT *, {day_of("observed_until")} AS until,
            (epoch_us(started_at) + CAST(1e6 * coalesce(handshake_s, 0) AS BIGINT)) // {DAY_US} AS since
        FROM connections_in WHERE outcome = 'open'
    ) WHERE since < until AND until - since <= {LONGEST_DAYS}
)
"""
"""A connection stands on all days from that on which it opened to that on which it was last observed."""

_SESSION = "collector, client, session"
_ENDED = "outcome = 'open' AND ended_at IS NOT NULL"

_JUDGED = f"""
CREATE TEMP TABLE judged AS
SELECT *, coalesce(
    seen_on < {day_of("until_at")} AND {day_of("until_at")} - {day_of("started_at")} < {LONGEST_DAYS}
    AND (outcome <> 'open' OR ended_at IS NOT NULL) AND intended IS DISTINCT FROM true, false) AS waits
FROM (
    SELECT *, {day_of(SEEN)} AS seen_on,
        coalesce(next_at, CASE WHEN outcome <> 'open' THEN observed_until END) AS until_at
    FROM (
        SELECT *,
            min(started_at) OVER (of_session ORDER BY attempt
                RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next_at,
            max(CASE WHEN {_ENDED} THEN attempt END) OVER (of_session ORDER BY attempt) AS connected_last
        FROM known WHERE attempt IS NOT NULL WINDOW of_session AS (PARTITION BY {_SESSION})
    )
)
"""
"""Whether a session is known to have waited from this attempt on into a later day, until the next attempt or
until it was last seen. Of a connection of which nobody says that it ended, nobody knows since when it waited.
"""

_WAITED = f"""
SELECT * REPLACE ({end_of("day")} AS observed_until)
FROM (SELECT *, unnest(range(seen_on, {day_of("until_at")})) AS day FROM judged WHERE waits)
UNION ALL BY NAME
SELECT * FROM judged WHERE waits AND next_at IS NULL
UNION ALL BY NAME
SELECT before.* REPLACE (waiting.next_at AS observed_until)
FROM judged AS waiting JOIN judged AS before USING ({_SESSION})
WHERE waiting.waits AND before.attempt = waiting.connected_last AND before.outcome = 'open'
    AND before.ended_at IS NOT NULL AND epoch_us(waiting.next_at) % {DAY_US} > 0
"""
"""The rest of the first day, whole days, and that part of the last one which came before the next attempt.

The last part is told by the last connection: of a failed attempt that another follows, it would read as if it
had been under way at midnight.
"""


def waited(rows: pa.Table) -> pa.Table:
    """Rows for the days on which a session of these connections waited for another.

    Args:
        rows: under the schema of connections. Of those without an attempt nobody knows which follow one
            another.
    """
    if rows["attempt"].null_count == len(rows):
        return rows.slice(0, 0)
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        engine.register("known", rows)
        engine.execute(_JUDGED)
        found = engine.sql(f"SELECT {columns('connections')} FROM ({_WAITED})").to_arrow_table()
        return found.cast(rows.schema)
