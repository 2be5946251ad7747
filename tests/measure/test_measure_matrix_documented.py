"""Every row of the reliability matrix names tests that are there, and no test of the matrix is left out."""

import re
from pathlib import Path
from typing import get_args

from toolkit.measure.faults.script import NetworkFaults, Scripted

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "reliability.md").read_text()
NAMED = re.findall(r"`(test_\w+\.py)::(test_\w+)`", PAGE)


def names_in(file: Path) -> set[str]:
    return set(re.findall(r"^def (test_\w+)\(", file.read_text(), re.M))


def test_every_test_that_the_page_names_is_there() -> None:
    files = {file.name: names_in(file) for file in TESTS.rglob("test_*.py")}
    assert len(NAMED) > 40
    assert [f"{file}::{test}" for file, test in NAMED if test not in files.get(file, set())] == []


def test_every_row_of_the_matrix_is_proved() -> None:
    rows = re.findall(r"^\| (?!fault|---)(.+) \|$", PAGE.partition("## The matrix")[2], re.M)
    assert len(rows) >= 25
    assert [row for row in rows if "`test_" not in row.split(" | ")[-1]] == []


def test_every_test_of_the_matrix_stands_in_it() -> None:
    for file in sorted(TESTS.glob("measure/test_measure_matrix_*.py")):
        if file != Path(__file__):
            assert names_in(file) - {test for name, test in NAMED if name == file.name} == set(), file.name


def test_the_page_describes_every_fault_and_every_key() -> None:
    faults = PAGE.partition("## Faults")[2].partition("## Time")[0]
    described = set(re.findall(r"^\| `(\w+)` \|", faults, re.M))
    assert described == {*get_args(Scripted), "idle"}
    assert all(f"  {key}:" in faults for key in NetworkFaults.model_fields)
