"""A build holds every page and document, or nothing is published."""

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from report_folders import told
from report_html import assert_self_contained
from test_running_notebooks import notebook

from toolkit.project.faults import InputError
from toolkit.report.build import build, notebook_files
from toolkit.report.fingerprint import fingerprint
from toolkit.report.inputs import ReportInputs

ROOT = Path(__file__).parent.parent.parent

THREE = "project = 'x'\nscenario = None\nas_of = None"


TOKEN = "s3cr3t-t0ken"


def one_notebook(folder: Path) -> Path:
    """The folder with a notebook that tells its parameters."""
    folder.mkdir()
    notebook(folder / "1-first.ipynb", "print(scenario, as_of)", tagged=THREE)
    return folder


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    return one_notebook(tmp_path / "notebooks")


def built(report: ReportInputs, recorded: Path, notebooks: Path, out: Path) -> Path:
    state = fingerprint(
        recorded, notebooks=notebooks, as_of=report.as_of, scenarios=list(report.scenarios), out=out
    )
    return build(report, out=out, fingerprint=state, project=recorded, notebooks=notebooks)


@pytest.fixture(scope="module")
def first(report: ReportInputs, recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build by someone whose environment holds a secret; not to be changed."""
    home = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOME_TOKEN", TOKEN)
        return built(report, recorded, one_notebook(home / "notebooks"), home / "reports")


def test_a_build_holds_the_page_the_notebooks_and_the_decision(report: ReportInputs, first: Path) -> None:
    names = sorted(path.name for path in first.iterdir())
    assert names == ["1-first.html", "build.json", "decision.json", "index.html"]
    assert 'href="1-first.html"' in (first / "index.html").read_text()
    assert "production 2026-11-27" in (first / "1-first.html").read_text()
    for page in first.glob("*.html"):
        assert_self_contained(page.read_text())
    _, scenario = report.default
    assert json.loads((first / "decision.json").read_text()) == scenario.decision.to_document()


def test_two_builds_of_the_same_state_are_the_same_bytes(
    report: ReportInputs, recorded: Path, notebooks: Path, tmp_path: Path, first: Path
) -> None:
    second = built(report, recorded, notebooks, tmp_path / "reports")
    assert second.name == first.name
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes(), path.name


def test_no_page_names_the_machine_or_its_environment(recorded: Path, first: Path) -> None:
    for path in first.iterdir():
        text = path.read_text()
        assert TOKEN not in text
        assert str(first.parent.parent) not in text and str(recorded) not in text


def test_a_failing_notebook_publishes_nothing(
    report: ReportInputs, recorded: Path, notebooks: Path, tmp_path: Path, first: Path
) -> None:
    out = shutil.copytree(first.parent, tmp_path / "reports", symlinks=True)
    notebook(notebooks / "2-bad.ipynb", "1 / 0", tagged=THREE)
    with pytest.raises(InputError, match=r"2-bad.ipynb:1: cell 3: ZeroDivisionError: division by zero"):
        built(report, recorded, notebooks, out)
    assert sorted(path.name for path in out.iterdir() if not path.name.startswith(".")) == [
        first.name, "failed", "index.html", "latest",
    ]  # fmt: skip
    assert (out / "latest").resolve() == out / first.name


def test_a_notebook_that_ignores_a_parameter_is_refused(
    report: ReportInputs, recorded: Path, notebooks: Path, tmp_path: Path
) -> None:
    notebook(notebooks / "2-old.ipynb", "1", tagged="project = 'x'\nscenario = None")
    with pytest.raises(
        InputError, match=r"2-old.ipynb:1: parameters.as_of: the notebook has no such parameter"
    ):
        built(report, recorded, notebooks, tmp_path / "reports")


def test_a_new_folder_without_recordings_has_its_report_with_the_notebooks_that_ship(
    folder: Path, edit: Any, tmp_path: Path
) -> None:
    shutil.rmtree(folder / "metrics", ignore_errors=True)
    # A short horizon, which takes less time; each notebook computes the costs anew.
    edit(folder / "scenarios" / "production.yaml", "horizon_months: 24", "horizon_months: 3")
    report = told(folder)
    built_at = built(report, folder, ROOT / "notebooks", tmp_path / "reports")
    assert len(list(built_at.glob("*.html"))) == 5
    assert "Nothing was measured in any environment." in (built_at / "1-stability.html").read_text()
    for page in built_at.glob("*.html"):
        assert_self_contained(page.read_text())


@pytest.mark.parametrize("name", ["index", "build", "decision", "what-if"])
def test_a_notebook_cannot_take_the_name_of_another_page(
    report: ReportInputs, recorded: Path, notebooks: Path, tmp_path: Path, name: str
) -> None:
    notebook(notebooks / f"{name}.ipynb", "1", tagged=THREE)
    with pytest.raises(InputError, match=f"{name} is the name of another page; rename it"):
        built(report, recorded, notebooks, tmp_path / "reports")


def test_a_folder_without_notebooks_still_has_its_report(
    report: ReportInputs, recorded: Path, tmp_path: Path
) -> None:
    (tmp_path / "none").mkdir()
    folder = built(report, recorded, tmp_path / "none", tmp_path / "reports")
    assert sorted(path.name for path in folder.iterdir()) == ["build.json", "decision.json", "index.html"]


def test_a_notebook_with_a_strange_name_is_linked_rightly(
    report: ReportInputs, recorded: Path, notebooks: Path, tmp_path: Path
) -> None:
    (notebooks / "1-first.ipynb").rename(notebooks / 'a "b" #1 <i>.ipynb')
    made = nbformat.read(notebooks / 'a "b" #1 <i>.ipynb', as_version=4)
    made.cells.insert(0, nbformat.v4.new_markdown_cell("# <script>alert(1)</script>", id="t"))
    nbformat.write(made, notebooks / 'a "b" #1 <i>.ipynb')
    folder = built(report, recorded, notebooks, tmp_path / "reports")
    page = (folder / "index.html").read_text()
    assert 'href="a%20%22b%22%20%231%20%3Ci%3E.html"' in page
    for path in folder.glob("*.html"):
        assert_self_contained(path.read_text())


def test_a_backslash_in_a_notebook_s_name_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a\\b.ipynb").write_text("{}")
    with pytest.raises(InputError, match=r"has a backslash in its name; rename it, to 5-name.ipynb say"):
        notebook_files(tmp_path)
