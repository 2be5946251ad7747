"""Rollups made by hand, for what is computed from them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from toolkit.metrics.buckets import latency_bucket
from toolkit.metrics.frames import BUCKET_KEYS, DEADLINES
from toolkit.metrics.hourly import COUNTS, HOUR_KEYS
from toolkit.metrics.rollups import Rollups
from toolkit.metrics.sums import AGES

DAY = date(2026, 11, 20)


def hour(number: int, day: date = DAY) -> pd.Timestamp:
    return pd.Timestamp(day, tz="UTC") + pd.Timedelta(hours=number)


def clustered(name: str, pairs: list[tuple[int, int]]) -> dict[str, int]:
    """The cluster sums of a ratio over client-hours with x of y."""
    return {
        f"{name}_clusters": sum(y > 0 for _, y in pairs),
        f"{name}_xx": sum(x * x for x, _ in pairs),
        f"{name}_xy": sum(x * y for x, y in pairs),
        f"{name}_yy": sum(y * y for _, y in pairs),
    }


def attempts(number: int, pairs: list[tuple[int, int]], **more: Any) -> dict[str, Any]:
    """An hour in which each client opened x of y attempts."""
    return {
        "hour": hour(number),
        "opened": sum(x for x, _ in pairs),
        "attempts": sum(y for _, y in pairs),
        **clustered("connection_success_rate", pairs),
        **more,
    }


def deliveries(number: int, pairs: list[tuple[int, int]], **more: Any) -> dict[str, Any]:
    """An hour in which each recipient got x of y messages in time."""
    in_time, expected = sum(x for x, _ in pairs), sum(y for _, y in pairs)
    return {
        "hour": hour(number),
        "in_time": in_time,
        "expected": expected,
        "late_or_lost": expected - in_time,
        "deadline_us": 5_000_000,
        "deadline_min_us": 5_000_000,
        **clustered("delivery_success_rate", pairs),
        **more,
    }


def connected(number: int, pairs: list[tuple[int, int]], **more: Any) -> dict[str, Any]:
    """An hour in which each client saw x unintended ends in y connected seconds, wanted all the time."""
    seconds = sum(y for _, y in pairs)
    return {
        "hour": hour(number),
        "unintended_ends": sum(x for x, _ in pairs),
        "connected_us": seconds * 1_000_000,
        "wanted_us": seconds * 1_000_000,
        **clustered("unintended_end_rate", [(x, y * 100) for x, y in pairs]),
        **clustered("session_availability", [(y * 100, y * 100) for _, y in pairs]),
        **more,
    }


def rollups(
    *hours: Mapping[str, Any],
    latencies_ms: Mapping[float, int] | None = None,
    ages: Sequence[Mapping[str, int]] = (),
    **more: Any,
) -> Rollups:
    """Rollups of ``current`` in ``lab``; what an hour does not name is 0.

    Args:
        latencies_ms: how many deliveries in time of each latency, all in the first hour.
        ages: rows of ages, with ``bucket`` and whatever is not 0, all in the first hour.
    """
    keys = {"option": "current", "environment": "lab"}
    rows = [{**dict.fromkeys(COUNTS, 0), **keys, **row} for row in hours]
    counts = pd.DataFrame(rows, columns=[*HOUR_KEYS, *COUNTS, *DEADLINES])
    first = hours[0]["hour"] if hours else hour(0)
    found: dict[int, int] = {}
    for latency_ms, count in (latencies_ms or {}).items():
        bucket = latency_bucket(round(latency_ms * 1000))
        found[bucket] = found.get(bucket, 0) + count
    latency = [{**keys, "hour": first, "bucket": bucket, "count": count} for bucket, count in found.items()]
    age_rows = [{**keys, "hour": first, **dict.fromkeys(AGES, 0), **row} for row in ages]
    return Rollups(
        counts=counts.astype(dict.fromkeys(DEADLINES, "Int64")),
        latency=pd.DataFrame(latency, columns=["option", *BUCKET_KEYS, "count"]),
        ages=pd.DataFrame(age_rows, columns=["option", *BUCKET_KEYS, *AGES]),
        **more,
    )
