"""Every fault of a plan against its folder, each at its line with its mend."""

from pathlib import Path

import pytest

from toolkit.decide.plan import Plan
from toolkit.decide.planchecks import check_plan
from toolkit.project import Faults, read_yaml, validate

ENVIRONMENTS = {"lab": "lab", "production": "field"}
HEAD = """\
phases:
  - id: one
    title: First
"""


def checked(tmp_path: Path, text: str, *, environments: dict[str, str] = ENVIRONMENTS) -> Faults:
    file = tmp_path / "plan.yaml"
    file.write_text(text)
    faults = Faults()
    document = read_yaml(file, faults)
    assert document is not None
    plan = validate(document, Plan, faults)
    assert plan is not None, str(faults)
    check_plan(plan, document, options=["current", "pusher"], environments=environments, faults=faults)
    return faults


def one_criterion(tmp_path: Path, criterion: str, *, environments: dict[str, str] = ENVIRONMENTS) -> str:
    body = f"    option: current\n    needed_if: []\n    ready_if:\n      - {{{criterion}}}\n"
    faults = checked(tmp_path, HEAD + body, environments=environments)
    return str(faults).replace(str(tmp_path) + "/", "")


SHARE = "option: current, metric: connection_success_rate"


@pytest.mark.parametrize(
    ("criterion", "message"),
    [
        (
            "option: curent, metric: connection_success_rate, at_least: 0.9",
            "plan.yaml:7: phases[0].ready_if[0].option: curent is not an option of this folder; "
            "did you mean current?",
        ),
        (
            "option: chosen, metric: connection_success_rate, at_least: 0.9",
            "plan.yaml:7: phases[0].ready_if[0].option: chosen has no meaning in a phase without candidates; "
            "name the option, or give the phase candidates",
        ),
        (
            "option: current, metric: connection_succes_rate, at_least: 0.9",
            "plan.yaml:7: phases[0].ready_if[0].metric: connection_succes_rate is not a metric; "
            "did you mean connection_success_rate?",
        ),
        (
            f"{SHARE}, at_least: 0.9, environment: prodution",
            "plan.yaml:7: phases[0].ready_if[0].environment: prodution is not an environment of "
            "project.yaml; did you mean production?",
        ),
        (
            "scenario_field: peak_concurrent_user, at_least: 1000",
            "plan.yaml:7: phases[0].ready_if[0].scenario_field: peak_concurrent_user is not a field of a "
            "scenario; did you mean peak_concurrent_users?",
        ),
        (
            f"{SHARE}, at_least: 0.9, environment: lab, grade: field",
            "plan.yaml:7: phases[0].ready_if[0].grade: field evidence can never be had: lab gives lab; "
            "ask for a grade that an environment gives",
        ),
        (
            f"{SHARE}, at_least: 1",
            "plan.yaml:7: phases[0].ready_if[0].at_least: at least 1 can never be met by "
            "connection_success_rate; leave room for an interval",
        ),
        (
            f"{SHARE}, above: 1",
            "plan.yaml:7: phases[0].ready_if[0].above: above 1 can never be met by connection_success_rate; "
            "leave room for an interval",
        ),
        (
            "option: current, metric: reconnection_frequency, at_most: 0",
            "plan.yaml:7: phases[0].ready_if[0].at_most: at most 0 can never be met by "
            "reconnection_frequency; leave room for an interval",
        ),
        (
            "option: current, metric: monthly_cost_usd, below: 0",
            "plan.yaml:7: phases[0].ready_if[0].below: below 0 can never be met by monthly_cost_usd; "
            "no value is below 0",
        ),
        (
            f"{SHARE}, at_least: 0",
            "plan.yaml:7: phases[0].ready_if[0].at_least: warning: at least 0 is met by every "
            "connection_success_rate; write a bound that can fail",
        ),
        (
            "scenario_field: peak_concurrent_users, at_least: 5, environment: lab",
            "plan.yaml:7: phases[0].ready_if[0].environment: warning: has no effect: this is not measured; "
            "leave it out",
        ),
        (
            "any_of: [{option: current, metric: session_availability, above: 0.9, level: should}]",
            "plan.yaml:7: phases[0].ready_if[0].any_of[0].level: warning: has no effect inside any_of; "
            "write level beside any_of",
        ),
    ],
)
def test_each_fault_says_where_what_and_how_to_mend_it(tmp_path: Path, criterion: str, message: str) -> None:
    assert one_criterion(tmp_path, criterion) == message


def test_a_field_that_is_no_number_cannot_be_compared(tmp_path: Path) -> None:
    message = one_criterion(tmp_path, "scenario_field: needs, at_least: 1")
    assert message.startswith(
        "plan.yaml:7: phases[0].ready_if[0].scenario_field: needs is not a number; use one"
    )


def test_a_grade_that_no_environment_gives_is_refused(tmp_path: Path) -> None:
    message = one_criterion(tmp_path, f"{SHARE}, at_least: 0.9, grade: field", environments={"lab": "lab"})
    assert "field evidence can never be had: lab gives lab" in message


def test_sound_criteria_pass_in_silence(tmp_path: Path) -> None:
    for sound in (
        f"{SHARE}, at_least: 0.95, environment: production, grade: field, max_age_days: 14",
        f"{SHARE}, at_least: 0.95, grade: lab",
        "option: pusher, metric: monthly_cost_usd, at_most: 0",
        "option: current, metric: latency_p95_ms, at_most: 250, level: should",
        "scenario_field: uptime_need, at_least: 0.99",
    ):
        assert one_criterion(tmp_path, sound) == ""


@pytest.mark.parametrize(
    ("ready", "warned"),
    [
        ("", True),
        ("{option: chosen, metric: monthly_cost_usd, at_most: 9, level: should}", True),
        ("{option: chosen, metric: monthly_cost_usd, at_most: 9}", False),
        ("{any_of: [{option: chosen, metric: monthly_cost_usd, at_most: 9}]}", False),
    ],
)
def test_a_phase_that_chooses_should_ask_something_of_the_chosen_one(
    tmp_path: Path, ready: str, warned: bool
) -> None:
    body = f"    candidates: [pusher]\n    needed_if: []\n    ready_if: [{ready}]\n"
    faults = checked(tmp_path, HEAD + body)
    message = "phases[0].candidates: warning: nothing that decides speaks of the candidate that is chosen"
    assert (message in str(faults)) == warned


def test_all_faults_of_a_plan_come_at_once(tmp_path: Path) -> None:
    faults = checked(
        tmp_path,
        """\
phases:
  - id: one
    title: First
    option: curent
    needed_if: [{any_of: [{option: ably, metric: session_availability, below: 0.9}]}]
    ready_if: []
  - id: two
    title: Second
    candidates: [pusher, abli]
    needed_if: []
    ready_if:
      - {option: chosen, metric: monthly_cost, at_most: 100}
    rollback_if:
      - {option: chosen, metric: session_availability, below: 0.9, environment: staging}
  - id: one
    title: Third
    option: current
    needed_if: []
    ready_if: []
""",
    )
    found = [(fault.line, fault.field) for fault in faults]
    assert found == [
        (4, "phases[0].option"),
        (5, "phases[0].needed_if[0].any_of[0].option"),
        (9, "phases[1].candidates[1]"),
        (12, "phases[1].ready_if[0].metric"),
        (14, "phases[1].rollback_if[0].environment"),
        (15, "phases[2].id"),
    ]
    assert "one is the id of another phase, on line 2" in str(faults)
