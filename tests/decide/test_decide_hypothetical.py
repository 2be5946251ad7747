"""Beside a HOLD on lab counts: what they would say as field data, which decides nothing."""

from typing import Any

import decide_counts as counted
import pytest
from decide_worlds import costs, decided, option, phase, plan, priced, project, scenario

from toolkit.decide.gates import PhaseResult
from toolkit.decide.result import CriterionResult
from toolkit.metrics.rollups import Rollups

RATE = "option: current, metric: connection_success_rate, at_least: 0.95"
CLAIM = "option: current, baseline: current-unfixed, metric: disconnection_rate_reduction, at_least: 0.9"
LABEL = "hypothetical: if these lab counts were field data"
GRADED = ("environment: production", "grade: field")


def lab(hours: int = 300, *, failed: int = 5, **more: Any) -> Rollups:
    return counted.attempts(hours, failed=failed, environment="lab", **more)


def one(rollups: Rollups, asked: str, *, head: str = "option: current", **world: Any) -> PhaseResult:
    return decided(phase(f"ready_if: [{{{asked}}}]", head=head), rollups=rollups, **world).phases[0]


def supposed(of: PhaseResult) -> CriterionResult:
    found = of.criteria[0].hypothetical
    assert found is not None
    return found.result


@pytest.mark.parametrize("weak", GRADED)
def test_enough_good_counts_would_be_a_go_and_stay_a_hold(weak: str) -> None:
    found = one(lab(), f"{RATE}, {weak}")
    assert (found.verdict, found.because, found.ready) == ("HOLD", None, "unknown")
    assert found.criteria[0].state == "unknown" and found.criteria[0].why == "grade too weak"
    assert found.hypothetical is not None
    assert (found.hypothetical.label, found.hypothetical.verdict) == (LABEL, "GO")
    assert found.hypothetical.sentence.startswith("GO - needed without a condition; ready, because")
    assert supposed(found).state == "met"


@pytest.mark.parametrize("weak", GRADED)
def test_bad_counts_would_be_a_no_go_and_stay_a_hold(weak: str) -> None:
    found = one(lab(failed=60), f"{RATE}, {weak}")
    assert found.verdict == "HOLD" and found.hypothetical is not None
    assert (found.hypothetical.verdict, found.hypothetical.because) == ("NO-GO", "not_ready")


def test_it_is_what_the_same_counts_say_where_they_are_field_data() -> None:
    """Judged by the rules of field data: the same numbers to the last digit, blocks of time included."""
    for outage_hours in (0, 1, 6):
        where = project(outage_hours=outage_hours)
        as_if = supposed(one(lab(), f"{RATE}, environment: production", in_project=where))
        field = counted.attempts(300, failed=5, environment="production")
        real = one(field, f"{RATE}, environment: production", in_project=where).criteria[0]
        told, meant = as_if.judged_document(), real.judged_document()
        assert told | {"grade": None, "more_needed": None} == meant | {"grade": None, "more_needed": None}
        assert (told["grade"], meant["grade"]) == ("lab", "field")
        assert (told["blocks"] is None) == (outage_hours == 0)


def test_few_hours_in_a_lab_would_be_too_few_in_the_field() -> None:
    found = one(lab(5), f"{RATE}, environment: production")
    assert supposed(found).why == "too few" and "5 of the 105 blocks of 1 h" in supposed(found).reason
    assert found.hypothetical is not None and found.hypothetical.verdict == "HOLD"


def test_no_rate_is_told_at_which_field_data_would_come() -> None:
    assert supposed(one(lab(5), f"{RATE}, environment: production")).more_needed is None


def test_age_and_soak_are_asked_for_as_of_field_data() -> None:
    old = one(lab(), f"{RATE}, environment: production, max_age_days: 2")
    assert supposed(old).why == "too old"
    soaking = one(lab(), f"{RATE}, environment: production", head="option: current, duration_days: 60")
    assert supposed(soaking).why == "window not over"


def test_a_comparison_has_one_too() -> None:
    rollups = counted.both(400, ends=90, before=3000)
    found = one(rollups, f"{CLAIM}, environment: production")
    assert found.criteria[0].reason.startswith(
        "grade too weak: production has none of current or current-unfixed up to"
    )
    assert supposed(found).state == "met"
    basis = supposed(found).basis
    assert basis is not None and basis.sides is not None and basis.sides[0].blocks is not None


