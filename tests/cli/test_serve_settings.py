"""`toolkit serve` proves its settings first: what cannot work starts nothing, what is risky is told."""

import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import TOOLKIT

Serve = Callable[..., "tuple[str, list[str], subprocess.Popen[str]]"]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a server: its address, the lines before it, and the process."""
    started = []

    def start(*arguments: str | Path) -> tuple[str, list[str], "subprocess.Popen[str]"]:
        process = subprocess.Popen(
            [TOOLKIT, "serve", "--port", "0", *map(str, arguments)],
            stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        )  # fmt: skip
        started.append(process)
        assert process.stderr is not None
        before: list[str] = []
        for line in process.stderr:
            if found := re.fullmatch(r"(https?://127\.0\.0\.1:\d+)/\n", line):
                return found.group(1), before, process
            before.append(line)
        raise AssertionError("".join(before))

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def test_brief_runs_and_says_what_is_wrong_with_it(serve: Serve) -> None:
    _, told, process = serve("--preset", "brief")
    assert len(told) == 3
    assert all("warning: " in line for line in told)
    assert any("client_interval_s + client_wait_s = 60 s" in line for line in told)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=15) == 0


def test_stable_runs_without_a_warning(serve: Serve) -> None:
    assert serve()[1] == []


def test_a_file_is_read_in_the_form_that_check_reads(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("preset: stable\nserver_timeout_s: 51\n")
    _, told, _ = serve("--settings", "own.yaml")
    assert told and all(line.startswith("own.yaml:2: server_timeout_s: warning: ") for line in told)


def test_the_folder_s_own_settings_count(serve: Serve, folder: Path) -> None:
    (folder / "chat.yaml").write_text("drain_s: 14\n")
    _, told, _ = serve("--project", folder, "--environment", "lab")
    assert [line.partition("chat.yaml:")[2][:19] for line in told] == ["1: drain_s: warning"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("server_ping: 20\n", "own.yaml:1: server_ping: is not a known key; did you mean server_ping_s?"),
        ("a: [\n", "own.yaml:2: file: not YAML"),
        ("session_s: 30\n", "own.yaml:1: session_s: session_s 30 is below"),
        ("preset: brief\n", "own.yaml:1: preset: the file says brief and the command line stable"),
    ],
)
def test_settings_that_cannot_work_are_wrong_input_and_start_nothing(
    toolkit: Any, tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "own.yaml").write_text(text)
    done = toolkit("serve", "--port", "0", "--preset", "stable", "--settings", "own.yaml")
    assert done.returncode == 2
    assert told in done.stderr
    assert "http://" not in done.stderr


def test_a_file_that_is_missing_is_wrong_input(toolkit: Any) -> None:
    done = toolkit("serve", "--settings", "none.yaml")
    assert (done.returncode, done.stderr) == (
        2, "none.yaml:1: file: the file is missing; create it, or name one that exists\n",
    )  # fmt: skip


def test_an_address_that_is_taken_is_the_machine_s_lack(toolkit: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = toolkit("serve", "--port", str(port))
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert f"127.0.0.1:{port}" in line and "choose another port" in line


def test_a_secret_that_is_missing_is_the_machine_s_lack(toolkit: Any, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("require_token: true\n")
    done = toolkit("serve", "--port", "0", "--settings", "own.yaml")
    assert done.returncode == 3
    assert "TOOLKIT_CHAT_SECRET" in done.stderr


def test_tls_files_that_are_missing_are_wrong_input(toolkit: Any, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("tls_certificate: cert.pem\ntls_key: key.pem\n")
    done = toolkit("serve", "--port", "0", "--settings", "own.yaml")
    assert done.returncode == 2
    assert "cert.pem" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--environment", "lab"], "arguments:1: project: is missing"),
        (["--option", "current"], "arguments:1: project: is missing"),
        (["--project", "{folder}"], "arguments:1: environment: is missing"),
        (["--project", "{folder}", "--environment", "lap"], "did you mean lab?"),
        (["--project", "{folder}", "--environment", "lab", "--option", "curent"], "did you mean current"),
        (["--project", "nowhere", "--environment", "lab"], "is not a folder"),
    ],
)
def test_recording_needs_a_folder_and_names_that_it_knows(
    toolkit: Any, shipped: Path, arguments: list[str], told: str
) -> None:
    done = toolkit("serve", "--port", "0", *(part.format(folder=shipped) for part in arguments))
    assert done.returncode == 2
    assert told in done.stderr


def test_a_place_that_cannot_be_written_is_the_machine_s_lack(toolkit: Any, folder: Path) -> None:
    shutil.rmtree(folder / "metrics")
    (folder / "metrics").write_text("no folder")
    done = toolkit("serve", "--port", "0", "--project", folder, "--environment", "lab")
    assert done.returncode == 3
    assert "recording failed" in done.stderr and "http://" not in done.stderr
