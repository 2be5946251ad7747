"""The notebooks hold in a folder of a team that keeps no claims and has recorded production alone."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from report_folders import record

from toolkit import api
from toolkit.report import tables

FOLDER = Path(__file__).parent.parent.parent / "notebooks"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = api.init(tmp_path_factory.mktemp("small") / "ours")
    for name in ("claims.yaml", "measurements.yaml", "use-cases.yaml"):
        (folder / name).unlink()
    record(folder / "metrics", environment="production", minutes=10, lives_s={"current": 900.0})
    return folder


def code(name: str) -> Iterator[str]:
    for cell in json.loads((FOLDER / f"{name}.ipynb").read_text())["cells"]:
        if cell["cell_type"] == "code" and "parameters" not in cell["metadata"].get("tags", []):
            yield "".join(cell["source"])


def prose(name: str) -> str:
    cells = json.loads((FOLDER / f"{name}.ipynb").read_text())["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


@pytest.mark.parametrize("name", ["1-stability", "2-options"])
def test_every_cell_runs(small: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small.parent)
    space: dict[str, Any] = {"project": "ours", "scenario": None, "as_of": None}
    for cell in code(name):
        exec(cell, space)
        with contextlib.suppress(SyntaxError):
            eval(cell, space)._repr_html_()


def test_a_folder_without_claims_has_their_columns_and_no_row(small: Path) -> None:
    claims = api.claims(small)
    assert claims.empty
    assert list(claims.columns) == ["id", "option", "statement", "verdict", "evidence", "source", "as_of"]
    assert "nothing" in tables.from_frame(claims, caption="The statements").__html__()


def test_what_users_did_in_production_is_no_bake_off(small: Path) -> None:
    measured = api.side_by_side(small)
    assert measured.environment is None and measured.connections.empty
    asked = api.side_by_side(small, environment="production")
    assert list(asked.connections["option"]) == ["current"]


@pytest.mark.parametrize(
    ("name", "count"), [("2-options", "nine ways"), ("4-decision", "three phases"), ("3-cost", "three times")]
)
def test_the_prose_counts_nothing_that_a_folder_may_have_otherwise(name: str, count: str) -> None:
    assert count not in prose(name)
