"""What takes minutes in real time: a bake-off from the command line, and builds killed over and over."""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from commands import TOOLKIT

from toolkit.measure.adapters import LOCAL

pytestmark = pytest.mark.soak


def test_a_quick_bakeoff_measures_all_and_leaves_nothing_running(installed: Any, folder: Path) -> None:
    done = installed("bakeoff", "--quick", "--project", folder, "--json", timeout_s=300)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told["options"]) == set(LOCAL)
    for totals in told["options"].values():
        assert totals["opened"] > 0 and totals["expected"] > 0
    assert installed("check", "--project", folder).returncode == 0
    assert installed("metrics", "--project", folder).returncode == 0
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "toolkit.measure.servers" not in running and "measure/servers/" not in running


def test_builds_killed_at_thirty_random_instants(
    installed: Any, folder: Path, edit: Any, tmp_path: Path
) -> None:
    assert installed("build", "--project", folder, timeout_s=300).returncode == 0
    page = tmp_path / "reports" / "latest" / "index.html"
    before = page.read_bytes()
    edit(folder / "project.yaml", "title: Chat that stays connected", "title: Another title")
    draw = random.Random(7)
    for _ in range(30):
        process = subprocess.Popen(
            [TOOLKIT, "build", "--project", str(folder)], cwd=tmp_path, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(draw.uniform(0, 8))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert page.read_bytes() == before
    assert installed("build", "--project", folder, timeout_s=300).returncode == 0
    assert b"Another title" in page.read_bytes()
