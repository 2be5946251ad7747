"""The what-if cells of notebook 3 hold for every scenario, not only for those that ship."""

import ast
import json
from pathlib import Path
from typing import Any

from cost_worlds import plain_scenario

from toolkit.cost.whatif import what_if

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "3-cost.ipynb"


def source(cell_id: str) -> str:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return next("".join(cell["source"]) for cell in cells if cell["id"] == cell_id)


def changes(cell_id: str) -> dict[str, Any]:
    """What the first line of a cell changes."""
    line = ast.parse(source(cell_id)).body[0]
    assert isinstance(line, ast.Assign)
    found: dict[str, Any] = ast.literal_eval(line.value)
    return found


def test_a_tenth_a_month_is_asked_of_two_years_however_long_the_horizon() -> None:
    fifty_years = plain_scenario(horizon_months=600)
    asked = what_if(fifty_years, changes("what-if-growth"))
    assert asked.scenario.growth_per_month == 0.1 and asked.scenario.horizon_months == 24
