"""CSV import: which files and kinds are taken, and what is told of those that are not."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from csv_imports import CONNECTIONS, DELIVERIES, faults_of, take, write

from toolkit.measure.importers import import_file
from toolkit.measure.importers.findings import METRICS
from toolkit.project.faults import InputError


def test_a_mapping_gives_their_columns_our_names(tmp_path: Path, facts: Any) -> None:
    file = write(tmp_path / "d.csv", "id,to,when,took,host", "m1,bob,2026-11-23T10:00:00Z,0.02,web-1")
    mapping = write(
        tmp_path / "m.yaml", "id: message", "to: recipient", "when: scheduled_at", "took: latency_s"
    )
    result = take(file, tmp_path / "metrics", mapping=mapping)
    assert result.ignored == ("host",)
    assert [row["recipient"] for row in facts(tmp_path / "metrics", "deliveries")] == ["bob"]


def test_all_faults_of_header_and_mapping_are_told_at_once(tmp_path: Path) -> None:
    file = write(tmp_path / "d.csv", "id,recipient,scheduled,latency_s,in_ordr", "m1,bob,2026-11-23,0.1,true")
    mapping = write(tmp_path / "m.yaml", "id: messages", "idd: recipient")
    lines = faults_of(file, tmp_path / "metrics", mapping=mapping)
    assert f"{mapping}:1: id: 'messages' is not one of our columns; did you mean message?" in lines
    mapping.write_text("idd: recipient\n")
    lines = faults_of(file, tmp_path / "metrics", mapping=mapping)
    assert f"{file}:1: idd: the mapping names a column that the file lacks; did you mean id?" in lines
    assert any(line.startswith(f"{file}:1: message: the column is missing for deliveries") for line in lines)
    assert any(line.startswith(f"{file}:1: scheduled_at: ") and "is it scheduled?" in line for line in lines)
    assert f"{file}:1: in_ordr: is not one of our columns; did you mean in_order?" in lines


def test_a_file_of_which_no_row_is_good_is_wrong_input(tmp_path: Path) -> None:
    file = write(tmp_path / "d.csv", DELIVERIES, *["m,a,b,never,0.02,1,true"] * 30)
    lines = faults_of(file, tmp_path / "metrics")
    assert lines[0].startswith(f"{file}:1: file: all 30 lines are bad")
    assert lines[1].startswith(f"{file}:2: line: scheduled_at: 'never' is no time")
    assert len(lines) == 21


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (DELIVERIES.encode(), "holds no row below the names of its columns"),
        (b"message,recipient\xff\n", "is not UTF-8"),
        (b'message,"recipient\n', "is no CSV"),
        (b"colour,taste\nred,sour\n", "the column is missing"),
        (b"message,message,recipient,scheduled_at,latency_s\n", "the column stands twice"),
    ],
)
def test_a_file_that_is_none_of_ours_is_wrong_input(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    assert any(
        words in line and line.startswith(f"{file}:1: ") for line in faults_of(file, tmp_path / "metrics")
    )


def test_a_missing_file_is_wrong_input(tmp_path: Path) -> None:
    assert faults_of(tmp_path / "none.csv", tmp_path / "metrics") == [
        f"{tmp_path}/none.csv:1: file: the file is missing; name a CSV file"
    ]


def test_an_unknown_kind_is_wrong_input_with_a_near_match() -> None:
    with pytest.raises(InputError, match=r"'nginxx' is not known; did you mean nginx\?"):
        import_file("nginxx", Path("x"), option="current", environment="lab", metrics_dir=Path("m"))


def test_a_compressed_file_is_read_and_one_cut_off_is_wrong_input(tmp_path: Path, facts: Any) -> None:
    text = f"{DELIVERIES}\nm1,ann,bob,2026-11-23T10:00:00Z,0.02,1,true\n"
    file = tmp_path / "d.csv.gz"
    file.write_bytes(gzip.compress(text.encode())[:-9])
    assert faults_of(file, tmp_path / "metrics") == [
        f"{file}:1: file: is cut off within its gzip data; name a CSV file"
    ]
    file.write_bytes(gzip.compress(text.encode()))
    assert take(file, tmp_path / "metrics").rows == 1


def test_what_a_file_gives_depends_on_what_it_holds(tmp_path: Path) -> None:
    file = write(tmp_path / "d.csv", DELIVERIES, "m1,ann,bob,2026-11-23T10:00:00Z,0.02,1,true")
    result = take(file, tmp_path / "metrics")
    assert result.gives == ("delivery_success_rate", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms")
    assert result.lacks["connection_success_rate"] == "the file holds deliveries, not connections"


OPEN = "ann,s{},{},2026-11-23T10:00Z,{},open,,2026-11-23T10:09Z,,,"
ENDED = "ann,s{},1,2026-11-23T10:00Z,0.1,open,2026-11-23T10:05Z,2026-11-23T10:05Z,1006,,{}"
FAILED = "ann,s{},1,2026-11-23T10:00Z,,refused,,2026-11-23T10:00Z,,,"


@pytest.mark.parametrize(
    ("row", "lacking", "why"),
    [
        (
            OPEN.format(2, "", 0.1),
            ["reconnection_frequency", "session_availability"],
            "attempt is empty in 1 of 4 rows",
        ),
        (
            OPEN.format(2, 1, ""),
            ["mean_connection_duration_s", "session_availability"],
            "handshake_s is empty in 1 of 3 opened connections",
        ),
        (
            ENDED.format(2, ""),
            ["mean_connection_duration_s", "session_availability"],
            "intended is empty in 1 of 2 ended connections",
        ),
        (OPEN.format(2, 1, 0.1), [], ""),
    ],
)
def test_what_a_file_gives_depends_on_cells_that_are_empty(
    tmp_path: Path, row: str, lacking: list[str], why: str
) -> None:
    known = (OPEN.format(1, 1, 0.1), ENDED.format(3, "false"), FAILED.format(4))
    result = take(write(tmp_path / "c.csv", CONNECTIONS, *known, row), tmp_path / "metrics")
    of_connections = {metric: result.lacks[metric] for metric in METRICS[:4] if metric in result.lacks}
    assert of_connections == dict.fromkeys(lacking, why)
    assert result.gives == tuple(metric for metric in METRICS[:4] if metric not in lacking)


@pytest.mark.parametrize(("mark", "shown"), [(";", "';'"), ("\t", "'\\t'"), ("|", "'|'")])
def test_cells_that_something_else_than_a_comma_parts_are_told(tmp_path: Path, mark: str, shown: str) -> None:
    file = write(
        tmp_path / "c.csv", CONNECTIONS.replace(",", mark), OPEN.format(1, 1, 0.1).replace(",", mark)
    )
    told = faults_of(file, tmp_path / "metrics")
    assert told == [f"{file}:1: file: has {shown} between its columns; write commas"]
