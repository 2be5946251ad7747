"""How long a fault goes unnoticed counts those that were never noticed for as long as they were watched."""

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from metrics_facts import DAY, Row, at, rolled, write
from metrics_worth import record

from toolkit.evidence import Grade
from toolkit.metrics.noticing import Noticed, noticing, noticing_frame, struck
from toolkit.metrics.rollups import Rollups
from toolkit.metrics.worth import measure_worth

WEEKS = [6, 6, 6, 7, 10, 13, 16, 22, 23]
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
"""Remission under 6-MP, Freireich et al., Blood 21 (1963): the times of relapse, and those of the others."""


def faults(*noticed: tuple[float | None, float], **more: object) -> list[Row]:
    """Black holes of which the client noticed each after so many seconds, or not while it was watched."""
    rows = []
    for number, (noticed_s, observed_s) in enumerate(noticed):
        rows.append({
            "environment": "lab", "collector": "c", "connection": number, "fault": "blackhole",
            "way": "both", "struck_at": at("10:00") + timedelta(seconds=number), "client": f"u{number}",
            "healed_s": None, "recovered_s": None, "wanted_s": observed_s,
            "client_noticed_s": noticed_s, "client_observed_s": observed_s,
            "server_noticed_s": None, "server_observed_s": 0.0, **more,
        })  # fmt: skip
    return rows


def found_of(metrics_dir: Path, rows: list[Row]) -> list[Noticed]:
    write(metrics_dir, "faults", rows)
    return noticing(rolled(metrics_dir))


def freireich() -> list[Row]:
    relapsed = [(float(week), float(week)) for week in WEEKS]
    return faults(*relapsed, *((None, float(week)) for week in CENSORED))


def test_the_median_is_kaplan_and_meiers(tmp_path: Path) -> None:
    """Median 23. The band's lower end is 0.503 at week 10, 0.432 at week 13; its upper end stays above 0.5.

    From the published standard errors: 0.6902 ** exp(1.96 * 0.1068 / (0.6902 * 0.3708)) = 0.432.
    """
    (client,) = found_of(tmp_path, freireich())
    assert (client.n, client.noticed, client.share) == (21, 9, pytest.approx(9 / 21))
    assert (client.median_s.value, client.median_s.low, client.median_s.high) == (23.0, 13.0, None)
    assert client.p95_s is None
    assert client.watched_s == 35.0


def test_an_end_that_was_never_watched_is_left_out(tmp_path: Path) -> None:
    assert [each.end for each in found_of(tmp_path, faults((3.0, 3.0)))] == ["client"]


def test_a_fault_that_nobody_notices_has_no_median_and_is_not_zero(tmp_path: Path) -> None:
    (client,) = found_of(tmp_path, faults(*[(None, 120.0)] * 5))
    assert (client.noticed, client.share, client.watched_s) == (0, 0.0, 120.0)
    assert not client.median_s.known and client.p95_s is None


def test_where_all_notice_the_95th_percentile_is_reached(tmp_path: Path) -> None:
    (client,) = found_of(tmp_path, faults(*((float(second), float(second)) for second in range(1, 101))))
    assert (client.median_s.value, client.p95_s) == (50.0, 95.0)


def test_each_fault_way_and_end_stands_for_itself(tmp_path: Path) -> None:
    rows = [
        *faults((5.0, 5.0)),
        *faults((7.0, 7.0), way="to_client", connection=8, server_noticed_s=60.0, server_observed_s=60.0),
        *faults((0.0, 0.0), fault="reset", connection=9),
    ]
    found = {(each.fault, each.way, each.end): each.median_s.value for each in found_of(tmp_path, rows)}
    assert found == {
        ("blackhole", "both", "client"): 5.0,
        ("blackhole", "to_client", "client"): 7.0,
        ("blackhole", "to_client", "server"): 60.0,
        ("reset", "both", "client"): 0.0,
    }


def test_faults_after_the_as_of_day_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "faults", faults((5.0, 5.0)))
    later = DAY + timedelta(days=1)
    write(tmp_path, "faults", faults((9.0, 9.0), struck_at=at("10:00", later)), day=later)
    (client,) = noticing(rolled(tmp_path, as_of=DAY))
    assert client.n == 1


def test_without_recorded_faults_nothing_is_known(tmp_path: Path) -> None:
    assert noticing(Rollups()) == []
    assert struck(Rollups(), "current", "lab") is None
    assert noticing_frame([]).empty and "median_s" in noticing_frame([]).columns


def test_the_table_says_not_reached_as_a_missing_number(tmp_path: Path) -> None:
    frame = noticing_frame(found_of(tmp_path, freireich()))
    assert frame["median_s"].iloc[0] == 23.0
    assert pd.isna(frame["median_high_s"].iloc[0]) and pd.isna(frame["p95_s"].iloc[0])


def test_comparisons_tell_which_faults_struck_each_side(tmp_path: Path) -> None:
    record(tmp_path, "current-unfixed", drops=10, messages=0)
    record(tmp_path, "current", drops=1, messages=0)
    idle = [
        row | {"fault": "idle", "connection": 100 + n} for n, row in enumerate(faults(*[(0.0, 0.0)] * 90))
    ]
    resets = [
        row | {"fault": "reset", "connection": 300 + n} for n, row in enumerate(faults(*[(0.0, 0.0)] * 10))
    ]
    write(tmp_path, "faults", [*idle, *resets], option="current-unfixed")
    write(tmp_path, "faults", resets, option="current")
    grades: dict[str, Grade] = {"lab": "lab"}
    found = measure_worth(rolled(tmp_path), environments=grades, as_of=DAY)
    (comparison,) = found.comparisons
    rates = {kind: (each.baseline.value, each.option.value) for kind, each in comparison.struck.items()}
    assert rates == {
        "idle": (pytest.approx(9.0, rel=1e-6), 0.0),
        "reset": (pytest.approx(1.0, rel=1e-6), pytest.approx(1.0, rel=1e-6)),
    }
    assert found.noticing
