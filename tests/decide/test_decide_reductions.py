"""How many disconnections are gone against a baseline, as a criterion."""

from datetime import date, timedelta
from math import inf, isnan
from typing import Any

import decide_counts as counted
import numpy as np
import pandas as pd
import pytest
from decide_worlds import costs, decided, option, phase, plan, priced, project

from toolkit.decide.rates import rate_interval
from toolkit.decide.reductions import ReductionTally, Side
from toolkit.decide.result import CriterionResult
from toolkit.decide.tally import DurationTally
from toolkit.metrics.blocks import Blocks
from toolkit.metrics.rollups import Rollups

GONE = "option: current, baseline: current-unfixed, metric: disconnection_rate_reduction"
CLAIM = f"{GONE}, at_least: 0.9"


def judged(
    rollups: Rollups, asked: str = CLAIM, *, head: str = "option: current", **world: Any
) -> CriterionResult:
    made = decided(phase(f"ready_if: [{{{asked}}}]", head=head), rollups=rollups, **world)
    return made.phases[0].criteria[0]


def side(ends: float, hours: float, *, blocks: Blocks | None = None, **more: Any) -> Side:
    tally = DurationTally(n_effective=ends, exposure_s=hours * 3600, flap_s=60.0, blocks=blocks)
    base = {"option": "a", "ends": round(ends), "connected_s": hours * 3600, "recorded_days": 1}
    return Side(tally=tally, **{**base, **more})


class TestStates:
    def test_nearly_all_gone_is_met_and_half_gone_is_not(self) -> None:
        met, not_met = (
            judged(counted.both(48, ends=3, before=90)),
            judged(counted.both(48, ends=45, before=90)),
        )
        assert (met.state, not_met.state) == ("met", "not met")
        assert met.estimate == pytest.approx(1 - 3 / 90) and not_met.estimate == pytest.approx(0.5)
        assert met.reason.startswith("all of 9") and met.reason.endswith("is at least 90 %")

    def test_the_reason_tells_ends_and_hours_of_both_sides(self) -> None:
        reason = judged(counted.both(48, ends=3, before=90, clients=10)).reason
        assert "ends 144 in 480 h against 4,320 in 480 h" in reason

    def test_more_disconnections_than_before_are_a_reduction_below_nought(self) -> None:
        found = judged(counted.both(48, ends=180, before=90), f"{GONE}, at_least: -0.5")
        assert found.state == "not met" and found.estimate == pytest.approx(-1)
        assert "estimate −100 %" in found.reason and found.high is not None and found.high < -0.5

    def test_a_baseline_that_never_disconnected_leaves_nothing_to_reduce(self) -> None:
        found = judged(counted.both(48, ends=9, before=0))
        assert (found.state, found.estimate, found.low) == ("not met", None, None)
        assert found.high is not None and found.high < 0.9

    def test_no_end_at_all_after_many_before_is_a_bound_and_no_certainty(self) -> None:
        found = judged(counted.both(48, ends=0, before=90))
        assert (found.state, found.estimate, found.high) == ("met", 1.0, 1.0)
        assert found.low is not None and 0.99 < found.low < 1

    @pytest.mark.parametrize(
        ("asked", "state"),
        [
            ("at_most: 0.9", "not met"),
            ("below: 0.9", "not met"),
            ("above: 0.9", "met"),
            ("at_most: 1", "met"),
        ],
    )
    def test_every_comparison_reads_the_same_interval(self, asked: str, state: str) -> None:
        assert judged(counted.both(48, ends=3, before=90), f"{GONE}, {asked}").state == state

    def test_clustered_ends_count_for_less_on_both_sides(self) -> None:
        rng = np.random.default_rng(2)
        bursts = 40 * rng.poisson(0.25, 48)
        smooth, clustered = (judged(counted.both(48, ends=10, before=each)) for each in (90, 80 + bursts))
        assert clustered.n_effective is not None and clustered.n is not None
        assert clustered.n_effective < 0.5 * clustered.n
        assert smooth.n_effective == smooth.n
        sides = clustered.to_document()["basis"]["sides"]
        worths = [one["n_effective"] / one["ends"] for one in sides]
        assert worths[0] == pytest.approx(worths[1])


