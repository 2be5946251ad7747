"""Situations in which a tool that teams use today passes or fails in silence; here each is held."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import decide_counts as counted
import numpy as np
import pytest
from decide_worlds import attempts, costs, decided, phase, recorded

from toolkit.decide.gates import PhaseResult
from toolkit.metrics.rollups import Rollups

RATE = "metric: connection_success_rate, at_least: 0.95"
LATENCY = "metric: latency_p95_ms, at_most: 250"
LASTING = "metric: mean_connection_duration_s, at_least: 300"
DELIVERY = "metric: delivery_success_rate, at_least: 0.99"
GOOD = {"an_hour": 800, "failed_an_hour": 8}


def judged(lists: str, rollups: Rollups | None = None, head: str = "option: current") -> PhaseResult:
    return decided(phase(lists, head=head), rollups=rollups, cost=costs()).phases[0]


def test_kayenta_a_group_without_any_data_counts_as_100(tmp_path: Path) -> None:
    """ScorerSuite at a69573be: two unweighted groups {Pass, Pass} and {Nodata} sum up to 100."""
    rollups = recorded(tmp_path, attempts("current", "lab", **GOOD))
    measured, never = f"{{option: current, {RATE}}}", f"{{option: current, {DELIVERY}}}"
    result = judged(f"ready_if: [{measured}, {measured}, {never}]", rollups)
    assert [criterion.state for criterion in result.criteria] == ["met", "met", "unknown"]
    assert result.verdict == "HOLD"


def test_kayenta_an_empty_series_replaced_by_nought_passes() -> None:
    result = judged("ready_if: [{option: current, metric: reconnection_frequency, at_most: 0.1}]")
    assert (result.verdict, result.criteria[0].estimate) == ("HOLD", None)


def test_keptn_the_first_run_without_history_passes() -> None:
    assert judged(f"ready_if: [{{option: current, {RATE}}}]", Rollups()).verdict == "HOLD"


def test_keptn_no_criterion_at_all_is_a_go_only_because_the_plan_says_so() -> None:
    """An empty list holds by contract; the sentence says that nothing was asked."""
    assert judged("ready_if: []").sentence == "GO - needed without a condition; ready without a condition."


def test_argo_a_run_that_ended_early_is_successful(tmp_path: Path) -> None:
    rollups = recorded(tmp_path, attempts("current", "lab", **GOOD))
    result = judged(
        f"ready_if: [{{option: current, {RATE}}}]", rollups, head="option: current, duration_days: 14"
    )
    assert (result.verdict, result.criteria[0].why) == ("HOLD", "window not over")


def test_argo_a_result_that_is_not_a_number_needs_a_guard_of_its_own(tmp_path: Path) -> None:
    facts = attempts("current", "lab", **GOOD).assign(handshake_s=np.nan)
    result = judged(
        "ready_if: [{option: current, metric: session_availability, at_least: 0.9}]",
        recorded(tmp_path, facts),
    )
    assert (result.verdict, result.criteria[0].why) == ("HOLD", "absent")


@pytest.mark.parametrize(
    "lists", ["ready_if: [{option: current, %s}]", "rollback_if: [{option: current, %s}]"]
)
def test_flagger_no_values_found_counts_as_a_failed_check(lists: str) -> None:
    result = judged(lists % RATE, head="option: current, status: in_service")
    assert result.verdict != "NO-GO"
    assert result.rollback is not True


def test_suna_one_failure_at_almost_no_traffic_neither_aborts_nor_passes(tmp_path: Path) -> None:
    """kortix-ai/suna#3403: one error at almost no traffic aborted releases; then under 20 requests passed."""
    rollups = recorded(tmp_path, attempts("current", "lab", an_hour=10, failed_an_hour=1))
    result = judged(f"ready_if: [{{option: current, {RATE}}}]", rollups)
    assert (result.verdict, result.criteria[0].why) == ("HOLD", "too few")


def test_a_feed_that_died_weeks_ago_says_so_when_its_age_is_asked(tmp_path: Path) -> None:
    first = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=3)
    rollups = recorded(tmp_path, attempts("current", "lab", **GOOD, first=first))
    result = judged(f"ready_if: [{{option: current, {RATE}, max_age_days: 14}}]", rollups)
    assert (result.verdict, result.criteria[0].why) == ("HOLD", "too old")


def test_flagger_and_keptn_a_latency_without_any_delivery_is_neither_a_pass_nor_a_failure() -> None:
    """Flagger counts no values found as a failed check, Keptn a missing value as a failed objective."""
    for asked in (
        "metric: latency_p95_ms, at_most: 250",
        "metric: mean_connection_duration_s, at_least: 300",
    ):
        result = judged(f"ready_if: [{{option: current, {asked}}}]")
        assert (result.verdict, result.criteria[0].why) == ("HOLD", "absent")


def test_kayenta_nan_replaced_by_nought_would_be_the_best_latency_there_is() -> None:
    """All deliveries lost: nothing came in time, which is no latency of 0 but slower than any limit."""
    lost = counted.deliveries(48, fast=0, lost=1000, environment="lab")
    result = judged(f"ready_if: [{{option: current, {LATENCY}}}]", lost)
    assert (result.verdict, result.because, result.criteria[0].estimate) == ("NO-GO", "not_ready", None)


def test_a_mean_of_connections_that_ended_would_punish_the_most_stable_server() -> None:
    """Facts, gates C4: leaving out the open ones makes the mean too low, here by all there is."""
    one_end = counted.lifetimes(48, ends=[1] + [0] * 47, environment="lab")
    result = judged(f"ready_if: [{{option: current, {LASTING}}}]", one_end)
    assert result.verdict == "GO"


def test_one_end_at_almost_no_traffic_neither_aborts_nor_passes() -> None:
    once = counted.lifetimes(1, clients=1, ends=1, connected_us=240_000_000, environment="lab")
    result = judged(f"ready_if: [{{option: current, {LASTING}}}]", once)
    assert result.verdict == "HOLD"
