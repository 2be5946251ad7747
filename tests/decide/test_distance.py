"""How much more evidence would settle a criterion."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from toolkit.decide.distance import clearing_factor, days_left, to_clear, to_fill
from toolkit.decide.plan import Criterion
from toolkit.decide.question import Question, share_question
from toolkit.decide.tally import Asked, DurationTally, ShareTally
from toolkit.metrics.blocks import Blocks
from toolkit.metrics.shares import ShareEvidence

FIRST = datetime(2026, 11, 1, 9, tzinfo=UTC)
ASKED = Criterion(option="current", metric="connection_success_rate", at_least=0.95)


def counts(
    successes: float, n: float, *, effective: float, hours: int, blocks: Blocks | None = None
) -> Question:
    newest = FIRST + timedelta(hours=hours - 1)
    evidence = ShareEvidence(
        successes=successes,
        n=n,
        n_effective=effective,
        hours=hours,
        first_hour=FIRST,
        newest_hour=newest,
        contradictory=False,
    )
    return share_question(ASKED, evidence, blocks=blocks)


def tally(estimate: float, n: float, blocks: Blocks | None = None) -> ShareTally:
    return ShareTally(estimate=estimate, n_effective=n, blocks=blocks)


@given(
    estimate=st.floats(0.0, 1.0),
    threshold=st.floats(0.01, 0.99),
    n=st.floats(1, 1e5),
    alpha=st.floats(1e-4, 0.3),
)
def test_the_least_factor_clears_the_threshold_and_one_below_it_does_not(
    estimate: float, threshold: float, n: float, alpha: float
) -> None:
    assume(abs(estimate - threshold) > 1e-3)
    there = tally(estimate, n)
    factor = clearing_factor(there, threshold, alpha=alpha)
    assert factor is not None and factor >= 1
    assert there.times(factor).rejects(threshold, alpha=alpha)
    if factor > 1.001:
        assert not there.times(factor * 0.999).rejects(threshold, alpha=alpha)


@pytest.mark.parametrize(
    ("estimate", "threshold"), [(0.95, 0.95), (0.5, 0.0), (0.5, 1.0), (0.95 + 1e-9, 0.95)]
)
def test_what_would_never_settle_has_no_distance(estimate: float, threshold: float) -> None:
    assert clearing_factor(tally(estimate, 100), threshold, alpha=0.05) is None


def test_as_much_more_of_the_same_settles_a_duration_and_a_share_in_blocks() -> None:
    blocks = Blocks(hours=1, count=100, mean=0.98, sd=0.02)
    lasting = DurationTally(n_effective=20, exposure_s=9_000, flap_s=60, blocks=None)
    for there, threshold in ((tally(0.98, 1e6, blocks), 0.95), (lasting, 300.0)):
        factor = clearing_factor(there, threshold, alpha=0.05)
        assert factor is not None and factor > 1
        low, high = there.times(factor * 1.001).interval(alpha=0.05)
        assert low > threshold
        low, high = there.times(factor * 0.999).interval(alpha=0.05)
        assert low < threshold < high


def test_events_are_counted_raw_and_days_at_the_rate_of_the_recorded_ones() -> None:
    alone = to_clear(counts(96, 100, effective=100, hours=1), alpha=0.05)
    clustered = to_clear(counts(960, 1000, effective=100, hours=48), alpha=0.05)
    assert alone is not None and alone.events is not None
    assert clustered is not None and clustered.events is not None
    assert clustered.events == pytest.approx(10 * alone.events, rel=0.01)
    assert alone.days == -(-alone.events // 100)
    assert clustered.days == -(-clustered.events * 3 // 1000)  # 48 hours from 9:00 touch three days


def test_blocks_fill_at_the_blocks_a_day_there_were() -> None:
    of_15, of_1 = (Blocks(hours=1, count=count, mean=1.0, sd=0.0) for count in (15, 1))
    first_day = to_fill(counts(9, 10, effective=10, hours=15, blocks=of_15), Asked(blocks=of_15, least=168))
    one_a_day = to_fill(counts(9, 10, effective=10, hours=1, blocks=of_1), Asked(blocks=of_1, least=168))
    assert first_day is not None and first_day.days == 11  # 15 hours on the first day
    assert one_a_day is not None and one_a_day.days == 167
    over = Asked(blocks=of_1, least=168, goes_on=False)
    assert to_fill(counts(9, 10, effective=10, hours=1, blocks=of_1), over) is None


def test_days_left_never_fall_below_nought() -> None:
    since = date(2026, 11, 20)
    left = [days_left(since, duration_days=2, as_of=since + timedelta(days=day)) for day in range(4)]
    assert left == [1, 0, 0, 0]
    assert days_left(since, duration_days=1.5, as_of=since) == 1
