"""The leadership page stays small enough to mail, with every figure in it."""

import re
from pathlib import Path
from typing import Any

import pytest
from untrusted import notebook

MOST_BYTES = 1_000_000

OF_A_SCENARIO = ("verdicts", "changes", "phases", "cost", "options", "answer")
"""The sections that a page has for every scenario; the others it has once."""


def test_two_scenarios_more_would_leave_the_page_of_all_environments_below_a_megabyte(
    published: Path,
) -> None:
    page = (published / "latest" / "index.html").read_text()
    # For the scenario a map, those of other teams and two curves; for each environment a forest, lives and
    # latencies; the fixes.
    assert page.count("<figure>") == 4 + 3 * 3 + 1
    parts = dict(
        re.findall(r'(?s)<section [^>]*aria-labelledby="([a-z]+)">(.*?)(?=\n<section|\n<nav|</main>)', page)
    )
    scenario = sum(len(parts[name].encode()) for name in OF_A_SCENARIO)
    assert scenario > 100_000
    assert len(page.encode()) + 2 * scenario < MOST_BYTES


@pytest.mark.soak
def test_three_scenarios_and_every_recorded_environment_take_less_than_a_megabyte(
    folder: Path, toolkit: Any, tmp_path: Path
) -> None:
    scenarios = ("production", "enterprise", "immediate-fix")
    for path in (folder / "scenarios").glob("*.yaml"):
        # What a page tells does not get shorter with the horizon, and the computing does.
        path.write_text(re.sub(r"(?m)^horizon_months: \d+", "horizon_months: 2", path.read_text()))
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "1-brief.ipynb").write_text(notebook())
    asked = [word for name in scenarios for word in ("--scenario", name)]
    done = toolkit("build", "--project", folder, *asked, timeout_s=300)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "reports" / "latest" / "index.html").read_text()
    assert page.count('<h2 id="scenario-') == len(scenarios) - 1
    # A map and two curves a scenario, of the first those of other teams too; a forest, lives and latencies an
    # environment; the fixes.
    assert page.count("<figure>") == 3 * len(scenarios) + 1 + 3 * 3 + 1
    assert len(page.encode()) < MOST_BYTES
