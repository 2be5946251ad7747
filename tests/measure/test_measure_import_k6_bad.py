"""k6 import: files and lines that k6 did not write so."""

import csv
import gzip
from pathlib import Path

import pytest
from foreign_files import FIXTURES, faults_of, rows_of, set_aside, take

RUN = FIXTURES / "k6" / "ws.json"
GOOD = (
    '{"metric":"ws_sessions","type":"Point","data":{"time":"2026-11-24T12:00:00.5Z","value":1,'
    '"tags":{"status":"101","scenario":"s"}}}'
)


def put(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


BAD = [
    (GOOD[:60], "is no JSON"),
    (GOOD.replace('"s"', r'"\ud800"'), "is no JSON"),
    ('{"type":"Point","data":{}}', "metric: is missing; time: is no time; value: is no number"),
    (GOOD.replace('"Point"', '"Pint"'), "type: is neither Point nor Metric"),
    (GOOD.replace('"value":1', '"value":-1'), "value: is below 0"),
    (GOOD.replace('"value":1', '"value":NaN'), "value: is no number"),
    (GOOD.replace('"value":1', '"value":1e999'), "value: is no number"),
    (GOOD.replace('"value":1', '"value":"many"'), "value: is no number"),
    (GOOD.replace("2026-11-24T12", "24.11.2026 12"), "time: is no time"),
    (GOOD.replace("2026-11-24T12", "1926-11-24T12"), "time: is not between 2000 and 2100"),
    (
        "[1, 2]",
        "type: is neither Point nor Metric; metric: is missing; time: is no time; value: is no number",
    ),
]


def test_lines_that_are_no_points_are_set_aside_with_their_numbers_and_all_reasons(tmp_path: Path) -> None:
    file = put(tmp_path / "x.json", GOOD, "", *(line for line, _ in BAD))
    result = take("k6", file, tmp_path / "metrics")
    assert (result.rows, result.set_aside) == (1, len(BAD))
    with result.set_aside_file.open() as side:
        told = list(csv.DictReader(side))
    assert [(row["line"], row["reasons"], row["text"]) for row in told] == [
        (str(number), reason, line) for number, (line, reason) in enumerate(BAD, start=3)
    ]


def test_a_file_that_was_cut_off_keeps_all_whole_points(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(RUN.read_bytes()[:-100])
    result = take("k6", file, tmp_path / "metrics")
    assert (result.set_aside, len(rows_of("connections", result))) == (1, 16)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (gzip.compress(RUN.read_bytes())[:-40], "is cut off within its gzip data"),
        (b"\x1f\x8b" + b"rubbish" * 9, "has damaged gzip data"),
        (b"metric_name,timestamp,metric_value,status\n\xff\n", "is not UTF-8"),
        (b'metric_name,timestamp,metric_value,status\n"a\n', "is no CSV of k6 (unexpected end of data)"),
        (b"metric_name,time\n", "its first line does not begin with metric_name,timestamp,metric_value"),
    ],
)
def test_a_file_that_cannot_be_read_is_wrong_input(content: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(content)
    (line,) = faults_of("k6", file, tmp_path)
    assert line.startswith("x:1: file: ")
    assert words in line


@pytest.mark.parametrize(
    "name", ["artillery/websocket.json", "prometheus/range.json", "k6/summary-export.json"]
)
def test_a_file_of_another_tool_is_wrong_input(name: str, tmp_path: Path) -> None:
    lines = faults_of("k6", FIXTURES / name, tmp_path)
    assert all("is no JSON" in line or "type: " in line or "lines are bad" in line for line in lines)


def test_points_without_any_websocket_are_wrong_input(tmp_path: Path) -> None:
    file = put(tmp_path / "x.json", GOOD.replace("ws_sessions", "http_reqs"))
    assert faults_of("k6", file, tmp_path) == [
        "x.json:1: file: holds nothing to record; give one of the kind k6"
    ]


def test_csv_rows_of_another_width_are_set_aside(tmp_path: Path) -> None:
    header = "metric_name,timestamp,metric_value,scenario,status,extra_tags"
    file = put(tmp_path / "x.csv", header, "ws_sessions,1795521600,1,s,101,", "ws_sessions,1795521600", "")
    result = take("k6", file, tmp_path / "metrics")
    assert (result.rows, result.set_aside) == (1, 1)
    assert "x.csv,3,has 2 cells instead of 6" in set_aside(result)


def test_hostile_tags_are_text_and_nothing_more(tmp_path: Path) -> None:
    name = r"'); DROP TABLE points; -- \u001b[2J \u0000 </script>"
    file = put(tmp_path / "x.json", GOOD.replace('"s"', f'"{name}"'), GOOD.replace('"101"', '"9999"'))
    rows = rows_of("connections", take("k6", file, tmp_path / "metrics"))
    assert sorted(row["outcome"] for row in rows) == ["error", "open"]
    assert any(row["client"].startswith("'); DROP TABLE points; -- \x1b[2J  ") for row in rows)


def test_tags_that_are_no_mapping_say_nothing(tmp_path: Path) -> None:
    file = put(tmp_path / "x.json", GOOD.replace('{"status":"101","scenario":"s"}', '["101"]'))
    (row,) = rows_of("connections", take("k6", file, tmp_path / "metrics"))
    assert (row["client"], row["outcome"]) == ("k6", "error")


def test_seconds_beside_milliseconds_are_each_read_as_what_they_are(tmp_path: Path) -> None:
    header = "metric_name,timestamp,metric_value,scenario,status"
    rows = (
        "ws_sessions,1795521600,1,s,101",
        "ws_sessions,1795521600250,1,s,101",
        "ws_sessions,17955216,1,s,101",
    )
    result = take("k6", put(tmp_path / "x.csv", header, *rows), tmp_path / "metrics")
    stamps = sorted(row["started_at"].isoformat() for row in rows_of("connections", result))
    assert stamps == ["2026-11-24T12:00:00+00:00", "2026-11-24T12:00:00.250000+00:00"]
    assert "x.csv,4,time: is no time" in set_aside(result)
