"""A build that fails leaves the last good report, its evidence, and a plain word on the index."""

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from report_html import assert_self_contained
from test_building import THREE, built, one_notebook
from test_publishing import page, state
from test_running_notebooks import notebook

from toolkit.project.faults import EnvironmentFault, InputError
from toolkit.report.attempts import MOST_ATTEMPTS, keep_attempt
from toolkit.report.build import build
from toolkit.report.fingerprint import fingerprint
from toolkit.report.inputs import ReportInputs
from toolkit.report.publish import publish, published
from toolkit.report.standing import attempts

HOSTILE = "raise ValueError('</li><script>alert(1)</script>\\u202e{{ 7*7 }}' + 'x' * 10_000)"

FAILING = {
    "raises": ("print('so far')", "1 / 0"),
    "hostile": ("print('so far')", HOSTILE),
    "dies": ("print('so far')", "import os; os._exit(1)"),
    "hangs": ("print('so far')", "import time\nwhile True: time.sleep(0.1)"),
}
"""Cells of a notebook for each way of failing once it runs."""


@pytest.fixture(scope="module")
def tried(report: ReportInputs, recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of reports where a build stands and another, whose notebooks all fail, does not."""
    home = tmp_path_factory.mktemp("tried")
    notebooks = one_notebook(home / "notebooks")
    built(report, recorded, notebooks, home / "reports")
    for name, cells in FAILING.items():
        notebook(notebooks / f"{name}.ipynb", *cells, tagged=THREE)
    out = home / "reports"
    after = fingerprint(recorded, notebooks=notebooks, as_of=report.as_of, out=out)
    with pytest.raises((InputError, EnvironmentFault)):
        build(report, out=out, fingerprint=after, project=recorded, notebooks=notebooks, limit_s=12)
    return out


def test_the_last_good_report_stands(tried: Path) -> None:
    assert (tried / "latest" / "index.html").is_file()
    assert (tried / "latest" / "1-first.html").is_file()


def test_every_failed_notebook_is_kept_as_far_as_it_came(tried: Path) -> None:
    (attempt,) = (tried / "failed").iterdir()
    kept = {path.stem: nbformat.read(path, as_version=4) for path in attempt.glob("*.ipynb")}
    assert set(kept) == set(FAILING)
    for name, executed in kept.items():
        assert "so far" in json.dumps(executed), name
    assert "ZeroDivisionError" in json.dumps(kept["raises"])


def test_the_index_says_what_failed_and_when_all_was_well(tried: Path) -> None:
    index = (tried / "index.html").read_text()
    assert_self_contained(index)
    assert "The last attempt failed" in index and "It still stands." in index
    assert index.index("The last attempt failed") < index.index("Newest first")
    assert "notebook raises: cell 4: ZeroDivisionError: division by zero" in index
    assert "notebook dies: its kernel failed" in index
    assert "notebook hangs: took longer than 12 s" in index
    assert "&lt;script&gt;alert(1)" in index and "<script" not in index and "\u202e" not in index
    assert len(index) < 100_000
    assert str(tried.parent) not in index


@pytest.mark.parametrize("content", ["no json", json.dumps({"cells": []})])
def test_a_file_that_cannot_be_run_is_an_attempt_without_evidence(
    report: ReportInputs, recorded: Path, tmp_path: Path, content: str
) -> None:
    notebooks = one_notebook(tmp_path / "notebooks")
    (notebooks / "2-other.ipynb").write_text(content)
    notebook(notebooks / "3-old.ipynb", "1", tagged="project = 'x'\nscenario = None")
    with pytest.raises(InputError, match=r"(?s)2-other.*3-old"):
        built(report, recorded, notebooks, tmp_path / "reports")
    index = (tmp_path / "reports" / "index.html").read_text()
    assert "There is no good build yet." in index and "notebook 2-other" in index
    assert "notebook 3-old: parameters.as_of: the notebook has no such parameter" in index


def attempted(out: Path, digest: str) -> Path:
    return keep_attempt(out, fingerprint=state(digest * 64), reasons=[digest], files={"a.ipynb": digest})


def test_a_good_build_clears_the_attempts(tmp_path: Path) -> None:
    attempted(tmp_path, "b")
    publish(tmp_path, fingerprint=state(), render=page)
    assert attempts(tmp_path) == [] and not (tmp_path / "failed").exists()
    assert "attempt failed" not in (tmp_path / "index.html").read_text()


def test_going_back_to_what_stands_clears_them_too(tmp_path: Path) -> None:
    publish(tmp_path, fingerprint=state(), render=page)
    attempted(tmp_path, "b")
    assert "attempt failed" in (tmp_path / "index.html").read_text()
    assert published(tmp_path, fingerprint=state()) is not None
    assert "attempt failed" not in (tmp_path / "index.html").read_text()


def test_the_same_failure_is_kept_once_and_old_ones_go(tmp_path: Path) -> None:
    for digest in "bb" + "cdef0123":
        attempted(tmp_path, digest)
    assert len(attempts(tmp_path)) == MOST_ATTEMPTS
    assert len(list((tmp_path / "failed").iterdir())) == MOST_ATTEMPTS
    assert not list(tmp_path.glob(".building-*"))


def test_a_link_in_place_of_the_attempts_is_not_followed(tmp_path: Path) -> None:
    outside, out = tmp_path / "outside", tmp_path / "reports"
    outside.mkdir()
    (outside / "mine.txt").write_text("mine")
    out.mkdir()
    (out / "failed").symlink_to(outside)
    publish(out, fingerprint=state(), render=page)
    assert (outside / "mine.txt").read_text() == "mine"
    with pytest.raises(EnvironmentFault, match="failed: is a link"):
        attempted(out, "b")
    assert sorted(path.name for path in outside.iterdir()) == ["mine.txt"]


@pytest.mark.parametrize("link", ["inside", "whole"])
def test_a_build_folder_that_is_a_link_is_not_written_into(tmp_path: Path, link: str) -> None:
    outside, out = tmp_path / "outside", tmp_path / "reports"
    outside.mkdir()
    out.mkdir()
    target: Any = out / state().build_id
    if link == "whole":
        target.symlink_to(outside)
    else:
        target.mkdir()
        (target / "index.html").symlink_to(outside / "index.html")
    publish(out, fingerprint=state(), render=page)
    assert list(outside.iterdir()) == []
    assert not target.is_symlink() and not (target / "index.html").is_symlink()
    shutil.rmtree(out)
