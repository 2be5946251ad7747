"""The rollups as of an earlier day, from those of all days, are what rolling up as of that day gives."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from toolkit.metrics.history import History
from toolkit.metrics.rollups import Rollups, roll_up
from toolkit.project import Faults

FIRST = datetime(2026, 11, 20, tzinfo=UTC)
DAYS = [FIRST.date() + timedelta(days=number) for number in range(4)]


@cache
def rolled(metrics: Path, day: date) -> Rollups:
    faults = Faults()
    rollups = roll_up(metrics, as_of=day, environments=["lab", "production"], faults=faults)
    assert not faults.found, str(faults)
    return rollups


def connection(client: int, start: datetime, until: datetime, handshake_s: float) -> dict[str, Any]:
    return {
        "environment": "production", "collector": "c", "client": f"{client}", "session": "s", "attempt": 1,
        "started_at": start, "handshake_s": handshake_s, "outcome": "open", "ended_at": until,
        "observed_until": until, "close_code": 1006, "ended_by": "network", "intended": False,
    }  # fmt: skip


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four days of connections, some of which begin on one day and are told only by the next."""
    folder = tmp_path_factory.mktemp("history") / "metrics"
    rng = np.random.default_rng(3)
    rows = [
        connection(number, start := FIRST + timedelta(seconds=int(second)), start + timedelta(minutes=4), 0.1)
        for number, second in enumerate(rng.integers(0, 4 * 86_400 - 600, 400))
    ]
    midnight = FIRST + timedelta(days=2)
    rows += [
        connection(1000 + number, midnight - timedelta(seconds=30), midnight + timedelta(minutes=9), 40.0)
        for number in range(25)
    ]
    for option in ("current", "socketio"):
        frame = pd.DataFrame(rows)
        for day, part in frame.groupby(frame["observed_until"].dt.date):
            partition = folder / "connections" / f"option={option}" / f"date={day}"
            partition.mkdir(parents=True)
            part.to_parquet(partition / "part.parquet", index=False)
    return folder


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    words = frame.astype(dict.fromkeys(("option", "environment"), "str"))
    keys = [name for name in ("option", "environment", "hour", "bucket") if name in words]
    return words.sort_values(keys, ignore_index=True)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("name", ["counts", "ages", "latency", "aggregates"])
def test_a_day_of_the_history_is_what_was_known_then(metrics: Path, day: date, name: str) -> None:
    known = getattr(History(rolled(metrics, DAYS[-1])).on(day), name)
    pd.testing.assert_frame_equal(plain(known), plain(getattr(rolled(metrics, day), name)))


def test_some_of_a_day_is_told_by_the_next_one(metrics: Path) -> None:
    """Else the test above would not see a look ahead."""
    later = rolled(metrics, DAYS[-1]).told_later["counts"]
    assert later["attempts"].sum() >= 50
    assert (later["told_on"] > later["hour"].dt.date).all()


def test_the_history_of_some_options_has_no_other(metrics: Path) -> None:
    history = History(rolled(metrics, DAYS[-1]), options=["socketio"])
    assert set(history.on(DAYS[1]).counts["option"]) == {"socketio"}
    assert history.days == DAYS
