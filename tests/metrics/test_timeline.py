"""The hours in a row: a gap in the recording is neither an outage nor calm."""

from pathlib import Path

import pandas as pd
import pytest
from metrics_counts import attempts, connected, hour, rollups
from metrics_facts import delivered, failed, opened, rolled, write

from toolkit.metrics.rollups import Rollups
from toolkit.metrics.timeline import COLUMNS, daily, outages, timeline


def test_every_hour_between_the_first_and_the_last_has_a_row() -> None:
    found = timeline(rollups(attempts(3, [(9, 10)]), attempts(6, [(10, 10)])), "current", "lab")
    assert list(found.index) == [hour(number) for number in (3, 4, 5, 6)]
    assert list(found.columns) == list(COLUMNS)


def test_hours_without_evidence_are_nan_not_zero() -> None:
    found = timeline(rollups(attempts(3, [(9, 10)]), attempts(5, [(10, 10)])), "current", "lab")
    assert found.loc[hour(4)].isna().all()
    assert pd.isna(found.at[hour(3), "delivery_success_rate"])


def test_rates_and_durations_follow_from_the_facts(tmp_path: Path) -> None:
    rows = [opened("10:00", ended="10:30"), failed("10:40", until="10:45", attempt=2)]
    write(tmp_path, "connections", rows)
    write(tmp_path, "deliveries", [delivered(), delivered(message="n", latency_s=None)])
    (row,) = timeline(rolled(tmp_path), "current", "lab").to_dict("records")
    assert row["connection_success_rate"] == row["delivery_success_rate"] == 0.5
    assert (row["connected_s"], row["wanted_s"]) == (1800, 2700)
    assert row["session_availability"] == pytest.approx(2 / 3)
    assert (row["failed"], row["unintended_ends"], row["late_or_lost"]) == (1, 1, 1)


def test_availability_is_nan_where_ends_are_unknown() -> None:
    found = timeline(rollups(connected(0, [(0, 3600)], unclear_ends=1)), "current", "lab")
    assert found["session_availability"].isna().all()


def test_without_facts_there_is_no_row() -> None:
    found = timeline(Rollups(), "current", "lab")
    assert found.empty
    assert list(found.columns) == list(COLUMNS)


def test_an_hour_of_little_connection_is_an_outage_and_one_of_no_record_is_not() -> None:
    hours = [
        connected(0, [(0, 3600)]),
        connected(1, [(0, 3600)], connected_us=int(0.8 * 3600e6), wanted_us=int(3600e6)),
        connected(4, [(0, 3600)]),
    ]
    found = timeline(rollups(*hours), "current", "lab")
    assert list(outages(found)) == [False, True, False, False, False]


def test_days_add_up_their_hours_and_count_the_outages() -> None:
    bad = {"connected_us": int(0.5 * 3600e6), "wanted_us": int(3600e6)}
    hours = [connected(0, [(1, 3600)]), connected(1, [(2, 3600)], **bad), connected(49, [(3, 3600)])]
    found = daily(timeline(rollups(*hours), "current", "lab"))
    assert list(found["unintended_ends"].fillna(-1)) == [3, -1, 3]
    assert list(found["session_availability"].fillna(-1)) == [0.75, -1, 1.0]
    assert list(found["outage_hours"]) == [1, 0, 0]