def test_inside_an_any_of_the_entry_is_joined_again() -> None:
    slow = "option: current, metric: latency_p95_ms, at_most: 250, environment: production"
    lists = f"ready_if: [{{any_of: [{{{RATE}, environment: production}}, {{{slow}}}]}}]"
    found = decided(phase(lists), rollups=lab()).phases[0]
    entry = found.criteria[0]
    assert entry.state == "unknown" and entry.any_of is not None and entry.hypothetical is not None
    assert entry.hypothetical.result.state == "met"
    assert [one.hypothetical is None for one in entry.any_of] == [False, True]
    assert found.hypothetical is not None and found.hypothetical.verdict == "GO"


@pytest.mark.parametrize(
    ("rollups", "asked"),
    [
        (lab(), RATE),
        (lab(failed=60), RATE),
        (lab(failed=25), RATE),
        (Rollups(), f"{RATE}, environment: production"),
        (counted.attempts(9, failed=5, environment="canary"), f"{RATE}, environment: production"),
    ],
)
def test_what_is_not_too_weak_has_none(rollups: Rollups, asked: str) -> None:
    found = one(rollups, asked)
    assert found.hypothetical is None and found.criteria[0].hypothetical is None


def test_only_a_hold_has_one_and_alarms_never() -> None:
    weak = f"{RATE}, environment: production"
    bad = "option: current, metric: connection_success_rate, at_least: 0.999, environment: lab"
    no_go = decided(phase(f"ready_if: [{{{weak}}}, {{{bad}}}]"), rollups=lab()).phases[0]
    assert no_go.verdict == "NO-GO" and no_go.hypothetical is None
    assert all(result.hypothetical is None for result in no_go.criteria)
    alarm = RATE.replace("at_least", "below")
    lists = f"ready_if: [{{{weak}}}], rollback_if: [{{{alarm}, environment: production}}]"
    held = decided(phase(lists, head="option: current, status: in_service"), rollups=lab(failed=60)).phases[0]
    assert held.verdict == "HOLD" and held.rollback is None
    assert [result.hypothetical is None for result in held.criteria] == [False, True]
    assert held.hypothetical is not None and "rollback" not in held.hypothetical.sentence


def test_a_warning_has_one_and_does_not_move_what_the_phase_would_say() -> None:
    should = f"{RATE}, environment: production, level: should"
    waits = "option: current, metric: delivery_success_rate, at_least: 0.9"
    found = decided(phase(f"ready_if: [{{{should}}}, {{{waits}}}]"), rollups=lab(failed=60)).phases[0]
    assert supposed(found).state == "not met"
    assert found.hypothetical is not None and found.hypothetical.verdict == "HOLD"


def test_a_must_have_in_doubt_holds_back_what_it_would_say() -> None:
    chosen = RATE.replace("option: current", "option: chosen")
    world: dict[str, Any] = {
        "head": "candidates: [pusher]",
        "cost": costs(priced("pusher")),
        "among": {"pusher": option("pusher")},
    }
    rollups = lab(option="pusher")
    certain = one(rollups, f"{chosen}, environment: production", **world)
    doubted = one(rollups, f"{chosen}, environment: production", team=scenario(needs=["replay"]), **world)
    assert certain.hypothetical is not None and certain.hypothetical.verdict == "GO"
    assert doubted.hypothetical is not None and doubted.hypothetical.verdict == "HOLD"


def without(document: Any) -> Any:
    """A document without anything hypothetical."""
    if isinstance(document, dict):
        return {key: without(value) for key, value in document.items() if key != "hypothetical"}
    return [without(one) for one in document] if isinstance(document, list) else document


@pytest.mark.parametrize(
    ("rollups", "asked"),
    [(lab(), RATE), (lab(failed=60), RATE), (counted.both(400, ends=90, before=3000), CLAIM)],
)
def test_nothing_that_decides_reads_it(rollups: Rollups, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole decision is the same, to the last character, as if it had never been thought of."""
    of = plan(phase(f"ready_if: [{{{asked}, environment: production}}]"))
    with_it = decided(of, rollups=rollups)
    monkeypatch.setattr("toolkit.decide.decision.with_hypotheses", lambda result, **_: result)
    never = decided(of, rollups=rollups)
    assert never.phases[0].hypothetical is None and with_it.phases[0].hypothetical is not None
    assert without(with_it.to_document()) == without(never.to_document())
    assert with_it.phases[0].sentence == never.phases[0].sentence
