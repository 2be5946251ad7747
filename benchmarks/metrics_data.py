"""A year of recorded facts of known shape, written by DuckDB: one partition a day, no key twice."""

from datetime import date, timedelta
from pathlib import Path

import duckdb

FIRST_DAY = date(2025, 11, 1)
DELIVERIES_A_DAY, CONNECTIONS_A_DAY = 274_000, 13_700
"""100 million deliveries and 5 million connections in 365 days."""

CLIENTS, COLLECTORS, RECIPIENTS = 500, 4, 20

DELIVERIES = f"""
WITH drawn AS (
  SELECT range AS i, range // {RECIPIENTS} AS m, hash(range + $day * 1000000007) AS a, hash(range * 3 + $day) AS b,
    hash(range * 7 + $day) AS c FROM range($rows)
), judged AS (SELECT *, (b >> 40) % 1000 = 0 AS lost FROM drawn)
SELECT 'production' AS environment, 'canary-' || (m % {COLLECTORS}) AS collector, 'm-' || $day || '-' || m AS message,
  'client-' || (m % {COLLECTORS} + {COLLECTORS} * ((hash(m) + $day) % {CLIENTS // COLLECTORS})) AS sender,
  'client-' || (m % {COLLECTORS} + {COLLECTORS} * ((hash(m) + (i % {RECIPIENTS}) * 7 + 1) % {CLIENTS // COLLECTORS}))
    AS recipient,
  make_timestamptz($midnight_us + i * (86400000000 // $rows)) AS scheduled_at,
  CASE WHEN lost THEN NULL ELSE exp(ln(0.03) + 0.6 * sqrt(-2 * ln((1 + b % 1000003) / 1000004.0))
    * cos(2 * pi() * ((c % 1000003) / 1000003.0))) END AS latency_s,
  5.0::DOUBLE AS deadline_s, CASE WHEN lost THEN 0 WHEN (b >> 20) % 500 = 0 THEN 2 ELSE 1 END::INT AS copies,
  CASE WHEN lost THEN NULL ELSE (c >> 20) % 300 <> 0 END AS in_order, 200::BIGINT AS bytes, false AS round_trip
FROM judged
"""

CONNECTIONS = f"""
WITH drawn AS (
  SELECT range // 3 AS s, 1 + range % 3 AS attempt, hash(range + $day * 1000000007) AS a,
    hash(range * 3 + $day) AS b, range // 3 * (80000000000 // ($rows // 3 + 1)) + range % 3 * 600000000 AS off
  FROM range($rows)
), lived AS (
  SELECT *, (1 + b % 900) * 500000 AS life_us, (a >> 30) % 30 = 0 AS failed, $midnight_us + off AS start_us FROM drawn
)
SELECT 'production' AS environment, 'canary-' || (s % {COLLECTORS}) AS collector, 'client-' || (s % {CLIENTS}) AS client,
  's-' || $day || '-' || s AS session, attempt::INT AS attempt, make_timestamptz(start_us) AS started_at,
  CASE WHEN NOT failed THEN 0.01 + (a % 1000) / 5000.0 END::DOUBLE AS handshake_s,
  CASE WHEN failed THEN 'refused' ELSE 'open' END AS outcome,
  CASE WHEN NOT failed THEN make_timestamptz(start_us + 1000000 + life_us::BIGINT) END AS ended_at,
  make_timestamptz(start_us + 1000000 + CASE WHEN failed THEN 0 ELSE life_us::BIGINT END) AS observed_until,
  CASE WHEN NOT failed THEN 1006 END::INT AS close_code, CASE WHEN NOT failed THEN 'network' END AS ended_by,
  CASE WHEN NOT failed THEN attempt = 3 END AS intended
FROM lived
"""


def write_days(
    folder: Path, days: range, *, per_day: int = DELIVERIES_A_DAY, connections: int = CONNECTIONS_A_DAY
) -> None:
    """Write the days that are not there yet, by their number from :data:`FIRST_DAY`."""
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        for number in days:
            for table, query, rows in (
                ("deliveries", DELIVERIES, per_day), ("connections", CONNECTIONS, connections),
            ):  # fmt: skip
                _write_day(engine, folder / table, query, number, rows)


def _write_day(engine: duckdb.DuckDBPyConnection, folder: Path, query: str, number: int, rows: int) -> None:
    day = FIRST_DAY + timedelta(days=number)
    target = folder / "option=current" / f"date={day.isoformat()}" / "compact-0.parquet"
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    midnight_us = (day - date(1970, 1, 1)).days * 86_400_000_000
    values = {"day": number, "rows": rows, "midnight_us": midnight_us}
    text = query
    for name, value in values.items():
        text = text.replace(f"${name}", f"{value}::BIGINT")
    engine.execute(
        f"COPY ({text}) TO '{target}' (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{'toolkit.unique': '1'}})"
    )
