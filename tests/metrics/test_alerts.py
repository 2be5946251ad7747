"""An alert is true when the whole interval is past the threshold, false when none of it is, else null."""

import pytest
from metrics_counts import attempts, connected, deliveries, rollups

from toolkit.metrics.key import METRICS, alert, key_metrics
from toolkit.metrics.rollups import Rollups

CASES = [
    ("connection_success_rate", 0.90, 0.94, True),
    ("connection_success_rate", 0.90, 0.95, None),
    ("connection_success_rate", 0.95, 0.99, False),
    ("connection_success_rate", 0.94, 0.96, None),
    ("mean_connection_duration_s", 100.0, 299.0, True),
    ("mean_connection_duration_s", 300.0, None, False),
    ("mean_connection_duration_s", 200.0, None, None),
    ("mean_connection_duration_s", 200.0, 400.0, None),
    ("reconnection_frequency", 0.11, 0.20, True),
    ("reconnection_frequency", 0.02, 0.10, False),
    ("reconnection_frequency", 0.10, 0.20, None),
    ("delivery_success_rate", 0.90, 0.98, True),
    ("delivery_success_rate", 0.99, 1.00, False),
    ("delivery_success_rate", 0.98, 1.00, None),
    ("latency_p95_ms", 9000.0, 9999.0, None),
    ("session_availability", 0.0, 0.1, None),
    ("connection_success_rate", None, None, None),
    ("reconnection_frequency", None, None, None),
]


@pytest.mark.parametrize(("metric", "low", "high", "expected"), CASES)
def test_the_interval_decides(
    metric: str, low: float | None, high: float | None, expected: bool | None
) -> None:
    assert alert(metric, low, high) is expected


def alert_of(found: Rollups, metric: str) -> bool | None:
    return key_metrics(found, option="current", environment="lab")[metric].alert


def test_99_of_100_is_no_all_clear_for_95_percent() -> None:
    """facts/gates-and-decisions.md A3: its interval starts at 94.55 %."""
    clients = [(1, 1)] * 99 + [(0, 1)]
    assert alert_of(rollups(attempts(0, clients)), "connection_success_rate") is None
    assert alert_of(rollups(attempts(0, clients * 10)), "connection_success_rate") is False


def test_few_clustered_failures_raise_no_alarm_that_many_independent_ones_do() -> None:
    torn = rollups(attempts(0, [(0, 100), (100, 100), (100, 100)]))
    spread = rollups(attempts(0, [(2, 3)] * 100))
    assert alert_of(torn, "connection_success_rate") is None
    assert alert_of(spread, "connection_success_rate") is True


def test_lost_messages_and_short_connections_raise_an_alarm() -> None:
    assert alert_of(rollups(deliveries(0, [(9, 10)] * 100)), "delivery_success_rate") is True
    assert alert_of(rollups(connected(0, [(60, 3600)] * 10)), "mean_connection_duration_s") is True


@pytest.mark.parametrize("metric", METRICS)
def test_what_is_absent_never_alerts(metric: str) -> None:
    assert alert_of(Rollups(), metric) is None
