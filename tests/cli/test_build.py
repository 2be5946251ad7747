"""`toolkit build` publishes whole reports, once, in one step; its exit code says what a scheduler acts on."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from commands import TOOLKIT
from small_builds import assert_one_report, digests, small

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def standing(published: Path, tmp_path: Path) -> Path:
    """A copy of the published report, for builds to come upon where they publish by default."""
    return shutil.copytree(published, tmp_path / "reports", symlinks=True)


def test_a_build_prints_where_its_page_is(published: Path) -> None:
    printed = (published.parent / "printed").read_text().strip()
    assert printed.endswith("index.html")
    assert Path(printed).is_file()


def test_a_build_has_a_page_a_notebook_and_the_decision(published: Path) -> None:
    names = {path.name for path in (published / "latest").iterdir()}
    assert {"index.html", "what-if.html", "decision.json"} <= names
    assert {f"{name}.html" for name in ("1-stability", "2-options", "3-cost", "4-decision")} <= names
    assert (published / "index.html").is_file()
    assert (published / "latest").is_symlink()


def test_the_report_carries_the_document_that_decide_prints(published: Path, decision: str) -> None:
    assert json.loads((published / "latest" / "decision.json").read_text()) == json.loads(decision)


def test_unchanged_inputs_rebuild_nothing(standing: Path, shipped: Path, installed: Any) -> None:
    before = digests(standing)
    done = installed("build", "--project", shipped, "--out", standing)
    assert done.returncode == 0, done.stderr
    assert digests(standing) == before


def bytes_of(report: Path) -> dict[str, str]:
    return {name: digest for name, (digest, _) in digests(report).items()}


def test_another_place_gives_the_same_bytes(folder: Path, installed: Any, tmp_path: Path) -> None:
    small(folder)
    shutil.copytree(folder, tmp_path / "far" / "away")
    for project, out in (("data", "one"), ("far/away", "deeper/other")):
        done = installed("build", "--project", project, "--out", out, timeout_s=300)
        assert done.returncode == 0, done.stderr
    one, other = (bytes_of(tmp_path / out / "latest") for out in ("one", "deeper/other"))
    assert other == one


@pytest.mark.soak
def test_another_place_gives_the_same_bytes_of_the_folder_that_ships(
    published: Path, folder: Path, installed: Any, tmp_path: Path
) -> None:
    done = installed("build", "--project", folder, "--out", tmp_path / "elsewhere", timeout_s=300)
    assert done.returncode == 0, done.stderr
    assert bytes_of(tmp_path / "elsewhere" / "latest") == bytes_of(published / "latest")


def contents(report: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a report, those inside of archives too."""
    for path in sorted(report.iterdir()):
        if path.suffix == ".zip":
            with ZipFile(path) as archive:
                yield from ((name, archive.read(name)) for name in archive.namelist())
        else:
            yield path.name, path.read_bytes()


def test_no_page_holds_a_path_of_the_machine(published: Path, shipped: Path) -> None:
    needles = [str(ROOT), str(published.parent), str(shipped)]
    for name, content in contents(published / "latest"):
        for needle in needles:
            assert needle.encode() not in content, name


@pytest.mark.parametrize(("fail_on", "code"), [(None, 0), ("no-go", 0), ("hold", 1)])
def test_the_exit_code_says_hold_only_when_asked(
    standing: Path, shipped: Path, installed: Any, fail_on: str | None, code: int
) -> None:
    """The first unfinished phase of the folder that ships holds: only production can say that it is ready."""
    extra = ["--fail-on", fail_on] if fail_on else []
    assert installed("build", "--project", shipped, "--out", standing, *extra).returncode == code


def test_a_phase_that_is_not_ready_fails_a_no_go_build_after_publishing(
    installed: Any, folder: Path, edit: Any, tmp_path: Path
) -> None:
    small(folder, notebook=False)
    edit(
        folder / "plan.yaml",
        "      - {option: socketio, metric: monthly_cost_usd, at_most: 3000}",
        "      - {option: socketio, metric: monthly_cost_usd, at_most: 1}",
    )
    edit(folder / "plan.yaml", "status: in_service", "status: done")
    done = installed("build", "--project", folder, "--fail-on", "no-go", timeout_s=300)
    assert done.returncode == 1, done.stderr
    decision = json.loads((tmp_path / "reports" / "latest" / "decision.json").read_text())
    assert [phase["because"] for phase in decision["phases"]][1] == "not_ready"


def killed(process: "subprocess.Popen[bytes]", out: Path, after_s: float | None) -> None:
    """End a build and all that it has started, after a time or, for None, while it writes its pages."""
    deadline_s = time.monotonic() + (120 if after_s is None else after_s)
    while time.monotonic() < deadline_s and not (after_s is None and list(out.glob(".building-*"))):
        time.sleep(0.02)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_build_killed_at_any_instant_leaves_the_previous_report_whole(
    standing: Path, folder: Path, installed: Any, edit: Any, tmp_path: Path
) -> None:
    small(folder)
    before, latest = digests(standing), (standing / "latest").readlink()
    edit(folder / "project.yaml", "title: Chat that stays connected", "title: Another title")
    instants = np.random.default_rng(5).uniform(0.1, 2.0, size=9).tolist()
    for after_s in [*instants, None]:
        process = subprocess.Popen(
            [TOOLKIT, "build", "--project", str(folder)],
            cwd=tmp_path, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        killed(process, standing, after_s)
        after = digests(standing)
        assert {name: after.get(name) for name in before if not name.startswith(".")} == {
            name: value for name, value in before.items() if not name.startswith(".")
        }
        assert (standing / "latest").readlink() == latest
    assert list(standing.glob(".building-*"))
    done = installed("build", "--project", folder, timeout_s=300)
    assert done.returncode == 0, done.stderr
    assert "Another title" in (standing / "latest" / "index.html").read_text()
    assert not list(standing.glob(".building-*"))


def test_wrong_input_publishes_nothing_and_keeps_the_last_report(
    installed: Any, standing: Path, folder: Path, edit: Any
) -> None:
    before = digests(standing)
    edit(folder / "project.yaml", "currency: USD", "currency: EUR")
    done = installed("build", "--project", folder)
    assert done.returncode == 2
    assert "currency" in done.stderr
    assert digests(standing) == before


def test_wrong_input_makes_no_folder_of_reports(
    toolkit: Any, folder: Path, edit: Any, tmp_path: Path
) -> None:
    edit(folder / "project.yaml", "currency: USD", "currency: EUR")
    assert toolkit("build", "--project", folder).returncode == 2
    assert not (tmp_path / "reports").exists()


@pytest.mark.soak
def test_builds_at_once_compute_one_report(folder: Path, tmp_path: Path) -> None:
    assert_one_report(small(folder), tmp_path, at_once=3)
