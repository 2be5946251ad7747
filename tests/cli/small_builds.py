"""A folder that is built in less time than the one that ships, and what several tests ask of builds of it."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

from commands import TOOLKIT

NOTEBOOK = {
    "nbformat": 4, "nbformat_minor": 5, "metadata": {},
    "cells": [{
        "cell_type": "code", "id": "p", "metadata": {"tags": ["parameters"]}, "outputs": [],
        "execution_count": None, "source": "project = None\nscenario = None\nas_of = None",
    }],
}  # fmt: skip
"""The shortest notebook that a build takes."""

_OPTIONS = ("current-unfixed", "current", "socketio")


def small(folder: Path, *, notebook: bool = True) -> Path:
    """The folder with three options, two phases, one month, no recordings, and one tiny notebook or none."""
    for path in (folder / "options").glob("*.yaml"):
        if path.stem not in _OPTIONS:
            path.unlink()
    # A new folder has none.
    if (folder / "metrics").exists():
        shutil.rmtree(folder / "metrics")
    for name in ("claims.yaml", "use-cases.yaml", "measurements.yaml"):
        (folder / name).unlink()
    plan = folder / "plan.yaml"
    plan.write_text(plan.read_text().partition("  - id: managed")[0])
    scenario = folder / "scenarios" / "production.yaml"
    scenario.write_text(scenario.read_text().replace("horizon_months: 24", "horizon_months: 1"))
    (folder / "notebooks").mkdir()
    if notebook:
        (folder / "notebooks" / "1-brief.ipynb").write_text(json.dumps(NOTEBOOK))
    return folder


def editable(folder: Path) -> list[tuple[Path, str, str]]:
    """Each file of the folder that a build reads, and a piece of its text to replace by another."""
    titled = [folder / "project.yaml", folder / "plan.yaml", *sorted((folder / "scenarios").glob("*.yaml"))]
    edits = [(path, "title: ", "title: Marked ") for path in titled]
    edits += [(path, "name: ", "name: Marked ") for path in sorted((folder / "options").glob("*.yaml"))]
    notebook = folder / "notebooks" / "1-brief.ipynb"
    return [*edits, (notebook, "as_of = None", "as_of = None  # marked")]


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


def assert_whole(build: Path) -> None:
    """A published build has every file as it was written, and no other."""
    manifest = json.loads((build / "build.json").read_text())
    assert {name: digest for name, (digest, _) in digests(build).items() if name != "build.json"} == manifest[
        "files"
    ]


def assert_one_report(folder: Path, cwd: Path, *, at_once: int) -> None:
    """Builds started at once all end well or say that another runs, and one report is there, whole."""
    processes = [
        subprocess.Popen(
            [TOOLKIT, "build", "--project", str(folder)],
            cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(at_once)
    ]  # fmt: skip
    printed = [process.communicate(timeout=600) for process in processes]
    codes = [process.returncode for process in processes]
    assert 0 in codes and set(codes) <= {0, 3}, printed
    out = cwd / "reports"
    (build,) = [path.parent for path in out.glob("*/build.json") if not path.parent.is_symlink()]
    assert (out / "latest").readlink() == Path(build.name)
    assert {Path(out_).parent.name for out_, _ in printed if out_} == {build.name}
    assert (out / "index.html").read_text().count(f'href="{build.name}/') >= 1
    assert not list(out.glob(".building-*"))
    # Only a build that computes tells the warnings of the folder; the others found what it had published.
    assert len([told for _, told in printed if "pusher.yaml:2: as_of: warning" in told]) == 1
