"""Hourly counts as the gates read them, made without recordings: any hours, any failures, any latencies."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from toolkit.metrics.buckets import latency_bucket
from toolkit.metrics.frames import DEADLINES
from toolkit.metrics.hourly import COUNTS, HOUR_KEYS, Rollups

FIRST = datetime(2026, 11, 1, tzinfo=UTC)

Hourly = int | Sequence[int] | np.ndarray


def hourly(
    hours: int,
    *,
    option: str = "current",
    environment: str = "production",
    first: datetime = FIRST,
    latencies_ms: Mapping[float, Hourly] | None = None,
    **counts: Hourly,
) -> Rollups:
    """Rollups of so many hours; a count that is not given is 0.

    Args:
        latencies_ms: how many deliveries of each hour came in time after so long.
        counts: of each hour, or the same of all.
    """
    keys = {"option": option, "environment": environment}
    hour = pd.to_datetime([first + timedelta(hours=number) for number in range(hours)], utc=True)
    frame = pd.DataFrame({**keys, "hour": hour.as_unit("us"), **dict.fromkeys(COUNTS, 0), **counts})
    expected = frame["expected"] > 0
    frame = frame.assign(**{name: pd.Series(5_000_000, frame.index).where(expected) for name in DEADLINES})
    buckets = [
        pd.DataFrame(
            {**keys, "hour": frame["hour"], "bucket": latency_bucket(round(ms * 1000)), "count": count}
        )
        for ms, count in (latencies_ms or {}).items()
    ]
    found = pd.concat(buckets, ignore_index=True) if buckets else None
    return Rollups(counts=frame[[*HOUR_KEYS, *COUNTS, *DEADLINES]], latency=found)


def attempts(hours: int, *, an_hour: int = 500, failed: Hourly = 0, **more: Any) -> Rollups:
    """Attempts of so many clients an hour, each of its own, of which some fail."""
    opened = an_hour - np.broadcast_to(failed, hours)
    alike = independent("connection_success_rate", opened, an_hour)
    return hourly(hours, attempts=an_hour, opened=opened, **alike, **more)


def lifetimes(hours: int, *, clients: int = 100, ends: Hourly = 0, **more: Any) -> Rollups:
    """So many clients connected all the time; connections end unintended so often an hour."""
    second_us = 1_000_000
    time_us = clients * 3600 * second_us
    found = {"connected_us": time_us, "wanted_us": time_us, "unintended_ends": np.broadcast_to(ends, hours)}
    return hourly(hours, **{**found, **more})


def both(
    hours: int,
    *,
    ends: Hourly = 0,
    before: Hourly = 0,
    clients: int = 100,
    clients_before: int | None = None,
    baseline: str = "current-unfixed",
    hours_before: int | None = None,
    first_before: datetime = FIRST,
    environment: str = "lab",
    **more: Any,
) -> Rollups:
    """Lifetimes of an option, with so many ends an hour, and of its baseline, with so many before."""
    new, old = clients, clients_before or clients
    where = {"environment": environment}
    after = lifetimes(hours, clients=new, ends=ends, **{**_crowd(new), **where, **more})
    earlier = lifetimes(
        hours_before or hours, clients=old, ends=before, option=baseline, first=first_before,
        **{**_crowd(old), **where},
    )  # fmt: skip
    return Rollups(counts=pd.concat([after.counts, earlier.counts], ignore_index=True))


def _crowd(clients: int) -> dict[str, int]:
    """So many clients an hour, each with a session of its own."""
    return {"session_availability_clusters": clients, "attempts": clients, "opened": clients}


def deliveries(
    hours: int, *, fast: Hourly = 1000, slow: Hourly = 0, lost: Hourly = 0, **more: Any
) -> Rollups:
    """Deliveries of each hour: fast in 50 ms, slow in 900 ms, lost not at all."""
    fast, slow, lost = (np.broadcast_to(part, hours) for part in (fast, slow, lost))
    expected, in_time = fast + slow + lost, fast + slow
    index = fast * latency_bucket(50_000) + slow * latency_bucket(900_000)
    squares = fast * latency_bucket(50_000) ** 2 + slow * latency_bucket(900_000) ** 2
    found = {
        "expected": expected,
        "in_time": in_time,
        "latency_index": index,
        "latency_index_squares": squares,
        **independent("delivery_success_rate", in_time, expected),
        "latency_index_clusters": expected,
        "latency_index_xx": squares,
        "latency_index_xy": index,
        "latency_index_yy": expected,
    }
    return hourly(hours, latencies_ms={50: fast, 900: slow}, **{**found, **more})


def independent(name: str, x: Hourly, y: Hourly) -> dict[str, Hourly]:
    """The cluster sums of a ratio whose events are of one client each."""
    return {f"{name}_clusters": y, f"{name}_xx": x, f"{name}_xy": x, f"{name}_yy": y}
