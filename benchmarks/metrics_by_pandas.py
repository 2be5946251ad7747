"""The rollups of recorded facts as people write them in pandas."""

from pathlib import Path

import numpy as np
import pandas as pd
from metrics_shape import FILES, HOUR_US, LN, Frames


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
