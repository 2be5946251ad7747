"""Settings: the presets are what the brief and we say, and a file with faults tells all of them."""

from pathlib import Path

import pytest

from toolkit.chat.settings import load, preset
from toolkit.project.faults import InputError


def test_brief_has_the_timers_of_the_brief() -> None:
    # "server-initiated heartbeat mechanism (25s interval)", "connection timeout detection (60s)",
    # "Improved heartbeat timing (45s interval, 15s timeout)": the brief, Immediate Fixes Applied.
    brief = preset("brief")
    assert (brief.server_ping_s, brief.server_timeout_s) == (25, 60)
    assert (brief.client_interval_s, brief.client_wait_s) == (45, 15)


@pytest.mark.parametrize("name", ["brief", "stable"])
def test_presets_admit_a_thousand_connections_from_one_address(name: str) -> None:
    assert preset(name).max_connections_per_address >= 1000  # type: ignore[arg-type]


def test_unknown_preset_is_wrong_input() -> None:
    with pytest.raises(InputError, match="'quick' is not known; use one of brief, stable"):
        preset("quick")  # type: ignore[arg-type]


def test_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "chat.yaml"
    file.write_text("server_timeout_s: 90\nmax_connections: 50\n")
    settings = load(file, base=preset("brief"))
    assert settings.server_timeout_s == 90
    assert settings.max_connections == 50
    assert settings.client_interval_s == 45


def test_file_without_base_changes_stable(tmp_path: Path) -> None:
    file = tmp_path / "chat.yaml"
    file.write_text("drain_s: 5\n")
    assert load(file) == preset("stable").model_copy(update={"drain_s": 5.0})


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "chat.yaml"
    file.write_text("server_ping: 25\nclient_wait_s: -1\nmax_connections: many\nsweep_s: .nan\n")
    with pytest.raises(InputError) as caught:
        load(file)
    lines = str(caught.value).splitlines()
    assert len(lines) == 4
    assert lines[0] == f"{file}:1: server_ping: is not a known key; did you mean server_ping_s?"
    assert lines[1].startswith(f"{file}:2: client_wait_s: ")
    assert lines[2].startswith(f"{file}:3: max_connections: ")
    assert lines[3].startswith(f"{file}:4: sweep_s: ")


def test_missing_file_is_wrong_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the file is missing"):
        load(tmp_path / "none.yaml")
