"""Every recorded day is judged without looking ahead, and held against what followed."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from decide_worlds import FIRST, attempts, costs, options, phase, plan, priced, project, scenario

from toolkit.cost.result import CostResult
from toolkit.decide.backtest.backtest import backtest
from toolkit.decide.backtest.replay import Said, World, replay
from toolkit.decide.backtest.result import Backtest
from toolkit.metrics.rollups import Rollups, roll_up
from toolkit.project import Faults

DAYS = [FIRST.date() + timedelta(days=number) for number in range(6)]
GATE = "ready_if: [{option: current, metric: connection_success_rate, at_least: 0.9, environment: lab}]"
HOURS_A_DAY = 3


def days_of(*failed_an_hour: int, option: str = "current") -> list[pd.DataFrame]:
    """A frame a day of 3 hours with 120 attempts each, of which so many fail."""
    return [
        attempts(option, "lab", hours=HOURS_A_DAY, an_hour=120, failed_an_hour=failed,
                 first=FIRST + timedelta(days=number))
        for number, failed in enumerate(failed_an_hour)
    ]  # fmt: skip


def write(folder: Path, frames: list[pd.DataFrame], name: str = "part") -> None:
    for frame in frames:
        for (option, day), part in frame.groupby(["option", frame["observed_until"].dt.date]):
            partition = folder / "metrics" / "connections" / f"option={option}" / f"date={day}"
            partition.mkdir(parents=True, exist_ok=True)
            part.to_parquet(partition / f"{name}.parquet", index=False)


def rolled(folder: Path) -> Rollups:
    faults = Faults()
    environments = ["lab", "canary", "production"]
    rollups = roll_up(folder / "metrics", as_of=DAYS[-1], environments=environments, faults=faults)
    assert not faults.found, str(faults)
    return rollups


def world(rollups: Rollups, *, gate: str = GATE, head: str = "option: current", **fields: Any) -> World:
    cost = costs(priced("current"))
    given = {
        "plan": plan(phase(gate, head=head)), "options": options("current"), "scenario": scenario(),
        "project": project(), "rollups": rollups, "cost_on": lambda day, recorded: cost,
    }  # fmt: skip
    return World(**{**given, **fields})


def replayed(*failed_an_hour: int, folder: Path, **fields: Any) -> Backtest:
    write(folder, days_of(*failed_an_hour))
    return backtest(world(rolled(folder), **fields), scenario_id="team", as_of=DAYS[-1])


def document(found: Backtest) -> Any:
    return found.to_document()["phases"][0]


def test_a_go_that_what_followed_bears_out_is_right(tmp_path: Path) -> None:
    found = replayed(2, 2, 2, 2, 2, 2, folder=tmp_path)
    told = document(found)
    assert (told["false_go"], told["missed_go"], told["days_lost_to_hold"]) == (0, 0, 0)
    # Nothing follows the last day.
    assert (told["right_go"], told["undecided"]) == (5, 1)
    assert told["first_go"]["day"] == DAYS[0].isoformat()


def test_a_go_that_what_followed_belies_is_false(tmp_path: Path) -> None:
    told = document(replayed(2, 60, 60, 60, 60, 60, folder=tmp_path))
    assert told["said"][0] | {"reason": ""} == {
        "from": "2026-11-20", "to": "2026-11-20", "verdict": "GO", "because": None, "option": "current",
        "reason": "", "outcome": "false_go", "followed": "not met",
    }  # fmt: skip
    assert told["false_go"] == 1
    rate = told["first_go"]["criteria"][0]
    assert rate["state"] == "not met" and rate["high"] < 0.9 and rate["since"] == "2026-11-21"


def test_days_on_hold_although_a_go_would_have_been_right_are_lost(tmp_path: Path) -> None:
    gate = GATE.replace("0.9,", "0.9, max_age_days: 30,")
    found = replayed(2, 2, 2, 2, 2, 2, folder=tmp_path, gate=gate, head="option: current, duration_days: 4")
    told = document(found)
    assert told["days"] == {"GO": 3, "NO-GO": 0, "HOLD": 3}
    assert (told["days_lost_to_hold"], told["missed_go"], told["first_go"]["day"]) == (3, 3, "2026-11-23")


def test_where_the_rest_holds_the_threshold_nothing_is_decided(tmp_path: Path) -> None:
    told = document(replayed(2, 12, 12, 12, 12, 12, folder=tmp_path))
    assert told["said"][0]["outcome"] == "undecided" and told["said"][0]["followed"] == "unknown"


def test_evidence_before_the_phase_s_own_start_counts_for_nothing(tmp_path: Path) -> None:
    found = replayed(60, 60, 2, 2, 2, 2, folder=tmp_path, head="option: current, since: 2026-11-22")
    said = document(found)["said"]
    assert [(one["from"], one["verdict"]) for one in said][:2] == [
        ("2026-11-20", "HOLD"),
        ("2026-11-22", "GO"),
    ]


def test_costs_are_those_known_on_the_day(tmp_path: Path) -> None:
    def cost_on(day: date, recorded: Rollups) -> CostResult:
        return cheap if day >= DAYS[2] else dear

    cheap, dear = costs(priced("current", monthly=50.0)), costs(priced("current", monthly=500.0))
    gate = "ready_if: [{option: current, metric: monthly_cost_usd, at_most: 100}]"
    found = replayed(2, 2, 2, 2, 2, 2, folder=tmp_path, gate=gate, cost_on=cost_on)
    assert found.cost_evaluations == 2
    assert [(one["from"], one["verdict"]) for one in document(found)["said"]][:2] == [
        ("2026-11-20", "NO-GO"), ("2026-11-22", "GO"),
    ]  # fmt: skip


def test_costs_that_change_every_day_are_counted_every_day(tmp_path: Path) -> None:
    def cost_on(day: date, recorded: Rollups) -> CostResult:
        return costs(priced("current"))

    assert replayed(2, 2, 2, 2, 2, 2, folder=tmp_path, cost_on=cost_on).cost_evaluations == len(DAYS)


def test_a_day_knows_what_was_recorded_of_options_that_the_plan_does_not_name(tmp_path: Path) -> None:
    write(tmp_path, [*days_of(2, 2, 2), *days_of(2, 2, 2, option="socketio")[1:]])
    replayed_world = world(rolled(tmp_path))
    known = [set(replayed_world.dossier(day).rollups.counts["option"]) for day in DAYS[:2]]
    assert known == [{"current"}, {"current", "socketio"}]


def garbage() -> list[pd.DataFrame]:
    """Failures that were recorded on later days, some of attempts that began on an earlier one."""
    late = attempts(
        "current", "lab", hours=4, an_hour=900, failed_an_hour=900, first=FIRST + timedelta(days=3)
    )
    midnight = datetime.combine(DAYS[3], datetime.min.time(), FIRST.tzinfo)
    before = late.head(700).assign(started_at=midnight - timedelta(seconds=20))
    return [late.iloc[700:], before]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_garbage_that_is_recorded_later_changes_nothing_that_was_said(tmp_path: Path, place: int) -> None:
    """The days up to the third say the same, to the last digit, whatever the fourth one records."""
    write(tmp_path, days_of(2, 3, 2, 2))
    before = list(replay(world(rolled(tmp_path)), DAYS[:4]))
    write(tmp_path, garbage(), name="garbage")
    after = list(replay(world(rolled(tmp_path)), DAYS[:4]))
    assert before[place] == after[place]
    assert told(before[3]) != told(after[3])


def told(said: Said) -> Any:
    return [result.to_document() for result in said.phases]


def test_without_recordings_there_is_nothing_to_replay() -> None:
    found = backtest(world(Rollups()), scenario_id="team", as_of=DAYS[-1]).to_document()
    assert (found["days"], found["first_day"]) == (0, None)
    assert found["phases"][0]["said"] == [] and found["phases"][0]["first_go"] is None


def test_the_last_days_alone_still_know_what_was_recorded_before(tmp_path: Path) -> None:
    write(tmp_path, days_of(2, 2, 2, 2, 2, 2))
    whole, part = (
        backtest(world(rolled(tmp_path)), scenario_id="team", as_of=DAYS[-1], most_days=most)
        for most in (None, 2)
    )
    assert part.phases[0].looks == whole.phases[0].looks[-2:]
