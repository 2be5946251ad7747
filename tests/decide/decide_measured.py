"""Recordings of connections and deliveries, for tests of what measurements decide."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from decide_worlds import AS_OF, ENVIRONMENTS, FIRST

from toolkit.metrics.rollups import Rollups, roll_up
from toolkit.project import Faults

Load = tuple[str, str, float, int]
"""Option, environment, latency in seconds, bytes of a message."""

MESSAGES = 400


def measured(
    folder: Path, *, connections: list[pd.DataFrame], deliveries: list[Load], first: datetime = FIRST
) -> Rollups:
    """The rollups of connection rows and of deliveries that all take the same time, 400 in one hour."""
    faults = Faults()
    for number, frame in enumerate(connections):
        _write(folder, "connections", "observed_until", number, frame)
    for number, (option, environment, latency_s, size) in enumerate(deliveries):
        rows = [
            _delivery(option, environment, message, latency_s, size, first) for message in range(MESSAGES)
        ]
        _write(folder, "deliveries", "scheduled_at", number, pd.DataFrame(rows))
    rollups = roll_up(folder / "metrics", as_of=AS_OF, environments=ENVIRONMENTS, faults=faults)
    assert not faults.found, str(faults)
    return rollups


def _delivery(
    option: str, environment: str, message: int, latency_s: float, size: int, first: datetime
) -> dict[str, Any]:
    return {
        "option": option,
        "environment": environment,
        "collector": "test",
        "message": f"m{message}",
        "sender": f"s{message % 20}",
        "recipient": f"r{message % 100}",
        "scheduled_at": first + timedelta(seconds=60 + message),
        "latency_s": latency_s,
        "deadline_s": 5.0,
        "copies": 1,
        "in_order": True,
        "bytes": size,
        "round_trip": False,
    }


def _write(folder: Path, table: str, day_of: str, number: int, frame: pd.DataFrame) -> None:
    for (option, day), part in frame.groupby(["option", frame[day_of].dt.date]):
        partition = folder / "metrics" / table / f"option={option}" / f"date={day}"
        partition.mkdir(parents=True, exist_ok=True)
        part.to_parquet(partition / f"{table}-{number}.parquet", index=False)
