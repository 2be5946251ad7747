"""A gate that no evidence by its day can settle is told when the plan is read."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from decide_worlds import scenario

from toolkit.decide.plan import Criterion, Plan
from toolkit.decide.planchecks import check_plan
from toolkit.decide.reach import events_a_day, least_events, outlook
from toolkit.decide.reachchecks import Circumstances
from toolkit.decide.sequence import rejects
from toolkit.metrics.intervals import fewest_for_a_bound
from toolkit.project import Faults, read_yaml, validate

RATE = "{option: current, metric: connection_success_rate, at_least: 0.95, environment: production}"


def told(
    folder: Path,
    criterion: str,
    *,
    head: str = "since: 2026-11-01, decide_by: 2026-11-20",
    outage_hours: float = 1.0,
    rollback: str = "",
    **team: Any,
) -> str:
    (folder / "plan.yaml").write_text(
        "phases:\n  - {id: one, title: One, option: current, "
        f"{head}, needed_if: [],\n     ready_if: [{criterion}],\n     rollback_if: [{rollback}]}}\n"
    )
    faults = Faults()
    document = read_yaml(folder / "plan.yaml", faults)
    assert document is not None
    plan = validate(document, Plan, faults)
    assert plan is not None, str(faults)
    check_plan(
        plan,
        document,
        options=["current"],
        environments={"lab": "lab", "production": "field"},
        faults=faults,
        known=Circumstances(scenario(**team), "team", outage_hours),
    )
    return str(faults).replace(f"{folder}/", "")


def test_a_window_that_can_settle_its_gate_is_silent(tmp_path: Path) -> None:
    assert told(tmp_path, RATE) == ""


def test_more_events_than_the_traffic_brings_can_never_settle(tmp_path: Path) -> None:
    """Three users open three connections a day, 60 in 20 days, and even flawless ones need over a hundred."""
    message = told(tmp_path, RATE, monthly_active_users=3)
    assert (
        "plan.yaml:3: phases[0].ready_if[0].at_least: can never be met: a flawless outcome takes" in message
    )
    assert "and team brings at most 60 by 2026-11-20; move the bound, or look for longer" in message
    assert "can never be not met" not in message


def test_what_only_the_upper_end_of_the_traffic_can_settle_is_a_warning(tmp_path: Path) -> None:
    message = told(tmp_path, RATE, monthly_active_users={"p5": 1, "p50": 3, "p95": 100})
    assert "at_least: warning: can hardly be met: a flawless outcome takes" in message


def test_the_lab_makes_as_much_as_it_likes(tmp_path: Path) -> None:
    assert told(tmp_path, RATE.replace("production", "lab"), monthly_active_users=3) == ""


def test_evidence_of_grade_field_is_users_traffic_wherever_it_is_from(tmp_path: Path) -> None:
    asked = RATE.replace("environment: production", "grade: field")
    assert "can never be met" in told(tmp_path, asked, monthly_active_users=3)


@pytest.mark.parametrize(("metric", "fewest"), [("latency_p99_ms", 299), ("latency_p95_ms", 59)])
def test_a_percentile_below_its_least_sample_can_never_be_bounded(
    tmp_path: Path, metric: str, fewest: int
) -> None:
    """One user who sends one message a day to one other: 20 deliveries in 20 days."""
    criterion = f"{{option: current, metric: {metric}, at_most: 250, environment: production}}"
    small = {"monthly_active_users": 1, "messages_per_user_day": 1, "recipients_per_message": 1}
    message = told(tmp_path, criterion, **small)
    assert f"(below {fewest} nothing bounds it at all), and team brings at most 20 by 2026-11-20" in message
    assert fewest_for_a_bound({"latency_p99_ms": 0.99, "latency_p95_ms": 0.95}[metric], alpha=0.05) == fewest


def test_a_soak_that_is_longer_than_the_window_is_an_error(tmp_path: Path) -> None:
    head = "since: 2026-11-01, decide_by: 2026-11-20, duration_days: {}"
    assert told(tmp_path, RATE, head=head.format(20)) == ""
    assert told(tmp_path, RATE, head=head.format(21)) == (
        "plan.yaml:2: phases[0].duration_days: 21 days are not over by decide_by, 20 days after 2026-11-01; "
        "shorten it, or decide later"
    )


def test_long_outages_need_more_days_than_a_short_window_has(tmp_path: Path) -> None:
    assert told(tmp_path, RATE, outage_hours=2) == ""
    message = told(tmp_path, RATE, outage_hours=6)
    assert "until decide_by there are 20; decide later, or allow for shorter outages" in message


def test_a_decision_before_its_evidence_starts_is_an_error(tmp_path: Path) -> None:
    message = told(tmp_path, RATE, head="since: 2026-11-20, decide_by: 2026-11-01")
    assert message == (
        "plan.yaml:2: phases[0].decide_by: is before since, 2026-11-20; decide after evidence starts"
    )


def test_an_alarm_may_be_out_of_reach_of_clearing_but_not_of_ringing(tmp_path: Path) -> None:
    alarm = "{option: current, metric: delivery_success_rate, below: 0.0001, environment: production}"
    few = {"monthly_active_users": 1, "messages_per_user_day": 50, "recipients_per_message": 1}
    message = told(tmp_path, "", rollback=alarm, **few)
    assert "rollback_if[0].below: can never be met: a flawless outcome takes" in message


def test_without_a_day_the_horizon_ends_the_evidence() -> None:
    team = scenario(horizon_months=12, growth_per_month=0.1)
    found = outlook(team, since=date(2026, 11, 1), decide_by=None)
    assert (found.until, round(found.days, 2), round(found.growth, 6)) == (None, 365.25, round(1.1**12, 6))


def test_events_a_day_are_those_of_the_traffic() -> None:
    """4,000 users who each send 20 messages to 5 others, and are there 2 hours a day."""
    team = scenario()
    assert events_a_day("connection_success_rate", team, most=True) == 4000
    assert events_a_day("delivery_success_rate", team, most=True) == 400_000
    assert events_a_day("session_availability", team, most=True) == 12_000
    assert events_a_day("mean_connection_duration_s", team, most=True) is None


@pytest.mark.parametrize("threshold", [0.01, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("comparator", ["at_least", "below"])
def test_the_least_sample_is_the_least_that_the_sequence_accepts(threshold: float, comparator: str) -> None:
    criterion = Criterion.model_validate(
        {"option": "a", "metric": "connection_success_rate", comparator: threshold}
    )
    for state in ("met", "not met"):
        needed = least_events(criterion, state)  # type: ignore[arg-type]
        assert needed is not None
        good = (comparator == "at_least") == (state == "met")
        for n, clears in ((needed, True), (needed * 0.98, False)):
            assert bool(rejects(threshold, n if good else 0, n, alpha=0.05)) is clears
