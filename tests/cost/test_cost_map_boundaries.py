"""A line of the decision map is where the option that ``toolkit cost`` names changes."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from commands import forked_in
from cost_worlds import DATA

from toolkit import api

SIDES = (0.985, 1.015)
"""Multiples of a boundary's volume: the map tells it to four digits."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("crossing") / "team"
    shutil.copytree(DATA.root, target, ignore=shutil.ignore_patterns("metrics"))
    return target


def write_beside(folder: Path, name: str, messages_times: float, **changes: object) -> None:
    """A scenario with so many times the messages of the one that ships."""
    scenario = yaml.safe_load((folder / "scenarios" / "under-100-usd.yaml").read_text())
    sent = scenario["messages_per_user_day"]
    scenario["messages_per_user_day"] = {part: value * messages_times for part, value in sent.items()}
    (folder / "scenarios" / f"{name}.yaml").write_text(yaml.safe_dump({**scenario, **changes}))


def named_by_cost(folder: Path, scenario: str) -> tuple[str, dict[str, float]]:
    run = forked_in(folder.parent)("cost", "--project", folder, "--scenario", scenario, "--json")
    assert run.returncode == 0, run.stderr
    document = json.loads(run.stdout)
    # Of options without a price in every draw the means are of other draws, and not to be compared.
    totals = {name: document["options"][name]["total"]["mean"] for name in document["compared"]}
    return document["recommended"], totals


def test_crossing_a_boundary_changes_the_option_that_cost_recommends(folder: Path) -> None:
    """In the lowest strip every option counts, so that the map's choice is that of the least mean total."""
    drawn = api.decision_map(folder, scenario="under-100-usd")
    lowest = drawn.strips[0]
    before, after = lowest.parts[0], lowest.parts[1]
    assert before.option != after.option
    own = drawn.here.messages_per_month.p50
    for side, expected in zip(SIDES, (before.option, after.option), strict=True):
        write_beside(folder, "beside", before.messages_to * side / own)
        assert named_by_cost(folder, "beside")[0] == expected


def test_crossing_a_boundary_over_the_cost_of_downtime_changes_it_too(folder: Path) -> None:
    drawn = api.decision_map(folder, scenario="production", against="downtime_cost_usd_per_hour")
    border = max(drawn.borders, key=lambda one: len(one.points))
    messages, usd = border.points[len(border.points) // 2]
    reaching = {name for name, reach in drawn.reach.items() if (reach.uptime or 0) >= 0.99}
    scenario = yaml.safe_load((folder / "scenarios" / "production.yaml").read_text())
    times = messages / drawn.here.messages_per_month.p50
    sent = {part: value * times for part, value in scenario["messages_per_user_day"].items()}
    for side, expected in zip((0.8, 1.25), (border.below, border.above), strict=True):
        changed = {**scenario, "messages_per_user_day": sent, "downtime_cost_usd_per_hour": usd * side}
        (folder / "scenarios" / "beside.yaml").write_text(yaml.safe_dump(changed))
        totals = named_by_cost(folder, "beside")[1]
        assert min(reaching & set(totals), key=totals.__getitem__) == expected


def test_crossing_into_a_strip_leaves_out_what_does_not_reach_it(folder: Path) -> None:
    drawn = api.decision_map(folder, scenario="production")
    limit = next(
        strip for strip in drawn.strips if "pusher" in strip.options and "pubnub" not in strip.options
    )
    volume = [strip.to for strip in drawn.strips].index(limit.to)
    below = drawn.strips[volume - 1]
    assert set(below.options) - set(limit.options) == {"pubnub"}
    for need, reached in ((limit.above - 1e-6, True), (limit.above + 1e-6, False)):
        here = api.decision_map(folder, scenario="production", levels=[need], message_factors=[1.0, 20.0])
        assert (here.feasible[0] == len(below.options)) == reached
        assert (here.name_at(0, 1) == "pubnub") == reached


def test_the_document_of_cost_has_the_lines_of_both_maps(folder: Path) -> None:
    run = forked_in(folder.parent)("cost", "--project", folder, "--json")
    found = json.loads(run.stdout)["decision_map"]
    assert set(found) == {"uptime_need", "downtime_cost_usd_per_hour"}
    uptime = found["uptime_need"]
    assert uptime["here"]["cheapest"] == json.loads(run.stdout)["recommended"]
    assert uptime["strips"][-1]["reached_by"] == []
    assert uptime["strips"][-1]["cheapest"][0]["option"] is None
    assert uptime["unreached_above"] == uptime["strips"][-1]["above"]
    assert "cheapest" not in uptime, "the grid is left to the CSV"


def test_the_grid_comes_as_csv(folder: Path) -> None:
    run = forked_in(folder.parent)("cost", "--project", folder, "--format", "map-csv")
    header, *rows = run.stdout.splitlines()
    assert header == "against,level,messages_per_month,option,p_cheapest,mean_usd,feasible"
    assert len(rows) == 2 * 41 * 49
    unreached = [row.split(",") for row in rows if row.startswith("uptime_need,0.99999,")]
    assert unreached and all(row[3:] == ["", "", "", "0"] for row in unreached)
