"""CSV import: a second import changes nothing, and nothing is recorded twice."""

from pathlib import Path
from typing import Any

from csv_imports import CONNECTIONS, DELIVERIES, take, write

from toolkit.measure.compaction import compact


def test_a_second_import_changes_nothing(tmp_path: Path, facts: Any) -> None:
    file = write(tmp_path / "d.csv", DELIVERIES, "m1,ann,bob,2026-11-23T10:00:00Z,0.02,1,true", "bad")
    metrics_dir = tmp_path / "metrics"
    first = take(file, metrics_dir)
    before = {path: path.read_bytes() for path in metrics_dir.rglob("*") if path.is_file()}
    assert take(file, metrics_dir) == first
    assert {path: path.read_bytes() for path in metrics_dir.rglob("*") if path.is_file()} == before


def test_a_second_import_after_compaction_adds_nothing(tmp_path: Path, facts: Any) -> None:
    metrics_dir = tmp_path / "metrics"
    one = write(tmp_path / "1.csv", DELIVERIES, "m1,ann,bob,2026-11-23T10:00:00Z,0.02,1,true")
    two = write(tmp_path / "2.csv", DELIVERIES, "m2,ann,bob,2026-11-23T10:00:00Z,0.02,1,true")
    take(one, metrics_dir)
    take(two, metrics_dir)
    assert compact(metrics_dir) == 1
    again = take(one, metrics_dir)
    assert (again.rows, again.duplicates, again.files) == (1, 1, ())
    assert len(facts(metrics_dir, "deliveries")) == 2


def test_rows_that_stand_twice_are_recorded_once(tmp_path: Path, facts: Any) -> None:
    row = "m1,ann,bob,2026-11-23T10:00:00Z,0.02,1,true"
    result = take(write(tmp_path / "d.csv", DELIVERIES, row, row), tmp_path / "metrics")
    assert (result.rows, result.duplicates) == (2, 1)
    assert len(facts(tmp_path / "metrics", "deliveries")) == 1


def test_attempts_of_one_session_stay_apart_where_nobody_numbered_them(tmp_path: Path, facts: Any) -> None:
    times = [f"2026-11-23T10:0{minute}" for minute in range(5)]
    rows = [f"ann,s1,,{at}:00Z,0.1,open,{at}:50Z,{at}:50Z,1006,network,false" for at in times]
    metrics_dir = tmp_path / "metrics"
    result = take(write(tmp_path / "c.csv", CONNECTIONS, *rows, rows[0]), metrics_dir)
    assert (result.rows, result.duplicates) == (6, 1)
    again = take(write(tmp_path / "piece.csv", CONNECTIONS, *rows[1:3]), metrics_dir)
    assert (again.rows, again.duplicates, again.files) == (2, 2, ())
    assert len(facts(metrics_dir, "connections")) == 5


def test_rows_of_one_key_that_began_at_other_times_are_told(tmp_path: Path) -> None:
    row = "ann,s1,1,2026-11-23T10:0{0}:00Z,0.1,open,,2026-11-23T10:0{0}:50Z,,,"
    rows = [row.format(minute) for minute in (1, 2, 2, 3)]
    clash = take(write(tmp_path / "c.csv", CONNECTIONS, *rows), tmp_path / "metrics")
    assert (clash.rows, clash.duplicates) == (4, 3)
    assert clash.notes == (
        "Rows that have client, session and attempt of another one with another started_at: 2. "
        "Only one row of each such key and day counts.",
    )
    states = [row.format(1), row.format(1).replace("01:50", "01:55")]
    assert take(write(tmp_path / "s.csv", CONNECTIONS, *states), tmp_path / "metrics").notes == ()
