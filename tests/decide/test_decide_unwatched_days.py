"""A collector that stopped passes nothing silently: the reason says since when nothing was recorded."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import decide_counts as counted
import pytest
from decide_worlds import attempts, decided, phase, recorded

from toolkit.decide.gates import PhaseResult

SUCCESS = "{option: current, metric: connection_success_rate, at_least: 0.95}"
DAYS = 8
NEWEST = counted.FIRST.date() + timedelta(days=DAYS - 1)


def asked(
    criterion: str = SUCCESS,
    *,
    age_days: int,
    of: str = "ready_if",
    environment: str = "production",
    **more: str,
) -> PhaseResult:
    rollups = counted.attempts(24 * DAYS, an_hour=500, failed=2, environment=environment)
    as_of = NEWEST + timedelta(days=age_days)
    return decided(phase(f"{of}: [{criterion}]", **more), rollups=rollups, as_of=as_of).phases[0]


def test_a_go_on_evidence_that_stopped_says_so() -> None:
    found = asked(age_days=51)
    assert found.verdict == "GO"
    assert "; nothing was recorded in the 51 days since 2026-11-08" in found.sentence


def test_a_quiet_alarm_says_so_too() -> None:
    head = "option: current, status: in_service"
    alarm = "{option: current, metric: connection_success_rate, below: 0.95}"
    [result] = asked(alarm, age_days=30, of="rollback_if", head=head).criteria
    assert result.state == "not met"
    assert result.reason.endswith("; nothing was recorded in the 30 days since 2026-11-08")


@pytest.mark.parametrize("age_days", [0, 1])
def test_evidence_up_to_the_day_before_needs_no_word(age_days: int) -> None:
    assert "nothing was recorded" not in asked(age_days=age_days).sentence


def test_a_lab_is_not_expected_to_go_on() -> None:
    found = asked(age_days=51, environment="lab")
    assert found.verdict == "GO"
    assert "nothing was recorded" not in found.sentence


def test_a_soak_that_was_watched_in_part_says_for_how_long() -> None:
    found = asked(age_days=12, head="option: current, since: 2026-11-01, duration_days: 14")
    assert found.verdict == "GO"
    assert found.sentence.endswith("; the soak of 14 days was recorded for 8 days only.")


def test_a_soak_that_was_watched_as_a_whole_needs_no_word() -> None:
    found = asked(age_days=1, head="option: current, since: 2026-11-01, duration_days: 8")
    assert "soak" not in found.sentence


def test_a_criterion_tells_the_last_day_of_its_evidence() -> None:
    [result] = asked(age_days=51).criteria
    assert result.until == NEWEST
    [absent] = asked(SUCCESS.replace("current", "pusher"), age_days=0).criteria
    assert absent.until is None


def test_a_clock_that_was_not_set_ends_no_soak(tmp_path: Path) -> None:
    """Without ``since`` a soak starts on the first recorded day, which a row of 1970 is not."""
    facts = attempts("current", "lab", an_hour=500)
    unset = attempts("current", "lab", an_hour=1, first=datetime(1970, 1, 1, tzinfo=UTC))
    rollups = recorded(tmp_path, facts, unset)
    soak = phase(f"ready_if: [{SUCCESS}]", head="option: current, duration_days: 14")
    [result] = decided(soak, rollups=rollups).phases[0].criteria
    assert (result.since, result.why) == (date(2026, 11, 20), "window not over")
