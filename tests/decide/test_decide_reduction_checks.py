"""What is wrong with a criterion on a reduction is told when the plan is read, at its line."""

from pathlib import Path

import pytest
from decide_worlds import scenario

from toolkit.decide.plan import Plan
from toolkit.decide.planchecks import check_names, check_plan
from toolkit.decide.reachchecks import Circumstances
from toolkit.project import Faults, read_yaml, validate

OPTIONS = ["current", "current-unfixed", "pusher"]
ENVIRONMENTS = {"lab": "lab", "production": "field"}
GONE = "option: current, metric: disconnection_rate_reduction"
CLAIM = f"{GONE}, baseline: current-unfixed"


def told(folder: Path, *criteria: str, head: str = "option: current", listed: str = "ready_if") -> str:
    """Faults and warnings of a plan whose criteria stand on line 6 and those after it."""
    other = "needed_if" if listed == "ready_if" else "ready_if"
    lines = "".join(f"      - {{{criterion}}}\n" for criterion in criteria)
    (folder / "plan.yaml").write_text(
        f"phases:\n  - id: one\n    title: One\n    {head}\n    {listed}:\n{lines}    {other}: []\n"
    )
    faults = Faults()
    document = read_yaml(folder / "plan.yaml", faults)
    assert document is not None
    plan = validate(document, Plan, faults)
    if plan is None:
        check_names(document, options=OPTIONS, environments=ENVIRONMENTS, faults=faults)
    else:
        known = Circumstances(scenario(), "team", 1.0)
        surroundings = {"options": OPTIONS, "environments": ENVIRONMENTS}
        check_plan(plan, document, faults=faults, known=known, **surroundings)  # type: ignore[arg-type]
    return str(faults).replace(f"{folder}/", "")


@pytest.mark.parametrize("asked", ["at_least: 0.9", "at_least: -0.1", "above: 0", "below: 0.5", "at_most: 0"])
def test_what_can_work_is_silent(tmp_path: Path, asked: str) -> None:
    assert told(tmp_path, f"{CLAIM}, {asked}, environment: production") == ""


@pytest.mark.parametrize(
    ("criterion", "message"),
    [
        (
            f"{GONE}, at_least: 0.9",
            "plan.yaml:6: phases[0].ready_if[0]: disconnection_rate_reduction compares with no baseline; "
            "add baseline: ID",
        ),
        (
            f"{GONE}, baseline: current, at_least: 0.9",
            "plan.yaml:6: phases[0].ready_if[0]: compares current with itself; "
            "name another option as baseline",
        ),
        (
            f"{GONE}, baseline: current-unfixd, at_least: 0.9",
            "plan.yaml:6: phases[0].ready_if[0].baseline: current-unfixd is not an option of this folder; "
            "did you mean current-unfixed?",
        ),
        (
            f"{GONE}, baseline: chosen, at_least: 0.9",
            "plan.yaml:6: phases[0].ready_if[0].baseline: chosen is not an option of this folder",
        ),
        (
            "option: current, baseline: current-unfixed, metric: session_availability, at_least: 0.9",
            "plan.yaml:6: phases[0].ready_if[0]: baseline: session_availability compares with none; "
            "remove it, or use metric: disconnection_rate_reduction",
        ),
        (
            "baseline: current, scenario_field: channels, at_least: 1",
            "baseline: channels compares with none; remove it",
        ),
        (
            f"{CLAIM}, at_least: 90",
            "plan.yaml:6: phases[0].ready_if[0]: at_least: 90 is more than all disconnections; "
            "write 0.9 for 90 %",
        ),
        (
            f"{CLAIM}, at_least: 1",
            "plan.yaml:6: phases[0].ready_if[0].at_least: at least 1 can never be met by "
            "disconnection_rate_reduction; leave room for an interval",
        ),
        (f"{CLAIM}, above: 1", "above 1 can never be met by disconnection_rate_reduction"),
        (f"{CLAIM}, at_most: 1", "at most 1 is met by every disconnection_rate_reduction"),
        (f"{CLAIM}, at_least: .inf", "plan.yaml:6: phases[0].ready_if[0].at_least: "),
        (f"{CLAIM}, at_least: .nan", "plan.yaml:6: phases[0].ready_if[0].at_least: "),
        (
            "option: current, metric: disconection_rate_reduction, baseline: pusher, at_least: 0.9",
            "did you mean disconnection_rate_reduction?",
        ),
        (
            "option: current, metric: session_availability, at_least: -0.5",
            "plan.yaml:6: phases[0].ready_if[0].at_least: -0.5: input should be greater than or equal to 0; "
            "write 0 or more",
        ),
    ],
)
def test_what_cannot_work_is_told(tmp_path: Path, criterion: str, message: str) -> None:
    assert message in told(tmp_path, criterion)


def test_a_candidate_cannot_be_the_baseline_of_the_chosen_one(tmp_path: Path) -> None:
    asked = "option: chosen, metric: disconnection_rate_reduction, baseline: pusher, at_least: 0.5"
    message = told(tmp_path, asked, head="candidates: [pusher, current]")
    assert "pusher may be chosen itself, and would be compared with itself" in message
    assert told(tmp_path, asked, head="candidates: [current]") == ""


def test_two_bounds_that_no_value_satisfies_are_told_and_other_baselines_are_another_number(
    tmp_path: Path,
) -> None:
    here = f"{CLAIM}, environment: lab"
    assert "can never hold beside disconnection_rate_reduction of current" in told(
        tmp_path, f"{here}, at_least: 0.9", f"{here}, below: 0.5"
    )
    other = here.replace("baseline: current-unfixed", "baseline: pusher")
    assert told(tmp_path, f"{here}, at_least: 0.9", f"{other}, below: 0.5") == ""
