"""The document of ``toolkit decide --json``: every key always, and one change moves only what it should."""

import json
from pathlib import Path
from typing import Any

import pytest
from decide_worlds import AS_OF, attempts, costs, decided, option, plan, priced, recorded, scenario

from toolkit.cost.result import Crossover
from toolkit.decide.decision import Decision
from toolkit.metrics.rollups import Rollups

CRITERION_KEYS = [
    "list", "option", "baseline", "metric", "scenario_field", "any_of", "level", "comparator", "threshold",
    "environment", "grade", "since", "state", "reason", "estimate", "low", "high", "n", "n_effective",
    "design_effect", "alpha", "outage_hours", "block_hours", "blocks", "least_blocks", "basis",
    "more_needed", "hypothetical",
]  # fmt: skip
PHASE_KEYS = [
    "id",
    "option",
    "chosen",
    "status",
    "verdict",
    "because",
    "rollback",
    "decide_by",
    "hypothetical",
    "criteria",
]
KEYS = [
    "schema", "as_of", "scenario", "phases", "ranking", "flip_points", "inputs_without_flip", "nearest_flip",
    "next_measurements", "measure_next", "sequence", "record", "changes", "limits", "comparability",
    "robustness", "weights", "use_cases", "alerts",
]  # fmt: skip

PLAN = """
phases:
  - id: fixes
    title: Keep the fixes
    option: current
    status: in_service
    decide_by: 2026-12-04
    needed_if:
      - {option: current-unfixed, metric: connection_success_rate, below: 0.95}
    ready_if:
      - {option: current, metric: connection_success_rate, at_least: 0.95, environment: lab}
      - {option: current, metric: latency_p95_ms, at_most: 250, level: should}
    rollback_if:
      - {option: current, metric: connection_success_rate, below: 0.9}
  - id: migrate
    title: Migrate
    option: socketio
    needed_if:
      - any_of:
          - {option: current, metric: connection_success_rate, below: 0.95, environment: production}
          - {scenario_field: peak_concurrent_users, at_least: 10000}
    ready_if:
      - {option: socketio, metric: monthly_cost_usd, at_most: 100}
  - id: buy
    title: Buy
    candidates: [ably, pusher]
    needed_if:
      - {scenario_field: peak_concurrent_users, at_least: 1000}
    ready_if:
      - {option: chosen, metric: monthly_cost_usd, at_most: 500}
"""


@pytest.fixture(scope="module")
def rollups(tmp_path_factory: pytest.TempPathFactory) -> Rollups:
    good = attempts("current", "lab", an_hour=800, failed_an_hour=8)
    bad = attempts("current-unfixed", "lab", an_hour=800, failed_an_hour=240)
    return recorded(tmp_path_factory.mktemp("facts"), good, bad)


def world(rollups: Rollups, *, of: str = PLAN, team: dict[str, Any] | None = None) -> Decision:
    names = ("current", "current-unfixed", "socketio", "ably", "pusher")
    crossover = Crossover(at=1_234_567.8, from_option="pusher", to_option="ably")
    prices = [priced(name, total=total, monthly=80) for total, name in enumerate(names, 1)]
    return decided(
        of,
        rollups=rollups,
        cost=costs(*prices, crossovers=(crossover,)),
        among={name: option(name) for name in names},
        team=scenario(**team or {}),
    )


def verdicts(decision: Decision) -> dict[str, str]:
    return {phase.phase.id: phase.verdict for phase in decision.phases}


def test_every_key_is_always_there_and_in_the_order_of_the_contract(rollups: Rollups) -> None:
    document = world(rollups).to_document()
    assert list(document) == KEYS
    assert all(list(phase) == PHASE_KEYS for phase in document["phases"])
    entries = [entry for phase in document["phases"] for entry in phase["criteria"]]
    inner = [one for entry in entries for one in entry["any_of"] or []]
    assert len(entries) == 8 and len(inner) == 2
    assert all(list(entry) == CRITERION_KEYS for entry in [*entries, *inner])


def test_it_is_json_without_not_a_number(rollups: Rollups) -> None:
    text = json.dumps(world(rollups).to_document(), allow_nan=False)
    assert json.loads(text)["schema"] == "toolkit.decision/1"


def test_it_says_the_day_the_scenario_and_the_limits(rollups: Rollups) -> None:
    document = world(rollups).to_document()
    assert (document["as_of"], document["scenario"]) == (AS_OF.isoformat(), "team")
    assert any("in blocks of 1 h" in limit and "outage_hours" in limit for limit in document["limits"])
    assert any("outages of 6 h" in limit and "of 24 h" in limit for limit in document["limits"])


def test_the_verdicts_of_the_world(rollups: Rollups) -> None:
    assert verdicts(world(rollups)) == {"fixes": "GO", "migrate": "HOLD", "buy": "GO"}


def test_a_measured_criterion_carries_its_evidence(rollups: Rollups) -> None:
    entry = world(rollups).to_document()["phases"][0]["criteria"][1]
    assert (entry["option"], entry["metric"], entry["comparator"]) == (
        "current",
        "connection_success_rate",
        "at_least",
    )
    assert (entry["environment"], entry["grade"], entry["since"]) == ("lab", "lab", "2026-11-20")
    assert (entry["n"], entry["estimate"]) == (800, 0.99)
    assert 0.95 < entry["low"] < 0.99 < entry["high"]
    assert 0 < entry["n_effective"] <= 800


