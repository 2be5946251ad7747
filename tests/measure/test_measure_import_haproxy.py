"""HAProxy logs as HAProxy 2.6 wrote them with option httplog."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from proxy_logs import FIXTURES, faults_of, lasted_s, rows_of, set_aside, take, taken, write

LINE = (
    "10.0.0.7:44606 [24/Nov/2026:18:12:56.054] ws~ chat/a 0/0/1/2/304 101 304 - - ---- 2/1/1/1/0 0/0 "
    '{websocket|Mozilla/5.0 (X11)} "GET /ws?token=abc HTTP/1.1"'
)


def test_a_log_gives_every_connection_and_every_failed_handshake_that_it_can_tell() -> None:
    rows = taken("haproxy", "haproxy/httplog.log")
    assert Counter(row["outcome"] for row in rows) == {
        "open": 23,
        "http_502": 2,
        "http_503": 3,
        "http_403": 2,
        "http_504": 1,
    }


def test_a_connection_runs_from_the_request_for_its_active_time(tmp_path: Path) -> None:
    (row,) = rows_of(take("haproxy", write(tmp_path / "h.log", LINE), tmp_path / "metrics"))
    assert row["started_at"] == datetime(2026, 11, 24, 18, 12, 56, 54000, tzinfo=UTC)
    assert row["ended_at"] == datetime(2026, 11, 24, 18, 12, 56, 358000, tzinfo=UTC)
    assert (row["client"], row["handshake_s"]) == ("10.0.0.7", 0.003)


def test_the_termination_state_says_who_ended_a_connection() -> None:
    rows = [row for row in taken("haproxy", "haproxy/httplog.log") if row["outcome"] == "open"]
    # Closed by either side: unknown. Reset by the server and by the client, on two frontends each. Cut by
    # HAProxy: idle ones on both, and one that an administrator ended.
    assert Counter(row["ended_by"] for row in rows) == {None: 16, "server": 2, "client": 2, "network": 3}
    assert {row["intended"] for row in rows if row["ended_by"] in ("server", "network")} == {False}
    assert {row["intended"] for row in rows if row["ended_by"] in ("client", None)} == {None}


@pytest.mark.parametrize(
    ("state", "ended_by", "intended"),
    [
        ("----", None, None),
        ("--VN", None, None),
        ("CD--", "client", None),
        ("cD--", "network", False),
        ("SD--", "server", False),
        ("sDNI", "network", False),
        ("PD--", "network", False),
        ("RD--", "network", False),
        ("ID--", "network", False),
        ("DD--", "server", False),
        ("UD--", "network", False),
        ("KD--", "network", False),
    ],
)
def test_every_cause_of_the_manual_is_known(
    tmp_path: Path, state: str, ended_by: str | None, intended: bool | None
) -> None:
    file = write(tmp_path / "h.log", LINE.replace("----", state))
    (row,) = rows_of(take("haproxy", file, tmp_path / "metrics"))
    assert (row["ended_by"], row["intended"]) == (ended_by, intended)


def test_a_connection_logged_as_it_opened_has_no_end(tmp_path: Path) -> None:
    (line,) = [
        line for line in (FIXTURES / "haproxy" / "httplog.log").read_text().splitlines() if " asap " in line
    ]
    result = take("haproxy", write(tmp_path / "h.log", line), tmp_path / "metrics")
    (row,) = rows_of(result)
    assert (row["outcome"], row["ended_at"], lasted_s(row)) == ("open", None, 0.002)
    assert any(note.startswith("Connections logged while they were open") for note in result.notes)


@pytest.mark.parametrize("name", ["rfc3164", "rfc5424"])
def test_what_syslog_puts_in_front_changes_nothing(tmp_path: Path, name: str) -> None:
    raw = write(tmp_path / "h.log", *(FIXTURES / "haproxy/httplog.log").read_text().splitlines()[:4])
    expected = rows_of(take("haproxy", raw, tmp_path / "raw"))
    assert taken("haproxy", f"haproxy/{name}.log") == expected


def test_times_are_utc_unless_the_mapping_names_a_zone(tmp_path: Path) -> None:
    file = write(tmp_path / "h.log", LINE)
    result = take("haproxy", file, tmp_path / "metrics")
    assert any(note.startswith("Times are taken as UTC") for note in result.notes)
    moved = take("haproxy", file, tmp_path / "moved", "time_zone: Europe/Berlin")
    assert not any(note.startswith("Times are taken as UTC") for note in moved.notes)
    assert rows_of(moved)[0]["started_at"] == datetime(2026, 11, 24, 17, 12, 56, 54000, tzinfo=UTC)


def test_starts_in_an_hour_that_the_clock_showed_twice_are_told(tmp_path: Path) -> None:
    hours = ("01:59:59", "02:00:00", "02:59:59", "03:00:00")
    lines = [LINE.replace("24/Nov/2026:18:12:56", f"25/Oct/2026:{hour}") for hour in hours]
    berlin = "time_zone: Europe/Berlin"
    result = take("haproxy", write(tmp_path / "h.log", *lines), tmp_path / "metrics", berlin)
    (note,) = [note for note in result.notes if "twice" in note]
    assert "in an hour that the clock of Europe/Berlin showed twice: 2." in note
    assert [row["started_at"].hour for row in rows_of(result)] == [23, 1, 1, 2]
    other = take("haproxy", write(tmp_path / "n.log", LINE), tmp_path / "other", berlin)
    assert not [note for note in other.notes if "twice" in note]


def test_a_zone_that_is_none_is_wrong_input(tmp_path: Path) -> None:
    file = write(tmp_path / "h.log", LINE)
    (line,) = faults_of("haproxy", file, tmp_path / "metrics", "paths: [/ws]\ntime_zone: Europe/Berln\n")
    wrong = "'Europe/Berln' is no time zone; write one like Europe/Berlin or UTC"
    assert line == f"{tmp_path}/mapping.yaml:2: time_zone: {wrong}"


def test_a_captured_upgrade_header_tells_a_failed_handshake_wherever_it_went(tmp_path: Path) -> None:
    failed = LINE.replace("0/0/1/2/304 101", "0/0/-1/-1/3003 503").replace("/ws?token=abc", "/other")
    (row,) = rows_of(take("haproxy", write(tmp_path / "h.log", failed), tmp_path / "metrics"))
    assert (row["outcome"], row["handshake_s"], lasted_s(row)) == ("http_503", None, 3.003)


def test_a_request_that_got_no_status_is_an_error(tmp_path: Path) -> None:
    failed = LINE.replace("101 304", "-1 0").replace("----", "CH--")
    assert (
        rows_of(take("haproxy", write(tmp_path / "h.log", failed), tmp_path / "metrics"))[0]["outcome"]
        == "error"
    )


def test_a_request_cut_off_by_syslog_is_still_read(tmp_path: Path) -> None:
    file = write(tmp_path / "h.log", LINE.removesuffix(' HTTP/1.1"') + "x" * 900)
    assert take("haproxy", file, tmp_path / "metrics").rows == 1


def test_the_same_connection_in_two_files_is_recorded_once(tmp_path: Path) -> None:
    take("haproxy", write(tmp_path / "1.log", LINE), tmp_path / "metrics")
    shipped = write(tmp_path / "2.log", f"Nov 24 18:12:56 lb haproxy[77]: {LINE}")
    again = take("haproxy", shipped, tmp_path / "metrics")
    assert (again.rows, again.duplicates, again.files) == (1, 1, ())


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("haproxy[77]: Proxy ws started.", "is no whole line in the format of option httplog"),
        (LINE[:70], "is no whole line in the format of option httplog"),
        (LINE.replace("24/Nov", "31/Nov"), "request_date: is no time"),
        (LINE.replace("/304 ", "/-304 "), "Ta: is no duration in milliseconds"),
        (
            LINE.replace("0/0/1/2/304", "0/0/1/900/304"),
            "has a handshake that takes longer than the whole connection",
        ),
        (
            "10.0.0.7:1 [24/Nov/2026:18:12:56.054] ws chat/a 0/1/304 212 -- 0/0/0/0/3 0/0",
            "is in the format of option tcplog, which has no status; use option httplog",
        ),
    ],
)
def test_a_line_that_tells_no_request_is_set_aside_as_it_stood(tmp_path: Path, bad: str, reason: str) -> None:
    result = take("haproxy", write(tmp_path / "h.log", bad, LINE), tmp_path / "metrics")
    assert (result.rows, set_aside(result)) == (1, [(1, reason, bad)])
