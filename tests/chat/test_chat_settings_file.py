"""A file of settings: over its preset, every fault and every contradiction at its line, all at once."""

from pathlib import Path
from typing import Any

import pytest

from toolkit.chat.settings import Proxy, Settings, preset
from toolkit.chat.settingsfile import STARTING, read_settings
from toolkit.project.faults import Faults


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "chat.yaml"


def read(file: Path, text: str, **how: Any) -> tuple[Settings | None, list[str]]:
    file.write_text(text)
    faults = Faults()
    settings = read_settings(file, faults, **how)
    return settings, [line.removeprefix(f"{file}:") for line in str(faults).splitlines()]


def test_it_changes_what_it_names_and_nothing_else(file: Path) -> None:
    settings, told = read(file, "drain_s: 5\n")
    assert (settings, told) == (preset("stable").model_copy(update={"drain_s": 5.0}), [])


def test_it_may_name_its_preset(file: Path) -> None:
    settings, _ = read(file, "preset: brief\nmax_connections: 50\n")
    assert settings == preset("brief").model_copy(update={"max_connections": 50})


def test_the_command_line_may_name_the_preset_of_a_file_that_names_none(file: Path) -> None:
    settings, _ = read(file, "max_connections: 50\n", asked="brief")
    assert settings is not None and settings.client_interval_s == 45


def test_the_same_preset_twice_is_no_fault(file: Path) -> None:
    _, told = read(file, "preset: stable\n", asked="stable")
    assert told == []


def test_another_preset_on_the_command_line_is_a_fault(file: Path) -> None:
    _, told = read(file, "# ours\npreset: stable\n", asked="brief")
    first = "2: preset: the file says stable and the command line brief; leave one of the two out"
    assert first in told


def test_lists_networks_origins_and_files_are_read(file: Path) -> None:
    for name in ("cert.pem", "key.pem"):
        (file.parent / name).touch()
    settings, told = read(
        file,
        "proxies: [{name: alb, idle_s: 60}, {name: nginx, idle_s: 120}]\ntrusted_proxies: [10.0.0.0/8]\n"
        "allowed_origins: [https://chat.example]\ntls_certificate: cert.pem\ntls_key: key.pem\n",
    )
    assert told == []
    assert settings is not None
    assert settings.proxies == (Proxy(name="alb", idle_s=60), Proxy(name="nginx", idle_s=120))
    assert settings.trusted_proxies == ("10.0.0.0/8",)
    assert settings.allowed_origins == ("https://chat.example",)
    assert settings.tls_key == file.parent / "key.pem"


def test_no_proxy_at_all_may_be_said(file: Path) -> None:
    settings, _ = read(file, "proxies: []\n")
    assert settings is not None and settings.proxies == ()


def test_all_faults_are_told_at_once(file: Path) -> None:
    settings, told = read(
        file,
        "server_ping: 25\nclient_wait_s: -1\nmax_connections: many\nsweep_s: .nan\npreset: quick\n"
        "proxies: [{name: alb, idle: 60}]\ntrusted_proxies: 10.0.0.7\nallowed_origins: [chat.example]\n"
        "tls_key: 3\nacknowledge: maybe\nslow_client: wait\ndrain_s: 100000\n",
    )
    assert settings is None
    assert told == [
        "1: server_ping: is not a known key; did you mean server_ping_s?",
        "2: client_wait_s: -1: input should be greater than 0; write more than 0",
        "3: max_connections: 'many': input should be a valid integer; write a whole number",
        "4: sweep_s: nan: input should be a finite number; write a finite number",
        "5: preset: 'quick' is not one of the choices; use 'brief' or 'stable'",
        "6: proxies[0].idle_s: is missing; add it",
        "6: proxies[0].idle: is not a known key; did you mean idle_s?",
        "7: trusted_proxies: '10.0.0.7' is no list; write a list, in [ ] or a line each after -",
        "8: allowed_origins[0]: 'chat.example' is no origin; write scheme, host and port alone, as "
        "https://chat.example",
        "9: tls_key: 3 is no file; write the path of a file",
        "10: acknowledge: 'maybe': input should be a valid boolean; write true or false",
        "11: slow_client: 'wait' is not one of the choices; use 'close' or 'drop'",
        "12: drain_s: 100000: input should be less than or equal to 86400; write 86400 or less",
    ]


def test_contradictions_stand_at_the_line_of_the_field_concerned(file: Path) -> None:
    _, told = read(
        file,
        "# what we have\ndrain_s: 14\nproxies:\n  - {name: alb, idle_s: 60}\n  - name: nginx\n"
        "    idle_s: 15\ntrusted_proxies: [10.0.0.7]\n",
    )
    assert [line.split(";")[0][:44] for line in told] == [
        "2: drain_s: warning: drain_s 14 + 2 for the ",
        "6: proxies[1].idle_s: server_ping_s + sweep_",
    ]


def test_a_contradiction_with_a_field_that_is_left_out_stands_at_the_one_that_is_there(file: Path) -> None:
    _, told = read(file, "\nserver_timeout_s: 40\n")
    assert told and all(line.startswith("2: server_timeout_s: warning: ") for line in told)


def test_what_the_preset_itself_contradicts_stands_at_its_line(file: Path) -> None:
    _, told = read(file, "# ours\npreset: brief\n")
    assert len(told) == 3
    assert all(line.startswith("2: ") for line in told)


def test_a_tls_file_that_is_not_there_is_a_warning(file: Path) -> None:
    settings, told = read(file, "tls_certificate: cert.pem\ntls_key: key.pem\n")
    assert settings is not None
    assert [line[:27] for line in told] == [
        "1: tls_certificate: warning",
        "2: tls_key: warning: there i"[:27],
    ]


def test_a_missing_file_and_one_that_is_no_yaml_are_told(file: Path) -> None:
    faults = Faults()
    assert read_settings(file, faults) is None
    assert "the file is missing" in str(faults)
    assert "not YAML" in read(file, "a: [1\n")[1][0]


def test_the_file_to_start_from_is_stable_behind_one_proxy_and_has_no_finding(file: Path) -> None:
    settings, told = read(file, STARTING.read_text())
    assert told == []
    assert settings is not None
    changed = {
        name for name in Settings.model_fields if getattr(settings, name) != getattr(preset("stable"), name)
    }
    assert changed == {"proxies", "trusted_proxies"}
