"""CSV import: how a session stood at midnight follows from the rows of its attempts."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from csv_imports import CONNECTIONS, take, write

from toolkit.metrics.key import MetricValue, key_metrics
from toolkit.metrics.rollups import Rollups, roll_up
from toolkit.project.faults import Faults

EVENING, MORNING = "2026-11-23", "2026-11-24"


def lost(start: str, end: str, *, attempt: int = 1, seen: str | None = None, intended: str = "false") -> str:
    """A connection that opened at once and ended."""
    return f"ann,s,{attempt},{start},0,open,{end},{seen or end},1006,network,{intended}"


def refused(start: str, until: str, *, attempt: int) -> str:
    return f"ann,s,{attempt},{start},,refused,,{until},,,"


FIRST = lost(f"{EVENING}T22:00", f"{EVENING}T23:50")


def rollups_of(tmp_path: Path, *lines: str) -> Rollups:
    """What follows from a CSV file of connections."""
    result = take(write(tmp_path / "c.csv", CONNECTIONS, *lines), tmp_path / "metrics")
    assert (result.rows, result.duplicates, result.set_aside) == (len(lines), 0, 0)
    faults = Faults()
    rollups = roll_up(
        tmp_path / "metrics", environments=["production"], as_of=date(2026, 12, 31), faults=faults
    )
    assert not faults.found
    return rollups


def metric(rollups: Rollups, name: str) -> MetricValue:
    return key_metrics(rollups, option="current", environment="production")[name]


@pytest.mark.parametrize(
    "between",
    [
        [],
        [refused(f"{EVENING}T23:55", f"{EVENING}T23:55:01", attempt=2)],
        [
            refused(f"{EVENING}T23:55", f"{EVENING}T23:55:01", attempt=2),
            refused(f"{MORNING}T00:05", f"{MORNING}T00:05:01", attempt=3),
        ],
        [refused(f"{EVENING}T23:59:59", f"{MORNING}T00:00:29", attempt=2)],
    ],
)
def test_a_gap_over_midnight_is_wanted_time(tmp_path: Path, between: list[str]) -> None:
    back = lost(f"{MORNING}T00:10", f"{MORNING}T00:30", attempt=len(between) + 2, intended="true")
    rollups = rollups_of(tmp_path, back, *between, FIRST)
    assert metric(rollups, "session_availability").estimate == pytest.approx(130 / 150, abs=1e-6)
    success = metric(rollups, "connection_success_rate")
    assert (success.n, success.estimate) == (2 + len(between), pytest.approx(2 / (2 + len(between))))
    assert metric(rollups, "mean_connection_duration_s").n == 1


def test_a_gap_of_whole_days_is_wanted_around_the_clock(tmp_path: Path) -> None:
    back = lost("2026-11-26T00:00", "2026-11-26T00:10", attempt=2, intended="true")
    found = metric(rollups_of(tmp_path, FIRST, back), "session_availability")
    assert found.estimate == pytest.approx(120 / (120 + 10 + 48 * 60), abs=1e-6)


def test_a_session_that_ended_on_purpose_waits_for_nothing(tmp_path: Path) -> None:
    done = lost(f"{EVENING}T22:00", f"{EVENING}T23:50", intended="true")
    rollups = rollups_of(tmp_path, done, lost(f"{MORNING}T01:00", f"{MORNING}T02:00", attempt=2))
    assert metric(rollups, "session_availability").estimate == 1


def test_an_end_counts_on_its_day_however_long_the_session_was_watched(tmp_path: Path) -> None:
    rollups = rollups_of(tmp_path, lost(f"{EVENING}T22:00", f"{EVENING}T23:50", seen=f"{MORNING}T00:20"))
    duration = metric(rollups, "mean_connection_duration_s")
    assert (duration.n, duration.estimate) == (1, 110 * 60)
    assert metric(rollups, "session_availability").estimate == pytest.approx(110 / 140, abs=1e-6)


def test_a_failed_attempt_counts_on_the_day_of_its_start_however_long_it_was_watched(tmp_path: Path) -> None:
    rollups = rollups_of(tmp_path, FIRST, refused(f"{EVENING}T23:51", f"{MORNING}T00:20", attempt=2))
    success = metric(rollups, "connection_success_rate")
    assert (success.n, success.estimate) == (2, 0.5)
    assert metric(rollups, "session_availability").estimate == pytest.approx(110 / 140, abs=1e-6)


def test_rows_for_other_days_are_neither_counted_nor_called_repeated(tmp_path: Path, facts: Any) -> None:
    lines = (FIRST, lost(f"{MORNING}T00:10", f"{MORNING}T00:30", attempt=2))
    rollups_of(tmp_path, *lines)
    again = take(write(tmp_path / "again.csv", CONNECTIONS, *lines, ""), tmp_path / "metrics")
    assert (again.rows, again.duplicates, again.files) == (2, 2, ())
    rows = facts(tmp_path / "metrics", "connections", "observed_until, attempt")
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    assert [(row["attempt"], row["observed_until"] - midnight) for row in rows] == [
        (1, -timedelta(microseconds=1)),
        (1, timedelta(minutes=10)),
        (2, timedelta(minutes=30)),
    ]
