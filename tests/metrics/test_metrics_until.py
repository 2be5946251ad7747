"""Rollups cut at a day tell what those of that as-of day told."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from metrics_facts import delivered, opened, rolled, write

from toolkit.metrics.durations import end_evidence
from toolkit.metrics.key import key_metrics
from toolkit.metrics.rollups import Rollups
from toolkit.metrics.shares import SHARES, share_evidence
from toolkit.metrics.windows import hours_of

DAYS = [date(2026, 11, day) for day in (20, 21, 22)]
WHERE = {"option": "current", "environment": "lab"}


@pytest.fixture(scope="module")
def metrics_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("days")
    for number, day in enumerate(DAYS):
        rows = [
            opened(f"{hour:02}:00", until=f"{hour:02}:40", day=day, session=f"{day}-{hour}")
            for hour in range(24)
        ]
        ends = [opened("10:05", ended="10:20", day=day, client="bob", session=f"{day}-bob-{number}")]
        write(folder, "connections", [*rows, *ends])
        slow = [delivered("11:00", day=day, latency_s=0.2 + number, message=f"slow-{day}")]
        write(folder, "deliveries", [delivered(day=day, message=str(day)), *slow])
    return folder


@pytest.fixture(scope="module")
def whole(metrics_dir: Path) -> Rollups:
    return rolled(metrics_dir)


@pytest.mark.parametrize("day", [DAYS[0] - timedelta(days=1), *DAYS])
@pytest.mark.parametrize("since", [None, DAYS[1]])
def test_everything_is_as_it_was_on_the_day(
    metrics_dir: Path, whole: Rollups, day: date, since: date | None
) -> None:
    then, now = rolled(metrics_dir, as_of=day), whole.until(day)
    assert key_metrics(now, **WHERE, since=since) == key_metrics(then, **WHERE, since=since)
    for metric in SHARES:
        evidence = [share_evidence(one, metric=metric, since=since, **WHERE) for one in (then, now)]
        assert evidence[0] == evidence[1]
    assert end_evidence(now, since=since, **WHERE) == end_evidence(then, since=since, **WHERE)
    for name in ("counts", "latency", "ages", "handshake", "aggregates", "faults"):
        frames = [getattr(one, name).reset_index(drop=True) for one in (now, then)]
        pd.testing.assert_frame_equal(*frames, check_dtype=False, check_categorical=False)


def test_the_hours_are_cut_and_not_copied(whole: Rollups) -> None:
    everything = hours_of(whole, since=None, **WHERE)
    first = hours_of(whole.until(DAYS[0]), since=None, **WHERE)
    assert len(first) < len(everything)
    assert np.shares_memory(first["attempts"].to_numpy(), everything["attempts"].to_numpy())


def test_a_cut_of_a_cut_is_the_earlier_one(whole: Rollups) -> None:
    later_of_earlier = whole.until(DAYS[0]).until(DAYS[2])
    assert hours_of(later_of_earlier, since=None, **WHERE)["hour"].max().date() == DAYS[0]
