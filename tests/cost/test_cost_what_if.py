"""What-if questions change a scenario for one call and are checked like its file; nothing else changes."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cost_worlds import DATA

from toolkit import api
from toolkit.project import InputError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("what-if") / "team"
    shutil.copytree(DATA.root, target, ignore=shutil.ignore_patterns("metrics"))
    return target


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


ONE = [1.0]
"""The scenario's own volume, which is enough for most questions."""


def test_a_changed_field_changes_the_answer_and_nothing_else(folder: Path) -> None:
    before = contents(folder)
    where = {"messages_per_user_day": {"p5": 8, "p50": 20, "p95": 50}}
    changed = api.decision_map(folder, message_factors=ONE, where=where)
    own = api.decision_map(folder, message_factors=ONE)
    assert changed.here.messages_per_month.p50 == 2 * own.here.messages_per_month.p50
    assert changed.mean_usd[0, 0] > own.mean_usd[0, 0]
    assert where == {"messages_per_user_day": {"p5": 8, "p50": 20, "p95": 50}}
    assert contents(folder) == before


def test_the_result_says_what_was_changed_and_what_no_longer_fits(folder: Path) -> None:
    where = {"peak_concurrent_users": 20_000, "horizon_months": 2}
    assert api.decision_map(folder, message_factors=ONE, where=where).notes == [
        "What if: peak_concurrent_users is 20000 instead of 1000–1500–2500.",
        "What if: horizon_months is 2 instead of 24.",
        "What if: 20,000 users at the peak are more than the 10,000 of the month.",
    ]


WRONG = [
    (
        {"mesages_per_user_day": 3},
        "where:1: mesages_per_user_day: is not a known key; did you mean messages_per",
    ),
    ({"horizon_months": 0}, "where:1: horizon_months: 0: input should be greater than or equal to 1"),
    ({"growth_per_month": 900}, "where:1: growth_per_month: traffic grows to "),
    ({"uptime_need": 99}, "where:1: uptime_need: 99 is not a share; write 0 to 1, 0.99 for 99 %"),
    ({"channels": {"p5": 9, "p50": 2, "p95": 3}}, "where:1: channels: p5 9, p50 2, p95 3 are out of order"),
    ({"channels": "many"}, "where:1: channels: 'many': "),
    (5, "arguments:1: where: 5 names no fields; write such as {'growth_per_month': 0.05}"),
]


@pytest.mark.parametrize(("where", "said"), WRONG)
def test_a_change_that_makes_no_sense_is_told_like_a_fault_of_the_file(
    folder: Path, where: object, said: str
) -> None:
    with pytest.raises(InputError) as raised:
        api.decision_map(folder, where=where)  # type: ignore[arg-type] # wrong on purpose
    assert str(raised.value).startswith(said)


QUESTIONS = (api.cost, api.cost_curve, api.uptime_curve, api.decision_grid, api.team_maps)


@pytest.mark.parametrize("ask", QUESTIONS, ids=lambda ask: ask.__name__)
def test_every_question_checks_its_changes(folder: Path, ask: Callable[..., object]) -> None:
    with pytest.raises(InputError, match="where:1: horizon_months: 0: "):
        ask(folder, where={"horizon_months": 0})


def test_all_faults_are_told_at_once(folder: Path) -> None:
    with pytest.raises(InputError) as raised:
        api.cost(folder, where={"horizon_months": 0, "uptime_need": 99})
    assert len(str(raised.value).splitlines()) == 2


AXES = [
    ({"against": "uptime"}, "arguments:1: against: 'uptime' is no axis of a map; did you mean uptime_need?"),
    ({"levels": [0.9, 1.2]}, "arguments:1: uptime_need: 1.2 is out of range; write shares of time"),
    ({"levels": [0.99, 0.9]}, "arguments:1: uptime_need: is not ascending"),
    ({"levels": []}, "arguments:1: uptime_need: has 0 values"),
    ({"levels": 0.99}, "arguments:1: uptime_need: 0.99 is no list of numbers; write shares of time"),
    ({"levels": "0.99"}, "arguments:1: uptime_need: '0.99' is no list of numbers"),
    ({"message_factors": [0.0, 1.0]}, "arguments:1: message_factors: 0 is out of range"),
    ({"message_factors": [1.0, 1e9]}, "arguments:1: message_factors: 1e+09 is out of range"),
    ({"message_factors": [float("nan")]}, "arguments:1: message_factors: nan is out of range"),
    ({"team_times": -1.0}, "arguments:1: team_times: -1 is out of range"),
]


@pytest.mark.parametrize(("axes", "said"), AXES)
def test_axes_of_a_map_are_checked(folder: Path, axes: dict[str, object], said: str) -> None:
    with pytest.raises(InputError) as raised:
        api.decision_map(folder, **axes)  # type: ignore[arg-type] # wrong on purpose
    assert str(raised.value).startswith(said)


def test_whole_numbers_of_numpy_are_numbers(folder: Path) -> None:
    against, levels = "downtime_cost_usd_per_hour", np.array([100, 200])
    drawn = api.decision_map(folder, against=against, levels=levels, message_factors=ONE)
    assert drawn.levels.tolist() == [100.0, 200.0]


def test_what_was_given_and_is_so_already_is_no_change(folder: Path) -> None:
    where = {
        "horizon_months": 24,
        "uptime_need": 0.99,
        "growth_per_month": {"p5": 0, "p50": 0.02, "p95": 0.05},
    }
    assert api.decision_map(folder, message_factors=ONE, where=where).notes == []


def test_a_grid_over_decades_leaves_out_growths_that_nobody_could_meter(folder: Path) -> None:
    """27 million messages that grow by a tenth for 25 years are more than 10 ** 19."""
    grid = api.decision_grid(folder, where={"horizon_months": 300}, needs=[0.95], usd_per_hour=[20.0])
    assert grid.growth_per_month.tolist() == [0.0, 0.02, 0.05]


def test_a_team_too_small_for_its_messages_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="a team of 5 users is too small for 8 recipients"):
        api.decision_map(folder, team_times=0.001, where={"monthly_active_users": 5_000})


def test_the_grid_of_a_what_if_page_agrees_with_a_map_at_its_points(folder: Path) -> None:
    grid = api.decision_grid(folder, growths=[0.0], needs=[0.95, 0.9999], usd_per_hour=[20.0, 2000.0])
    assert grid.cheapest.shape == (1, 25, 2, 2)
    assert (grid.cheapest[:, :, 1] == -1).all(), "nothing reaches 99.99 %"
    assert grid.feasible.tolist()[1] == 0
    drawn = api.decision_map(
        folder,
        against="downtime_cost_usd_per_hour",
        where={"growth_per_month": 0.0, "uptime_need": 0.95},
        levels=[20.0, 2000.0],
        message_factors=(grid.messages_per_month / grid.messages_per_month[12]).tolist(),
    )
    assert grid.cheapest[0, :, 0, :].T.tolist() == drawn.cheapest.tolist()
    document = grid.to_document()
    assert document["mean_usd"][0][0][1] == [None, None]
