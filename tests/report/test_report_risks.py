"""The three largest risks: what is wrong today, then money, then what nobody knows."""

from typing import Any

from toolkit.report.inputs import ReportInputs
from toolkit.report.sections.risks import LONGEST, MOST, largest_risks

NAMES = {"current": "Ours", "ably": "Ably"}


def document(**changes: Any) -> dict[str, Any]:
    return {
        "phases": [{"id": "stabilise", "rollback": None}],
        "record": [],
        "robustness": None,
        "ranking": [],
        "next_measurements": [],
        **changes,
    }


def robust(worst: float, staying: float) -> dict[str, Any]:
    return {
        "options": {
            "ably": {"largest_regret": worst, "regret": 1.0, "p_best": 0.9},
            "current": {"largest_regret": 1.0, "regret": staying, "p_best": 0.1},
        }
    }


def told(report: ReportInputs, **changes: Any) -> list[str]:
    cost = report.default[1].cost
    return largest_risks(document(**changes), cost, names=NAMES, now="current", after="ably")


def test_the_larger_sum_comes_first(report: ReportInputs) -> None:
    for worst, staying in ((900.0, 100.0), (100.0, 900.0)):
        first, second, *_ = told(report, robustness=robust(worst, staying))
        assert "$900" in first and "$100" in second


def test_what_is_wrong_today_comes_before_money(report: ReportInputs) -> None:
    found = told(
        report,
        phases=[{"id": "stabilise", "rollback": True}],
        record=[{"file": "0001.md", "broken": [{}, {}], "expired": False}],
        robustness=robust(900.0, 100.0),
    )
    assert found[0] == "stabilise is in service and meets a condition to roll back."
    assert found[1] == "The decision on record in 0001.md has to be taken again: 2 assumptions broke."
    assert len(found) == MOST


def test_an_open_must_have_is_a_risk_and_no_reason_is_told_twice(report: ReportInputs) -> None:
    note = report.default[1].cost.options["ably"].plan_note
    entry = {
        "option": "ably",
        "feasible": None,
        "reasons": ["latency is not known", f"plan standard: {note}"],
    }
    plan, must_have = told(report, ranking=[entry])
    assert note is not None and note in plan
    assert must_have == "Ably may not meet a must-have: latency is not known."


def test_gates_without_evidence_are_counted(report: ReportInputs) -> None:
    waiting = [{"id": None}, {"id": None}, {"id": "worth-it"}]
    found = told(report, next_measurements=waiting)
    assert found[-1] == "2 conditions of the gates cannot be judged for want of evidence."


def test_no_risk_takes_the_first_page_for_itself(report: ReportInputs) -> None:
    record = {"file": "x" * 10_000, "broken": [], "expired": True}
    assert all(len(text) <= LONGEST for text in told(report, record=[record]))


def test_nothing_wrong_known_or_at_stake_is_no_risk(report: ReportInputs) -> None:
    cost = report.default[1].cost
    assert largest_risks(document(), cost, names=NAMES, now=None, after=None) == []
