"""The rollups of recorded facts as people write them in DuckDB's SQL, which leaves bad deliveries out."""

from pathlib import Path

import duckdb
from metrics_shape import FILES, HOUR_US, LN, Frames

GROUPS = f"""
CREATE OR REPLACE TEMP TABLE groups AS
WITH timed AS (
  SELECT collector, recipient, sender, copies > 1 AS dup, NOT in_order AS disorder, round_trip,
    epoch_us(scheduled_at) // {HOUR_US} AS hour, floor(latency_s * 1000000 + 0.5) AS latency_us,
    floor(coalesce(deadline_s, 5) * 1000000 + 0.5)::BIGINT AS deadline_us
  FROM read_parquet('{{files}}', hive_partitioning = true, can_have_nan = true)
  WHERE environment IS NOT NULL AND message IS NOT NULL AND recipient IS NOT NULL
    AND scheduled_at >= date AND scheduled_at < date + 1
    AND (latency_s IS NULL OR (latency_s >= 0 AND latency_s < 1e9))
    AND (deadline_s IS NULL OR (deadline_s > 0 AND deadline_s < 1e9))
    AND (copies IS NULL OR copies >= 0) AND NOT coalesce(latency_s IS NOT NULL AND copies = 0, false)
), judged AS (
  SELECT *, coalesce(latency_us <= deadline_us, false) AS on_time FROM timed
), indexed AS (
  SELECT *, CASE WHEN on_time THEN ceil(ln(greatest(latency_us, 1)) / {LN})
    ELSE ceil(ln(deadline_us) / {LN}) + 1 END::BIGINT AS index,
    on_time::INT + 2 * coalesce(dup, false)::INT + 4 * coalesce(disorder, false)::INT + 8 * round_trip::INT AS flags
  FROM judged
)
SELECT hour, collector, recipient, sender, index, flags, deadline_us, count(*) n, sum(on_time::INT)::BIGINT in_time,
  sum(index)::BIGINT latency_index
FROM indexed
GROUP BY GROUPING SETS ((hour, collector, recipient), (hour, collector, sender), (hour, index, flags, deadline_us))
"""

DELIVERY_COUNTS = """
SELECT hour, sum(n)::BIGINT expected, sum(n) FILTER (flags & 1 > 0)::BIGINT in_time,
  coalesce(sum(n) FILTER (flags & 2 > 0), 0)::BIGINT duplicated,
  coalesce(sum(n) FILTER (flags & 4 > 0), 0)::BIGINT out_of_order,
  coalesce(sum(n) FILTER (flags & 8 > 0), 0)::BIGINT round_trip, sum(n * index)::BIGINT latency_index,
  sum(n * index * index)::BIGINT latency_index_squares, max(deadline_us) deadline_us, min(deadline_us) deadline_min_us
FROM groups WHERE flags IS NOT NULL GROUP BY hour ORDER BY hour
"""

CLUSTERS = """
SELECT hour, count(*) clusters, sum(in_time * in_time)::BIGINT success_xx, sum(in_time * n)::BIGINT success_xy,
  sum(n * n)::BIGINT yy, sum(latency_index * latency_index)::BIGINT index_xx, sum(latency_index * n)::BIGINT index_xy
FROM groups WHERE {who} IS NOT NULL GROUP BY hour ORDER BY hour
"""

LATENCY = """
SELECT hour, index AS bucket, sum(n)::BIGINT count FROM groups WHERE flags & 1 > 0 GROUP BY ALL ORDER BY ALL
"""

ROWS = """
CREATE OR REPLACE TEMP TABLE attempts AS
SELECT collector, client, session, attempt, outcome = 'open' AS opened, intended,
  floor(handshake_s * 1000000 + 0.5)::BIGINT AS handshake_us, epoch_us(started_at) AS start_us,
  epoch_us(ended_at) AS end_us, epoch_us(observed_until) AS seen_us,
  epoch_us(started_at) + coalesce(floor(handshake_s * 1000000 + 0.5)::BIGINT, 0) AS open_us
FROM read_parquet('{files}', hive_partitioning = false)
"""

CONNECTION_COUNTS = f"""
WITH clients AS (
  SELECT start_us // {HOUR_US} AS hour, collector, client, count(*) attempts, sum(opened::INT) opened,
    sum((opened AND attempt > 1)::INT) opened_retry, sum((attempt > 1)::INT) retry_attempts
  FROM attempts GROUP BY ALL
)
SELECT hour, sum(attempts)::BIGINT attempts, sum(opened)::BIGINT opened, sum(opened_retry)::BIGINT opened_retry,
  sum(retry_attempts)::BIGINT retry_attempts, count(*) clusters, sum(opened * opened)::BIGINT success_xx,
  sum(opened * attempts)::BIGINT success_xy, sum(attempts * attempts)::BIGINT success_yy,
  sum((opened > 0)::INT)::BIGINT reconnection_clusters, sum(opened_retry * opened_retry)::BIGINT reconnection_xx,
  sum(opened_retry * opened)::BIGINT reconnection_xy
FROM clients GROUP BY hour ORDER BY hour
"""

