"""Bad rows are set aside, counted and named; the good ones beside them count as ever."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from metrics_facts import DAY, Row, at, delivered, failed, loose, opened, rolled, save, total

from toolkit.metrics.rollups import Rollups

NAN, INFINITY = float("nan"), float("inf")
GOOD = opened("09:00", until="09:30", session="good")
GOOD_DELIVERY = delivered(message="good")

NOT_TODAY = "observed_until is not on the day of its partition"
TOO_EARLY = "started_at is more than 400 days before its partition"

BAD_CONNECTIONS: list[tuple[Row, str]] = [
    ({"handshake_s": -0.1}, "handshake_s is negative"),
    ({"handshake_s": NAN}, "handshake_s is not finite"),
    ({"handshake_s": INFINITY}, "handshake_s is not finite"),
    ({"handshake_s": -INFINITY}, "handshake_s is not finite"),
    ({"handshake_s": 1e300}, "handshake_s is not finite"),
    ({"outcome": "fine"}, "outcome is unknown"),
    ({"outcome": "http_999"}, "outcome is unknown"),
    ({"outcome": "OPEN"}, "outcome is unknown"),
    ({"attempt": 0}, "attempt is no whole number from 1"),
    ({"attempt": -3}, "attempt is no whole number from 1"),
    ({"ended_at": at("09:59")}, "ended_at is before started_at"),
    ({"handshake_s": 60.0, "ended_at": at("10:00:30")}, "ended_at is before the end of the handshake"),
    ({"ended_at": at("10:31")}, "ended_at is after observed_until"),
    ({"observed_until": at("09:59")}, "started_at is after observed_until"),
    ({"observed_until": at("00:00") + timedelta(days=1)}, NOT_TODAY),
    ({"observed_until": at("10:30") - timedelta(days=1)}, NOT_TODAY),
    ({"started_at": at("10:00") - timedelta(days=500)}, TOO_EARLY),
    ({"client": None}, "client is missing"),
    ({"session": None}, "session is missing"),
    ({"environment": None}, "environment is missing"),
    ({"started_at": None}, "started_at is missing"),
    ({"observed_until": None}, "observed_until is missing"),
    ({"outcome": None}, "outcome is missing"),
]

BAD_DELIVERIES: list[tuple[Row, str]] = [
    ({"latency_s": -0.01}, "latency_s is negative"),
    ({"latency_s": NAN}, "latency_s is not finite"),
    ({"latency_s": INFINITY}, "latency_s is not finite"),
    ({"deadline_s": 0.0}, "deadline_s is not above 0"),
    ({"deadline_s": -1.0}, "deadline_s is not above 0"),
    ({"deadline_s": INFINITY}, "deadline_s is not finite"),
    ({"copies": -1}, "copies is no whole number from 0"),
    ({"copies": 0}, "latency_s stands beside 0 copies"),
    ({"scheduled_at": at("10:00") + timedelta(days=1)}, "scheduled_at is not on the day of its partition"),
    ({"message": None}, "message is missing"),
    ({"recipient": None}, "recipient is missing"),
    ({"scheduled_at": None}, "scheduled_at is missing"),
    ({"environment": None}, "environment is missing"),
]


@pytest.fixture(scope="module")
def rollups(tmp_path_factory: pytest.TempPathFactory) -> Rollups:
    """Each bad row beside a good one, as an option of its own."""
    metrics_dir = tmp_path_factory.mktemp("bad")
    for number, (wrong, _) in enumerate(BAD_CONNECTIONS):
        rows = loose("connections", [GOOD, opened("10:00", until="10:30") | wrong])
        save(metrics_dir, "connections", rows, option=f"c{number}")
    for number, (wrong, _) in enumerate(BAD_DELIVERIES):
        rows = loose("deliveries", [GOOD_DELIVERY, delivered() | wrong])
        save(metrics_dir, "deliveries", rows, option=f"d{number}")
    return rolled(metrics_dir)


def of(rollups: Rollups, option: str) -> tuple[list[tuple[str, int]], dict[str, int]]:
    """What was set aside of an option, and its counts."""
    aside = [(row.reason, row.count) for row in rollups.set_aside if f"/option={option}/" in row.partition]
    counts = rollups.counts[rollups.counts["option"] == option].sum(numeric_only=True)
    return aside, {str(name): int(value) for name, value in counts.items()}


@pytest.mark.parametrize("number", range(len(BAD_CONNECTIONS)), ids=lambda n: str(BAD_CONNECTIONS[n])[:60])
def test_a_bad_connection_is_set_aside(rollups: Rollups, number: int) -> None:
    aside, counts = of(rollups, f"c{number}")
    assert aside == [(BAD_CONNECTIONS[number][1], 1)]
    assert counts["attempts"] == 1
    assert counts["wanted_us"] == counts["connected_us"] == 1_800_000_000


@pytest.mark.parametrize("number", range(len(BAD_DELIVERIES)), ids=lambda n: str(BAD_DELIVERIES[n])[:60])
def test_a_bad_delivery_is_set_aside(rollups: Rollups, number: int) -> None:
    aside, counts = of(rollups, f"d{number}")
    assert aside == [(BAD_DELIVERIES[number][1], 1)]
    assert counts["expected"] == counts["in_time"] == 1


def test_what_is_set_aside_is_named_by_its_partition(rollups: Rollups) -> None:
    assert rollups.set_aside[0].partition == f"connections/option=c0/date={DAY}"


def test_nan_is_seen_behind_the_statistics_of_a_parquet_file(tmp_path: Path) -> None:
    """Minimum and maximum in the file's footer leave NaN out, so that an engine may believe there is none."""
    rows = [delivered(message=f"m{n}", latency_s=NAN if n == 5 else 0.01 * n, copies=1) for n in range(1, 10)]
    path = save(tmp_path, "deliveries", loose("deliveries", rows))
    column = pa.parquet.ParquetFile(path).metadata.row_group(0).column(6)
    assert column.path_in_schema == "latency_s"
    assert column.statistics.max == pytest.approx(0.09)
    rollups = rolled(tmp_path)
    assert [(row.reason, row.count) for row in rollups.set_aside] == [("latency_s is not finite", 1)]
    assert total(rollups, "in_time") == 8


