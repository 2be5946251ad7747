"""What a scheduler may fail on: section 9 of the contract."""

import pytest
from decide_worlds import decided

from toolkit.decide.failing import FailOn, exit_code

GO = "needed_if: [], ready_if: []"
HOLD = "needed_if: [], ready_if: [{option: current, metric: session_availability, above: 0.9}]"
NOT_READY = "needed_if: [], ready_if: [{scenario_field: channels, above: 1000000}]"
NOT_NEEDED = "needed_if: [{scenario_field: channels, above: 1000000}], ready_if: []"
TOO_MANY = "{scenario_field: channels, above: 1000000}"
NEITHER = f"needed_if: [{TOO_MANY}], ready_if: [{TOO_MANY}]"
ALARM = f"{GO}, rollback_if: [{{scenario_field: channels, above: 1}}]"


def code(fail_on: FailOn | None, *phases: tuple[str, str]) -> int:
    lines = [
        f"{{id: p{number}, title: P, option: current, status: {status}, {lists}}}"
        for number, (status, lists) in enumerate(phases)
    ]
    return exit_code(decided(f"phases: [{', '.join(lines)}]").to_document(), fail_on)


@pytest.mark.parametrize(
    ("lists", "no_go", "hold"),
    [(GO, 0, 0), (HOLD, 0, 1), (NOT_READY, 1, 1), (NOT_NEEDED, 0, 0), (NEITHER, 0, 0)],
)
def test_the_first_unfinished_phase_counts(lists: str, no_go: int, hold: int) -> None:
    assert code("no-go", ("planned", lists)) == no_go
    assert code("hold", ("planned", lists)) == hold


@pytest.mark.parametrize("fail_on", ["no-go", "hold"])
def test_later_and_finished_phases_do_not(fail_on: FailOn) -> None:
    assert code(fail_on, ("planned", GO), ("planned", NOT_READY), ("planned", HOLD)) == 0
    assert code(fail_on, ("done", NOT_READY), ("planned", GO)) == 0
    assert code(fail_on, ("done", NOT_READY), ("done", HOLD)) == 0


@pytest.mark.parametrize("fail_on", ["no-go", "hold"])
def test_a_rollback_alarm_of_any_phase_in_service_counts(fail_on: FailOn) -> None:
    assert code(fail_on, ("planned", GO), ("in_service", ALARM)) == 1
    assert code(fail_on, ("planned", GO), ("planned", ALARM)) == 0
    assert code(fail_on, ("planned", GO), ("done", ALARM)) == 0


@pytest.mark.parametrize("lists", [HOLD, NOT_READY, ALARM])
def test_without_fail_on_nothing_fails(lists: str) -> None:
    assert code(None, ("in_service", lists)) == 0
