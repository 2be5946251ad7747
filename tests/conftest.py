"""What many tests start from."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the decision folder that ships, to be changed by the test."""
    copy = tmp_path / "data"
    shutil.copytree(ROOT / "data", copy, ignore=shutil.ignore_patterns("rollups"))
    return copy


@pytest.fixture
def toolkit(tmp_path: Path) -> Run:
    """Runs the command as a user would, in an empty working directory."""

    def run(*arguments: str | Path, timeout_s: float = 120) -> "subprocess.CompletedProcess[str]":
        command = [str(Path(sys.executable).parent / "toolkit"), *map(str, arguments)]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=timeout_s, check=False
        )

    return run


@pytest.fixture
def edit() -> Callable[[Path, str, str], None]:
    """Replaces one piece of a file's text, which must be there once."""

    def replace(path: Path, old: str, new: str) -> None:
        text = path.read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
        path.write_text(text.replace(old, new))

    return replace
