"""What a criterion on a share says, from counts alone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from toolkit.decide.blockbound import block_hours
from toolkit.decide.judging import Demands, Judgement, judge
from toolkit.decide.plan import Criterion
from toolkit.decide.question import share_question
from toolkit.metrics.blocks import Blocks
from toolkit.metrics.shares import ShareEvidence

FIRST = datetime(2026, 11, 1, tzinfo=UTC)


def counts(successes: float, n: float, *, effective: float | None = None, hours: int = 1) -> ShareEvidence:
    return ShareEvidence(
        successes=successes,
        n=n,
        n_effective=n if effective is None else effective,
        hours=hours,
        first_hour=FIRST,
        newest_hour=FIRST + timedelta(hours=hours - 1),
        contradictory=successes > n,
    )


def judged(
    evidence: ShareEvidence,
    *,
    list_name: str = "ready_if",
    grade: str = "lab",
    soak_days: float | None = None,
    outage_hours: float = 1,
    as_of: date = date(2026, 11, 1),
    **criterion: Any,
) -> Judgement:
    comparison = criterion if set(criterion) - {"confidence"} else {"at_least": 0.95, **criterion}
    asked = Criterion(option="current", **{"metric": "connection_success_rate", **comparison})
    demands = Demands(
        list_name=list_name,
        since=FIRST.date(),
        soak_days=soak_days,
        outage_hours=outage_hours if grade == "field" else None,
        as_of=as_of,
    )
    # As many events in each hour, and failures spread evenly over them.
    length = block_hours(outage_hours) if grade == "field" else None
    count = evidence.hours // length if length else 0
    blocks = length and Blocks(hours=length, count=count, mean=evidence.estimate, sd=0.0)
    return judge(asked, share_question(asked, evidence, blocks=blocks or None), demands)


def test_it_is_met_when_the_whole_interval_is() -> None:
    verdict = judged(counts(1980, 2000))
    assert verdict.state == "met"
    assert verdict.low is not None and verdict.low >= 0.95
    assert verdict.reason.startswith("all of 98")
    assert verdict.reason.endswith("(estimate 99 %, n 2,000, effective 2,000) is at least 95 %")


def test_it_is_not_met_when_none_of_the_interval_is() -> None:
    verdict = judged(counts(1700, 2000))
    assert verdict.state == "not met"
    assert verdict.reason.startswith("none of 8")


def test_it_straddles_when_the_threshold_is_inside_and_says_how_much_more_would_settle_it() -> None:
    verdict = judged(counts(480, 500))
    assert (verdict.state, verdict.reason.split(":")[0]) == ("unknown", "straddles")
    assert verdict.more_needed is not None
    assert verdict.more_needed.events == pytest.approx(3600, rel=0.01)
    assert verdict.more_needed.days == pytest.approx(8)


def test_an_estimate_on_the_threshold_would_never_settle() -> None:
    verdict = judged(counts(950, 1000))
    assert verdict.reason.startswith("straddles")
    assert verdict.more_needed is None
    assert "no number of events would settle it" in verdict.reason


def test_so_few_that_no_outcome_could_clear_it_are_too_few() -> None:
    verdict = judged(counts(20, 20))
    assert (verdict.state, verdict.reason.split(":")[0]) == ("unknown", "too few")
    assert verdict.more_needed is not None and verdict.more_needed.events == pytest.approx(191)


def test_clustering_widens_the_interval_and_scales_what_is_needed() -> None:
    assert judged(counts(970, 1000)).state == "met"
    clustered = judged(counts(970, 1000, effective=100))
    assert clustered.reason.startswith("too few")
    assert clustered.more_needed is not None and clustered.more_needed.events is not None
    assert clustered.more_needed.events > 8000


def test_a_higher_confidence_asks_for_more() -> None:
    assert judged(counts(970, 1000), at_least=0.95, confidence=0.95).state == "met"
    assert judged(counts(970, 1000), at_least=0.95, confidence=0.999).state == "unknown"


def test_contradictory_counts_have_no_interval() -> None:
    verdict = judged(counts(11, 10))
    assert verdict.reason == "contradictory: some hour counts more successes than events (11 of 10 in all)"
    assert (verdict.state, verdict.low, verdict.high) == ("unknown", None, None)


@pytest.mark.parametrize(("as_of_day", "state"), [(15, "met"), (16, "unknown")])
def test_evidence_grows_too_old_by_whole_days_of_its_newest_hour(as_of_day: int, state: str) -> None:
    verdict = judged(counts(1980, 2000), at_least=0.95, max_age_days=14, as_of=date(2026, 11, as_of_day))
    assert verdict.state == state
    if state == "unknown":
        assert verdict.reason == "too old: the newest hour is of 2026-11-01, 15 days ago; at most 14 allowed"


def test_old_evidence_decides_no_alarm_either() -> None:
    old = {"below": 0.95, "max_age_days": 1, "as_of": date(2026, 11, 9)}
    assert judged(counts(100, 2000), list_name="rollback_if", **old).state == "unknown"


class TestSoak:
    def test_a_met_criterion_waits_until_the_days_have_passed(self) -> None:
        held = judged(counts(1980, 2000), soak_days=14, as_of=date(2026, 11, 4))
        assert (held.state, held.reason.split(";")[0]) == ("unknown", "window not over: 10 days left")
        assert held.more_needed is not None and held.more_needed.days == 10

    @pytest.mark.parametrize(("day", "state"), [(13, "unknown"), (14, "met")])
    def test_the_as_of_day_counts_as_passed(self, day: int, state: str) -> None:
        assert judged(counts(1980, 2000), soak_days=14, as_of=date(2026, 11, day)).state == state

    def test_a_failure_may_come_any_day(self) -> None:
        assert judged(counts(1700, 2000), soak_days=14).state == "not met"

    @pytest.mark.parametrize("list_name", ["needed_if", "rollback_if"])
    def test_no_other_list_waits(self, list_name: str) -> None:
        assert judged(counts(1980, 2000), list_name=list_name, soak_days=14).state == "met"

    def test_more_needed_is_never_sooner_than_the_end_of_the_soak(self) -> None:
        leaning = judged(counts(980, 1000), at_least=0.97, soak_days=300)
        assert leaning.reason.startswith("straddles")
        assert leaning.more_needed is not None and leaning.more_needed.days == 299


class TestBlocksOfFieldEvidence:
    """One outage hides in too few hours: what is good has to be proven in blocks of time too."""

    @pytest.mark.parametrize(("hours", "state"), [(104, "unknown"), (105, "met")])
    def test_the_least_number_of_blocks_is_what_a_spotless_sample_takes(self, hours: int, state: str) -> None:
        assert judged(counts(100_000, 100_000, hours=hours), grade="field").state == state

    @pytest.mark.parametrize(("hours", "state"), [(165, "unknown"), (170, "met")])
    def test_a_sample_with_failures_takes_more(self, hours: int, state: str) -> None:
        verdict = judged(counts(98_000, 100_000, hours=hours), grade="field")
        assert verdict.state == state

    @pytest.mark.parametrize(("hours", "state"), [(23, "unknown"), (24, "not met")])
    def test_a_failure_takes_24(self, hours: int, state: str) -> None:
        assert judged(counts(80_000, 100_000, hours=hours), grade="field").state == state

    def test_a_rollback_alarm_takes_24_and_its_all_clear_as_many_as_a_pass(self) -> None:
        alarm = {"list_name": "rollback_if", "grade": "field", "below": 0.95}
        assert judged(counts(80_000, 100_000, hours=24), **alarm).state == "met"
        assert judged(counts(100_000, 100_000, hours=104), **alarm).state == "unknown"
        assert judged(counts(100_000, 100_000, hours=105), **alarm).state == "not met"

    def test_where_an_outage_raises_the_share_it_is_the_other_way_round(self) -> None:
        """Reconnections: that few are needed is the good news."""
        few, many = counts(0, 100_000, hours=50), counts(20_000, 100_000, hours=24)
        asked = {"metric": "reconnection_frequency", "at_most": 0.10, "grade": "field"}
        assert judged(few, **asked).reason.startswith("too few: 50 of the 55 blocks of 1 h")
        assert judged(counts(0, 100_000, hours=55), **asked).state == "met"
        assert judged(many, **asked).state == "not met"

    def test_longer_outages_ask_for_as_many_longer_blocks(self) -> None:
        held = judged(counts(100_000, 100_000, hours=624), grade="field", outage_hours=6)
        assert held.reason.startswith(
            "too few: 104 of the 105 blocks of 6 h that outages of up to 6 h ask for at the least"
        )
        assert judged(counts(100_000, 100_000, hours=630), grade="field", outage_hours=6).state == "met"

    def test_it_says_how_many_days_are_missing(self) -> None:
        held = judged(counts(10_000, 10_000, hours=48), grade="field")
        assert held.more_needed is not None
        assert held.more_needed.days == 3

    def test_an_alarm_says_how_many_blocks_are_missing(self) -> None:
        held = judged(counts(8_000, 10_000, hours=12), grade="field")
        assert held.reason.startswith("too few: 12 of the 24 blocks of 1 h")
        assert held.more_needed is not None and held.more_needed.days == 1

    def test_lab_evidence_has_no_blocks(self) -> None:
        assert judged(counts(1980, 2000, hours=1), grade="lab").state == "met"

    def test_no_outage_allowed_for_means_no_blocks(self) -> None:
        assert judged(counts(1980, 2000, hours=1), grade="field", outage_hours=0).state == "met"
