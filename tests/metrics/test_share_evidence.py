"""Shares come with their raw counts, their worth as independent events, and when they were seen."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from metrics_counts import attempts, clustered, connected, deliveries, hour, rollups
from metrics_facts import LATER, delivered, failed, opened, rolled, write

from toolkit.metrics.rollups import Rollups
from toolkit.metrics.shares import SHARES, ShareEvidence, share_evidence


def evidence(
    found: Rollups, metric: str = "connection_success_rate", since: date | None = None
) -> ShareEvidence:
    result = share_evidence(found, metric=metric, option="current", environment="lab", since=since)
    assert result is not None
    return result


def test_raw_counts_and_hours_are_told() -> None:
    found = evidence(rollups(attempts(3, [(9, 10), (8, 10)]), attempts(5, [(10, 10)])))
    assert (found.successes, found.n, found.estimate) == (27, 30, 0.9)
    assert (found.hours, found.client_hours) == (2, 3)
    assert found.first_hour == datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert found.newest_hour == datetime(2026, 11, 20, 5, tzinfo=UTC)
    assert found.first_hour.tzinfo is UTC


def test_hours_without_attempts_hold_no_evidence() -> None:
    found = evidence(rollups(attempts(3, [(9, 10)]), connected(4, [(0, 3600)])))
    assert found.hours == 1
    assert found.newest_hour.hour == 3


def test_clients_that_fail_altogether_are_worth_one_event_each() -> None:
    found = evidence(rollups(attempts(0, [(10, 10)] * 18 + [(0, 10)] * 2)))
    assert found.estimate == 0.9
    assert found.n_effective == pytest.approx(19)
    assert found.successes_effective == pytest.approx(0.9 * 19)


def test_a_perfect_record_is_worth_its_client_hours() -> None:
    found = evidence(rollups(attempts(0, [(5, 5)] * 30), attempts(1, [(5, 5)] * 10)))
    assert (found.n, found.n_effective) == (200, 40)


def test_since_leaves_earlier_days_out() -> None:
    both = rollups(attempts(0, [(1, 2)]), {**attempts(0, [(4, 4)]), "hour": hour(0, date(2026, 11, 21))})
    assert evidence(both).n == 6
    assert evidence(both, since=date(2026, 11, 20)).n == 6
    assert evidence(both, since=date(2026, 11, 21)).n == 4
    late = share_evidence(
        both, metric="connection_success_rate", option="current", environment="lab", since=date(2026, 11, 22)
    )
    assert late is None


@pytest.mark.parametrize("metric", SHARES)
def test_what_was_not_measured_is_absent(metric: str) -> None:
    for found in (Rollups(), rollups({"hour": hour(0)})):
        assert share_evidence(found, metric=metric, option="current", environment="lab") is None


@pytest.mark.parametrize(("option", "environment"), [("ably", "lab"), ("current", "production")])
def test_options_and_environments_are_not_pooled(option: str, environment: str) -> None:
    found = rollups(attempts(0, [(9, 10)]))
    assert share_evidence(
        found, metric="connection_success_rate", option=option, environment=environment
    ) is None  # fmt: skip


def test_a_metric_that_is_no_share_is_refused() -> None:
    with pytest.raises(KeyError):
        share_evidence(Rollups(), metric="latency_p95_ms", option="current", environment="lab")


def test_counts_are_contradictory_where_any_hour_holds_more_successes_than_events() -> None:
    assert not evidence(rollups(attempts(0, [(9, 10)]))).contradictory
    assert evidence(rollups(attempts(0, [(9, 10)]), attempts(1, [(5, 4)]))).contradictory
    assert evidence(rollups(attempts(0, [(12, 10)]))).contradictory


def test_connected_time_beyond_wanted_time_is_contradictory(tmp_path: Path) -> None:
    """A connection that goes on after the session's intended end."""
    rows = [
        opened("10:00", ended="10:10", intended=True),
        opened("10:05", until="10:50", attempt=2),
    ]
    write(tmp_path, "connections", rows)
    assert evidence(rolled(tmp_path), "session_availability").contradictory


def test_availability_counts_seconds_and_is_worth_at_most_its_client_hours() -> None:
    pairs = [(3500, 3600), (3600, 3600), (3400, 3600)]
    row = {
        "hour": hour(0),
        "connected_us": 10_500 * 1_000_000,
        "wanted_us": 10_800 * 1_000_000,
        **clustered("session_availability", [(x * 100, y * 100) for x, y in pairs]),
    }
    found = evidence(rollups(row), "session_availability")
    assert (found.successes, found.n) == (10_500, 10_800)
    assert found.client_hours == 3
    assert found.n_effective == 3


def test_availability_is_absent_where_ends_are_unknown() -> None:
    found = rollups(connected(0, [(0, 3600)], unclear_ends=1))
    assert share_evidence(found, metric="session_availability", option="current", environment="lab") is None


def test_an_outage_of_all_clients_in_one_of_many_hours_lowers_the_worth() -> None:
    calm = [attempts(n, [(1, 1)] * 50) for n in range(23)]
    outage = attempts(23, [(1, 1)] * 10 + [(0, 1)] * 40)
    found = evidence(rollups(*calm, outage))
    assert found.n == 1200
    assert found.n_effective < 100


def test_a_sender_that_was_off_line_costs_all_its_recipients_at_once() -> None:
    recipients = [(9, 10)] * 40
    by_sender = clustered("delivery_success_rate_by_sender", [(0, 40)] + [(40, 40)] * 9)
    alone = evidence(rollups(deliveries(0, recipients)), "delivery_success_rate")
    both = evidence(rollups(deliveries(0, recipients, **by_sender)), "delivery_success_rate")
    assert alone.n_effective == 400
    assert both.n_effective < 12


def test_evidence_follows_from_recorded_facts(tmp_path: Path) -> None:
    rows = [opened("10:00", until="10:30"), failed("11:00", until="11:01", session="t")]
    write(tmp_path, "connections", rows)
    write(tmp_path, "deliveries", [delivered(), delivered(message="n", latency_s=None)])
    found = rolled(tmp_path, as_of=LATER)
    assert evidence(found).estimate == 0.5
    assert evidence(found, "delivery_success_rate").estimate == 0.5
    assert evidence(found, "reconnection_frequency").estimate == 0.0
    assert evidence(found, "session_availability").estimate == pytest.approx(1800 / 1860)


def test_where_nobody_knows_which_attempt_it_is_sessions_are_unknown(tmp_path: Path) -> None:
    """A proxy's log has connections and does not say which follow one another: absent, and not 0 %."""
    rows = [opened("10:00", ended="10:30", session=f"s{n}", client=f"u{n}", attempt=None) for n in range(5)]
    write(tmp_path, "connections", rows)
    found = rolled(tmp_path)
    metrics = {
        metric: share_evidence(found, metric=metric, option="current", environment="lab") for metric in SHARES
    }
    assert metrics["reconnection_frequency"] is None
    assert metrics["session_availability"] is None
    assert metrics["connection_success_rate"] is not None
    assert metrics["connection_success_rate"].estimate == 1.0
