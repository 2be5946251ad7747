"""`toolkit import k6 --mapping`: a custom trend of a script tells the latency of messages."""

import json
from pathlib import Path

import pytest
from foreign_files import FIXTURES, faults_of, rows_of, take

RUN = FIXTURES / "k6" / "users.json"


def mapping(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_each_point_of_a_named_trend_is_a_delivery(tmp_path: Path) -> None:
    named = mapping(tmp_path / "m.yaml", "latencies: [{trend: chat_latency, round_trip: true}]\n")
    rows = rows_of("deliveries", take("k6", RUN, tmp_path / "metrics", mapping=named))
    points = [
        json.loads(line) for line in RUN.read_text().splitlines() if '"chat_latency","type":"Point"' in line
    ]
    assert len({row["message"] for row in rows}) == len(rows) == 16
    assert sorted(row["latency_s"] for row in rows) == sorted(one["data"]["value"] / 1000 for one in points)
    assert {(row["round_trip"], row["deadline_s"], row["copies"]) for row in rows} == {(True, 5.0, None)}
    assert all(row["sender"] == row["recipient"] for row in rows)


def test_a_latency_past_the_deadline_is_lost(tmp_path: Path) -> None:
    named = mapping(
        tmp_path / "m.yaml", "latencies: [{trend: chat_latency, round_trip: false, deadline_s: 0.0005}]\n"
    )
    result = take("k6", RUN, tmp_path / "metrics", mapping=named)
    lost = [row for row in rows_of("deliveries", result) if row["latency_s"] is None]
    assert 0 < len(lost) == result.late


def test_latencies_run_from_the_sending(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(
        '{"metric":"rtt","type":"Point","data":{"time":"2026-11-24T10:00:02Z","value":1.5,"tags":{}}}\n'
    )
    named = mapping(tmp_path / "m.yaml", "latencies: [{trend: rtt, round_trip: true, unit: s}]\n")
    (row,) = rows_of("deliveries", take("k6", file, tmp_path / "metrics", mapping=named))
    assert (row["scheduled_at"].isoformat(), row["latency_s"]) == ("2026-11-24T10:00:00.500000+00:00", 1.5)


def test_a_trend_that_the_file_lacks_is_told_with_the_nearest(tmp_path: Path) -> None:
    named = mapping(tmp_path / "m.yaml", "latencies: [{trend: chat_latensy, round_trip: true}]\n")
    (line,) = faults_of("k6", RUN, tmp_path, mapping=named)
    assert line.endswith(
        "m.yaml:1: latencies[0].trend: the file has no metric 'chat_latensy'; did you mean chat_latency?"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("latencies: [{trend: chat_latency}]\n", "latencies[0].round_trip: is missing"),
        ("latency: chat_latency\n", "latency: is not a known key; did you mean latencies?"),
        ("latencies: [{trend: a, round_trip: true, unit: us}]\n", "unit: 'us' is not one of the choices"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_wrong_input(text: str, words: str, tmp_path: Path) -> None:
    lines = faults_of("k6", RUN, tmp_path, mapping=mapping(tmp_path / "m.yaml", text))
    assert any(words in line for line in lines)
