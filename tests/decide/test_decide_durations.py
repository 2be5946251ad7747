"""What a gate says of how long connections last."""

from typing import Any

import decide_counts as counted
import numpy as np
import pytest
from decide_worlds import decided, phase, project

from toolkit.decide.result import CriterionResult
from toolkit.metrics.rollups import Rollups

DURATION = "option: current, metric: mean_connection_duration_s"
RNG = np.random.default_rng(11)


def judged(rollups: Rollups, asked: str = "at_least: 300", **world: Any) -> CriterionResult:
    made = decided(phase(f"ready_if: [{{{DURATION}, {asked}}}]"), rollups=rollups, **world)
    return made.phases[0].criteria[0]


def lab(ends: int, hours: int = 24, **more: Any) -> Rollups:
    """One client, connected all the time, that loses its connection so often an hour."""
    return counted.lifetimes(hours, clients=1, ends=RNG.poisson(ends, hours), environment="lab", **more)


@pytest.mark.parametrize(
    ("ends", "asked", "state"),
    [
        (4, "at_least: 300", "met"),
        (30, "at_least: 300", "not met"),
        (30, "below: 300", "met"),
        (4, "below: 300", "not met"),
        (12, "at_least: 300", "unknown"),
    ],
)
def test_it_is_the_connected_time_for_each_unintended_end(ends: int, asked: str, state: str) -> None:
    assert judged(lab(ends), asked).state == state


def test_it_says_the_interval_in_seconds() -> None:
    verdict = judged(lab(4))
    assert verdict.estimate is not None and verdict.low is not None and verdict.high is not None
    assert 300 < verdict.low < verdict.estimate < verdict.high
    assert "ends" in verdict.reason and verdict.reason.endswith(" is at least 300 s")


def test_connections_still_open_count_as_time() -> None:
    """Nothing ended: the estimate is unknown, and the lower end follows from the time alone."""
    verdict = judged(lab(0))
    assert (verdict.state, verdict.estimate, verdict.high, verdict.n) == ("met", None, None, 0)
    assert verdict.low is not None and 300 < verdict.low < 24 * 3600


def test_a_short_time_without_an_end_proves_nothing_and_says_how_long_it_takes() -> None:
    verdict = judged(counted.lifetimes(1, clients=1, environment="lab", connected_us=600 * 1_000_000))
    assert (verdict.state, verdict.why) == ("unknown", "too few")
    assert verdict.more_needed is not None
    assert verdict.more_needed.events is None
    assert verdict.more_needed.days is not None and 1 <= verdict.more_needed.days <= 5


def test_a_mean_near_the_threshold_straddles_and_says_how_many_ends_would_settle_it() -> None:
    verdict = judged(lab(11, hours=48))
    assert verdict.why == "straddles"
    assert verdict.more_needed is not None and verdict.more_needed.events is not None
    assert verdict.more_needed.events > 100


def test_ends_that_come_together_count_for_less() -> None:
    spread, together = np.full(100, 6), np.zeros(100, dtype=int)
    together[::20] = 120
    apart, at_once = (
        judged(counted.lifetimes(100, clients=1, ends=ends, environment="lab")) for ends in (spread, together)
    )
    assert apart.estimate == at_once.estimate == 600
    assert apart.n_effective == 600 and at_once.n_effective is not None and at_once.n_effective < 60
    assert (apart.state, at_once.state) == ("met", "unknown")


def test_in_the_field_an_outage_yet_to_come_is_allowed_for() -> None:
    few, enough = (counted.lifetimes(hours, ends=100 * 6) for hours in (20, 200))
    held = judged(few)
    assert held.why == "too few"
    assert "20 of the 31 blocks of 1 h that outages of up to 1 h ask for at the least" in held.reason
    assert judged(enough).state == "met"
    assert judged(enough, in_project=project(outage_hours=6)).state == "unknown"


def test_too_short_shows_after_a_day() -> None:
    assert judged(counted.lifetimes(23, ends=100 * 30)).why == "too few"
    assert judged(counted.lifetimes(24, ends=100 * 30)).state == "not met"


@pytest.mark.parametrize(
    "wrong",
    [
        {"wanted_us": 1_000_000},
        {"connected_us": [0] + [3_600_000_000] * 23, "unintended_ends": [5] + [0] * 23},
    ],
    ids=["connected longer than wanted", "an end before any connection"],
)
def test_counts_that_cannot_be_are_contradictory(wrong: dict[str, Any]) -> None:
    verdict = judged(counted.lifetimes(24, clients=1, environment="lab", **wrong))
    assert (verdict.state, verdict.why) == ("unknown", "contradictory")
    assert (verdict.estimate, verdict.low, verdict.high) == (None, None, None)


def test_unknown_intentions_leave_it_absent() -> None:
    assert judged(lab(4, unclear_ends=1)).why == "absent"
