"""Recorded faults come through the rollups row by row, each fault once, and enter no metric."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from metrics_facts import DAY, Row, at, faults_of, rolled, write

from toolkit.measure.compaction import compact_partitions
from toolkit.metrics.result import measure_options


def fault(**more: Any) -> Row:
    """A blackhole that both ends noticed."""
    return {
        "environment": "lab",
        "collector": "c",
        "connection": 7,
        "fault": "blackhole",
        "way": "both",
        "struck_at": at("10:30"),
        "client": "ann",
        "healed_s": None,
        "recovered_s": 36.0,
        "wanted_s": 36.0,
        "client_noticed_s": 35.0,
        "client_observed_s": 35.0,
        "server_noticed_s": 60.5,
        "server_observed_s": 60.5,
        **more,
    }


JUST_STRUCK: Row = {
    "recovered_s": None, "wanted_s": 0.0, "client_noticed_s": None, "client_observed_s": 0.0,
    "server_noticed_s": None, "server_observed_s": 0.0,
}  # fmt: skip


def test_of_a_fault_the_row_that_knows_most_counts_also_after_compaction(tmp_path: Path) -> None:
    half = fault(server_noticed_s=None, server_observed_s=0.0)
    write(tmp_path, "faults", [fault(**JUST_STRUCK), half])
    write(tmp_path, "faults", [fault(), fault(connection=8, **JUST_STRUCK)], name="again.parquet")
    for _ in range(2):
        found = rolled(tmp_path).faults.sort_values("connection")
        assert list(found["connection"]) == [7, 8]
        assert found["server_noticed_s"].iloc[0] == 60.5
        assert found["client_noticed_s"].isna().tolist() == [False, True]
        assert set(found["option"]) == {"current"}
        compact_partitions(tmp_path)


def test_they_enter_no_metric(tmp_path: Path) -> None:
    write(tmp_path, "faults", [fault()])
    result = measure_options(rolled(tmp_path), options=["current"], environments={"lab": "lab"}, as_of=DAY)
    assert {value.state for value in result.values["current"]["lab"].values()} == {"absent"}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"struck_at": at("10:30") + timedelta(days=1)}, "struck_at is not on the day of its partition"),
        ({"client_noticed_s": -1.0}, "client_noticed_s is negative"),
        ({"healed_s": float("inf")}, "healed_s is not finite"),
        ({"wanted_s": float("nan")}, "wanted_s is not finite"),
    ],
)
def test_a_row_that_makes_no_sense_is_set_aside(tmp_path: Path, wrong: Row, reason: str) -> None:
    write(tmp_path, "faults", [fault(connection=1) | wrong, fault()], day=DAY)
    found = rolled(tmp_path)
    assert len(found.faults) == 1
    (aside,) = found.set_aside
    assert (aside.partition, aside.reason, aside.count) == (
        "faults/option=current/date=2026-11-20", reason, 1,
    )  # fmt: skip


def test_an_environment_that_nobody_listed_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, "faults", [fault(environment="prod")])
    (found,) = faults_of(tmp_path)
    assert "environment: 'prod' is not listed in project.yaml" in found
