"""What a gate says of latency percentiles."""

from typing import Any

import decide_counts as counted
import numpy as np
import pytest
from decide_worlds import decided, phase

from toolkit.decide.result import CriterionResult
from toolkit.metrics.buckets import latency_high_ms, latency_low_ms
from toolkit.metrics.reach import bucket_within
from toolkit.metrics.rollups import Rollups

RNG = np.random.default_rng(13)


def judged(
    rollups: Rollups, asked: str = "at_most: 250", *, metric: str = "latency_p95_ms", **world: Any
) -> CriterionResult:
    entry = f"{{option: current, metric: {metric}, {asked}}}"
    return decided(phase(f"ready_if: [{entry}]"), rollups=rollups, **world).phases[0].criteria[0]


def lab(*, slow: float = 0.0, lost: float = 0.0, hours: int = 20, an_hour: int = 500) -> Rollups:
    late, gone = (RNG.binomial(an_hour, share, hours) for share in (slow, lost))
    return counted.deliveries(hours, fast=an_hour - late - gone, slow=late, lost=gone, environment="lab")


@pytest.mark.parametrize(
    ("slow", "asked", "state"),
    [
        (0.02, "at_most: 250", "met"),
        (0.02, "below: 250", "met"),
        (0.10, "at_most: 250", "not met"),
        (0.10, "above: 250", "met"),
        (0.10, "at_least: 250", "met"),
        (0.02, "above: 250", "not met"),
        (0.05, "at_most: 250", "unknown"),
    ],
)
def test_at_most_5_percent_may_be_slower(slow: float, asked: str, state: str) -> None:
    assert judged(lab(slow=slow), asked).state == state


def test_each_percentile_leaves_its_own_share() -> None:
    rollups = lab(slow=0.03)
    states = [judged(rollups, metric=f"latency_p{percent}_ms").state for percent in (50, 95, 99)]
    assert states == ["met", "met", "not met"]


def test_the_numbers_are_the_percentile_in_ms_and_the_reason_tells_the_share() -> None:
    verdict = judged(lab(slow=0.02))
    assert verdict.estimate == pytest.approx(50, rel=0.01)
    assert verdict.low is not None and verdict.high is not None
    assert verdict.low <= 50 <= verdict.high < 52
    assert verdict.reason.startswith("all of 9")
    assert verdict.reason.endswith(" of deliveries within 250 ms is at least 95 %")


def test_the_interval_in_ms_lies_beside_the_limit_as_the_state_says() -> None:
    for slow in (0.02, 0.05, 0.1):
        verdict = judged(lab(slow=slow))
        low, high = verdict.low, verdict.high
        assert low is not None
        if verdict.state == "met":
            assert high is not None and high <= 250
        elif verdict.state == "not met":
            assert low >= 250
        else:
            assert low < 250 and (high is None or high > 250)


def test_a_delivery_that_missed_its_deadline_is_slower_than_any_limit() -> None:
    assert judged(lab(lost=0.02)).state == "met"
    assert judged(lab(lost=0.10)).state == "not met"
    beyond = judged(lab(lost=0.10), "at_most: 60000")
    assert (beyond.state, beyond.estimate, beyond.low, beyond.high) == ("not met", None, 5000, None)


def test_the_bucket_that_holds_the_limit_counts_as_slow() -> None:
    bucket = bucket_within(50) + 1
    low_ms, high_ms = latency_low_ms(bucket), latency_high_ms(bucket)
    assert low_ms < 50 < high_ms
    assert judged(lab(), "at_most: 50").state == "not met"
    assert judged(lab(), f"at_most: {high_ms}").state == "met"


def test_few_deliveries_without_a_slow_one_prove_nothing() -> None:
    """Below 299 no upper bound of the 99th percentile exists even for one look (facts, gates A5)."""
    verdict = judged(lab(hours=1, an_hour=298), metric="latency_p99_ms")
    assert (verdict.state, verdict.why, verdict.high) == ("unknown", "too few", None)
    assert verdict.more_needed is not None and verdict.more_needed.events is not None


def test_slow_hours_count_by_hours() -> None:
    slow = np.zeros(50, dtype=int)
    slow[7] = 1000
    bad_hour = counted.deliveries(50, fast=1000 - slow, slow=slow, environment="lab")
    even = counted.deliveries(50, fast=980, slow=20, environment="lab")
    assert judged(even).state == "met"
    held = judged(bad_hour)
    assert held.state == "unknown" and held.n_effective is not None and held.n_effective < 100


def test_in_the_field_it_is_counted_in_blocks_too() -> None:
    held = judged(counted.deliveries(104))
    assert held.reason.startswith("too few: 104 of the 105 blocks of 1 h")
    assert judged(counted.deliveries(105)).state == "met"


def test_more_in_time_than_expected_is_contradictory() -> None:
    wrong = counted.deliveries(10, fast=100, environment="lab", expected=90)
    verdict = judged(wrong)
    assert (verdict.why, verdict.estimate, verdict.low) == ("contradictory", None, None)


def test_latencies_of_two_kinds_are_absent() -> None:
    mixed = counted.deliveries(10, fast=100, environment="lab", round_trip=50)
    assert judged(mixed).why == "absent"
