"""Set-up on a machine that lacks something says plainly what, and with which package to mend it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def sh(script: str, *arguments: str, path: str) -> "subprocess.CompletedProcess[str]":
    command = ["/bin/sh", str(ROOT / "scripts" / script), *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={"PATH": path}, capture_output=True, text=True, timeout=60, check=False
    )


def put(folder: Path, *programs: str) -> None:
    for name in programs:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)


@pytest.mark.parametrize("missing", ["chromium", "openssl"])
def test_a_machine_without_what_the_tests_need_is_told_the_package(tmp_path: Path, missing: str) -> None:
    put(tmp_path, *({"chromium", "openssl"} - {missing}))
    done = sh("need-tools", path=str(tmp_path))
    assert done.returncode != 0
    assert f"apt-get install {missing}" in done.stderr


def test_a_machine_with_what_the_tests_need_is_told_nothing(tmp_path: Path) -> None:
    put(tmp_path, "chromium", "openssl")
    done = sh("need-tools", path=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_machine_without_python_is_told_the_package(tmp_path: Path) -> None:
    done = sh(
        "make-venv", "python-that-is-not-there", str(tmp_path / "venv"), "x.txt", path=os.environ["PATH"]
    )
    assert done.returncode == 3
    assert "apt-get install python3" in done.stderr
    assert not (tmp_path / "venv").exists()


@pytest.mark.parametrize(
    ("says", "wanted"),
    [
        ("import sys; sys.exit('sys.version_info' in sys.argv[2])", "Python 3.11 or newer is needed"),
        ("import sys; sys.exit('ensurepip' in sys.argv[2])", "apt-get install python3-venv"),
    ],
)
def test_an_old_or_stripped_python_is_told_the_mend(tmp_path: Path, says: str, wanted: str) -> None:
    """A stand-in for a Python that this machine does not have: it fails only the check in question."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{says}" "$@"\n')
    python.chmod(0o755)
    done = sh("make-venv", str(python), str(tmp_path / "venv"), "x.txt", path=os.environ["PATH"])
    assert done.returncode == 3
    assert wanted in done.stderr


def committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_committed_file_holds_the_address_of_a_registry() -> None:
    hosts = re.compile(
        rb"registry\.npm" + rb"js|files\.python" + rb"hosted|pypi\." + rb"org|--index" + rb"-url"
    )
    assert [path.name for path in committed() if hosts.search(path.read_bytes())] == []


def test_no_committed_file_holds_a_path_of_this_machine() -> None:
    home = str(Path.home()).encode()
    here = str(ROOT.parent).encode() + b"/"
    needles = [needle for needle in (home + b"/", here) if len(needle) > 5]
    found = [path.name for path in committed() for needle in needles if needle in path.read_bytes()]
    assert found == []


@pytest.mark.parametrize("name", ["base.txt", "all.txt"])
def test_every_locked_package_has_a_version_and_hashes(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert len(blocks) > 50
    for block in blocks:
        assert re.match(r"[\w.\[\]-]+==\S+", block), block[:60]
        assert "--hash=sha256:" in block, block[:60]
    assert "://" not in text


def test_what_both_lock_files_hold_is_the_same_version() -> None:
    pins = [
        set(re.findall(r"^([\w.-]+==\S+)", (ROOT / "requirements" / name).read_text(), re.M))
        for name in ("base.txt", "all.txt")
    ]
    assert pins[0] <= pins[1]
