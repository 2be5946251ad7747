"""`toolkit build` publishes whole reports, once, in one step; its exit code says what a scheduler acts on."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

TOOLKIT = str(Path(sys.executable).parent / "toolkit")


ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def brief_folder(folder: Path) -> Path:
    """The folder with one notebook of its own, which takes less time than the four that ship."""
    (folder / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "4-decision.ipynb", folder / "notebooks")
    return folder


def digests(folder: Path) -> dict[str, tuple[str, int]]:
    """Content and time of change of every file."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the folder that ships was built."""
    out = tmp_path_factory.mktemp("built") / "reports"
    data = ROOT / "data"
    done = subprocess.run(
        [TOOLKIT, "build", "--project", str(data), "--out", str(out)],
        cwd=out.parent, env={"HOME": str(out.parent / "no-home"), "PATH": os.environ["PATH"]},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("index.html")
    assert Path(done.stdout.strip()).is_file()
    return out


def test_a_build_has_a_page_a_notebook_and_the_decision(built: Path) -> None:
    names = {path.name for path in (built / "latest").iterdir()}
    assert {"index.html", "decision.json"} <= names
    assert {f"{name}.html" for name in ("1-stability", "2-options", "3-cost", "4-decision")} <= names
    assert (built / "index.html").is_file()
    assert (built / "latest").is_symlink()


def test_the_report_carries_the_document_that_decide_prints(built: Path, toolkit: Any) -> None:
    data = ROOT / "data"
    printed = json.loads(toolkit("decide", "--project", data, "--json").stdout)
    assert json.loads((built / "latest" / "decision.json").read_text()) == printed


def test_unchanged_inputs_rebuild_nothing(built: Path, toolkit: Any) -> None:
    before = digests(built)
    data = ROOT / "data"
    done = toolkit("build", "--project", data, "--out", built)
    assert done.returncode == 0, done.stderr
    assert digests(built) == before


def test_another_place_gives_the_same_bytes(built: Path, folder: Path, toolkit: Any, tmp_path: Path) -> None:
    done = toolkit("build", "--project", folder, "--out", tmp_path / "elsewhere")
    assert done.returncode == 0, done.stderr
    one = {name: digest for name, (digest, _) in digests(built / "latest").items()}
    other = {name: digest for name, (digest, _) in digests(tmp_path / "elsewhere" / "latest").items()}
    assert other == one


def test_no_page_holds_a_path_of_the_machine(built: Path) -> None:
    needles = [str(ROOT), str(built.parent)]
    for page in (built / "latest").iterdir():
        for needle in needles:
            assert needle not in page.read_text(), page.name


@pytest.mark.parametrize(("fail_on", "code"), [(None, 0), ("no-go", 0), ("hold", 1)])
def test_the_exit_code_says_hold_only_when_asked(
    built: Path, toolkit: Any, fail_on: str | None, code: int
) -> None:
    """The first unfinished phase of the folder that ships holds: only production can say that it is ready."""
    data = ROOT / "data"
    extra = ["--fail-on", fail_on] if fail_on else []
    assert toolkit("build", "--project", data, "--out", built, *extra).returncode == code


def test_a_phase_that_is_not_ready_fails_a_no_go_build_after_publishing(
    toolkit: Any, brief_folder: Path, edit: Any, tmp_path: Path
) -> None:
    folder = brief_folder
    edit(
        folder / "plan.yaml",
        "      - {option: socketio, metric: monthly_cost_usd, at_most: 3000}",
        "      - {option: socketio, metric: monthly_cost_usd, at_most: 1}",
    )
    edit(folder / "plan.yaml", "status: in_service", "status: done")
    done = toolkit("build", "--project", folder, "--fail-on", "no-go", timeout_s=300)
    assert done.returncode == 1, done.stderr
    decision = json.loads((tmp_path / "reports" / "latest" / "decision.json").read_text())
    assert [phase["because"] for phase in decision["phases"]][1] == "not_ready"


def test_a_build_killed_at_any_instant_leaves_the_previous_report_whole(
    brief_folder: Path, toolkit: Any, tmp_path: Path, edit: Any
) -> None:
    folder, out = brief_folder, tmp_path / "reports"
    assert toolkit("build", "--project", folder, timeout_s=300).returncode == 0
    before = digests(out)
    edit(folder / "project.yaml", "title: Chat that stays connected", "title: Another title")
    for delay_s in (0.2, 1.0, 3.0):
        process = subprocess.Popen(
            [TOOLKIT, "build", "--project", str(folder)],
            cwd=tmp_path, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(delay_s)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        after = digests(out)
        assert {name: after.get(name) for name in before if not name.startswith(".")} == {
            name: value for name, value in before.items() if not name.startswith(".")
        }
    done = toolkit("build", "--project", folder, timeout_s=300)
    assert done.returncode == 0, done.stderr
    assert "Another title" in (out / "latest" / "index.html").read_text()
    assert not list(out.glob(".building-*"))


def test_wrong_input_publishes_nothing_and_keeps_the_last_report(
    toolkit: Any, folder: Path, edit: Any, tmp_path: Path
) -> None:
    edit(folder / "project.yaml", "currency: USD", "currency: EUR")
    done = toolkit("build", "--project", folder)
    assert done.returncode == 2
    assert "currency" in done.stderr
    assert not (tmp_path / "reports").exists()
