"""`toolkit check` proves the settings of one's own chat server, which the folder may hold as chat.yaml."""

from pathlib import Path
from typing import Any


def told(done: Any) -> list[str]:
    return [line for line in done.stderr.splitlines() if "chat.yaml" in line]


def test_a_folder_without_them_is_not_asked_for_them(toolkit: Any, shipped: Path) -> None:
    done = toolkit("check", "--project", shipped)
    assert (done.returncode, told(done)) == (0, [])


def test_settings_that_fit_have_no_finding(toolkit: Any, folder: Path) -> None:
    (folder / "chat.yaml").write_text("preset: stable\nmax_connections: 5000\n")
    done = toolkit("check", "--project", folder)
    assert (done.returncode, told(done)) == (0, [])


def test_every_fault_has_its_line_and_field_and_all_are_told(toolkit: Any, folder: Path) -> None:
    (folder / "chat.yaml").write_text(
        "client_interval: 45\nserver_timeout_s: soon\nproxies:\n  - {name: alb, idle_s: 0}\n"
    )
    done = toolkit("check", "--project", folder)
    assert done.returncode == 2
    file = folder / "chat.yaml"
    assert told(done) == [
        f"{file}:1: client_interval: is not a known key; did you mean client_interval_s?",
        f"{file}:2: server_timeout_s: 'soon': input should be a valid number; write a number",
        f"{file}:4: proxies[0].idle_s: 0: input should be greater than 0; write more than 0",
    ]


def test_the_brief_s_own_timers_are_warnings_at_their_lines(toolkit: Any, folder: Path) -> None:
    (folder / "chat.yaml").write_text(
        "# as the brief has them\nserver_ping_s: 25\nserver_timeout_s: 60\nsweep_s: 5\n"
        "client_interval_s: 45\nclient_wait_s: 15\n"
    )
    done = toolkit("check", "--project", folder)
    assert done.returncode == 0, done.stderr
    assert [line.partition("chat.yaml:")[2].partition(": warning: ")[0] for line in told(done)] == [
        "2: server_ping_s",
        "3: server_timeout_s",
        "5: client_interval_s",
    ]


def test_settings_that_cannot_work_are_an_error(toolkit: Any, folder: Path) -> None:
    (folder / "chat.yaml").write_text("proxies: [{name: gateway, idle_s: 20}]\n")
    done = toolkit("check", "--project", folder)
    assert done.returncode == 2
    (error,) = [line for line in told(done) if "warning" not in line]
    assert "chat.yaml:1: proxies[0].idle_s: server_ping_s + sweep_s = 21 is over half of the 20 s" in error
    assert "gateway" in error and "set its idle time to 42 s or more, or server_ping_s to 9 or less" in error


def test_other_commands_do_not_need_them(toolkit: Any, tmp_path: Path) -> None:
    toolkit("init", "ours")
    (tmp_path / "ours" / "chat.yaml").write_text("nonsense: 1\n")
    done = toolkit("metrics", "--project", "ours")
    assert done.returncode == 0, done.stderr
