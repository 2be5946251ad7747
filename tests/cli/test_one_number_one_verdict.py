"""Changing one number in a scenario or a threshold changes the verdict that it should, and no other."""

import json
from pathlib import Path
from typing import Any


def verdicts(printed: str) -> dict[str, tuple[str, str | None]]:
    return {phase["id"]: (phase["verdict"], phase["because"]) for phase in json.loads(printed)["phases"]}


def verdicts_now(toolkit: Any, folder: Path) -> dict[str, tuple[str, str | None]]:
    done = toolkit("decide", "--project", folder, "--json")
    assert done.returncode == 0, done.stderr
    return verdicts(done.stdout)


def test_what_ships_is_lab_data_so_production_gates_hold(decision: str) -> None:
    stabilise = json.loads(decision)["phases"][0]
    assert stabilise["verdict"] == "HOLD"
    for criterion in stabilise["criteria"]:
        if criterion["environment"] == "production":
            assert criterion["state"] == "unknown"
            assert criterion["reason"].startswith("grade too weak")
        if criterion["environment"] == "lab":
            assert criterion["state"] == "met", criterion["reason"]


def test_below_the_scale_that_asks_for_it_the_managed_phase_is_not_needed(
    toolkit: Any, folder: Path, decision: str, edit: Any
) -> None:
    before = verdicts(decision)
    edit(
        folder / "scenarios" / "production.yaml",
        "peak_concurrent_users: {p5: 1000, p50: 1500, p95: 2500}",
        "peak_concurrent_users: 900",
    )
    after = verdicts_now(toolkit, folder)
    assert after.pop("managed") == ("NO-GO", "not_needed")
    assert before.pop("managed")[0] == "HOLD"
    assert after == before


def test_a_cost_threshold_decides_its_own_phase_only(
    toolkit: Any, folder: Path, decision: str, edit: Any
) -> None:
    before = verdicts(decision)
    edit(
        folder / "plan.yaml",
        "{option: socketio, metric: monthly_cost_usd, at_most: 3000}",
        "{option: socketio, metric: monthly_cost_usd, at_most: 100}",
    )
    after = verdicts_now(toolkit, folder)
    assert after.pop("socketio") == ("NO-GO", "not_ready")
    assert before.pop("socketio")[0] == "HOLD"
    assert after == before


def test_a_lab_threshold_decides_its_own_phase_only(
    toolkit: Any, folder: Path, decision: str, edit: Any
) -> None:
    before = verdicts(decision)
    edit(
        folder / "plan.yaml",
        "{option: current-unfixed, metric: reconnection_frequency, above: 0.10, environment: lab}",
        "{option: current-unfixed, metric: reconnection_frequency, above: 0.99, environment: lab}",
    )
    after = verdicts_now(toolkit, folder)
    assert after.pop("stabilise") == ("NO-GO", "not_needed")
    assert before.pop("stabilise")[0] == "HOLD"
    assert after == before


def test_before_the_recordings_everything_measured_is_absent_and_nothing_passes(
    toolkit: Any, shipped: Path
) -> None:
    document = json.loads(toolkit("decide", "--project", shipped, "--json", "--as-of", "2026-11-22").stdout)
    for phase in document["phases"]:
        assert phase["verdict"] != "GO"
        for criterion in phase["criteria"]:
            for one in criterion["any_of"] or [criterion]:
                if one["metric"] not in (None, "monthly_cost_usd"):
                    assert one["state"] == "unknown"
                    assert one["reason"].startswith("absent"), one["reason"]
