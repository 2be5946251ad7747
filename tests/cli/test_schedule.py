"""The schedules that `toolkit init` writes are ones that cron, systemd and a CI run as they stand."""

import configparser
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from commands import TOOLKIT
from small_builds import small


@pytest.fixture
def started(toolkit: Any, tmp_path: Path) -> Path:
    """A new folder whose path needs care, small and without notebooks so that a build takes less time."""
    home = tmp_path / "our chat, 100%"
    home.mkdir()
    assert toolkit("init", home / "folder").returncode == 0
    return small(home / "folder", notebook=False)


def ran_by(command: list[str], cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.soak
def test_the_line_of_the_crontab_builds_and_then_finds_the_report(started: Path) -> None:
    lines = (started / "schedule" / "crontab").read_text().splitlines()
    (line,) = [line for line in lines if not line.startswith("#")]
    minute, hour, *days, command = line.split(maxsplit=5)
    assert minute.isdigit() and hour.isdigit() and days == ["*"] * 3
    # cron gives its shell the line with every escaped percent sign as one.
    done = ran_by(["/bin/sh", "-c", command.replace(r"\%", "%")], Path("/"))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert (started / "reports" / "latest" / "index.html").is_file()
    assert (started / "reports.path").read_text().strip().endswith("index.html")


def test_systemd_takes_the_units_and_their_command_is_the_toolkit(started: Path, tmp_path: Path) -> None:
    folder = started / "schedule"
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(folder / "toolkit.service")
    command = shlex.split(unit["Service"]["ExecStart"].replace("%%", "%"))
    assert command[0] == TOOLKIT and command[1] == "build"
    assert unit["Service"]["WorkingDirectory"].replace("%%", "%") == str(started)
    if verify := shutil.which("systemd-analyze"):
        done = ran_by([verify, "verify", "--user", "toolkit.service", "toolkit.timer"], folder)
        assert "toolkit." not in done.stderr, done.stderr


def test_the_steps_of_the_workflow_run(started: Path) -> None:
    flow = yaml.safe_load((started / "schedule" / "workflow.yml").read_text())
    steps = {step.get("name"): step for step in flow["jobs"]["report"]["steps"]}
    path = f"{Path(TOOLKIT).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/bash", "-e", "-c", steps["check"]["run"]],
        cwd=started, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert shlex.split(steps["build"]["run"])[:4] == ["toolkit", "build", "--project", "."]
    assert flow[True]["schedule"] and flow["permissions"] == {"contents": "read"}


def test_no_schedule_is_left_with_a_place_to_fill_in(started: Path) -> None:
    for path in (started / "schedule").iterdir():
        assert "@CRON" not in path.read_text() and "@UNIT" not in path.read_text(), path.name
