"""Rules that cannot work are told when the plan is read, each at its line with the line it fights with."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.decide.plan import Criterion, Plan
from toolkit.decide.planchecks import check_plan
from toolkit.decide.ranges import Span, span_of
from toolkit.project import Faults, read_yaml, validate

RATE = "option: current, metric: connection_success_rate"
LATENCY = "option: current, metric: latency_p95_ms"
USERS = "scenario_field: peak_concurrent_users"
COST = "option: current, metric: monthly_cost_usd"


def told(
    folder: Path, *, needed: str = "", ready: str = "", rollback: str = "", head: str = "option: current"
) -> str:
    """What the check says of a plan of one phase; entries of a list stand on lines of their own."""
    lists = {"needed_if": needed, "ready_if": ready, "rollback_if": rollback}
    text = f"phases:\n  - id: one\n    title: One\n    {head}\n"
    for name, entries in lists.items():
        lines = [f"      - {entry.strip()}" for entry in entries.splitlines() if entry.strip()]
        text += "\n".join([f"    {name}:", *lines]) + "\n" if lines else f"    {name}: []\n"
    (folder / "plan.yaml").write_text(text)
    faults = Faults()
    document = read_yaml(folder / "plan.yaml", faults)
    assert document is not None
    plan = validate(document, Plan, faults)
    if plan is not None:
        environments = {"lab": "lab", "production": "field"}
        check_plan(plan, document, options=["current", "pusher"], environments=environments, faults=faults)  # type: ignore[arg-type]
    return str(faults).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("needed", "ready", "message"),
    [
        (
            f"{{{RATE}, below: 0.9}}",
            f"{{{RATE}, at_least: 0.95}}",
            "plan.yaml:8: phases[0].ready_if[0].at_least: can never hold beside connection_success_rate of "
            "current below 0.9 on line 6; change one of the two, else this phase can never be GO",
        ),
        (
            f"{{{USERS}, below: 1000}}",
            f"{{{USERS}, at_least: 1000}}",
            "plan.yaml:8: phases[0].ready_if[0].at_least: can never hold beside peak_concurrent_users below "
            "1,000 on line 6; change one of the two, else this phase can never be GO",
        ),
        (
            "",
            f"{{{COST}, at_most: 100}}\n{{{COST}, above: 200}}",
            "plan.yaml:8: phases[0].ready_if[1].above: can never hold beside monthly_cost_usd of current at "
            "most 100 on line 7; change one of the two, else this phase can never be GO",
        ),
    ],
)
def test_criteria_that_exclude_each_other_are_an_error(
    tmp_path: Path, needed: str, ready: str, message: str
) -> None:
    assert told(tmp_path, needed=needed, ready=ready) == message


def test_a_share_cannot_be_one_value_alone_but_a_number_of_the_scenario_can(tmp_path: Path) -> None:
    both = "{{{0}, at_least: {1}}}\n{{{0}, at_most: {1}}}"
    assert "can never hold beside" in told(tmp_path, ready=both.format(RATE, 0.9))
    assert told(tmp_path, ready=both.format(USERS, 1000)) == ""


@pytest.mark.parametrize(
    "ready",
    [
        f"{{{RATE}, at_least: 0.95, environment: production}}\n{{{RATE}, below: 0.9, environment: lab}}",
        f"{{{RATE}, at_least: 0.95}}\n{{option: pusher, metric: connection_success_rate, below: 0.9}}",
        f"{{{RATE}, at_least: 0.9}}\n{{{RATE}, at_most: 0.95}}",
    ],
)
def test_what_speaks_of_other_numbers_or_leaves_room_is_no_contradiction(tmp_path: Path, ready: str) -> None:
    assert told(tmp_path, ready=ready) == ""


def test_the_only_candidate_and_the_chosen_one_are_one_option(tmp_path: Path) -> None:
    ready = "{option: chosen, metric: monthly_cost_usd, at_most: 100}\n"
    ready += "{option: pusher, metric: monthly_cost_usd, at_least: 200}"
    assert "can never hold beside" in told(tmp_path, ready=ready, head="candidates: [pusher]")
    assert told(tmp_path, ready=ready, head="candidates: [pusher, current]") == ""


def test_beside_one_that_only_warns_it_is_a_warning(tmp_path: Path) -> None:
    message = told(
        tmp_path, needed=f"{{{RATE}, below: 0.9}}", ready=f"{{{RATE}, at_least: 0.95, level: should}}"
    )
    assert "at_least: warning: can never hold beside" in message


def test_a_condition_of_any_of_that_can_never_hold_warns_and_all_of_them_are_an_error(tmp_path: Path) -> None:
    dead, alive = f"{{{RATE}, below: 0.9}}", f"{{{LATENCY}, above: 300}}"
    ready = f"{{{RATE}, at_least: 0.95}}"
    one = told(tmp_path, needed=f"{{any_of: [{dead}, {alive}]}}", ready=ready)
    assert "needed_if[0].any_of[0].below: warning: can never hold beside" in one
    both = told(tmp_path, needed=f"{{any_of: [{dead}]}}", ready=ready)
    assert "needed_if[0].any_of[0].below: can never hold beside" in both


def test_an_any_of_that_always_holds_is_told(tmp_path: Path) -> None:
    always = told(tmp_path, needed=f"{{any_of: [{{{RATE}, below: 0.95}}, {{{RATE}, at_least: 0.95}}]}}")
    assert "warning: every value satisfies this or connection_success_rate of current below 0.95" in always
    gap = told(tmp_path, needed=f"{{any_of: [{{{RATE}, below: 0.9}}, {{{RATE}, at_least: 0.95}}]}}")
    assert gap == ""


def test_a_state_that_is_ready_and_an_alarm_at_once_is_an_error(tmp_path: Path) -> None:
    message = told(tmp_path, ready=f"{{{RATE}, at_least: 0.95}}", rollback=f"{{{RATE}, below: 0.97}}")
    assert message == (
        "plan.yaml:9: phases[0].rollback_if[0].below: holds where ready_if does too (connection_success_rate "
        "of current at least 0.95, line 7): ready and an alarm at once; leave no value that satisfies both"
    )


@pytest.mark.parametrize("bound", ["below: 0.95", "at_most: 0.95", "below: 0.9"])
def test_an_alarm_that_starts_where_ready_ends_is_sound(tmp_path: Path, bound: str) -> None:
    assert told(tmp_path, ready=f"{{{RATE}, at_least: 0.95}}", rollback=f"{{{RATE}, {bound}}}") == ""


@pytest.mark.parametrize(
    ("criterion", "message"),
    [
        (f"{{{LATENCY}, at_most: 6000}}", "at_most: 6,000 ms is past the deadline, 5,000 ms, of deliveries; "
         "a later one counts as lost; write a bound within the deadline"),
        ("{scenario_field: uptime_need, at_least: 1.5}", "at_least: at least 1.5 can never be met by "
         "uptime_need; no value is above 1"),
        ("{scenario_field: connected_hours_per_user_day, above: 24}", "above: above 24 can never be met by "
         "connected_hours_per_user_day; no value is above 24"),
        ("{scenario_field: busiest_day_factor, at_least: 1}", "at_least: warning: at least 1 is met by every "
         "busiest_day_factor; write a bound that can fail"),
        (f"{{{RATE}, at_least: 95}}", "95 is not a share; write 0.95 for 95 %"),
        (f"{{{LATENCY}, at_least: -1}}", "write 0 or more"),
        ("{option: current, metric: mean_connection_duration_s, at_least: -300}", "write 0 or more"),
    ],
)  # fmt: skip
def test_a_threshold_outside_of_what_can_be_is_told(tmp_path: Path, criterion: str, message: str) -> None:
    assert message in told(tmp_path, ready=criterion)


def test_a_latency_at_the_deadline_is_a_share_like_any_other(tmp_path: Path) -> None:
    assert told(tmp_path, ready=f"{{{LATENCY}, above: 4999}}") == ""


def test_all_contradictions_come_at_once(tmp_path: Path) -> None:
    message = told(
        tmp_path,
        needed=f"{{{RATE}, below: 0.9}}\n{{{LATENCY}, above: 9000}}",
        ready=f"{{{RATE}, at_least: 0.95}}",
        rollback=f"{{{RATE}, below: 0.99}}",
    )
    assert [line.split(": ")[1] for line in message.splitlines()] == [
        "phases[0].needed_if[1].above",
        "phases[0].ready_if[0].at_least",
        "phases[0].rollback_if[0].below",
    ]


def test_the_plan_that_ships_passes(toolkit: object, shipped: Path) -> None:
    done = toolkit("check", "--project", shipped)  # type: ignore[operator]
    assert done.returncode == 0, done.stderr
    assert "plan.yaml" not in done.stderr


BOUNDS = st.sampled_from(["at_least", "at_most", "above", "below"])
VALUES = st.integers(0, 6)


@given(one=st.tuples(BOUNDS, VALUES), other=st.tuples(BOUNDS, VALUES))
def test_spans_meet_exactly_where_both_comparisons_hold(one: tuple[str, int], other: tuple[str, int]) -> None:
    """Against every half step from -1 to 7, compared by hand."""
    spans = [
        span_of(Criterion.model_validate({"scenario_field": "channels", bound: value}))
        for bound, value in (one, other)
    ]
    both = spans[0].meet(spans[1]).meet(Span(0, 6))
    held = [step / 2 for step in range(13) if all(_holds(step / 2, *bound) for bound in (one, other))]
    assert both.empty == (not held)
    assert both.point == (len(held) == 1 and both.low == both.high)


def _holds(value: float, bound: str, threshold: int) -> bool:
    if bound.startswith("at_"):
        return value >= threshold if bound == "at_least" else value <= threshold
    return value > threshold if bound == "above" else value < threshold
