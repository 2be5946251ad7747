"""The rollups of recorded facts as people write them: in DuckDB's SQL, in polars, in pandas.

They know the one shape that the benchmark's files have: every column there, no key twice, one environment, no
connection over midnight. The SQL leaves bad deliveries out, as the toolkit does; all else trusts the rows.
"""

import math
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl

LN = math.log(1.02)
HOUR_US = 3_600_000_000
FILES = "option=*/date=*/*.parquet"

Frames = dict[str, pd.DataFrame]
"""Sums by hour of deliveries and of connections, and histograms by hour and bucket."""

RECIPIENT = ("delivery_success_rate", "latency_index")
SUMS = """count(*) clusters, sum(x * x)::BIGINT xx, sum(x * y)::BIGINT xy, sum(y * y)::BIGINT yy"""

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


def polars_lazily(folder: Path) -> Frames:
    """In polars, lazily and streaming, with all results collected together."""
    facts = pl.scan_parquet(folder / "deliveries" / FILES, hive_partitioning=False)
    rows = facts.select(
        "collector", "recipient", "sender",
        (pl.col("copies") > 1).fill_null(False).alias("dup"),
        (~pl.col("in_order")).fill_null(False).alias("disorder"),
        "round_trip",
        (pl.col("scheduled_at").dt.epoch("us") // HOUR_US).alias("hour"),
        (pl.col("latency_s") * 1e6 + 0.5).floor().alias("latency_us"),
        (pl.col("deadline_s") * 1e6 + 0.5).floor().cast(pl.Int64).alias("deadline_us"),
    ).with_columns((pl.col("latency_us") <= pl.col("deadline_us")).fill_null(False).alias("on_time"))  # fmt: skip
    rows = rows.with_columns(
        pl.when("on_time")
        .then((pl.col("latency_us").clip(lower_bound=1).log() / LN).ceil())
        .otherwise((pl.col("deadline_us").cast(pl.Float64).log() / LN).ceil() + 1)
        .cast(pl.Int64)
        .alias("index")
    )
    index = pl.col("index")
    deliveries = rows.group_by("hour").agg(
        pl.len().cast(pl.Int64).alias("expected"),
        *(pl.col(flag).cast(pl.Int64).sum().alias(name) for flag, name in (
            ("on_time", "in_time"), ("dup", "duplicated"), ("disorder", "out_of_order"), ("round_trip", "round_trip"),
        )),
        index.sum().alias("latency_index"), (index * index).sum().alias("latency_index_squares"),
        pl.col("deadline_us").max(), pl.col("deadline_us").min().alias("deadline_min_us"),
    )  # fmt: skip
    plans = {
        "deliveries": deliveries.sort("hour"),
        "recipients": _polars_clusters(rows, "recipient"),
        "senders": _polars_clusters(rows, "sender"),
        "latency": rows.filter("on_time").group_by("hour", index.alias("bucket"))
        .agg(pl.len().cast(pl.Int64).alias("count")).sort("hour", "bucket"),
        **_polars_connections(folder),
    }  # fmt: skip
    found = pl.collect_all(list(plans.values()), engine="streaming")
    return {name: frame.to_pandas() for name, frame in zip(plans, found, strict=True)}


def _polars_clusters(rows: pl.LazyFrame, who: str) -> pl.LazyFrame:
    n, x, i = pl.col("n"), pl.col("in_time"), pl.col("latency_index")
    clients = rows.group_by("hour", "collector", who).agg(
        pl.len().cast(pl.Int64).alias("n"),
        pl.col("on_time").cast(pl.Int64).sum().alias("in_time"),
        pl.col("index").sum().alias("latency_index"),
    )
    return clients.group_by("hour").agg(
        pl.len().cast(pl.Int64).alias("clusters"), (x * x).sum().alias("success_xx"),
        (x * n).sum().alias("success_xy"), (n * n).sum().alias("yy"), (i * i).sum().alias("index_xx"),
        (i * n).sum().alias("index_xy"),
    ).sort("hour")  # fmt: skip


def _polars_connections(folder: Path) -> dict[str, pl.LazyFrame]:
    def us(name: str) -> pl.Expr:
        return pl.col(name).dt.epoch("us")

    handshake_us = (pl.col("handshake_s") * 1e6 + 0.5).floor().cast(pl.Int64)
    rows = pl.scan_parquet(folder / "connections" / FILES, hive_partitioning=False).select(
        "collector", "client", "session", pl.col("attempt").cast(pl.Int64),
        (pl.col("outcome") == "open").alias("opened"), "intended", handshake_us.alias("handshake_us"),
        us("started_at").alias("start_us"), us("ended_at").alias("end_us"), us("observed_until").alias("seen_us"),
        (us("started_at") + handshake_us.fill_null(0)).alias("open_us"),
    )  # fmt: skip
    who, hour = ["collector", "client"], pl.col("start_us") // HOUR_US
    opened, retry = pl.col("opened").cast(pl.Int64), (pl.col("attempt") > 1).cast(pl.Int64)
    clients = rows.group_by(hour.alias("hour"), *who).agg(
        pl.len().cast(pl.Int64).alias("attempts"), opened.sum().alias("opened"),
        (opened * retry).sum().alias("opened_retry"), retry.sum().alias("retry_attempts"),
    )  # fmt: skip
    a, o, r = pl.col("attempts"), pl.col("opened"), pl.col("opened_retry")
    attempts = clients.group_by("hour").agg(
        a.sum(), o.sum(), r.sum(), pl.col("retry_attempts").sum(), pl.len().cast(pl.Int64).alias("clusters"),
        (o * o).sum().alias("success_xx"), (o * a).sum().alias("success_xy"), (a * a).sum().alias("success_yy"),
        (o > 0).cast(pl.Int64).sum().alias("reconnection_clusters"), (r * r).sum().alias("reconnection_xx"),
        (r * o).sum().alias("reconnection_xy"),
    )  # fmt: skip
    ended = rows.filter(pl.col("end_us").is_not_null())
    wanted, age = pl.col("intended").cast(pl.Int64), pl.col("end_us") - pl.col("open_us")
    ends = ended.group_by((pl.col("end_us") // HOUR_US).alias("hour")).agg(
        (1 - wanted).sum().alias("unintended_ends"), wanted.sum().alias("intended_ends"),
        ((1 - wanted) * age).sum().alias("unintended_end_age_us"), (wanted * age).sum().alias("intended_end_age_us"),
    )  # fmt: skip
    handshakes = rows.filter("opened").group_by(
        hour.alias("hour"), _polars_bucket(pl.col("handshake_us")).alias("bucket")
    ).agg(pl.len().cast(pl.Int64).alias("count"))  # fmt: skip
    return {
        "attempts": attempts.sort("hour"),
        "ends": ends.sort("hour"),
        "times": _polars_times(rows, ended, who),
        "handshake": handshakes.sort("hour", "bucket"),
        "ages": _polars_ages(rows),
    }


def _polars_bucket(us: pl.Expr) -> pl.Expr:
    return (us.clip(lower_bound=1).cast(pl.Float64).log() / LN).ceil().cast(pl.Int64)


def _polars_times(rows: pl.LazyFrame, ended: pl.LazyFrame, who: list[str]) -> pl.LazyFrame:
    sessions = rows.group_by(*who, "session").agg(
        pl.col("start_us").min().alias("from_us"), pl.col("end_us").filter("intended").max().alias("over_us"),
        pl.col("seen_us").max(),
    )  # fmt: skip
    over = pl.coalesce("over_us", "seen_us").alias("to_us")
    spans = pl.concat([
        rows.filter("opened").select(*who, pl.col("open_us").alias("from_us"),
                                     pl.coalesce("end_us", "seen_us").alias("to_us"), pl.lit(True).alias("up")),
        sessions.select(*who, "from_us", over, pl.lit(False).alias("up")),
    ]).filter(pl.col("to_us") > pl.col("from_us"))  # fmt: skip
    hours = pl.int_ranges(pl.col("from_us") // HOUR_US, (pl.col("to_us") - 1) // HOUR_US + 1)
    pieces = spans.with_columns(hours.alias("hour")).explode("hour").with_columns(
        (pl.min_horizontal("to_us", (pl.col("hour") + 1) * HOUR_US)
         - pl.max_horizontal("from_us", pl.col("hour") * HOUR_US)).alias("us")
    )  # fmt: skip
    zero = pl.lit(0, pl.Int64)
    parts = pl.concat([
        pieces.select("hour", *who, pl.when("up").then("us").otherwise(0).alias("connected_us"),
                      pl.when("up").then(0).otherwise("us").alias("wanted_us"), zero.alias("ends")),
        ended.select((pl.col("end_us") // HOUR_US).alias("hour"), *who, zero.alias("connected_us"),
                     zero.alias("wanted_us"), (1 - pl.col("intended").cast(pl.Int64)).alias("ends")),
    ])  # fmt: skip
    clients = parts.group_by("hour", *who).agg(pl.col("connected_us", "wanted_us", "ends").sum())
    c, w, e = pl.col("connected_us") // 10_000, pl.col("wanted_us") // 10_000, pl.col("ends")
    return clients.group_by("hour").agg(
        pl.col("connected_us", "wanted_us").sum(), (w > 0).cast(pl.Int64).sum().alias("wanted_clusters"),
        (c * c).sum().alias("connected_xx"), (c * w).sum().alias("connected_xy"), (w * w).sum().alias("wanted_yy"),
        (c > 0).cast(pl.Int64).sum().alias("connected_clusters"), (e * e).sum().alias("ends_xx"),
        (e * c).sum().alias("ends_xy"),
    ).sort("hour")  # fmt: skip


def _polars_ages(rows: pl.LazyFrame) -> pl.LazyFrame:
    opened, over = rows.filter("opened"), pl.coalesce("end_us", "seen_us")
    wanted = pl.col("intended").fill_null(False).cast(pl.Int64)
    unwanted = (~pl.col("intended")).fill_null(False).cast(pl.Int64)
    zero, one = pl.lit(0, pl.Int64), pl.lit(1, pl.Int64)
    moves = pl.concat([
        opened.select((pl.col("open_us") // HOUR_US).alias("hour"), zero.alias("age"), one.alias("entered"),
                      zero.alias("unwanted"), zero.alias("wanted")),
        opened.select((over // HOUR_US).alias("hour"), (over - pl.col("open_us")).alias("age"),
                      zero.alias("entered"), unwanted.alias("unwanted"), wanted.alias("wanted")),
    ])  # fmt: skip
    age, entered, bad, good = pl.col("age"), pl.col("entered"), pl.col("unwanted"), pl.col("wanted")
    return moves.group_by("hour", _polars_bucket(age).alias("bucket")).agg(
        entered.sum(), (entered * age).sum().alias("entered_age_us"), bad.sum().alias("unintended_ends"),
        (bad * age).sum().alias("unintended_age_us"), good.sum().alias("intended_ends"),
        (1 - entered - bad - good).sum().alias("left_open"), ((1 - entered - bad) * age).sum().alias("left_age_us"),
    ).sort("hour", "bucket")  # fmt: skip


def pandas_day_by_day(folder: Path) -> Frames:
    """In pandas, a partition at a time, since a year does not fit into memory."""
    found: dict[str, list[pd.DataFrame]] = {}
    for path in sorted((folder / "deliveries").glob(FILES)):
        for name, frame in _pandas_deliveries(pd.read_parquet(path, dtype_backend="pyarrow")).items():
            found.setdefault(name, []).append(frame)
    for path in sorted((folder / "connections").glob(FILES)):
        for name, frame in _pandas_connections(pd.read_parquet(path, dtype_backend="pyarrow")).items():
            found.setdefault(name, []).append(frame)
    return {name: pd.concat(frames, ignore_index=True).astype("int64") for name, frames in found.items()}


def _hour(us: "pd.Series[int]") -> "pd.Series[int]":
    return us // HOUR_US


def _us(times: "pd.Series[pd.Timestamp]") -> "pd.Series[int]":
    return times.astype("timestamp[us][pyarrow]").astype("int64[pyarrow]")


def _bucket(us: "pd.Series[float]") -> "pd.Series[int]":
    return pd.Series(
        np.ceil(np.log(np.maximum(us.to_numpy("float64"), 1)) / LN).astype("int64"), index=us.index
    )


def _pandas_deliveries(facts: pd.DataFrame) -> Frames:
    latency_us = np.floor(facts["latency_s"].to_numpy("float64", na_value=np.nan) * 1e6 + 0.5)
    deadline_us = np.floor(facts["deadline_s"].to_numpy("float64") * 1e6 + 0.5)
    on_time = latency_us <= deadline_us
    index = np.where(
        on_time,
        np.ceil(np.log(np.maximum(np.nan_to_num(latency_us), 1)) / LN),
        np.ceil(np.log(deadline_us) / LN) + 1,
    ).astype("int64")
    rows = pd.DataFrame({
        "hour": _hour(_us(facts["scheduled_at"])).to_numpy("int64"), "collector": facts["collector"],
        "recipient": facts["recipient"], "sender": facts["sender"], "expected": 1, "in_time": on_time.astype("int64"),
        "duplicated": (facts["copies"] > 1).fillna(False).to_numpy("int64"),
        "out_of_order": (~facts["in_order"]).fillna(False).to_numpy("int64"),
        "round_trip": facts["round_trip"].to_numpy("int64"), "latency_index": index,
        "latency_index_squares": index * index, "deadline_us": deadline_us.astype("int64"),
    })  # fmt: skip
    counts = rows.groupby("hour").agg(
        {name: "sum" for name in rows.columns[4:-1]} | {"deadline_us": "max"}
    )  # fmt: skip
    counts["deadline_min_us"] = rows.groupby("hour")["deadline_us"].min()
    in_time = rows[on_time]
    latency = in_time.groupby(["hour", "latency_index"]).size().rename("count").reset_index()
    return {
        "deliveries": counts.reset_index(),
        "recipients": _pandas_clusters(rows, "recipient"),
        "senders": _pandas_clusters(rows, "sender"),
        "latency": latency.rename(columns={"latency_index": "bucket"}),
    }


def _pandas_clusters(rows: pd.DataFrame, who: str) -> pd.DataFrame:
    sums = rows.groupby(["hour", "collector", who])[["expected", "in_time", "latency_index"]].sum()
    n, x, i = sums["expected"], sums["in_time"], sums["latency_index"]
    made = pd.DataFrame({
        "clusters": 1, "success_xx": x * x, "success_xy": x * n, "yy": n * n, "index_xx": i * i, "index_xy": i * n,
    })  # fmt: skip
    return made.groupby("hour").sum().reset_index()


def _pandas_connections(facts: pd.DataFrame) -> Frames:
    handshake_us = np.floor(facts["handshake_s"].to_numpy("float64", na_value=np.nan) * 1e6 + 0.5)
    rows = pd.DataFrame({
        "collector": facts["collector"], "client": facts["client"], "session": facts["session"],
        "opened": (facts["outcome"] == "open").to_numpy("int64"), "retry": (facts["attempt"] > 1).to_numpy("int64"),
        "intended": facts["intended"], "start_us": _us(facts["started_at"]).to_numpy("int64"),
        "end_us": _us(facts["ended_at"]), "seen_us": _us(facts["observed_until"]).to_numpy("int64"),
        "handshake_us": handshake_us,
    })  # fmt: skip
    rows["open_us"] = rows["start_us"] + np.nan_to_num(handshake_us).astype("int64")
    up, ended = rows[rows["opened"] == 1], rows[rows["end_us"].notna()]
    return {
        "attempts": _pandas_attempts(rows),
        "ends": _pandas_ends(ended),
        "times": _pandas_times(rows, up, ended),
        "handshake": up.groupby([_hour(up["start_us"]).rename("hour"), _bucket(up["handshake_us"]).rename("bucket")])
        .size().rename("count").reset_index(),
        "ages": _pandas_ages(up),
    }  # fmt: skip


def _pandas_attempts(rows: pd.DataFrame) -> pd.DataFrame:
    made = rows.assign(hour=_hour(rows["start_us"]), attempts=1, opened_retry=rows["opened"] * rows["retry"])
    names = ["attempts", "opened", "opened_retry", "retry"]
    clients = made.groupby(["hour", "collector", "client"])[names].sum()
    a, o, r = clients["attempts"], clients["opened"], clients["opened_retry"]
    sums = clients.rename(columns={"retry": "retry_attempts"}).assign(
        clusters=1, success_xx=o * o, success_xy=o * a, success_yy=a * a, reconnection_clusters=(o > 0).astype("int64"),
        reconnection_xx=r * r, reconnection_xy=r * o,
    )  # fmt: skip
    return sums.groupby("hour").sum().reset_index()


def _pandas_ends(ended: pd.DataFrame) -> pd.DataFrame:
    wanted = ended["intended"].to_numpy("int64")
    age = ended["end_us"].to_numpy("int64") - ended["open_us"].to_numpy("int64")
    made = pd.DataFrame({
        "hour": ended["end_us"].to_numpy("int64") // HOUR_US, "unintended_ends": 1 - wanted, "intended_ends": wanted,
        "unintended_end_age_us": (1 - wanted) * age, "intended_end_age_us": wanted * age,
    })  # fmt: skip
    return made.groupby("hour").sum().reset_index()


def _pandas_times(rows: pd.DataFrame, up: pd.DataFrame, ended: pd.DataFrame) -> pd.DataFrame:
    who = ["collector", "client"]
    over = rows["end_us"].where(rows["intended"].fillna(False)).astype("Int64")
    sessions = rows.assign(over_us=over).groupby([*who, "session"])[["start_us", "over_us", "seen_us"]].agg(
        {"start_us": "min", "over_us": "max", "seen_us": "max"}
    ).reset_index()  # fmt: skip
    spans = pd.concat([
        pd.DataFrame({"collector": up["collector"], "client": up["client"], "from_us": up["open_us"],
                      "to_us": up["end_us"].fillna(up["seen_us"]).to_numpy("int64"), "up": 1}),
        pd.DataFrame({"collector": sessions["collector"], "client": sessions["client"], "from_us": sessions["start_us"],
                      "to_us": sessions["over_us"].fillna(sessions["seen_us"]).to_numpy("int64"), "up": 0}),
    ], ignore_index=True)  # fmt: skip
    spans = spans[spans["to_us"] > spans["from_us"]]
    first, last = spans["from_us"] // HOUR_US, (spans["to_us"] - 1) // HOUR_US
    pieces = spans.loc[spans.index.repeat(last - first + 1)]
    pieces = pieces.assign(hour=pieces["from_us"] // HOUR_US + pieces.groupby(level=0).cumcount())
    us = np.minimum(pieces["to_us"], (pieces["hour"] + 1) * HOUR_US) - np.maximum(
        pieces["from_us"], pieces["hour"] * HOUR_US
    )
    parts = pd.concat([
        pieces[["hour", *who]].assign(connected_us=us * pieces["up"], wanted_us=us * (1 - pieces["up"]), ends=0),
        ended[who].assign(hour=ended["end_us"].to_numpy("int64") // HOUR_US, connected_us=0, wanted_us=0,
                          ends=1 - ended["intended"].to_numpy("int64")),
    ], ignore_index=True)  # fmt: skip
    sums = parts.groupby(["hour", *who])[["connected_us", "wanted_us", "ends"]].sum()
    c, w, e = sums["connected_us"] // 10_000, sums["wanted_us"] // 10_000, sums["ends"]
    made = sums[["connected_us", "wanted_us"]].assign(
        wanted_clusters=(w > 0).astype("int64"), connected_xx=c * c, connected_xy=c * w, wanted_yy=w * w,
        connected_clusters=(c > 0).astype("int64"), ends_xx=e * e, ends_xy=e * c,
    )  # fmt: skip
    return made.groupby("hour").sum().reset_index()


def _pandas_ages(up: pd.DataFrame) -> pd.DataFrame:
    over = up["end_us"].fillna(up["seen_us"]).to_numpy("int64")
    bad = (~up["intended"]).fillna(False).to_numpy("int64")
    good = up["intended"].fillna(False).to_numpy("int64")
    entered = pd.DataFrame({"hour": up["open_us"] // HOUR_US, "age": 0, "entered": 1, "bad": 0, "good": 0})
    left = pd.DataFrame({"hour": over // HOUR_US, "age": over - up["open_us"].to_numpy("int64"), "entered": 0,
                         "bad": bad, "good": good})  # fmt: skip
    moves = pd.concat([entered, left], ignore_index=True)
    others = 1 - moves["entered"] - moves["bad"]
    made = pd.DataFrame({
        "hour": moves["hour"], "bucket": _bucket(moves["age"]), "entered": moves["entered"],
        "entered_age_us": moves["entered"] * moves["age"], "unintended_ends": moves["bad"],
        "unintended_age_us": moves["bad"] * moves["age"], "intended_ends": moves["good"],
        "left_open": others - moves["good"], "left_age_us": others * moves["age"],
    })  # fmt: skip
    return made.groupby(["hour", "bucket"]).sum().reset_index()


BY_HAND: dict[str, Callable[[Path], Frames]] = {
    "DuckDB, by hand": duckdb_sql,
    "polars": polars_lazily,
    "pandas": pandas_day_by_day,
}
