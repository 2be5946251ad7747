"""The key metrics hour by hour and day by day: every figure from the events of its own time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from metrics_facts import DAY, LATER, delivered, failed, opened, rolled, write_by_day

from toolkit.metrics.result import MetricsResult, PeriodValues, measure_options
from toolkit.metrics.windows import Period


@pytest.fixture(scope="module")
def metrics_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hours of one day and one of the next; the second hour is the bad one."""
    folder = tmp_path_factory.mktemp("periods")
    next_day = DAY + timedelta(1)
    connections = [opened("10:00", ended="10:30", client=f"u{n}", session=f"a{n}") for n in range(4)]
    connections += [failed("11:00", until="11:01", client=f"u{n}", session=f"b{n}") for n in range(4)]
    connections += [opened("10:00", until="10:45", day=next_day, session="c")]
    write_by_day(folder, "connections", connections)
    messages = [delivered("10:05", message=f"m{n}", latency_s=0.02) for n in range(50)]
    messages += [delivered("11:05", message=f"n{n}", latency_s=0.3) for n in range(50)]
    write_by_day(folder, "deliveries", messages)
    return folder


def measured(metrics_dir: Path, by: Period | None) -> MetricsResult:
    return measure_options(
        rolled(metrics_dir), options=["current", "ably"], environments={"lab": "lab"}, as_of=LATER, by=by
    )


def success(part: PeriodValues) -> float | None:
    return part.values["current"]["lab"]["connection_success_rate"].estimate


def test_hours_tell_their_own_events(metrics_dir: Path) -> None:
    periods = measured(metrics_dir, "hour").periods
    assert [f"{part.start:%dT%H}" for part in periods] == ["20T10", "20T11", "21T10"]
    assert [success(part) for part in periods] == [1.0, 0.0, 1.0]
    p95 = [part.values["current"]["lab"]["latency_p95_ms"].estimate for part in periods]
    assert p95 == [pytest.approx(20, rel=0.01), pytest.approx(300, rel=0.01), None]


def test_days_tell_theirs(metrics_dir: Path) -> None:
    first, second = measured(metrics_dir, "day").periods
    assert (first.start, first.end) == (
        datetime(2026, 11, 20, tzinfo=UTC),
        datetime(2026, 11, 21, tzinfo=UTC),
    )
    assert (success(first), success(second)) == (0.5, 1.0)
    # A percentile of the day is that of its events, and no mean of the hours' percentiles.
    p50 = first.values["current"]["lab"]["latency_p50_ms"].estimate
    assert p50 == pytest.approx(20, rel=0.01)


def test_what_was_not_recorded_in_a_period_is_not_named_in_it(metrics_dir: Path) -> None:
    for part in measured(metrics_dir, "hour").periods:
        assert list(part.values) == ["current"]


def test_the_whole_window_is_what_it_is_without_them(metrics_dir: Path) -> None:
    assert measured(metrics_dir, "day").values == measured(metrics_dir, None).values
    assert measured(metrics_dir, None).periods == []


def test_the_document_and_the_frame_tell_the_same(metrics_dir: Path) -> None:
    result = measured(metrics_dir, "hour")
    first = result.to_document()["periods"][0]
    assert (first["start"], first["end"]) == ("2026-11-20T10:00:00+00:00", "2026-11-20T11:00:00+00:00")
    told = first["options"]["current"]["lab"]["connection_success_rate"]
    frame = result.periods_frame()
    row = frame[(frame["start"] == first["start"]) & (frame["metric"] == "connection_success_rate")]
    assert list(row["estimate"]) == [told["estimate"]] == [1.0]
    assert set(frame["state"]) == {"measured"}
