"""Counts that a source had summed up before enter a metric; whatever else it tells is only shown."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from metrics_facts import DAY, Row, at, faults_of, opened, rolled, write

from toolkit.metrics.intervals import wilson
from toolkit.metrics.key import MetricValue
from toolkit.metrics.result import MetricsResult, measure_options
from toolkit.metrics.shares import share_evidence


def number(name: str, value: float, *, until: str = "10:30", **more: Any) -> Row:
    """A number of a k6 summary; a count unless it says otherwise."""
    return {
        "environment": "lab",
        "collector": "import",
        "source": "k6-summary",
        "from_at": None,
        "until_at": at(until),
        "name": name,
        "kind": "count",
        "quantile": None,
        "value": float(value),
        "unit": "1",
        **more,
    }


def hourly(opened_: int, attempts: int, hours: int, **more: Any) -> list[Row]:
    start = at("00:30")
    moments: list[datetime] = [start + timedelta(hours=hour) for hour in range(hours)]
    return [
        row
        for moment in moments
        for row in (
            number("opened", opened_, **more) | {"until_at": moment},
            number("attempts", attempts, **more) | {"until_at": moment},
        )
    ]


def measured(metrics_dir: Path) -> MetricsResult:
    return measure_options(rolled(metrics_dir), options=["current"], environments={"lab": "lab"}, as_of=DAY)


def value(metrics_dir: Path, metric: str = "connection_success_rate") -> MetricValue:
    return measured(metrics_dir).values["current"]["lab"][metric]


def test_counts_of_one_run_are_worth_one_event(tmp_path: Path) -> None:
    write(tmp_path, "aggregates", [number("attempts", 1000), number("opened", 980)])
    found = value(tmp_path)
    assert (found.estimate, found.n, found.state) == (0.98, 1000, "measured")
    assert found.low is not None and found.high is not None
    assert found.low < 0.3 and found.high > 0.99
    assert found.alert is None


def test_hours_that_are_all_alike_are_worth_one_event_each(tmp_path: Path) -> None:
    write(tmp_path, "aggregates", hourly(980, 1000, 24))
    found = value(tmp_path)
    assert found.low == pytest.approx(wilson(0.98 * 24, 24)[0])


def test_hours_that_vary_little_are_worth_more(tmp_path: Path) -> None:
    rows = hourly(980, 1000, 24)
    for row in rows[::4]:
        row["value"] -= 1.0
    write(tmp_path, "aggregates", rows)
    found = value(tmp_path)
    assert found.low is not None and found.low > 0.97


@pytest.mark.parametrize("name", ["attempts", "opened"])
def test_one_count_without_the_other_gives_no_share(tmp_path: Path, name: str) -> None:
    write(tmp_path, "aggregates", [number(name, 1000)])
    assert value(tmp_path).state == "absent"


def test_an_hour_that_lacks_one_of_the_two_is_left_out(tmp_path: Path) -> None:
    rows = [*hourly(9, 10, 2), number("attempts", 90, until="05:30")]
    write(tmp_path, "aggregates", rows)
    assert (value(tmp_path).estimate, value(tmp_path).n) == (0.9, 20)


def test_a_metric_that_no_count_tells_stays_absent(tmp_path: Path) -> None:
    write(tmp_path, "aggregates", hourly(980, 1000, 24))
    for metric in ("reconnection_frequency", "delivery_success_rate", "session_availability"):
        assert value(tmp_path, metric).state == "absent"


def test_recorded_events_win_over_counts(tmp_path: Path) -> None:
    write(tmp_path, "aggregates", hourly(0, 1000, 24))
    write(tmp_path, "connections", [opened("10:00", until="10:30")])
    assert (value(tmp_path).estimate, value(tmp_path).n) == (1.0, 1)


def test_two_sources_of_the_same_traffic_are_not_added_up(tmp_path: Path) -> None:
    rows = hourly(980, 1000, 2) + hourly(400, 500, 2, source="prometheus")
    write(tmp_path, "aggregates", rows)
    assert (value(tmp_path).estimate, value(tmp_path).n) == (0.98, 2000)


def test_more_opened_than_attempted_is_contradictory(tmp_path: Path) -> None:
    write(tmp_path, "aggregates", [number("attempts", 10), number("opened", 11)])
    found = share_evidence(
        rolled(tmp_path), metric="connection_success_rate", option="current", environment="lab"
    )
    assert found is not None and found.contradictory
    assert value(tmp_path).low is None


def test_a_quantile_is_shown_and_never_becomes_a_metric(tmp_path: Path) -> None:
    slow = number("latency_ms", 900.0, kind="quantile", quantile=0.95, unit="ms")
    write(tmp_path, "aggregates", [slow])
    result = measured(tmp_path)
    assert result.values["current"]["lab"]["latency_p95_ms"].state == "absent"
    (shown,) = result.to_document()["aggregates"]
    assert shown == {
        "option": "current", "environment": "lab", "source": "k6-summary", "name": "latency_ms",
        "kind": "quantile", "quantile": 0.95, "value": 900.0, "unit": "ms", "from": None,
        "until": "2026-11-20T10:30:00+00:00",
    }  # fmt: skip


def test_the_limits_say_where_a_metric_comes_from(tmp_path: Path) -> None:
    write(tmp_path, "aggregates", [number("attempts", 1000), number("opened", 980)])
    (limit,) = [limit for limit in measured(tmp_path).limits if "summed up" in limit]
    assert limit.startswith("current in lab: connection_success_rate comes from counts that k6-summary had")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"value": float("nan")}, "value is not finite"),
        ({"value": float("inf")}, "value is not finite"),
        ({"value": -1.0}, "value is no count"),
        ({"value": 1.5}, "value is no count"),
        ({"kind": "average"}, "kind is unknown"),
        ({"from_at": at("11:00")}, "from_at is after until_at"),
    ],
)
def test_numbers_that_make_no_sense_are_set_aside(tmp_path: Path, wrong: Row, reason: str) -> None:
    write(tmp_path, "aggregates", [number("attempts", 5) | wrong, number("opened", 4)])
    (aside,) = rolled(tmp_path).set_aside
    assert (aside.partition, aside.reason, aside.count) == (
        "aggregates/option=current/date=2026-11-20", reason, 1,
    )  # fmt: skip


def test_the_same_number_twice_counts_once(tmp_path: Path) -> None:
    rows = [number("attempts", 10), number("opened", 9)]
    write(tmp_path, "aggregates", rows)
    write(tmp_path, "aggregates", rows, name="again.parquet")
    assert value(tmp_path).n == 10


def test_an_environment_that_is_not_listed_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, "aggregates", [number("attempts", 10, environment="prod")])
    (fault,) = faults_of(tmp_path)
    assert "environment: 'prod' is not listed in project.yaml" in fault
