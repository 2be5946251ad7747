"""What makes no sense in options and scenarios is named with file, line and field, all of it at once."""

import shutil
from pathlib import Path

import pytest
from cost_worlds import DATA

from toolkit import api
from toolkit.project import InputError

EDITS = [
    ("scenarios/production.yaml", "horizon_months: 24", "horizon_months: 0\ndiscount_rate_per_year: 7"),
    (
        "scenarios/enterprise.yaml",
        "growth_per_month: {p5: 0, p50: 0.02, p95: 0.05}",
        "growth_per_month: {p5: 0, p50: 0.02, p95: 900}",
    ),
    (
        "scenarios/immediate-fix.yaml",
        "growth_per_month: {p5: 0,",
        "growth_per_month: {p5: 3,",
    ),
    (
        "options/ably.yaml",
        "figures:\n",
        "figures:\n"
        "  way_back_probability: {value: 7, unit: share, grade: claim, source: us, as_of: 2026-01-01}\n"
        "  parallel_run_months: {p5: 3, p50: 2, p95: 1, unit: months, grade: claim, source: us,"
        " as_of: 2026-01-01}\n",
    ),
    (
        "options/socketio.yaml",
        "figures:\n",
        "figures:\n  nodes_per_cache: {value: 0, unit: nodes, grade: claim, source: us, as_of: 2026-01-01}\n",
    ),
]

WRONG = [
    ("options/ably.yaml", "figures.way_back_probability[0]: 7 is not a share; write 0.07 for 7 %"),
    (
        "options/ably.yaml",
        "figures.parallel_run_months[0]: p5, p50 and p95 are out of order; write p5 <= p50",
    ),
    ("options/socketio.yaml", "figures: nodes_per_cache may be 0; write more than 0"),
    ("scenarios/enterprise.yaml", "growth_per_month: traffic grows to "),
    ("scenarios/immediate-fix.yaml", "growth_per_month: p5 3, p50 "),
    ("scenarios/production.yaml", "horizon_months: 0: input should be greater than or equal to 1"),
    ("scenarios/production.yaml", "discount_rate_per_year: 7 is not a share; write 0 to 1, 0.07 for 7 %"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "team"
    shutil.copytree(DATA.root, target, ignore=shutil.ignore_patterns("metrics"))
    for name, old, new in EDITS:
        text = (target / name).read_text()
        assert old in text, name
        (target / name).write_text(text.replace(old, new, 1))
    return target


def test_all_of_it_is_told_at_once(folder: Path) -> None:
    with pytest.raises(InputError) as raised:
        api.cost(folder)
    told = str(raised.value).splitlines()
    assert len(told) == len(WRONG)
    for line, (name, wrong) in zip(told, WRONG, strict=True):
        path, number, rest = line.removeprefix(f"{folder}/").split(":", 2)
        assert (path, rest.strip()[: len(wrong)]) == (name, wrong)
        field = wrong.split(":")[0].split(".")[-1].removesuffix("[0]")
        assert field in (folder / name).read_text().splitlines()[int(number) - 1]
