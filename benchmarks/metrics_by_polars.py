"""The rollups of recorded facts as people write them in polars."""

from pathlib import Path

import polars as pl
from metrics_shape import FILES, HOUR_US, LN, Frames


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