def test_a_duration_that_never_ended_has_no_estimate_and_no_upper_end(rollups: Rollups) -> None:
    facts = """
phases:
  - {id: one, title: One, option: current, needed_if: [], ready_if: [
      {option: current-unfixed, metric: mean_connection_duration_s, at_least: 300}]}
"""
    entry = world(rollups, of=facts).to_document()["phases"][0]["criteria"][0]
    assert (entry["state"], entry["estimate"], entry["high"], entry["n"]) == ("met", None, None, 0)
    assert entry["low"] > 300
    assert (entry["basis"]["estimate"], entry["basis"]["high"]) == (None, None)


def test_an_any_of_entry_has_a_state_and_reason_of_its_own(rollups: Rollups) -> None:
    entry = world(rollups).to_document()["phases"][1]["criteria"][0]
    assert (entry["state"], entry["option"], entry["metric"], entry["comparator"]) == (
        "unknown",
        None,
        None,
        None,
    )
    assert entry["reason"].startswith("grade too weak: 1 of 2 are unknown and none holds")
    assert [inner["state"] for inner in entry["any_of"]] == ["unknown", "not met"]
    assert all(inner["list"] == "needed_if" for inner in entry["any_of"])


def test_flip_points_are_the_crossovers_of_the_cost(rollups: Rollups) -> None:
    expected = {
        "input": "messages_per_month", "value": 1_235_000.0, "from": "pusher", "to": "ably", "p_beyond": None,
        "unit": "messages/month", "option": None, "now": None,
    }  # fmt: skip
    assert world(rollups).to_document()["flip_points"] == [expected]


def test_the_same_inputs_give_the_same_bytes(rollups: Rollups) -> None:
    first, second = (json.dumps(world(rollups).to_document()) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("at_least: 0.95, environment: lab", "at_least: 0.999, environment: lab", {"fixes": "NO-GO"}),
        ("at_least: 0.95, environment: lab", "at_least: 0.99, environment: lab", {"fixes": "HOLD"}),
        ("current-unfixed, metric: connection_success_rate, below: 0.95", "current-unfixed, metric: "
         "connection_success_rate, below: 0.5", {"fixes": "NO-GO"}),
        ("at_most: 250, level: should", "at_most: 1, level: should", {}),
        ("at_least: 10000", "at_least: 999", {"migrate": "GO"}),
        ("at_most: 100}", "at_most: 79}", {"migrate": "NO-GO"}),
        ("at_least: 1000}", "at_least: 1001}", {"buy": "NO-GO"}),
        ("at_most: 500", "at_most: 79", {"buy": "NO-GO"}),
        ("decide_by: 2026-12-04", "decide_by: 2027-12-04", {}),
    ],
)  # fmt: skip
def test_changing_one_threshold_changes_the_verdict_it_should_and_no_other(
    rollups: Rollups, old: str, new: str, changed: dict[str, str]
) -> None:
    assert PLAN.count(old) == 1
    before, after = world(rollups), world(rollups, of=PLAN.replace(old, new))
    assert verdicts(after) == {**verdicts(before), **changed}
    assert after.to_document()["ranking"] == before.to_document()["ranking"]


@pytest.mark.parametrize(
    ("team", "changed"),
    [
        ({"peak_concurrent_users": 999}, {"buy": "NO-GO"}),
        ({"peak_concurrent_users": 20_000}, {"migrate": "GO"}),
        ({"peak_concurrent_users": {"p5": 900, "p50": 1200, "p95": 2000}}, {"buy": "HOLD"}),
        ({"budget_usd_per_month": 79}, {"buy": "NO-GO"}),
        ({"needs": ["replay"]}, {"buy": "HOLD"}),
        ({"uptime_need": 0.9999}, {"buy": "NO-GO"}),
    ],
)
def test_changing_one_number_of_the_scenario_changes_the_verdict_it_should_and_no_other(
    rollups: Rollups, team: dict[str, Any], changed: dict[str, str]
) -> None:
    before, after = world(rollups), world(rollups, team=team)
    assert verdicts(after) == {**verdicts(before), **changed}


def test_the_verdict_can_be_recomputed_from_the_document_alone(rollups: Rollups) -> None:
    for team in ({}, {"needs": ["replay"]}, {"peak_concurrent_users": 999}):
        for phase in world(rollups, team=team).to_document()["phases"]:
            states = {entry["state"] for entry in phase["criteria"]
                      if entry["level"] == "must" and entry["list"] != "rollback_if"}  # fmt: skip
            again = "NO-GO" if "not met" in states else "HOLD" if "unknown" in states else "GO"
            assert phase["verdict"] == again


def test_facts_after_the_as_of_day_decide_nothing(tmp_path: Path) -> None:
    late = attempts("current-unfixed", "lab", an_hour=800, failed_an_hour=240)
    early = recorded(tmp_path, late, as_of=plan_day(19))
    result = decided(plan(PLAN), rollups=early, as_of=plan_day(19)).phases[0].criteria[0]
    assert result.why == "absent"


def plan_day(day: int) -> Any:
    return AS_OF.replace(day=day)
