"""What to measure next follows from what is unknown."""

from pathlib import Path
from typing import Any

from decide_worlds import attempts, costs, decided, option, phase, priced, recorded, scenario

from toolkit.metrics.rollups import Rollups

RATE = "{option: current, metric: connection_success_rate, at_least: 0.95}"


def agenda(of: str, **world: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = decided(of, **world).to_document()["next_measurements"]
    return found


def lab(folder: Path, **facts: int) -> Rollups:
    return recorded(folder, attempts("current", "lab", **facts))


def test_an_absent_metric_is_to_be_measured() -> None:
    assert agenda(phase(f"ready_if: [{RATE}]")) == [
        {
            "what": "measure connection success rate of current",
            "option": "current",
            "metric": "connection_success_rate",
            "environment": None,
            "phase": "one",
            "reason": "absent: nothing was recorded in any environment up to 2026-11-23",
            "more_needed": None,
            "value_usd": None,
            "id": None,
            "verdict": None,
            "cost_usd": None,
            "evsi_usd": None,
            "evsi_se_usd": None,
            "enbs_usd": None,
            "settles": [],
        }
    ]


def test_one_that_is_undecided_goes_on_with_how_much_more(tmp_path: Path) -> None:
    found = agenda(phase(f"ready_if: [{RATE}]"), rollups=lab(tmp_path, an_hour=800, failed_an_hour=32))
    assert found[0]["what"] == "go on measuring connection success rate of current in lab"
    assert found[0]["more_needed"]["events"] > 1000


def test_each_stands_once_at_the_first_phase_that_waits_for_it() -> None:
    one = f"id: one, title: One, option: current, needed_if: [], ready_if: [{RATE}]"
    other = "{option: pusher, metric: monthly_cost_usd, at_most: 1}"
    two = f"id: two, title: Two, option: current, needed_if: [{RATE}], ready_if: [{other}, {other}]"
    found = agenda(f"phases: [{{{one}}}, {{{two}}}]")
    assert [(entry["phase"], entry["metric"]) for entry in found] == [
        ("one", "connection_success_rate"),
        ("two", "monthly_cost_usd"),
    ]


def test_any_of_is_taken_apart() -> None:
    inner = "{scenario_field: latency_p95_ms, below: 100}"
    found = agenda(phase(f"needed_if: [{{any_of: [{RATE}, {inner}]}}]"))
    assert [entry["metric"] for entry in found] == ["connection_success_rate", "latency_p95_ms"]
    assert found[1]["what"] == "find out latency p95 ms of the scenario"


def test_what_no_measurement_can_mend_is_left_out(tmp_path: Path) -> None:
    asked = "{option: current, metric: mean_connection_duration_s, at_least: 300}"
    assert agenda(phase(f"ready_if: [{asked}]"), rollups=lab(tmp_path)) == []


def test_phases_done_and_alarms_before_service_ask_for_nothing() -> None:
    assert agenda(phase(f"ready_if: [{RATE}]", head="option: current, status: done")) == []
    assert agenda(phase(f"rollback_if: [{RATE}]")) == []
    assert len(agenda(phase(f"rollback_if: [{RATE}]", head="option: current, status: in_service"))) == 1


def test_a_range_that_straddles_is_to_be_narrowed() -> None:
    dear = costs(priced("pusher", monthly=95, spread=0.2))
    found = agenda(phase("ready_if: [{option: pusher, metric: monthly_cost_usd, at_most: 100}]"), cost=dear)
    assert found[0]["what"] == "narrow down what goes into the monthly cost of pusher"


def test_a_choice_that_cannot_be_made_asks_what_keeps_it() -> None:
    lists = "ready_if: [{option: chosen, metric: monthly_cost_usd, at_most: 100}]"
    found = agenda(phase(lists, head="candidates: [pusher]"))
    assert (found[0]["what"], found[0]["option"]) == (
        "find out what keeps a candidate from being chosen",
        None,
    )


def test_an_unknown_must_have_is_to_be_found_out() -> None:
    lists = "ready_if: [{option: chosen, metric: monthly_cost_usd, at_most: 100}]"
    found = agenda(
        phase(lists, head="candidates: [pusher]"),
        cost=costs(priced("pusher")),
        among={"pusher": option("pusher")},
        team=scenario(needs=["replay"]),
    )
    assert found[0]["what"] == "find out whether pusher meets the must-haves"
