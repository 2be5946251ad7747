"""The notebooks tell a story: prose, one call a cell, no function, no output, literal parameters."""

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

FOLDER = Path(__file__).parent.parent.parent / "notebooks"
NAMES = ["1-stability", "2-options", "3-cost", "4-decision"]


@pytest.fixture(params=NAMES)
def notebook(request: pytest.FixtureRequest) -> Any:
    made = nbformat.read(FOLDER / f"{request.param}.ipynb", as_version=4)
    nbformat.validate(made)
    return made


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_these_are_all() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == NAMES


def test_no_output_is_kept(notebook: Any) -> None:
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code(notebook))


def test_the_first_code_cell_holds_the_parameters_as_literals(notebook: Any) -> None:
    first, *others = code(notebook)
    assert first.metadata["tags"] == ["parameters"]
    assert not [cell for cell in others if "parameters" in cell.metadata.get("tags", [])]
    assigned = {}
    for statement in ast.parse(first.source).body:
        assert isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        assigned[statement.targets[0].id] = ast.literal_eval(statement.value)
    assert assigned == {"project": "data", "scenario": None, "as_of": None}


def test_nothing_is_defined_and_each_cell_is_a_call_or_two(notebook: Any) -> None:
    for cell in code(notebook)[2:]:
        body = ast.parse(cell.source).body
        assert len(body) <= 2, cell.source
        assert not [
            node
            for node in ast.walk(ast.parse(cell.source))
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda | ast.For | ast.While)
        ]


def test_there_is_one_title_and_every_result_is_led_to_by_prose(notebook: Any) -> None:
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert sum(len(re.findall(r"^# ", text, re.MULTILINE)) for text in prose) == 1
    assert notebook.metadata["title"] in prose[0].splitlines()[0]
    for before, cell in zip(notebook.cells, notebook.cells[1:], strict=False):
        if cell.cell_type == "code" and cell not in code(notebook)[:2]:
            assert before.cell_type == "markdown"


def test_nothing_of_a_machine_is_in_it(notebook: Any) -> None:
    text = "\n".join(cell.source for cell in notebook.cells)
    assert not re.search(r"/home|/work|/tmp|!pip|%matplotlib|https?://", text)
