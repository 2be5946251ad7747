"""k6 import: a duration finds its attempt, whichever module of k6 stamped it and however coarse the stamp."""

import random
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from foreign_files import Rows, rows_of, set_aside, take

NOON_S = 1_795_521_600  # 2026-11-24T12:00:00Z
HEADER = "metric_name,timestamp,metric_value,scenario,status,url,extra_tags,metadata"

Session = tuple[float, float]
"""When it began and how long it lasted, in seconds."""


def sessions(count: int, *, seed: int) -> list[Session]:
    """Many at a time: five begin each second and last up to a minute."""
    rng = random.Random(seed)
    return [(NOON_S + number / 5 + rng.random() / 7, rng.uniform(0.1, 60)) for number in range(count)]


def csv_of(path: Path, begun: list[Session], *, at_start: bool, decimals: int, never_ended: int) -> Path:
    """The points in the order in which k6 would write them, with stamps cut to so many decimals."""
    seconds = range(int(begun[0][0]), int(begun[-1][0]) + 62)
    points = [(float(second), "vus", float(second), 1.0) for second in seconds]
    points += [(start + 0.01, "ws_sessions", start, 1.0) for start, _ in begun]
    points += [(start + 0.01, "ws_connecting", start, 10.0) for start, _ in begun]
    for start, lasted in begun[never_ended:]:
        points.append(
            (start + lasted, "ws_session_duration", start if at_start else start + lasted, lasted * 1000)
        )
    points.sort(key=lambda point: point[0])
    unit = 10**decimals
    lines = [f"{metric},{int(stamp * unit)},{value:f},s,101,u,," for _, metric, stamp, value in points]
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    return path


def lengths_s(rows: Rows) -> list[float]:
    return sorted((row["ended_at"] - row["started_at"]).total_seconds() for row in rows if row["ended_at"])


@pytest.mark.parametrize("at_start", [True, False])
@pytest.mark.parametrize("decimals", [0, 3, 6])
def test_all_durations_find_attempts_and_what_never_ended_stays_open(
    at_start: bool, decimals: int, tmp_path: Path
) -> None:
    begun = sessions(500, seed=decimals)
    file = csv_of(tmp_path / "x.csv", begun, at_start=at_start, decimals=decimals, never_ended=20)
    result = take("k6", file, tmp_path / "metrics")
    rows = rows_of("connections", result)
    assert (len(rows), result.set_aside) == (500, 0)
    assert lengths_s(rows) == pytest.approx(sorted(lasted for _, lasted in begun[20:]), abs=2e-6)


@pytest.mark.parametrize("at_start", [True, False])
def test_beginnings_are_right_to_the_second_where_stamps_are(at_start: bool, tmp_path: Path) -> None:
    begun = sessions(300, seed=9)
    file = csv_of(tmp_path / "x.csv", begun, at_start=at_start, decimals=0, never_ended=0)
    rows = rows_of("connections", take("k6", file, tmp_path / "metrics"))
    rows.sort(key=_length_s)
    begun.sort(key=itemgetter(1))
    off_s = [abs(row["started_at"].timestamp() - start) for row, (start, _) in zip(rows, begun, strict=True)]
    assert max(off_s) < 2


def _length_s(row: dict[str, Any]) -> float:
    return lengths_s([row])[0]


def test_a_duration_without_an_attempt_is_set_aside_with_its_line(tmp_path: Path) -> None:
    file = csv_of(tmp_path / "x.csv", sessions(3, seed=1), at_start=False, decimals=3, never_ended=0)
    stray = f"ws_session_duration,{NOON_S + 4000}000,1500.5,s,101,u,,"
    file.write_text(file.read_text() + stray + "\n")
    result = take("k6", file, tmp_path / "metrics")
    line = len(file.read_text().splitlines())
    assert (result.set_aside, len(rows_of("connections", result))) == (1, 3)
    assert f'x.csv,{line},belongs to no ws_sessions of the same tags,"{stray}"' in set_aside(result)


def test_a_duration_goes_to_an_attempt_of_its_own_tags(tmp_path: Path) -> None:
    rows = [
        "ws_sessions,{0},1,s,101,a,,",
        "ws_sessions,{0},1,s,101,b,,",
        "ws_session_duration,{0},700,s,101,b,,",
    ]
    file = tmp_path / "x.csv"
    file.write_text("\n".join([HEADER, *(row.format(NOON_S) for row in rows)]) + "\n")
    found = rows_of("connections", take("k6", file, tmp_path / "metrics"))
    assert sorted(row["ended_at"] is None for row in found) == [False, True]


def test_a_file_that_holds_every_point_twice_gives_every_connection_once(tmp_path: Path) -> None:
    line = (
        '{{"metric":"{0}","type":"Point","data":{{"time":"2026-11-24T12:00:00.123456789Z",'
        '"value":{1},"tags":{{"status":"101"}}}}}}\n'
    )
    text = (
        line.format("ws_sessions", 1)
        + line.format("ws_connecting", 2)
        + line.format("ws_session_duration", 90)
    )
    file = tmp_path / "x.json"
    file.write_text(text * 2)
    result = take("k6", file, tmp_path / "metrics")
    assert (len(rows_of("connections", result)), result.set_aside) == (1, 0)


def test_a_connection_over_midnight_stands_on_both_days(tmp_path: Path) -> None:
    begun = [(NOON_S + 12 * 3600 - 10.0, 30.0)]
    file = csv_of(tmp_path / "x.csv", begun, at_start=True, decimals=3, never_ended=0)
    first, second = rows_of("connections", take("k6", file, tmp_path / "metrics"))
    assert (first["ended_at"], first["observed_until"].isoformat()) == (
        None,
        "2026-11-24T23:59:59.999999+00:00",
    )
    assert second["ended_at"].isoformat() == "2026-11-25T00:00:20+00:00"
