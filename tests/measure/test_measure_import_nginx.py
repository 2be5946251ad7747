"""nginx access logs as nginx 1.22 wrote them, in JSON and in any log_format."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from proxy_logs import FIXTURES, faults_of, lasted_s, rows_of, set_aside, take, taken, write

ISO = (
    "log_format: '$time_iso8601 $remote_addr $connection/$connection_requests "
    '"$request" $status $request_time "$http_upgrade"\'\n'
)
TIMED = (
    'log_format: \'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
    '"$http_referer" "$http_user_agent" rt=$request_time uct=$upstream_connect_time '
    "uht=$upstream_header_time urt=$upstream_response_time'\n"
)
OUTCOMES = ["http_403", "http_403", "http_499", "http_502", "http_502", "http_502", *["open"] * 10]

LINE = (
    '{"msec":"1795543976.358","request_time":"0.305","status":"101","remote_addr":"10.0.0.7",'
    '"http_upgrade":"websocket","request":"GET /ws HTTP/1.1","upstream_header_time":"0.002"}'
)


def test_json_gives_every_handshake_and_nothing_else() -> None:
    rows = taken("nginx", "nginx/json.log")
    assert sorted(row["outcome"] for row in rows) == OUTCOMES
    first = rows[0]
    assert first["ended_at"] == datetime(2026, 11, 24, 18, 12, 56, 358000, tzinfo=UTC)
    assert first["started_at"] == datetime(2026, 11, 24, 18, 12, 56, 53000, tzinfo=UTC)
    assert (first["client"], first["handshake_s"]) == ("127.0.0.1", 0.002)
    assert (first["ended_by"], first["intended"], first["close_code"]) == (None, None, None)


def test_an_idle_connection_that_nginx_cut_lasted_its_two_seconds() -> None:
    rows = taken("nginx", "nginx/json.log")
    assert sorted(lasted_s(row) for row in rows if row["outcome"] == "open")[-2:] == [2.003, 2.408]


def test_a_failed_handshake_has_no_end_and_no_handshake_time() -> None:
    for row in taken("nginx", "nginx/json.log"):
        if row["outcome"] != "open":
            assert (row["handshake_s"], row["ended_at"]) == (None, None)


def test_the_same_log_in_a_format_of_ones_own_gives_the_same_connections() -> None:
    from_json = taken("nginx", "nginx/json.log")
    from_iso = taken("nginx", "nginx/iso.log", ISO)
    assert sorted(map(lasted_s, from_iso)) == sorted(map(lasted_s, from_json))
    assert sorted(row["outcome"] for row in from_iso) == OUTCOMES
    assert {row["handshake_s"] for row in from_iso} == {None}


def test_json_may_be_told_as_a_log_format_too() -> None:
    readme = (FIXTURES / "nginx" / "README.md").read_text()
    (told,) = [line for line in readme.splitlines() if line.startswith("log_format toolkit ")]
    mapping = f"log_format: >-\n  {told.removeprefix('log_format toolkit ')[:-1].replace(chr(39), '')}\n"
    assert taken("nginx", "nginx/json.log", mapping) == taken("nginx", "nginx/json.log")


def test_without_the_upgrade_header_failures_where_connections_opened_count() -> None:
    rows = taken("nginx", "nginx/timed.log", TIMED)
    # The other refused handshakes went to paths on which none opened, and 426 asked for no upgrade.
    assert sorted(row["outcome"] for row in rows) == ["http_502", "http_502", *["open"] * 10]


def test_without_the_upgrade_header_named_paths_say_what_a_handshake_is() -> None:
    rows = taken("nginx", "nginx/timed.log", TIMED + "paths: [/ws, /ws/*, /*/ws]\n")
    assert sorted(row["outcome"] for row in rows) == OUTCOMES


def test_whole_seconds_are_told(tmp_path: Path) -> None:
    file = write(tmp_path / "n.log", (FIXTURES / "nginx" / "iso.log").read_bytes().rstrip())
    notes = take("nginx", file, tmp_path / "metrics", ISO).notes
    assert any(note.startswith("$time_iso8601 has whole seconds") for note in notes)


def test_local_times_are_converted_by_their_offset(tmp_path: Path) -> None:
    when, times = "[24/Nov/2026:20:42:14 +0230]", "rt=4.000 uct=- uht=- urt=-"
    line = f'10.0.0.7 - - {when} "GET /ws HTTP/1.1" 101 9 "-" "x" {times}'
    (row,) = rows_of(take("nginx", write(tmp_path / "n.log", line), tmp_path / "metrics", TIMED))
    assert row["ended_at"] == datetime(2026, 11, 24, 18, 12, 14, tzinfo=UTC)


def test_the_time_of_several_upstreams_is_no_handshake_time(tmp_path: Path) -> None:
    file = write(tmp_path / "n.log", LINE.replace('"0.002"', '"-, 0.002"'))
    assert rows_of(take("nginx", file, tmp_path / "metrics"))[0]["handshake_s"] is None


@pytest.mark.parametrize("mapping", [None, "log_format: combined\n"])
def test_the_format_combined_has_no_duration_and_the_fault_says_what_to_log(
    tmp_path: Path, mapping: str | None
) -> None:
    file = write(tmp_path / "n.log", (FIXTURES / "nginx" / "combined.log").read_bytes().rstrip())
    (line,) = faults_of("nginx", file, tmp_path / "metrics", mapping)
    where = file if mapping is None else tmp_path / "mapping.yaml"
    assert line.startswith(
        f"{where}:1: log_format: the lines have no $request_time; put it into the log_format"
    )
    assert "log_format toolkit escape=json '{" in line


def test_a_log_format_lacks_what_it_lacks_at_its_line(tmp_path: Path) -> None:
    file = write(tmp_path / "n.log", LINE)
    (line,) = faults_of("nginx", file, tmp_path / "metrics", "paths: [/ws]\nlog_format: $status $request\n")
    assert line.startswith(
        f"{tmp_path}/mapping.yaml:2: log_format: the lines have no $request_time, no $remote_addr"
    )
    assert "no $msec or $time_iso8601 or $time_local" in line


def test_a_text_log_without_its_format_is_wrong_input(tmp_path: Path) -> None:
    file = write(tmp_path / "n.log", (FIXTURES / "nginx" / "timed.log").read_bytes().rstrip())
    (line,) = faults_of("nginx", file, tmp_path / "metrics")
    assert (
        "is not JSON with keys named as nginx's variables; put the log_format of this log into a file" in line
    )


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (LINE[-30:], "", "does not fit the log_format"),
        ('"101"', '"-"', "does not fit the log_format"),
        ("1795543976.358", "yesterday", "$msec: is no time"),
        ("1795543976.358", "1", "is not between 2000 and 2100"),
        ("0.305", "-0.305", "$request_time: is no duration"),
        ("0.305", "NaN", "$request_time: is no duration"),
        ('"0.002"', '"0.500"', "has a handshake that takes longer than the whole connection"),
        ("10.0.0.7", "-", "has no client or no time"),
    ],
)
def test_a_line_that_makes_no_sense_is_set_aside_as_it_stood(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    bad = LINE.replace(old, new)
    result = take("nginx", write(tmp_path / "n.log", LINE, bad), tmp_path / "metrics")
    assert (result.rows, set_aside(result)) == (1, [(2, reason, bad)])


def test_paths_of_the_mapping_start_at_the_root(tmp_path: Path) -> None:
    file = write(tmp_path / "n.log", LINE)
    (line,) = faults_of("nginx", file, tmp_path / "metrics", "paths: [ws]\n")
    assert line.startswith(f"{tmp_path}/mapping.yaml:1: paths[0]: ") and "must start with /" in line


SECONDS = '$remote_addr [$time_local] "$request" $status $request_time "$http_upgrade"'
REFUSED = '10.0.0.7 [24/Nov/2026:18:12:56 +0000] "GET /ws HTTP/1.1" 502 0.000 "websocket"'


def test_requests_that_a_log_tells_alike_are_so_many_attempts(tmp_path: Path) -> None:
    mapping = f"log_format: '{SECONDS}'\n"
    piece = take("nginx", write(tmp_path / "1.log", *[REFUSED] * 3), tmp_path / "metrics", mapping)
    assert (piece.rows, piece.duplicates, len(rows_of(piece))) == (3, 0, 3)
    grown = take("nginx", write(tmp_path / "2.log", *[REFUSED] * 5), tmp_path / "metrics", mapping)
    assert (grown.rows, grown.duplicates, len(rows_of(grown))) == (5, 3, 2)


def test_a_line_that_names_its_request_tells_of_one_however_often_it_stands(tmp_path: Path) -> None:
    told = LINE.replace('"http_upgrade"', '"remote_port":"41000","http_upgrade"')
    result = take("nginx", write(tmp_path / "1.log", told, told), tmp_path / "metrics")
    assert (result.rows, result.duplicates) == (2, 1)
