"""Logs that are none: each fault is told once, nothing is written, and nothing that was given is lost."""

import gzip
from pathlib import Path

import pytest
from proxy_logs import ALB, FIXTURES, faults_of, rows_of, set_aside, take, write

LOGS = {"alb": "alb/documentation.log", "nginx": "nginx/json.log", "haproxy": "haproxy/httplog.log"}
SERVED = {
    "alb": ALB.replace("wss", "https").replace("101 101", "200 200"),
    "nginx": '{"msec":"1795543983.214","request_time":"0.001","status":"200","remote_addr":"127.0.0.1",'
    '"http_upgrade":"","request":"GET /health HTTP/1.1"}',
    "haproxy": "10.0.0.7:33634 [24/Nov/2026:18:13:03.124] plain chat/a 0/0/0/1/1 200 157 - - ---- "
    '2/1/0/0/0 0/0 "GET /health HTTP/1.1"',
}
KINDS = pytest.mark.parametrize("kind", LOGS)


@KINDS
@pytest.mark.parametrize("name", ["x.log", "x.log.gz"])
def test_an_empty_log_is_wrong_input(tmp_path: Path, kind: str, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(gzip.compress(b"") if name.endswith(".gz") else b"")
    assert faults_of(kind, file, tmp_path / "metrics") == [
        f"{file}:1: file: is empty; give a log with entries"
    ]


@KINDS
def test_a_missing_log_is_wrong_input(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "x.log"
    assert faults_of(kind, file, tmp_path / "metrics") == [
        f"{file}:1: file: the file is missing; give a whole log"
    ]


@KINDS
def test_a_log_whose_compressed_data_is_cut_off_is_wrong_input(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "x.log.gz"
    file.write_bytes(gzip.compress((FIXTURES / LOGS[kind]).read_bytes())[:-20])
    assert faults_of(kind, file, tmp_path / "metrics") == [
        f"{file}:1: file: is cut off within its gzip data; give a whole log"
    ]


@KINDS
def test_a_log_whose_compressed_data_is_damaged_is_wrong_input(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "x.log.gz"
    data = bytearray(gzip.compress((FIXTURES / LOGS[kind]).read_bytes()))
    data[-8:-4] = b"\0\0\0\0"
    file.write_bytes(data)
    assert faults_of(kind, file, tmp_path / "metrics") == [
        f"{file}:1: file: has damaged gzip data; give a whole log"
    ]


@KINDS
def test_the_file_of_another_tool_is_wrong_input(tmp_path: Path, kind: str) -> None:
    k6 = b'{"type":"Point","data":{"time":"2026-11-23T10:00:00Z","value":1,"tags":{}},"metric":"ws_sessions"}'
    file = write(tmp_path / "x.log", *[k6] * 30)
    lines = faults_of(kind, file, tmp_path / "metrics")
    assert all(line.startswith(f"{file}:") for line in lines)
    assert len(lines) == (1 if kind == "nginx" else 21)


@KINDS
def test_bytes_without_meaning_are_wrong_input(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "x.log"
    file.write_bytes(bytes(range(256)) * 20)
    assert faults_of(kind, file, tmp_path / "metrics")


@KINDS
def test_a_log_without_any_connection_is_wrong_input(tmp_path: Path, kind: str) -> None:
    file = write(tmp_path / "x.log", SERVED[kind])
    (fault,) = faults_of(kind, file, tmp_path / "metrics")
    assert fault.startswith(f"{file}:1: file: holds no WebSocket connection; give a log of what")


@KINDS
def test_a_log_whose_last_line_is_cut_off_gives_all_others(tmp_path: Path, kind: str) -> None:
    data = (FIXTURES / LOGS[kind]).read_bytes()
    whole = tmp_path / "whole.log"
    whole.write_bytes(data)
    cut = tmp_path / "cut.log"
    cut.write_bytes(data + data.splitlines()[3][:40])
    result = take(kind, cut, tmp_path / "metrics")
    assert rows_of(result) == rows_of(take(kind, whole, tmp_path / "other"))
    number = len(data.splitlines()) + 1
    assert [(line, text) for line, _, text in set_aside(result)] == [
        (number, data.splitlines()[3][:40].decode())
    ]


@KINDS
def test_a_mapping_with_an_unknown_key_is_wrong_input(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "x.log"
    file.write_bytes((FIXTURES / LOGS[kind]).read_bytes())
    (line,) = faults_of(kind, file, tmp_path / "metrics", "path: [/ws]\n")
    assert line.startswith(f"{tmp_path}/mapping.yaml:1: path: ") and "paths" in line


def test_hostile_text_steers_no_field_and_no_terminal_and_is_kept_as_it_stood(tmp_path: Path) -> None:
    hostile = b'\x1b[31m\x9b\xff\xc3\xa9 ",\r\x00 =cmd()'
    bad = ALB.encode().replace(b"10.0.0.7:41000", b"-").replace(b"Mozilla/5.0", hostile)
    file = write(tmp_path / "x.log", ALB, bad)
    result = take("alb", file, tmp_path / "metrics")
    ((number, _, text),) = set_aside(result)
    assert (number, text.encode("utf-8", "surrogateescape")) == (2, bad)


def test_a_fault_shows_no_control_characters_of_a_file_name(tmp_path: Path) -> None:
    (line,) = faults_of("alb", tmp_path / "x\x1b[31m.log", tmp_path / "metrics")
    assert "\x1b" not in line