ENDS = f"""
SELECT end_us // {HOUR_US} AS hour, sum((NOT intended)::INT)::BIGINT unintended_ends, sum(intended::INT)::BIGINT intended_ends,
  sum(CASE WHEN intended THEN 0 ELSE end_us - open_us END)::BIGINT unintended_end_age_us,
  sum(CASE WHEN intended THEN end_us - open_us ELSE 0 END)::BIGINT intended_end_age_us
FROM attempts WHERE end_us IS NOT NULL GROUP BY hour ORDER BY hour
"""

TIMES = f"""
WITH sessions AS (
  SELECT collector, client, min(start_us) AS from_us, coalesce(max(end_us) FILTER (intended), max(seen_us)) AS to_us
  FROM attempts GROUP BY collector, client, session
), spans AS (
  SELECT collector, client, open_us AS from_us, coalesce(end_us, seen_us) AS to_us, true AS up FROM attempts WHERE opened
  UNION ALL SELECT collector, client, from_us, to_us, false FROM sessions
), split AS (
  SELECT *, unnest(range(from_us // {HOUR_US}, (to_us - 1) // {HOUR_US} + 1)) AS hour FROM spans WHERE to_us > from_us
), pieces AS (
  SELECT collector, client, hour, up, least(to_us, (hour + 1) * {HOUR_US}) - greatest(from_us, hour * {HOUR_US}) AS us, 0 AS ends
  FROM split
  UNION ALL
  SELECT collector, client, end_us // {HOUR_US}, NULL, 0, (NOT intended)::INT FROM attempts WHERE end_us IS NOT NULL
), clients AS (
  SELECT hour, collector, client, coalesce(sum(us) FILTER (up), 0)::BIGINT connected_us,
    coalesce(sum(us) FILTER (NOT up), 0)::BIGINT wanted_us, sum(ends) ends FROM pieces GROUP BY ALL
), rounded AS (SELECT *, connected_us // 10000 AS c, wanted_us // 10000 AS w FROM clients)
SELECT hour, sum(connected_us)::BIGINT connected_us, sum(wanted_us)::BIGINT wanted_us, sum((w > 0)::INT)::BIGINT wanted_clusters,
  sum(c * c)::BIGINT connected_xx, sum(c * w)::BIGINT connected_xy, sum(w * w)::BIGINT wanted_yy,
  sum((c > 0)::INT)::BIGINT connected_clusters, sum(ends * ends)::BIGINT ends_xx, sum(ends * c)::BIGINT ends_xy
FROM rounded GROUP BY hour ORDER BY hour
"""

HANDSHAKE = f"""
SELECT start_us // {HOUR_US} AS hour, ceil(ln(greatest(handshake_us, 1)) / {LN})::BIGINT AS bucket, count(*) AS count
FROM attempts WHERE opened GROUP BY ALL ORDER BY ALL
"""

AGES = f"""
WITH moves AS (
  SELECT open_us // {HOUR_US} AS hour, 0::BIGINT AS age_us, 1 AS entered, 0 AS unwanted, 0 AS wanted FROM attempts WHERE opened
  UNION ALL
  SELECT coalesce(end_us, seen_us) // {HOUR_US}, coalesce(end_us, seen_us) - open_us, 0,
    coalesce(NOT intended, false)::INT, coalesce(intended, false)::INT FROM attempts WHERE opened
)
SELECT hour, ceil(ln(greatest(age_us, 1)) / {LN})::BIGINT AS bucket, sum(entered)::BIGINT entered,
  sum(entered * age_us)::BIGINT entered_age_us, sum(unwanted)::BIGINT unintended_ends,
  sum(unwanted * age_us)::BIGINT unintended_age_us, sum(wanted)::BIGINT intended_ends,
  sum(1 - entered - unwanted - wanted)::BIGINT left_open, sum((1 - entered - unwanted) * age_us)::BIGINT left_age_us
FROM moves GROUP BY ALL ORDER BY ALL
"""


def duckdb_sql(folder: Path, *, memory: str = "1GB") -> Frames:
    """In SQL, written for these files and for speed: one pass over the deliveries by GROUPING SETS."""
    with duckdb.connect() as engine:
        engine.execute(
            "SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET preserve_insertion_order = false"
        )
        engine.execute(f"SET memory_limit = '{memory}'")
        engine.execute(GROUPS.format(files=folder / "deliveries" / FILES))
        engine.execute(ROWS.format(files=folder / "connections" / FILES))
        queries = {
            "deliveries": DELIVERY_COUNTS, "recipients": CLUSTERS.format(who="recipient"),
            "senders": CLUSTERS.format(who="sender"), "latency": LATENCY, "attempts": CONNECTION_COUNTS,
            "ends": ENDS, "times": TIMES, "handshake": HANDSHAKE, "ages": AGES,
        }  # fmt: skip
        return {name: engine.sql(query).to_arrow_table().to_pandas() for name, query in queries.items()}
