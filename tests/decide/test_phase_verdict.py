"""GO, NO-GO and HOLD of one phase, and its rollback alarm."""

import re
from pathlib import Path
from typing import Any

import pytest
from decide_worlds import attempts, costs, decided, phase, priced, recorded, scenario

from toolkit.decide.gates import PhaseResult

MET = "{scenario_field: peak_concurrent_users, at_least: 1000}"
NOT_MET = "{scenario_field: peak_concurrent_users, at_least: 10000}"
UNKNOWN = "{option: current, metric: connection_success_rate, at_least: 0.95}"


def judged(lists: str, head: str = "option: current", **world: Any) -> PhaseResult:
    return decided(phase(lists, head=head), **world).phases[0]


@pytest.mark.parametrize(
    ("needed", "ready", "verdict", "because"),
    [
        ("", "", "GO", None),
        (MET, MET, "GO", None),
        (NOT_MET, MET, "NO-GO", "not_needed"),
        (MET, NOT_MET, "NO-GO", "not_ready"),
        (NOT_MET, NOT_MET, "NO-GO", "not_needed"),
        (UNKNOWN, NOT_MET, "NO-GO", "not_ready"),
        (NOT_MET, UNKNOWN, "NO-GO", "not_needed"),
        (UNKNOWN, MET, "HOLD", None),
        (MET, UNKNOWN, "HOLD", None),
        (UNKNOWN, UNKNOWN, "HOLD", None),
        (f"{MET}, {UNKNOWN}", MET, "HOLD", None),
        (MET, f"{UNKNOWN}, {NOT_MET}", "NO-GO", "not_ready"),
    ],
)
def test_it_follows_from_needed_and_ready(needed: str, ready: str, verdict: str, because: str | None) -> None:
    result = judged(f"needed_if: [{needed}], ready_if: [{ready}]")
    assert (result.verdict, result.because) == (verdict, because)


@pytest.mark.parametrize(
    ("inner", "state"),
    [
        (f"{MET}, {UNKNOWN}", "met"),
        (f"{NOT_MET}, {UNKNOWN}", "unknown"),
        (f"{NOT_MET}, {NOT_MET}", "not met"),
    ],
)
def test_any_of_holds_when_one_does(inner: str, state: str) -> None:
    result = judged(f"needed_if: [{{any_of: [{inner}]}}]").criteria[0]
    assert result.state == state
    assert [one.state for one in result.any_of or ()] != []


def test_an_unknown_any_of_begins_with_the_reason_of_its_first_unknown() -> None:
    result = judged(f"needed_if: [{{any_of: [{NOT_MET}, {UNKNOWN}]}}]").criteria[0]
    assert result.reason.startswith(
        "absent: 1 of 2 are unknown and none holds; first, connection success rate of current"
    )
    assert result.why == "absent"


def test_should_only_warns() -> None:
    should = "{scenario_field: peak_concurrent_users, at_least: 10000, level: should}"
    result = judged(f"ready_if: [{MET}, {should}]")
    assert result.verdict == "GO"
    assert [warning.state for warning in result.warnings] == ["not met"]
    any_of = f"{{any_of: [{NOT_MET}], level: should}}"
    assert judged(f"ready_if: [{any_of}]").verdict == "GO"


class TestRollback:
    def in_service(self, rollback: str) -> bool | None:
        return judged(f"rollback_if: [{rollback}]", head="option: current, status: in_service").rollback

    def test_any_criterion_that_holds_is_an_alarm(self) -> None:
        assert self.in_service(f"{UNKNOWN}, {NOT_MET}, {MET}") is True

    def test_it_is_off_when_none_holds(self) -> None:
        assert self.in_service(NOT_MET) is False
        assert self.in_service("") is False

    def test_it_is_unknown_while_one_may_hold(self) -> None:
        assert self.in_service(f"{NOT_MET}, {UNKNOWN}") is None

    @pytest.mark.parametrize("status", ["planned", "done"])
    def test_a_phase_out_of_service_has_none(self, status: str) -> None:
        assert judged(f"rollback_if: [{MET}]", head=f"option: current, status: {status}").rollback is None

    def test_it_does_not_change_the_verdict(self) -> None:
        result = judged(f"rollback_if: [{MET}]", head="option: current, status: in_service")
        assert (result.verdict, result.rollback) == ("GO", True)
        assert "and a rollback alarm: peak concurrent users of the scenario" in result.sentence


