"""`toolkit import k6 --mapping`: a trend and a counter of a script tell the fate of messages."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from foreign_files import FIXTURES, faults_of, rows_of, take

RUN = FIXTURES / "k6" / "messages.json"
ECHO = "{trend: echo_latency, expected: echo_expected, round_trip: true}"
ROOM = "{trend: room_latency, expected: room_expected, round_trip: false}"


def mapping(path: Path, *entries: str) -> Path:
    path.write_text("latencies:\n" + "".join(f"  - {entry}\n" for entry in entries))
    return path


def points_of(metric: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in RUN.read_text().splitlines()]
    return [line["data"] for line in lines if line["metric"] == metric and line["type"] == "Point"]


def test_each_point_of_a_named_trend_is_a_delivery(tmp_path: Path) -> None:
    named = mapping(tmp_path / "m.yaml", ECHO)
    result = take("k6", RUN, tmp_path / "metrics", mapping=named)
    rows = [row for row in rows_of("deliveries", result) if row["latency_s"] is not None]
    points = points_of("echo_latency")
    assert len({row["message"] for row in rows}) == len(rows) == 8
    assert sorted(row["latency_s"] for row in rows) == sorted(point["value"] / 1000 for point in points)
    assert {(row["round_trip"], row["deadline_s"], row["copies"]) for row in rows} == {(True, 5.0, None)}
    assert all(row["sender"] == row["recipient"] for row in rows)


def test_a_message_that_never_arrived_is_lost_when_and_where_it_was_counted(tmp_path: Path) -> None:
    named = mapping(tmp_path / "m.yaml", ECHO)
    result = take("k6", RUN, tmp_path / "metrics", mapping=named)
    lost = [row for row in rows_of("deliveries", result) if row["copies"] == 0]
    third = [
        [point for point in points_of("echo_expected") if point["metadata"]["vu"] == user][2] for user in "45"
    ]
    told = {(f"vu {point['metadata']['vu']}", point["time"][:26]) for point in third}
    assert {(row["recipient"], row["scheduled_at"].strftime("%Y-%m-%dT%H:%M:%S.%f")) for row in lost} == told
    assert {row["latency_s"] for row in lost} == {None}
    assert result.late == 0


@pytest.mark.parametrize("name", ["messages.json", "messages.csv"])
def test_a_message_to_many_is_lost_once_for_each(name: str, tmp_path: Path) -> None:
    named = mapping(tmp_path / "m.yaml", ECHO, ROOM)
    result = take("k6", FIXTURES / "k6" / name, tmp_path / "metrics", mapping=named)
    fates = Counter((row["round_trip"], row["copies"]) for row in rows_of("deliveries", result))
    assert fates == {(True, None): 8, (True, 0): 2, (False, None): 24, (False, 0): 6}
    assert "6 of the 30 messages that room_expected counts never arrived" in result.notes[-1]
    assert "delivery_success_rate" in result.gives


def test_without_a_mapping_nothing_is_said_of_messages(tmp_path: Path) -> None:
    result = take("k6", RUN, tmp_path / "metrics")
    assert "deliveries" not in result.tables
    assert "Counter of messages expected" in result.lacks["delivery_success_rate"]
    assert "Counter of messages expected" in result.lacks["latency_p95_ms"]


def test_a_latency_past_the_deadline_is_late_and_not_lost_too(tmp_path: Path) -> None:
    named = mapping(tmp_path / "m.yaml", ECHO.replace("}", ", deadline_s: 0.0005}"))
    result = take("k6", RUN, tmp_path / "metrics", mapping=named)
    rows = rows_of("deliveries", result)
    late = [row for row in rows if row["latency_s"] is None and row["copies"] is None]
    assert len(rows) == 10
    assert len(late) == result.late == sum(point["value"] > 0.5 for point in points_of("echo_latency"))


def test_a_trend_without_its_counter_is_refused(tmp_path: Path) -> None:
    named = mapping(tmp_path / "m.yaml", "{trend: echo_latency, round_trip: true}")
    (line,) = faults_of("k6", RUN, tmp_path, mapping=named)
    assert line.endswith(
        "m.yaml:2: latencies[0].expected: is missing; "
        "name the Counter of messages expected, as a trend has only those that arrived"
    )


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (
            ECHO.replace("echo_latency", "echo_latensy"),
            "trend: the file has no metric 'echo_latensy'; did you mean echo_latency?",
        ),
        (
            ECHO.replace("echo_expected", "echo_expect"),
            "expected: the file has no metric 'echo_expect'; did you mean echo_expected?",
        ),
        (ECHO.replace("echo_expected", "room_latency"), "expected: room_latency is a trend; name a counter"),
        (ECHO.replace("echo_latency", "room_expected"), "trend: room_expected is a counter; name a trend"),
        (
            ECHO.replace("echo_expected", "echo_latency"),
            "expected: names the trend itself; name the Counter of messages expected",
        ),
        (
            ECHO.replace("echo_latency", "room_latency"),
            "expected: counts 10 messages, but room_latency has 24 that arrived; "
            "let the script add each message for each recipient as it sends it",
        ),
    ],
)
def test_a_metric_that_cannot_be_the_one_is_refused(entry: str, words: str, tmp_path: Path) -> None:
    lines = faults_of("k6", RUN, tmp_path, mapping=mapping(tmp_path / "m.yaml", entry))
    assert any(line.endswith(f"m.yaml:2: latencies[0].{words}") for line in lines)


def test_a_trend_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    lines = faults_of("k6", RUN, tmp_path, mapping=mapping(tmp_path / "m.yaml", ECHO, ECHO))
    assert [line.rpartition("/")[2] for line in lines] == [
        "m.yaml:3: latencies[1].trend: echo_latency is named twice; name each trend once"
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("latencies: [{trend: a, expected: b}]\n", "latencies[0].round_trip: is missing"),
        ("latency: chat_latency\n", "latency: is not a known key; did you mean latencies?"),
        (
            "latencies: [{trend: a, expected: b, round_trip: true, unit: us}]\n",
            "unit: 'us' is not one of the choices",
        ),
    ],
)
def test_a_mapping_that_makes_no_sense_is_wrong_input(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(text)
    lines = faults_of("k6", RUN, tmp_path, mapping=tmp_path / "m.yaml")
    assert any(words in line for line in lines)
