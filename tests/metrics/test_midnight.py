"""Sessions over midnight: each partition counts its own day, and nothing twice."""

from datetime import date, timedelta
from pathlib import Path

from metrics_facts import DAY, Row, at, by_hour, failed, opened, rolled, total, write

from toolkit.metrics.buckets import latency_bucket

S = 1_000_000
NEXT = DAY + timedelta(days=1)
DAY_END = "23:59:59.999999"


def over_midnight(**more: object) -> tuple[Row, Row]:
    """A connection from 23:30 to 00:30 as the collector writes it: the end of the day, and the end."""
    evening = opened("23:30", until=DAY_END, **more)
    morning = evening | {
        "ended_at": at("00:30", NEXT),
        "observed_until": at("00:30", NEXT),
        "intended": False,
    }
    return evening, morning


def test_connected_and_wanted_time_are_split_at_midnight(tmp_path: Path) -> None:
    evening, morning = over_midnight()
    write(tmp_path, "connections", [evening])
    write(tmp_path, "connections", [morning])
    expected = {"20T23": 30 * 60 * S - 1, "21T00": 30 * 60 * S}
    rollups = rolled(tmp_path)
    assert by_hour(rollups, "connected_us") == expected
    assert by_hour(rollups, "wanted_us") == expected


def test_the_attempt_counts_once_on_the_day_of_its_start(tmp_path: Path) -> None:
    evening, morning = over_midnight()
    write(tmp_path, "connections", [evening])
    write(tmp_path, "connections", [morning])
    rollups = rolled(tmp_path)
    assert by_hour(rollups, "attempts") == by_hour(rollups, "opened") == {"20T23": 1}
    assert by_hour(rollups, "unintended_ends") == {"21T00": 1}


def test_the_age_of_a_connection_runs_on_over_midnight(tmp_path: Path) -> None:
    evening, morning = over_midnight()
    write(tmp_path, "connections", [evening])
    write(tmp_path, "connections", [morning])
    ages = rolled(tmp_path).ages
    ended = ages[ages["unintended_ends"] > 0]
    assert list(ended["bucket"]) == [latency_bucket(3600 * S)]
    assert list(ages["entered"]) == [1, 0, 1, 0], "it enters each day"
    assert list(ages["left_open"]) == [0, 1, 0, 0], "and leaves the first at midnight"
    assert total(rolled(tmp_path), "unintended_end_age_us") == 3600 * S


def test_as_of_the_first_day_the_connection_is_still_open(tmp_path: Path) -> None:
    evening, morning = over_midnight()
    write(tmp_path, "connections", [evening])
    write(tmp_path, "connections", [morning])
    rollups = rolled(tmp_path, as_of=DAY)
    assert total(rollups, "unintended_ends") == 0
    assert total(rollups, "attempts") == 1
    assert rollups.left_out_rows == 1


def test_an_end_of_yesterday_is_not_counted_again_today(tmp_path: Path) -> None:
    evening = opened("23:30", ended="23:50", until=DAY_END)
    write(tmp_path, "connections", [evening])
    write(tmp_path, "connections", [evening | {"observed_until": at("00:10", NEXT)}])
    rollups = rolled(tmp_path)
    assert by_hour(rollups, "unintended_ends") == {"20T23": 1}
    assert by_hour(rollups, "connected_us") == {"20T23": 20 * 60 * S}
    assert by_hour(rollups, "wanted_us") == {"20T23": 30 * 60 * S - 1, "21T00": 10 * 60 * S}


def test_a_failed_attempt_of_a_live_session_is_wanted_to_the_end_of_the_day(tmp_path: Path) -> None:
    write(tmp_path, "connections", [failed("23:50", until=DAY_END)])
    rollups = rolled(tmp_path)
    assert total(rollups, "wanted_us") == 10 * 60 * S - 1
    assert total(rollups, "connected_us") == 0
    assert total(rollups, "attempts") == 1


def test_a_session_live_for_days_is_wanted_around_the_clock(tmp_path: Path) -> None:
    days = [date(2026, 11, day) for day in (20, 21, 22)]
    first = opened("12:00", until=DAY_END)
    for day in days:
        write(tmp_path, "connections", [first | {"observed_until": at(DAY_END, day)}])
    wanted = by_hour(rolled(tmp_path), "wanted_us")
    assert len(wanted) == 12 + 24 + 24
    assert sum(wanted.values()) == (12 + 24 + 24) * 3600 * S - 3


def test_an_attempt_under_way_at_midnight_counts_in_the_last_hour_of_its_day(tmp_path: Path) -> None:
    late = opened("23:59:58", until=DAY_END, attempt=2, handshake_s=5.0)
    write(tmp_path, "connections", [late | {"observed_until": at("00:10", NEXT)}])
    rollups = rolled(tmp_path)
    assert by_hour(rollups, "attempts") == by_hour(rollups, "opened_retry") == {"20T23": 1}
    assert by_hour(rollups, "wanted_us") == {"21T00": 600 * S}
    assert by_hour(rollups, "connected_us") == {"21T00": 597 * S}
    assert rollups.handshake["count"].sum() == 1


def test_a_failure_under_way_at_midnight_counts_where_another_attempt_follows(tmp_path: Path) -> None:
    rows = [
        failed("23:59:55", until=DAY_END) | {"observed_until": at("00:00:05", NEXT)},
        opened("00:00:10", until="00:10", attempt=2, day=NEXT),
    ]
    write(tmp_path, "connections", rows)
    assert by_hour(rolled(tmp_path), "attempts") == {"20T23": 1, "21T00": 1}


def test_a_failure_of_yesterday_that_is_only_seen_on_is_not_counted_again(tmp_path: Path) -> None:
    evening = failed("23:50", until=DAY_END)
    write(tmp_path, "connections", [evening])
    write(tmp_path, "connections", [evening | {"observed_until": at("00:05", NEXT)}])
    assert by_hour(rolled(tmp_path), "attempts") == {"20T23": 1}
