"""The recordings that ship are what their page says: real, one day, enough, and the same schedule for all."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from toolkit.measure.events import SCHEMAS, Table

ROOT = Path(__file__).parents[2] / "data" / "metrics"
COLLECTORS = {"b59a1d3a", "7e8c3bb3"}
ARMS = (("current-unfixed", "lab"), ("current", "lab-brief"), ("current", "lab"), ("socketio", "lab"))
FAULTS = {"cut while idle": "idle", "reset": "reset", "half open": "half_open", "in a hole": "blackhole"}


def said(row: str) -> list[int]:
    """The four numbers of a row of the page's table."""
    numbers = r" \| (\d+)" * len(ARMS)
    match = re.search(rf"^\| {row}{numbers} \|$", (ROOT / "README.md").read_text(), re.M)
    assert match is not None, row
    return [int(number) for number in match.groups()]


@pytest.fixture
def shipped(facts: Any) -> Any:
    """The rows of the recording; what a reader of this folder measured beside it does not count."""
    return lambda table: [row for row in facts(ROOT, table) if row["collector"] in COLLECTORS]


def of(rows: list[dict[str, Any]], arm: tuple[str, str]) -> list[dict[str, Any]]:
    return [row for row in rows if (row["option"], row["environment"]) == arm]


@pytest.mark.parametrize("table", ["connections", "deliveries", "faults"])
def test_they_are_of_one_day_and_have_the_columns_of_the_contract(table: Table, shipped: Any) -> None:
    rows = shipped(table)
    assert {(row["option"], row["environment"]) for row in rows} == set(ARMS)
    assert {str(row["date"]) for row in rows} == {"2026-11-27"}
    assert set(SCHEMAS[table].names) | {"option", "date"} == set(rows[0])


def test_they_are_three_quarters_of_an_hour_of_two_hundred_clients_each(shipped: Any) -> None:
    rows = shipped("connections")
    for arm in ARMS:
        own = of(rows, arm)
        assert len({row["client"] for row in own}) == 200
        length = max(row["observed_until"] for row in own) - min(row["started_at"] for row in own)
        assert length > timedelta(minutes=44)


def test_the_page_has_the_totals_of_the_files(shipped: Any) -> None:
    connections, deliveries, faults = (shipped(table) for table in ("connections", "deliveries", "faults"))
    for place, arm in enumerate(ARMS):
        attempts, expected, struck = of(connections, arm), of(deliveries, arm), of(faults, arm)
        assert said("sessions wanted")[place] == len({row["session"] for row in attempts})
        assert said("attempts")[place] == len(attempts)
        assert said("opened")[place] == sum(row["outcome"] == "open" for row in attempts)
        assert said("refused by the proxy")[place] == sum(row["outcome"] == "refused" for row in attempts)
        assert said("closed on purpose")[place] == sum(row["intended"] is True for row in attempts)
        assert said("ended unasked")[place] == sum(row["intended"] is False for row in attempts)
        assert said("deliveries expected")[place] == len(expected)
        assert said("received by the deadline")[place] == sum(row["copies"] > 0 for row in expected)
        for name, fault in FAULTS.items():
            assert said(name)[place] == sum(row["fault"] == fault for row in struck)


def test_all_options_met_the_same_schedule(shipped: Any) -> None:
    due: dict[tuple[str, str], set[tuple[str, str]]] = {arm: set() for arm in ARMS}
    for row in shipped("deliveries"):
        due[row["option"], row["environment"]].add((row["message"], row["recipient"]))
    first = due[ARMS[0]]
    assert all(met == first for met in due.values())
