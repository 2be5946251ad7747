"""A notebook that was executed stands for another run exactly where nothing that reached it has changed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from test_running_notebooks import notebook, said

from toolkit.report.executed import Ground, find, is_seen, keep
from toolkit.report.fingerprint import fingerprint
from toolkit.report.run import run_notebooks

TAGGED = "project = 'x'\nscenario = None\nas_of = None"

TAKES_ONE = (
    "from pathlib import Path",
    "from toolkit.loading import load",
    "loaded = load(Path(project))",
    "print(loaded.scenarios['production'].title, list(loaded.scenarios), loaded.project.title)",
)
OPENS_ONE = (
    "from pathlib import Path",
    "print((Path(project) / 'scenarios' / 'enterprise.yaml').read_text()[:80])",
)


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    notebook(folder / "1-takes.ipynb", *TAKES_ONE, tagged=TAGGED)
    notebook(folder / "2-opens.ipynb", *OPENS_ONE, tagged=TAGGED)
    return folder


def ground_of(folder: Path, notebooks: Path) -> Ground:
    from datetime import date

    state = fingerprint(folder, notebooks=notebooks, as_of=date(2026, 11, 27))
    parameters = {"project": str(folder), "scenario": "production", "as_of": "2026-11-27"}
    return Ground(
        inputs=state.inputs,
        code=state.code,
        told=(),
        parameters=parameters,
        project=folder,
        notebooks=notebooks,
    )


def runs(folder: Path, notebooks: Path, kept: Path | None) -> dict[str, str]:
    ground = ground_of(folder, notebooks)
    executed = run_notebooks(
        sorted(notebooks.glob("*.ipynb")), ground.parameters, cwd=notebooks, kept=kept, ground=ground
    )
    return {name: said(one) for name, one in executed.items()}


def known(folder: Path, notebooks: Path, kept: Path) -> set[str]:
    """The notebooks that would not be run."""
    ground = ground_of(folder, notebooks)
    return {path.stem for path in notebooks.glob("*.ipynb") if find(kept, ground, path) is not None}


@pytest.mark.soak
def test_each_edit_runs_what_depends_on_it_and_gives_what_a_run_of_all_gives(
    folder: Path, notebooks: Path, edit: Callable[..., None], tmp_path: Path
) -> None:
    shutil.rmtree(folder / "metrics", ignore_errors=True)
    kept, both = tmp_path / "kept", {"1-takes", "2-opens"}
    first = runs(folder, notebooks, kept)
    assert "production" in first["1-takes"] and first["2-opens"].startswith("#")
    assert known(folder, notebooks, kept) == both
    titles = {
        "scenarios/production.yaml": {"2-opens"},
        "scenarios/enterprise.yaml": {"1-takes"},
        "scenarios/under-100-usd.yaml": both,
        "project.yaml": set(),
        "plan.yaml": set(),
        "options/ably.yaml": set(),
        "pricing/ably.yaml": set(),
    }
    for name, still_known in titles.items():
        path, before = folder / name, (folder / name).read_text()
        marked = before.replace("title: ", "title: Marked ", 1)
        path.write_text(f"# marked\n{marked}")
        assert known(folder, notebooks, kept) == still_known, name
        if name.startswith("scenarios/production"):
            assert runs(folder, notebooks, kept) == runs(folder, notebooks, None), name
        path.write_text(before)
    notebook(notebooks / "3-new.ipynb", "1", tagged=TAGGED)
    assert known(folder, notebooks, kept) == set(), "the names of all notebooks count"


@pytest.mark.parametrize(
    "cell",
    [
        "import duckdb", "import os", "!cat x", "%run y.ipynb", "from subprocess import run",
        "__import__('os')", "exec('1')", "f = eval", "from . import x",
    ],
)  # fmt: skip
def test_a_notebook_that_could_read_unseen_depends_on_everything(tmp_path: Path, cell: str) -> None:
    assert not is_seen(notebook(tmp_path / "a.ipynb", cell))
    assert is_seen(
        notebook(tmp_path / "b.ipynb", "from toolkit import api\nimport pandas as pd\npd.DataFrame()")
    )


def test_the_notebooks_that_ship_are_seen(shipped: Path) -> None:
    for path in sorted((Path(__file__).parent.parent.parent / "notebooks").glob("*.ipynb")):
        assert is_seen(path), path.name


def kept_one(folder: Path, notebooks: Path, kept: Path) -> tuple[Ground, Path]:
    ground, path = ground_of(folder, notebooks), notebooks / "1-takes.ipynb"
    executed: Any = nbformat.v4.new_notebook()
    keep(kept, ground, path, executed=nbformat.writes(executed), reads=[])
    return ground, path


@pytest.mark.parametrize("damage", ["cut", "edited", "empty", "foreign"])
def test_what_was_damaged_is_run_again(folder: Path, notebooks: Path, tmp_path: Path, damage: str) -> None:
    ground, path = kept_one(folder, notebooks, tmp_path / "kept")
    assert find(tmp_path / "kept", ground, path) is not None
    (file,) = (tmp_path / "kept").iterdir()
    text = file.read_text()
    damaged = {
        "cut": text[:-40], "edited": text.replace("nbformat_minor", "nbformat_minus"), "empty": "",
        "foreign": json.dumps({"schema": "other"}),
    }  # fmt: skip
    file.write_text(damaged[damage])
    assert find(tmp_path / "kept", ground, path) is None


def test_a_folder_that_cannot_be_written_only_costs_time(
    folder: Path, notebooks: Path, tmp_path: Path
) -> None:
    (tmp_path / "kept").write_text("a file")
    ground, path = kept_one(folder, notebooks, tmp_path / "kept")
    assert find(tmp_path / "kept", ground, path) is None