def test_nan_is_null_where_the_message_was_lost(tmp_path: Path) -> None:
    """Setting lost messages aside would make every delivery rate perfect."""
    save(tmp_path, "deliveries", loose("deliveries", [GOOD_DELIVERY, delivered(latency_s=NAN, copies=0)]))
    rollups = rolled(tmp_path)
    assert rollups.set_aside == []
    assert total(rollups, "late_or_lost") == 1


def test_nan_is_null_where_the_attempt_failed(tmp_path: Path) -> None:
    save(tmp_path, "connections", loose("connections", [failed("10:00", until="10:01", handshake_s=NAN)]))
    rollups = rolled(tmp_path)
    assert rollups.set_aside == []
    assert total(rollups, "attempts") == 1


@pytest.mark.parametrize("unit", ["seconds", "milliseconds"])
def test_times_in_another_unit_are_set_aside(tmp_path: Path, unit: str) -> None:
    factor = {"seconds": 1_000_000, "milliseconds": 1000}[unit]
    micros = [int(at(clock).timestamp()) * 1_000_000 for clock in ("10:00", "11:00")]
    columns: dict[str, list[Any]] = {
        "environment": ["lab", "lab"],
        "client": ["a", "b"],
        "session": ["s", "t"],
        "attempt": [1, 1],
        "started_at": [micros[0], micros[1] // factor],
        "observed_until": [micros[0] + 60_000_000, micros[1] // factor + 60_000_000 // factor],
        "outcome": ["open", "open"],
        "handshake_s": [0.0, 0.0],
    }
    save(tmp_path, "connections", pa.table(columns))
    rollups = rolled(tmp_path)
    assert [row.reason for row in rollups.set_aside] == ["observed_until is not on the day of its partition"]
    assert total(rollups, "attempts") == 1


def test_a_start_in_another_unit_than_the_rest_is_set_aside(tmp_path: Path) -> None:
    row = opened("10:00", until="10:30", started_at=at("10:00").replace(year=1970, month=1, day=21))
    save(tmp_path, "connections", loose("connections", [row]))
    assert [found.reason for found in rolled(tmp_path).set_aside] == [
        "started_at is more than 400 days before its partition"
    ]


@pytest.mark.parametrize(("year", "aside"), [(1970, 1), (1999, 1), (2000, 0)])
def test_a_day_before_2000_is_of_a_clock_that_was_not_set(tmp_path: Path, year: int, aside: int) -> None:
    day = date(year, 1, 1)
    row = opened("10:00", until="10:30") | {
        name: at("10:00", day) for name in ("started_at", "observed_until")
    }
    save(tmp_path, "connections", loose("connections", [row]), day=day)
    sent = delivered() | {"scheduled_at": at("10:00", day)}
    save(tmp_path, "deliveries", loose("deliveries", [sent]), day=day)
    found = rolled(tmp_path)
    reason = "its partition is of a day before 2000, of a clock that was not set"
    assert [one.reason for one in found.set_aside] == [reason] * 2 * aside
    assert total(found, "attempts") == total(found, "expected") == 1 - aside


def test_a_fraction_is_no_attempt(tmp_path: Path) -> None:
    rows = loose("connections", [GOOD, opened("10:00", until="10:30")])
    attempts = pa.array([1.0, 1.5])
    save(tmp_path, "connections", rows.set_column(rows.column_names.index("attempt"), "attempt", attempts))
    assert [found.reason for found in rolled(tmp_path).set_aside] == ["attempt is no whole number from 1"]


def test_reasons_are_counted_by_partition(tmp_path: Path) -> None:
    rows = [GOOD, *(opened("10:00", until="10:30", session=f"s{n}", handshake_s=-1.0) for n in range(3))]
    save(tmp_path, "connections", loose("connections", rows))
    save(tmp_path, "deliveries", loose("deliveries", [delivered(latency_s=-1.0), delivered(copies=-1)]))
    found = [(row.partition.split("/")[0], row.reason, row.count) for row in rolled(tmp_path).set_aside]
    assert found == [
        ("connections", "handshake_s is negative", 3),
        ("deliveries", "copies is no whole number from 0", 1),
        ("deliveries", "latency_s is negative", 1),
    ]