class TestScenarioAndCost:
    @pytest.mark.parametrize(
        ("value", "state"),
        [
            (1000, "met"),
            (999, "not met"),
            ({"p5": 900, "p50": 1500, "p95": 3000}, "unknown"),
            ({"p5": 1000, "p50": 1500, "p95": 3000}, "met"),
            ({"p5": 100, "p50": 200, "p95": 999}, "not met"),
        ],
    )
    def test_a_range_decides_by_its_band(self, value: Any, state: str) -> None:
        result = judged(f"needed_if: [{MET}]", team=scenario(peak_concurrent_users=value)).criteria[0]
        assert result.state == state

    @pytest.mark.parametrize(
        ("monthly", "spread", "state"),
        [
            (80, 0.0, "met"),
            (120, 0.0, "not met"),
            (95, 0.2, "unknown"),
            (80, 0.2, "met"),
            (150, 0.2, "not met"),
        ],
    )
    def test_the_monthly_cost_decides_by_its_band(self, monthly: float, spread: float, state: str) -> None:
        asked = "{option: pusher, metric: monthly_cost_usd, at_most: 100}"
        result = judged(
            f"ready_if: [{asked}]", cost=costs(priced("pusher", monthly=monthly, spread=spread))
        ).criteria[0]
        assert (result.state, result.estimate, result.grade) == (state, monthly, None)
        assert result.more_needed is None

    def test_reasons_give_the_numbers(self) -> None:
        lists = f"needed_if: [{MET}], ready_if: [{{option: pusher, metric: monthly_cost_usd, at_most: 100}}]"
        result = judged(lists, cost=costs(priced("pusher", monthly=95, spread=0.2)))
        assert result.criteria[0].reason == "1,000 is at least 1,000"
        assert result.criteria[1].reason == "straddles: USD 76–USD 114 a month (mean USD 95) holds USD 100"


class TestSentence:
    def test_a_hold_names_what_is_not_known_first_and_how_much_else(self) -> None:
        sentence = judged(f"needed_if: [{UNKNOWN}], ready_if: [{MET}, {UNKNOWN}]").sentence
        assert sentence == (
            "HOLD - 2 of its 3 conditions cannot be judged yet: the first is connection success rate of "
            "current (absent: nothing was recorded in any environment up to 2026-11-23)."
        )

    def test_a_hold_says_how_much_more_would_settle_it(self, tmp_path: Path) -> None:
        facts = recorded(tmp_path, attempts("current", "lab", an_hour=500, failed_an_hour=20))
        sentence = judged(f"ready_if: [{UNKNOWN}]", rollups=facts).sentence
        assert re.search(
            r"straddles: .*; about 3,\d{3} more events or \d+ more days would settle it", sentence
        )

    def test_a_no_go_names_what_speaks_against_it(self) -> None:
        assert judged(f"needed_if: [{NOT_MET}]").sentence == (
            "NO-GO - not needed, because peak concurrent users of the scenario: 1,000 is not at least 10,000."
        )
        assert judged(f"ready_if: [{NOT_MET}]").sentence.startswith("NO-GO - not ready, because ")

    def test_a_go_says_why_it_is_needed_and_ready(self) -> None:
        assert judged(f"needed_if: [{MET}]").sentence == (
            "GO - needed, because peak concurrent users of the scenario: 1,000 is at least 1,000; "
            "ready without a condition."
        )
