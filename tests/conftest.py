"""What many tests start from."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import TOOLKIT, Run, forked_in, installed_in
from once import SECRET, made_once

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(shipped: Path, tmp_path: Path) -> Path:
    """A copy of the decision folder that ships, to be changed by the test; its recordings are rolled up."""
    return shutil.copytree(shipped, tmp_path / "data")


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the decision folder that ships, not to be changed; its recordings are rolled up."""

    def copy(home: Path) -> None:
        shutil.copytree(ROOT / "data", home / "data", ignore=shutil.ignore_patterns("rollups"))
        done = forked_in(home)("metrics", "--project", home / "data", "--json")
        assert done.returncode == 0, done.stderr

    return made_once(tmp_path_factory, "shipped", copy) / "data"


@pytest.fixture(scope="session")
def decision(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `toolkit decide --json` prints of the folder that ships."""

    def decide(home: Path) -> None:
        done = installed_in(home)("decide", "--project", shipped, "--json")
        assert done.returncode == 0, done.stderr
        (home / "decision.json").write_text(done.stdout)

    return (made_once(tmp_path_factory, "decision", decide) / "decision.json").read_text()


@pytest.fixture(scope="session")
def published(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of reports where `toolkit build` has published the folder that ships, not to be changed."""

    def build(home: Path) -> None:
        done = subprocess.run(
            [TOOLKIT, "build", "--project", str(shipped), "--out", str(home / "reports")],
            cwd=home, env={"HOME": str(home / "no-home"), "PATH": os.environ["PATH"], "API_TOKEN": SECRET},
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        (home / "printed").write_text(done.stdout)

    return made_once(tmp_path_factory, "published", build) / "reports"


@pytest.fixture
def toolkit(tmp_path: Path) -> Run:
    """Runs the command in an empty working directory, without waiting for its imports each time."""
    return forked_in(tmp_path)


@pytest.fixture
def installed(tmp_path: Path) -> Run:
    """Runs the installed command in an empty working directory, as a user would."""
    return installed_in(tmp_path)


@pytest.fixture
def edit() -> Callable[[Path, str, str], None]:
    """Replaces one piece of a file's text, which must be there once."""

    def replace(path: Path, old: str, new: str) -> None:
        text = path.read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
        path.write_text(text.replace(old, new))

    return replace
