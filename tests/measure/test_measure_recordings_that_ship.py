"""The recordings that ship are what their page says: real, one day, enough, and the same schedule for all."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from toolkit.measure.events import SCHEMAS, Table

ROOT = Path(__file__).parents[2] / "data" / "metrics"
COLLECTOR = "9f4b73fa"
OPTIONS = ("current-unfixed", "current", "socketio")


def said(row: str) -> list[int]:
    """The three numbers of a row of the page's table."""
    match = re.search(rf"^\| {row} \| (\d+) \| (\d+) \| (\d+) \|$", (ROOT / "README.md").read_text(), re.M)
    assert match is not None, row
    return [int(number) for number in match.groups()]


@pytest.fixture
def shipped(facts: Any) -> Any:
    """The rows of the recording; what a reader of this folder measured beside it does not count."""
    return lambda table: [row for row in facts(ROOT, table) if row["collector"] == COLLECTOR]


@pytest.mark.parametrize("table", ["connections", "deliveries"])
def test_they_are_of_one_day_and_have_the_columns_of_the_contract(table: Table, shipped: Any) -> None:
    rows = shipped(table)
    assert {row["option"] for row in rows} == set(OPTIONS)
    assert {str(row["date"]) for row in rows} == {"2026-11-23"}
    assert {row["environment"] for row in rows} == {"lab"}
    assert set(SCHEMAS[table].names) | {"option", "date"} == set(rows[0])


def test_they_are_an_hour_of_a_hundred_clients_each(shipped: Any) -> None:
    rows = shipped("connections")
    for option in OPTIONS:
        own = [row for row in rows if row["option"] == option]
        assert len({row["client"] for row in own}) == 100
        length = max(row["observed_until"] for row in own) - min(row["started_at"] for row in own)
        assert length > timedelta(minutes=59)


def test_the_page_has_the_totals_of_the_files(shipped: Any) -> None:
    connections, deliveries = shipped("connections"), shipped("deliveries")
    for place, option in enumerate(OPTIONS):
        attempts = [row for row in connections if row["option"] == option]
        expected = [row for row in deliveries if row["option"] == option]
        assert said("attempts")[place] == len(attempts)
        assert said("opened")[place] == sum(row["outcome"] == "open" for row in attempts)
        assert said("refused by the proxy")[place] == sum(row["outcome"] == "refused" for row in attempts)
        assert said("closed on purpose")[place] == sum(row["intended"] is True for row in attempts)
        assert said("cut while idle")[place] + said("reset by the proxy")[place] == sum(
            row["intended"] is False for row in attempts
        )
        assert said("deliveries expected")[place] == len(expected)
        assert said("received by the deadline")[place] == sum(row["copies"] > 0 for row in expected)


def test_all_options_met_the_same_schedule(shipped: Any) -> None:
    due: dict[str, set[tuple[str, str]]] = {option: set() for option in OPTIONS}
    for row in shipped("deliveries"):
        due[row["option"]].add((row["message"], row["recipient"]))
    assert due["current"] == due["socketio"] == due["current-unfixed"]
