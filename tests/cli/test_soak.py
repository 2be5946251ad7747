"""What takes minutes in real time: a bake-off from the command line, and builds killed over and over."""

import contextlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from commands import TOOLKIT
from small_builds import assert_one_report, assert_whole, digests, editable, small

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


def test_builds_killed_at_a_hundred_random_instants(
    installed: Any, folder: Path, edit: Any, tmp_path: Path
) -> None:
    """Each leaves the report that stood, or, killed a moment too late, its own; either is whole."""
    small(folder)
    assert installed("build", "--project", folder, timeout_s=300).returncode == 0
    # A build with another title computes nothing anew; how long one takes is learnt from those that end.
    took_s, latest = 8.0, tmp_path / "reports" / "latest"
    title, page = "Chat that stays connected", (latest / "index.html").read_bytes()
    draw, killed = random.Random(7), 0
    for number in range(100):
        if title.encode() in page:
            edit(folder / "project.yaml", f"title: {title}", f"title: Title {number}.")
            title = f"Title {number}."
        process = subprocess.Popen(
            [TOOLKIT, "build", "--project", str(folder)], cwd=tmp_path, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        started_s = time.monotonic()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(draw.uniform(0, took_s))
            took_s = time.monotonic() - started_s
        killed += process.poll() is None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert_whole(latest)
        stands = (latest / "index.html").read_bytes()
        assert stands == page or title.encode() in stands
        page = stands
    assert killed > 50
    assert installed("build", "--project", folder, timeout_s=300).returncode == 0
    assert title.encode() in (latest / "index.html").read_bytes()
    assert_whole(latest)


def test_each_edited_file_gives_what_a_build_of_all_gives(
    installed: Any, folder: Path, tmp_path: Path
) -> None:
    """What is kept of earlier builds only saves time: without it the same bytes come about."""
    small(folder)
    kept, anew = tmp_path / "kept", tmp_path / "anew"
    assert installed("build", "--project", folder, "--out", kept, timeout_s=300).returncode == 0
    for path, old, new in editable(folder):
        text = path.read_text()
        assert old in text, path
        path.write_text(text.replace(old, new, 1))
        shutil.rmtree(anew, ignore_errors=True)
        shutil.copytree(kept, anew, symlinks=True, ignore=shutil.ignore_patterns(".cache"))
        built = [installed("build", "--project", folder, "--out", out, timeout_s=300) for out in (kept, anew)]
        assert [done.returncode for done in built] == [0, 0], built[0].stderr
        one, other = (
            {name: digest for name, (digest, _) in digests(out / "latest").items()} for out in (kept, anew)
        )
        assert one == other, path.name


def test_a_full_disk_leaves_the_last_report_whole(
    installed: Any, folder: Path, edit: Any, tmp_path: Path
) -> None:
    small(folder)
    assert installed("build", "--project", folder, timeout_s=300).returncode == 0
    before = digests(tmp_path / "reports")
    edit(folder / "project.yaml", "title: Chat that stays connected", "title: Another title")
    done = subprocess.run(
        [TOOLKIT, "build", "--project", str(folder)],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)),
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    after = digests(tmp_path / "reports")
    assert {name: after.get(name) for name in before if not name.startswith(".")} == {
        name: mark for name, mark in before.items() if not name.startswith(".")
    }


def test_ten_builds_at_once_give_one_report(folder: Path, tmp_path: Path) -> None:
    small(folder)
    assert_one_report(folder, tmp_path, at_once=10)
