"""`toolkit metrics --json` and the frame: every option, environment and metric, absent ones too."""

import json
from datetime import date
from pathlib import Path

import pytest
from metrics_counts import attempts, connected, deliveries, rollups
from metrics_facts import delivered, failed, opened, rolled, write

from toolkit.metrics.key import METRICS, key_metrics
from toolkit.metrics.result import MetricsResult, measure_options
from toolkit.metrics.rollups import Rollups, SetAside

AS_OF = date(2026, 11, 23)
KEYS = ["estimate", "low", "high", "n", "state", "alert"]


def measured(found: Rollups) -> MetricsResult:
    return measure_options(
        found, options=["current", "ably"], environments={"lab": "lab", "production": "field"}, as_of=AS_OF
    )


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Rollups:
    metrics_dir = tmp_path_factory.mktemp("recorded")
    rows = [opened("10:00", ended="10:30"), failed("10:30", until="10:31", attempt=2)]
    rows += [
        opened("10:32", until="10:50", attempt=3),
        opened("10:00", until="10:50", client="bo", session="t"),
    ]
    write(metrics_dir, "connections", rows)
    messages = [delivered(message=f"m{n}", latency_s=0.05 if n else None) for n in range(40)]
    write(metrics_dir, "deliveries", messages)
    return rolled(metrics_dir)


def test_every_option_environment_and_metric_is_there_in_order(recorded: Rollups) -> None:
    document = measured(recorded).to_document()
    assert list(document) == ["schema", "as_of", "options", "periods", "aggregates", "limits"]
    assert document["schema"] == "toolkit.metrics/1"
    assert document["as_of"] == "2026-11-23"
    assert list(document["options"]) == ["current", "ably"]
    for environments in document["options"].values():
        assert list(environments) == ["lab", "production"]
        for metrics in environments.values():
            assert list(metrics) == list(METRICS)
            assert all(list(value) == KEYS for value in metrics.values())


def test_the_document_is_json_without_nan_and_the_same_twice(recorded: Rollups) -> None:
    first = json.dumps(measured(recorded).to_document(), allow_nan=False)
    assert first == json.dumps(measured(recorded).to_document(), allow_nan=False)


def test_estimates_follow_from_the_facts(recorded: Rollups) -> None:
    found = measured(recorded).to_document()["options"]["current"]["lab"]
    assert found["connection_success_rate"]["estimate"] == 0.75
    assert found["connection_success_rate"]["n"] == 4
    assert found["reconnection_frequency"]["estimate"] == pytest.approx(1 / 3)
    assert found["mean_connection_duration_s"]["estimate"] == (30 + 18 + 50) * 60
    assert found["mean_connection_duration_s"]["n"] == 1
    assert found["delivery_success_rate"]["estimate"] == 39 / 40
    assert found["session_availability"]["estimate"] == pytest.approx(98 / 100)
    assert found["latency_p50_ms"]["estimate"] == pytest.approx(50, rel=0.01)
    assert found["latency_p99_ms"] == {
        "estimate": None, "low": 5000.0, "high": None, "n": 40, "state": "measured", "alert": None,
    }  # fmt: skip


def test_absent_is_null_with_no_events_never_zero(recorded: Rollups) -> None:
    for value in measured(recorded).to_document()["options"]["ably"]["production"].values():
        assert value == dict.fromkeys(KEYS) | {"n": 0, "state": "absent"}


def test_the_frame_is_tidy(recorded: Rollups) -> None:
    frame = measured(recorded).frame()
    assert list(frame.columns) == [
        "option", "environment", "metric", "estimate", "low", "high", "n", "state", "alert", "unit",
    ]  # fmt: skip
    assert len(frame) == 2 * 2 * len(METRICS)
    units = dict(zip(frame["metric"], frame["unit"], strict=True))
    assert {units[metric] for metric in METRICS if metric.startswith("latency")} == {"ms"}
    assert units["mean_connection_duration_s"] == "s"
    assert units["session_availability"] == "share"
    assert frame["estimate"].dtype == "float64"


def test_the_frame_of_nothing_has_its_columns_too() -> None:
    frame = MetricsResult(as_of=AS_OF, values={}, limits=[]).frame()
    assert len(frame) == 0
    assert "estimate" in frame.columns


def test_since_is_respected_by_every_metric() -> None:
    found = rollups(attempts(0, [(9, 10)]), deliveries(1, [(9, 10)]), connected(2, [(1, 3600)]))
    values = key_metrics(found, option="current", environment="lab", since=date(2026, 11, 21))
    assert {value.state for value in values.values()} == {"absent"}


def test_contradictory_counts_have_an_estimate_but_no_interval() -> None:
    result = measured(rollups(attempts(0, [(12, 10)])))
    value = result.values["current"]["lab"]["connection_success_rate"]
    assert (value.estimate, value.low, value.high, value.alert) == (1.2, None, None, None)
    assert any("current in lab: connection_success_rate has contradictory counts" in t for t in result.limits)


def test_limits_say_what_was_set_aside_and_what_is_doubtful() -> None:
    mixed = {"expected": 10, "in_time": 10, "round_trip": 4, "deadline_us": 1, "deadline_min_us": 1}
    found = rollups(
        connected(0, [(0, 3600)], unclear_ends=1, **mixed),
        set_aside=[SetAside("connections/option=current/date=2026-11-20", "outcome is unknown", 3)],
    )
    limits = "\n".join(measured(found).limits)
    assert "connections/option=current/date=2026-11-20: 3 rows set aside, outcome is unknown." in limits
    assert "current in lab: handshakes or ends of connections are not known" in limits
    assert "current in lab: latencies to the receipt and to the acknowledgement are mixed" in limits


def test_nothing_recorded_is_a_whole_document_of_absent_metrics(tmp_path: Path) -> None:
    document = measured(rolled(tmp_path)).to_document()
    states = {
        value["state"]
        for environments in document["options"].values()
        for metrics in environments.values()
        for value in metrics.values()
    }
    assert states == {"absent"}
