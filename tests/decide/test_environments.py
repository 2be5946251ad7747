"""Which environment speaks for a criterion; they are never pooled."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from decide_worlds import attempts, decided, phase, recorded

from toolkit.decide.result import CriterionResult
from toolkit.decide.witness import by_strength

GOOD = {"an_hour": 800, "failed_an_hour": 8}
BAD = {"an_hour": 800, "failed_an_hour": 200}


def judged(
    tmp_path: Path, *facts: pd.DataFrame, asked: str = "", head: str = "option: current"
) -> CriterionResult:
    criterion = f"{{option: current, metric: connection_success_rate, at_least: 0.95{asked}}}"
    rollups = recorded(tmp_path, *facts)
    return decided(phase(f"ready_if: [{criterion}]", head=head), rollups=rollups).phases[0].criteria[0]


def test_without_one_the_strongest_grade_speaks(tmp_path: Path) -> None:
    result = judged(
        tmp_path,
        attempts("current", "lab", **GOOD),
        attempts("current", "production", hours=30, an_hour=100, failed_an_hour=30),
    )
    assert (result.environment, result.grade, result.state) == ("production", "field", "not met")


def test_of_equal_grades_the_first_listed_speaks(tmp_path: Path) -> None:
    result = judged(
        tmp_path, attempts("current", "production", **GOOD), attempts("current", "canary", an_hour=10)
    )
    assert result.environment == "canary"
    assert by_strength({"b": "field", "lab": "lab", "a": "field"}) == ["b", "a", "lab"]


def test_two_environments_are_never_pooled(tmp_path: Path) -> None:
    facts = [attempts("current", name, **GOOD) for name in ("lab", "production")]
    assert judged(tmp_path, *facts, asked=", environment: lab").n == 800


def test_the_one_that_is_asked_for_speaks_alone(tmp_path: Path) -> None:
    lab, production = attempts("current", "lab", **GOOD), attempts("current", "production", **BAD)
    result = judged(tmp_path, lab, production, asked=", environment: lab")
    assert (result.environment, result.state) == ("lab", "met")


def test_a_weaker_environment_is_quoted_but_does_not_decide(tmp_path: Path) -> None:
    result = judged(tmp_path, attempts("current", "lab", **GOOD), asked=", environment: production")
    assert (result.state, result.environment, result.grade) == ("unknown", "production", None)
    assert result.reason.startswith("grade too weak: production has none up to 2026-11-23; lab says 99 % (97")
    assert result.estimate is None


def test_a_stronger_environment_does_not_stand_in_for_the_one_asked_for(tmp_path: Path) -> None:
    result = judged(tmp_path, attempts("current", "production", **GOOD), asked=", environment: lab")
    assert result.reason == (
        "absent: nothing was recorded in lab up to 2026-11-23; "
        "production has it, but environments are never pooled"
    )


def test_evidence_weaker_than_the_grade_asked_for_is_shown_and_does_not_decide(tmp_path: Path) -> None:
    result = judged(tmp_path, attempts("current", "lab", **GOOD), asked=", grade: field")
    assert (result.state, result.environment, result.grade) == ("unknown", "lab", "lab")
    assert result.reason.startswith("grade too weak: lab evidence where field is asked for; lab says 99 %")
    assert result.estimate == pytest.approx(0.99)


def test_evidence_starts_at_the_phases_since(tmp_path: Path) -> None:
    old = attempts("current", "lab", **BAD)
    new = attempts("current", "lab", **GOOD, first=pd.Timestamp("2026-11-22", tz="UTC").to_pydatetime())
    result = judged(tmp_path, old, new, head="option: current, since: 2026-11-21")
    assert (result.state, result.n, result.since) == ("met", 800, date(2026, 11, 21))


def test_without_since_it_starts_at_the_options_first_recorded_day(tmp_path: Path) -> None:
    assert judged(tmp_path, attempts("current", "lab", **GOOD)).since == date(2026, 11, 20)


def test_evidence_before_since_alone_is_absent(tmp_path: Path) -> None:
    result = judged(tmp_path, attempts("current", "lab", **GOOD), head="option: current, since: 2026-11-21")
    assert result.reason == "absent: nothing was recorded in any environment from 2026-11-21 to 2026-11-23"


def test_the_soak_runs_from_the_first_recorded_day_there(tmp_path: Path) -> None:
    facts = attempts("current", "lab", **GOOD)
    assert judged(tmp_path, facts, head="option: current, duration_days: 4").state == "met"
    held = judged(tmp_path, facts, head="option: current, duration_days: 5")
    assert held.reason.startswith("window not over: 1 day left")


def test_outage_hours_of_the_project_reach_the_gate(tmp_path: Path) -> None:
    facts = attempts("current", "production", hours=60, an_hour=40)
    assert judged(tmp_path, facts).reason.startswith("too few: 60 of the 105 blocks of 1 h")
