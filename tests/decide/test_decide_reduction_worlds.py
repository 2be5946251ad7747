"""Looking every day at what is gone fools nobody: simulated worlds beside the claim, with fixed seeds."""

from typing import Any

import decide_counts as counted
import numpy as np
import pandas as pd
import pytest
from decide_worlds import decided, phase, plan, project

from toolkit.decide.coverage.certificate import beside, certificate, wrongly_decided
from toolkit.decide.coverage.gate import Gate, gate_of
from toolkit.decide.coverage.reductions import both_sides, reduction_sides
from toolkit.decide.coverage.worlds import World
from toolkit.decide.plan import Criterion
from toolkit.metrics.ratios import Rate, rate_ratio
from toolkit.metrics.rollups import Rollups

CLAIM = "option: current, baseline: current-unfixed, metric: disconnection_rate_reduction, at_least: 0.9"
ALLOWED = 0.05
RULES: dict[str, Any] = {"alpha": ALLOWED, "flap_s": 60.0}


def independent(ratio: float, *, worlds: int, days: int, an_hour: float, seed: int) -> Any:
    """Both sides with independent ends in as much time; the baseline's come ``an_hour`` times an hour."""
    rng, shape = np.random.default_rng(seed), (worlds, days * 24)
    time_s = np.full(shape, an_hour * 300.0)
    new, old = rng.poisson(an_hour * ratio, shape), rng.poisson(an_hour, shape)
    return (new.astype(float), time_s), (old.astype(float), time_s)


@pytest.mark.parametrize(("an_hour", "seed"), [(1.0, 1), (20.0, 2), (1000.0, 3)])
@pytest.mark.parametrize("block_hours", [None, 1])
def test_worlds_at_the_threshold_are_decided_wrongly_in_at_most_5_percent(
    an_hour: float, seed: int, block_hours: int | None
) -> None:
    sides = independent(0.1, worlds=200, days=30, an_hour=an_hour, seed=seed)
    said = reduction_sides(*sides, 0.9, block_hours=block_hours, **RULES)
    assert (said.above | said.below).any(axis=1).mean() <= ALLOWED


def test_an_interval_for_one_look_would_be_wrong_far_more_often() -> None:
    """What the report shows beside the claim is for one look; the gate cannot use it."""
    worlds, days = 60, 30
    (new, time_s), (old, _) = independent(0.1, worlds=worlds, days=days, an_hour=20, seed=4)
    wrong = 0
    for world in range(worlds):
        ends, before, time = (part[world].cumsum()[23::24] for part in (new, old, time_s))
        looks = zip(ends, before, time, strict=True)
        ratios = [rate_ratio(Rate(int(x), t), Rate(int(y), t)) for x, y, t in looks]
        wrong += any(not (one.low or 0) <= 0.1 <= (one.high or 9) for one in ratios)
    assert wrong / worlds > 2 * ALLOWED


def test_worlds_away_from_the_threshold_are_decided_rightly() -> None:
    better, worse = (
        reduction_sides(
            *independent(ratio, worlds=100, days=60, an_hour=400, seed=5), 0.9, block_hours=1, **RULES
        )
        for ratio in (0.05, 0.3)
    )
    assert better.above.any(axis=1).mean() > 0.95 and not better.below.any()
    assert worse.below.any(axis=1).mean() > 0.95 and not worse.above.any()


class TestTwin:
    """The simulation says on each day what the gate says of the same counts."""

    @pytest.mark.parametrize(
        ("outage_hours", "bad", "end"),
        [
            (0, 0.002, "met"),
            (0, 0.12, "not met"),
            (1, 0.002, "met"),
            (1, 0.12, "not met"),
            (6, 0.019, "unknown"),
        ],
    )
    def test_on_every_day(self, outage_hours: int, bad: float, end: str) -> None:
        days = {0: 8, 1: 24, 6: 10}[outage_hours]
        kind = World(bad=bad, outage_hours=1.0, by_outages=0.2, events_a_day=4e5 * bad, days=days)
        found = both_sides(kind, np.random.default_rng(outage_hours), worlds=1, flap_s=60.0)
        time_us = [(time_s[0] * 1e6).astype("int64") for _, time_s in found]
        exact = [(ends, us[None, :] / 1e6) for (ends, _), us in zip(found, time_us, strict=True)]
        twin = reduction_sides(exact[0], exact[1], 0.9, block_hours=outage_hours or None, **RULES)
        rollups = [
            counted.hourly(
                days * 24,
                option=name,
                connected_us=us,
                wanted_us=us,
                unintended_ends=ends[0].astype(int),
                session_availability_clusters=9,
            )
            for name, (ends, _), us in zip(("current", "current-unfixed"), found, time_us, strict=True)
        ]
        both = Rollups(counts=pd.concat([one.counts for one in rollups], ignore_index=True))
        said = self.states(both, days, outage_hours)
        sides = zip(twin.above[0].tolist(), twin.below[0].tolist(), strict=True)
        assert said == ["met" if up else "not met" if down else "unknown" for up, down in sides]
        assert said[-1] == end

    def states(self, rollups: Rollups, days: int, outage_hours: int) -> list[str]:
        asked, where = phase(f"needed_if: [{{{CLAIM}}}]"), project(outage_hours=outage_hours)
        last = [counted.FIRST.date() + np.timedelta64(day, "D").astype(object) for day in range(days)]
        return [
            decided(asked, rollups=rollups.until(day), in_project=where).phases[0].criteria[0].state
            for day in last
        ]


class TestCertificate:
    def test_it_holds_at_the_outages_allowed_for_and_tells_what_longer_ones_do(self) -> None:
        made = certificate(plan(phase(f"ready_if: [{{{CLAIM}}}]")), outage_hours=1, worlds=60)
        by_length = {row.outage_hours: row for row in made.rows}
        for length in (0.0, 1.0):
            assert max(by_length[length].wrong_go, by_length[length].wrong_stop) <= ALLOWED
        assert by_length[24.0].wrong_go > 0.2
        row = made.rows[0]
        assert (row.metric, row.allowed) == ("disconnection_rate_reduction", ALLOWED)
        assert (row.truth_worse, row.truth_better) == pytest.approx((0.89, 0.91))

    def test_of_most_being_gone_and_of_no_more_than_before(self) -> None:
        asked = {"option": "a", "baseline": "b", "metric": "disconnection_rate_reduction"}
        nearly, alike = (gate_of(Criterion.model_validate({**asked, "at_least": at})) for at in (0.9, 0.0))
        assert (nearly.bad, alike.bad) == pytest.approx((0.02, 0.2))


@pytest.mark.soak
@pytest.mark.parametrize("events_a_day", [100.0, 10_000.0, 100_000.0])
@pytest.mark.parametrize("reduction", [0.9, 0.5, 0.0])
@pytest.mark.parametrize("allowed_for", [1.0, 6.0, 24.0])
def test_at_most_5_percent_are_wrong_whatever_the_traffic_and_the_outages_allowed_for(
    events_a_day: float, reduction: float, allowed_for: float
) -> None:
    gate = Gate(bad=0.2 * (1 - reduction), alpha=ALLOWED, reduction=reduction)
    for outage_hours in {0.0, 1.0, allowed_for}:
        for factor in (1.02, 1.1, 0.98, 0.9):
            kind = beside(gate, factor, outage_hours=outage_hours, events_a_day=events_a_day, days=90)
            go, stop = wrongly_decided(gate, kind, allowed_for, worlds=300, seed=7)
            assert (go if factor > 1 else stop) <= ALLOWED * 300, (kind, factor, go, stop)