class TestWhoSpeaks:
    def test_a_side_that_is_missing_is_named(self) -> None:
        option_alone = counted.lifetimes(24, ends=9)
        baseline_alone = counted.lifetimes(24, ends=9, option="current-unfixed")
        asked = f"{CLAIM}, environment: production"
        assert judged(option_alone, asked).reason.startswith(
            "absent: nothing was recorded of current-unfixed in production"
        )
        assert "recorded of current in production" in judged(baseline_alone, asked).reason

    def test_environments_are_never_pooled_between_the_sides(self) -> None:
        old = counted.lifetimes(24, ends=90, option="current-unfixed", environment="canary")
        new = counted.lifetimes(24, ends=9, environment="production")
        found = judged(Rollups(counts=pd.concat([old.counts, new.counts], ignore_index=True)))
        assert (found.state, found.why) == ("unknown", "absent")

    def test_the_baseline_may_have_run_before_the_phase_began(self) -> None:
        earlier = counted.FIRST - timedelta(days=5)
        rollups = counted.both(48, ends=3, before=90, first_before=earlier)
        since = counted.FIRST.date()
        found = judged(rollups, head=f"option: current, since: {since}")
        assert (found.state, found.since) == ("met", since)

    def test_ends_of_the_option_before_the_phase_began_do_not_count(self) -> None:
        ends = np.where(np.arange(96) < 48, 90, 3)
        since = counted.FIRST.date() + timedelta(days=2)
        rollups = counted.both(96, ends=ends, before=90, environment="production")
        found = judged(rollups, head=f"option: current, since: {since}")
        assert found.estimate == pytest.approx(1 - 3 / 90)

    def test_the_age_asked_for_is_the_options(self) -> None:
        earlier = counted.FIRST - timedelta(days=50)
        rollups = counted.both(48, ends=3, before=90, first_before=earlier)
        days = (date(2026, 11, 23) - counted.FIRST.date()).days
        assert judged(rollups, f"{CLAIM}, max_age_days: {days}").state == "met"
        assert judged(rollups, f"{CLAIM}, max_age_days: {days - 5}").why == "too old"

    def test_unlike_circumstances_are_told_and_show_no_interval(self) -> None:
        found = judged(counted.both(48, ends=3, before=90, clients=50, clients_before=100))
        assert (found.state, found.why) == ("unknown", "not comparable")
        assert (found.estimate, found.low, found.high, found.basis) == (None, None, None, None)
        assert "4,800 against 2,400 sessions" in found.reason

    def test_the_chosen_one_is_compared_with_the_baseline(self) -> None:
        rollups = counted.both(48, ends=3, before=90, baseline="current", option="pusher")
        asked = CLAIM.replace(
            "option: current, baseline: current-unfixed", "option: chosen, baseline: current"
        )
        found = judged(
            rollups,
            asked,
            head="candidates: [pusher]",
            cost=costs(priced("pusher")),
            among={"pusher": option("pusher")},
        )
        assert (found.option, found.state) == ("pusher", "met")
        assert found.subject == "disconnection rate reduction of pusher against current in lab"


class TestDistance:
    def test_more_of_the_same_settles_what_straddles_and_less_does_not(self) -> None:
        found = judged(counted.both(24, ends=7, before=90))
        assert found.state == "unknown" and found.more_needed is not None
        events, days = found.more_needed.events, found.more_needed.days
        assert events is not None and days is not None and found.n is not None
        tally = ReductionTally(option=side(24 * 7, 2400), baseline=side(24 * 90, 2400))
        assert tally.times(1 + events / found.n).rejects(0.9, alpha=0.05)
        assert not tally.times(1 + 0.9 * events / found.n).rejects(0.9, alpha=0.05)

    def test_a_baseline_that_is_recorded_no_more_brings_no_more_ends(self) -> None:
        earlier = counted.FIRST - timedelta(days=5)
        few = counted.both(
            96, ends=8, before=90, hours_before=1, first_before=earlier, environment="production"
        )
        found = judged(few, in_project=project(outage_hours=0))
        assert (found.state, found.more_needed) == ("unknown", None)
        assert found.reason.endswith("would settle it, as nothing more of current-unfixed is recorded")

    def test_what_cannot_be_told_of_neither_is_not_told(self) -> None:
        assert isnan(ReductionTally(option=side(0, 9), baseline=side(0, 9)).estimate)
        assert judged(counted.both(24)).more_needed is None


class TestInterval:
    @pytest.mark.parametrize(("ends", "before"), [(3, 90), (0, 90), (9, 0), (0, 0), (500, 20)])
    def test_it_is_what_the_ends_of_both_rates_leave(self, ends: int, before: int) -> None:
        tally = ReductionTally(option=side(ends, 100), baseline=side(before, 200))
        low_rate, high_rate = rate_interval(ends, 100, alpha=0.025)
        low_before, high_before = rate_interval(before, 200, alpha=0.025)
        low = 1 - high_rate / low_before if low_before else -inf
        assert tally.interval(alpha=0.05) == pytest.approx((low, 1 - low_rate / high_before))

    @pytest.mark.parametrize("threshold", [-1.0, 0.0, 0.5, 0.8, 0.9, 0.93, 0.97, 0.999])
    @pytest.mark.parametrize("blocks", [None, 30, 400])
    def test_what_it_leaves_out_it_rejects(self, threshold: float, blocks: int | None) -> None:
        spread = [
            None if blocks is None else Blocks(hours=1, count=blocks, mean=mean, sd=0.01)
            for mean in (0.97, 0.7)
        ]
        hours = 3.0 * (blocks or 100)
        tally = ReductionTally(
            option=side(hours * 1.8, hours, blocks=spread[0]),
            baseline=side(hours * 18, hours, blocks=spread[1]),
        )
        low, high = tally.interval(alpha=0.05)
        assert tally.rejects(threshold, alpha=0.05) == (not low <= threshold <= high)

    def test_an_outage_to_come_is_allowed_for_on_the_side_that_it_would_harm(self) -> None:
        rng = np.random.default_rng(3)
        rollups = counted.both(
            400, ends=rng.poisson(100, 400), before=rng.poisson(2000, 400), environment="production"
        )
        careful, careless = judged(rollups), judged(rollups, in_project=project(outage_hours=0))
        assert careless.low is not None and careful.low is not None
        assert careful.low < careless.low and (careful.high or 0) > (careless.high or 0)
        assert careful.basis is not None and careful.basis.sides is not None
        assert [one.blocks is not None for one in careful.basis.sides] == [True, True]
        assert careful.reason.count("400 and 400 blocks of 1 h") == 1

    def test_the_side_that_lacks_blocks_is_named(self) -> None:
        short = counted.both(
            400, ends=100, before=2000, hours_before=10, environment="production",
            first_before=counted.FIRST - timedelta(days=9),
        )  # fmt: skip
        found = judged(short)
        assert "10 of the 24 blocks of 1 h of current-unfixed that outages of up to 1 h" in found.reason
        assert found.more_needed is None


def test_options_of_a_plan_hold_the_baseline() -> None:
    assert plan(phase(f"ready_if: [{{{CLAIM}}}]")).options() == ["current", "current-unfixed"]
