"""ALB access logs: a connection for each entry of a WebSocket, a failed attempt for each failed handshake."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from proxy_logs import ALB, FAILED, rows_of, set_aside, take, taken, write


def test_the_examples_of_the_documentation_are_two_connections_among_seven_entries() -> None:
    rows = taken("alb", "alb/documentation.log")
    assert [(row["client"], row["outcome"], row["handshake_s"]) for row in rows] == [
        ("10.0.0.140", "open", 0.004),
        ("10.0.0.140", "open", 0.001),
    ]
    for row in rows:
        assert row["started_at"] == datetime(2018, 7, 2, 22, 22, 48, 364000, tzinfo=UTC)
        assert row["ended_at"] == row["observed_until"] == datetime(2018, 7, 2, 22, 23, 0, 186641, tzinfo=UTC)


def test_why_a_connection_ended_is_not_known(tmp_path: Path) -> None:
    (row,) = rows_of(take("alb", write(tmp_path / "a.log", ALB), tmp_path / "metrics"))
    assert (row["close_code"], row["ended_by"], row["intended"]) == (None, None, None)


def test_a_failed_request_to_where_connections_opened_is_a_failed_attempt(tmp_path: Path) -> None:
    elsewhere = FAILED.replace("/ws?", "/login?")
    result = take("alb", write(tmp_path / "a.log", FAILED, elsewhere, ALB), tmp_path / "metrics")
    assert result.rows == 2
    failed, _ = sorted(rows_of(result), key=lambda row: row["outcome"])
    assert (failed["outcome"], failed["handshake_s"], failed["ended_at"]) == ("http_502", None, None)
    assert failed["observed_until"] == datetime(2026, 11, 23, 10, 0, 0, 400000, tzinfo=UTC)
    assert any("count as failed attempts (1)" in note and "paths: [/ws]" in note for note in result.notes)


@pytest.mark.parametrize(
    "request_", ["200 200", "101 101", "426 426"], ids=["served", "of another protocol", "without an upgrade"]
)
def test_a_request_that_asked_for_no_connection_is_no_attempt(tmp_path: Path, request_: str) -> None:
    other = FAILED.replace("502 -", request_)
    assert take("alb", write(tmp_path / "a.log", ALB, other), tmp_path / "metrics").rows == 1


def test_polling_and_posts_to_the_same_path_are_no_attempts(tmp_path: Path) -> None:
    polling = FAILED.replace("token=1", "EIO=4&transport=polling")
    post = FAILED.replace('"GET', '"POST')
    assert take("alb", write(tmp_path / "a.log", ALB, polling, post), tmp_path / "metrics").rows == 1


def test_the_same_path_of_another_host_is_elsewhere(tmp_path: Path) -> None:
    other = FAILED.replace("chat.example.com", "www.example.com")
    assert take("alb", write(tmp_path / "a.log", ALB, other), tmp_path / "metrics").rows == 1


def test_with_their_paths_named_failed_attempts_count_even_if_none_opened(tmp_path: Path) -> None:
    rooms = FAILED.replace("/ws?", "/room/7?").replace(":41001", ":41002")
    other = FAILED.replace("/ws?", "/login?")
    file = write(tmp_path / "a.log", FAILED, rooms, other)
    result = take("alb", file, tmp_path / "metrics", "paths: [/ws, /room/*]")
    assert [row["outcome"] for row in rows_of(result)] == ["http_502", "http_502"]
    assert not any("count as failed attempts" in note for note in result.notes)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("460 -", "http_460"),
        ("463 -", "http_463"),
        ("561 -", "http_561"),
        ("000 -", "error"),
        ("- -", "error"),
    ],
)
def test_statuses_of_the_load_balancer_itself_are_outcomes(tmp_path: Path, status: str, outcome: str) -> None:
    file = write(tmp_path / "a.log", ALB, FAILED.replace("502 -", status))
    assert outcome in {row["outcome"] for row in rows_of(take("alb", file, tmp_path / "metrics"))}


def test_an_entry_that_was_delivered_twice_is_one_connection(tmp_path: Path) -> None:
    result = take("alb", write(tmp_path / "a.log", ALB, ALB), tmp_path / "metrics")
    assert (result.rows, result.duplicates, len(rows_of(result))) == (2, 1, 1)
    again = take("alb", write(tmp_path / "b.log", ALB, FAILED), tmp_path / "metrics")
    assert (again.rows, again.duplicates, len(rows_of(again))) == (2, 1, 1)


def test_connections_of_one_client_at_one_moment_stay_apart(tmp_path: Path) -> None:
    file = write(tmp_path / "a.log", *[ALB.replace(":41000", f":{port}") for port in (41000, 41001, 41002)])
    assert len(rows_of(take("alb", file, tmp_path / "metrics"))) == 3


def test_a_time_of_minus_one_leaves_the_handshake_unknown(tmp_path: Path) -> None:
    file = write(tmp_path / "a.log", ALB.replace("0.001 0.004 0.000", "0.001 -1 -1"))
    assert rows_of(take("alb", file, tmp_path / "metrics"))[0]["handshake_s"] is None


def test_an_address_of_ipv6_is_the_client_without_its_port(tmp_path: Path) -> None:
    file = write(tmp_path / "a.log", ALB.replace("10.0.0.7:41000", "2001:db8::7:41000"))
    assert rows_of(take("alb", file, tmp_path / "metrics"))[0]["client"] == "2001:db8::7"


def test_fields_that_are_added_at_the_end_are_ignored(tmp_path: Path) -> None:
    more = ' "10.0.1.9:8080" "101" "-" "-" TID_1234 "chat.example.com:443" "/ws" "-" "something new"'
    assert take("alb", write(tmp_path / "a.log", ALB + more), tmp_path / "metrics").rows == 1


def test_types_that_are_not_known_are_ignored_and_counted(tmp_path: Path) -> None:
    file = write(tmp_path / "a.log", ALB, ALB.replace("wss", "h3"), ALB.replace("wss", "grpcs"))
    result = take("alb", file, tmp_path / "metrics")
    assert (result.rows, result.set_aside) == (1, 0)
    assert "Lines about something else than a WebSocket connection: 2." in result.notes


def test_a_log_is_read_as_the_load_balancer_delivers_it_and_several_in_one(tmp_path: Path) -> None:
    other = ALB.replace(":41000", ":41001")
    file = tmp_path / "a.log.gz"
    file.write_bytes(gzip.compress(f"{ALB}\n".encode()) + gzip.compress(f"{other}\n".encode()))
    assert take("alb", file, tmp_path / "metrics").rows == 2


@pytest.mark.parametrize("quote", [r"\x22", r"\""])
def test_quotes_in_a_user_agent_move_no_field(tmp_path: Path, quote: str) -> None:
    agent = f"{quote} 9 2001-01-01T00:00:00.000000Z {quote}x{quote} \\\\"
    file = write(tmp_path / "a.log", ALB.replace("Mozilla/5.0", agent))
    (row,) = rows_of(take("alb", file, tmp_path / "metrics"))
    assert row["started_at"] == datetime(2026, 11, 23, 10, 0, 0, 250000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("2026-11-23T10:05:00.500000Z", "2026-11-23T09:05:00.500000Z", "ends before it starts"),
        ("2026-11-23T10:05:00.500000Z", "yesterday", "is no whole line of an ALB access log"),
        ("2026-11-23T10:00:00.250000Z", "-", "request_creation_time: is no time; write ISO 8601"),
        ("2026-11-23T10:00:00.250000Z", "1926-11-23T10:00:00.250000Z", "is not between 2000 and 2100"),
        ("10.0.0.7:41000", "-", "client:port: is no address with a port"),
        ("10.0.0.7:41000", "10.0.0.7:http", "client:port: is no address with a port"),
        ("10.0.0.7:41000", "10.0.0.7:41x00", "client:port: is no address with a port"),
        ("10.0.0.7:41000", "10.0.0.7:", "client:port: is no address with a port"),
        ("10.0.0.7:41000", "10.0.0.7", "client:port: is no address with a port"),
        ("10.0.0.7:41000", "41000", "client:port: is no address with a port"),
        ("10.0.0.7:41000", ":41000", "client:port: is no address with a port"),
        (
            "0.001 0.004",
            "0.001 nan",
            "request_, target_ and response_processing_time: must be seconds, or -1",
        ),
        ("0.001 0.004", "-7 0.004", "request_, target_ and response_processing_time: must be seconds, or -1"),
        (
            "0.001 0.004",
            "fast 0.004",
            "request_, target_ and response_processing_time: must be seconds, or -1",
        ),
        ("0.001 0.004", "0.001 400", "has a handshake that takes longer than the whole connection"),
        (ALB[60:], "", "is no whole line of an ALB access log"),
    ],
)
def test_an_entry_that_makes_no_sense_is_set_aside_as_it_stood(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    bad = ALB.replace(old, new)
    result = take("alb", write(tmp_path / "a.log", ALB, "", bad), tmp_path / "metrics")
    assert (result.rows, set_aside(result)) == (1, [(3, reason, bad)])
