"""The brief's claim that its fixes resolve 90 % of the disconnections, as the commands judge it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import Run

from toolkit import api

Edit = Callable[[Path, str, str], None]
LABEL = "hypothetical: if these lab counts were field data"
IN_PRODUCTION = "at_least: 0.90,\n         environment: production"
METRIC = "disconnection_rate_reduction"


def claims(decision: str) -> dict[str, dict[str, Any]]:
    """The criteria on the claim by environment."""
    stabilise = json.loads(decision)["phases"][0]
    return {one["environment"]: one for one in stabilise["criteria"] if one["metric"] == METRIC}


def decided(toolkit: Run, folder: Path) -> str:
    done = toolkit("decide", "--json", "--project", folder)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def test_the_lab_proves_it_and_production_has_not_been_asked(decision: str) -> None:
    found = claims(decision)
    assert list(found) == ["lab", "production"]
    lab, production = found["lab"], found["production"]
    assert (lab["option"], lab["baseline"], lab["level"]) == ("current", "current-unfixed", "should")
    assert (lab["state"], lab["grade"], lab["hypothetical"]) == ("met", "lab", None)
    assert lab["low"] >= 0.9
    assert production["state"] == "unknown" and production["reason"].startswith("grade too weak: ")


def test_its_estimate_is_what_the_report_tells_beside_the_claim(decision: str, shipped: Path) -> None:
    """One estimate, and an interval that may be looked at every day around that for one look."""
    lab, told = claims(decision)["lab"], api.worth(shipped).comparisons[0]
    assert told.option.environment == "lab" and told.resolved.low is not None
    assert told.resolved.high is not None
    assert lab["estimate"] == pytest.approx(told.resolved.value)
    assert lab["low"] < told.resolved.low < told.resolved.high < lab["high"]
    option, baseline = lab["basis"]["sides"]
    assert (option["ends"], baseline["ends"]) == (told.option.ends, told.baseline.ends)
    assert option["connected_s"] == pytest.approx(told.option.connected_h * 3600)


def test_a_hold_says_beside_it_what_lab_counts_would_be_in_the_field(decision: str) -> None:
    document = json.loads(decision)
    for phase in document["phases"]:
        entries = [one for entry in phase["criteria"] for one in [entry, *(entry["any_of"] or [])]]
        weak = [one for one in entries if one["reason"].startswith("grade too weak")]
        asked = [one for one in weak if one["list"] != "rollback_if"]
        assert [one for one in entries if one["hypothetical"]] == asked
        assert (phase["hypothetical"] is not None) == bool(asked)
        if asked:
            assert phase["verdict"] == "HOLD" and phase["hypothetical"]["label"] == LABEL
    supposed = claims(decision)["production"]["hypothetical"]
    assert (supposed["label"], supposed["environment"]) == (LABEL, "lab")
    assert (supposed["grade"], supposed["as_grade"]) == ("lab", "field")
    assert (supposed["outage_hours"], supposed["block_hours"]) == (1, 1)


def test_the_supposition_is_what_the_gate_says_once_the_environment_is_of_that_grade(
    toolkit: Run, folder: Path, decision: str, edit: Edit
) -> None:
    edit(folder / "project.yaml", "  lab: lab\n", "  lab: field\n")
    edit(folder / "plan.yaml", IN_PRODUCTION, IN_PRODUCTION.replace("production", "lab"))
    document = json.loads(decided(toolkit, folder))
    real = [one for one in document["phases"][0]["criteria"] if one["metric"] == METRIC][1]
    supposed = claims(decision)["production"]["hypothetical"]
    assert (real["list"], real["environment"], real["grade"]) == ("ready_if", "lab", "field")
    same = ("state", "reason", "estimate", "low", "high", "n", "n_effective", "basis", "blocks", "since")
    assert {key: real[key] for key in same} == {key: supposed[key] for key in same}
    assert real["hypothetical"] is None


def test_what_is_wrong_with_it_is_told_with_its_line(toolkit: Run, folder: Path, edit: Edit) -> None:
    text = (folder / "plan.yaml").read_text()
    line = text[: text.index("baseline: current-unfixed")].count("\n") + 1
    (folder / "plan.yaml").write_text(text.replace("baseline: current-unfixed", "baseline: curent", 1))
    done = toolkit("decide", "--project", folder)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert f"plan.yaml:{line}: phases[0].needed_if[2].baseline: curent is not an option" in done.stderr
    assert "did you mean current?" in done.stderr
