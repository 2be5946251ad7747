"""How much more evidence would settle a criterion."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from toolkit.decide.distance import clearing_n, days_left, to_clear, to_fill
from toolkit.decide.sequence import rejects
from toolkit.metrics.shares import ShareEvidence

FIRST = datetime(2026, 11, 1, 9, tzinfo=UTC)


def counts(successes: float, n: float, *, effective: float, hours: int) -> ShareEvidence:
    newest = FIRST + timedelta(hours=hours - 1)
    return ShareEvidence(
        successes=successes,
        n=n,
        n_effective=effective,
        hours=hours,
        first_hour=FIRST,
        newest_hour=newest,
        contradictory=False,
    )


@given(
    estimate=st.floats(0.0, 1.0),
    threshold=st.floats(0.01, 0.99),
    n=st.floats(1, 1e5),
    alpha=st.floats(1e-4, 0.3),
)
def test_the_least_n_clears_the_threshold_and_one_below_it_does_not(
    estimate: float, threshold: float, n: float, alpha: float
) -> None:
    assume(abs(estimate - threshold) > 1e-3)
    least = clearing_n(estimate, threshold, n=n, alpha=alpha)
    assert least is not None and least >= n
    assert rejects(threshold, estimate * least, least, alpha=alpha)
    if least > n * 1.001:
        assert not rejects(threshold, estimate * least * 0.999, least * 0.999, alpha=alpha)


@pytest.mark.parametrize(
    ("estimate", "threshold"), [(0.95, 0.95), (0.5, 0.0), (0.5, 1.0), (0.95 + 1e-9, 0.95)]
)
def test_what_would_never_settle_has_no_distance(estimate: float, threshold: float) -> None:
    assert clearing_n(estimate, threshold, n=100, alpha=0.05) is None


def test_events_are_counted_raw_and_days_at_the_rate_of_the_recorded_ones() -> None:
    alone = to_clear(counts(96, 100, effective=100, hours=1), 0.95, alpha=0.05)
    clustered = to_clear(counts(960, 1000, effective=100, hours=48), 0.95, alpha=0.05)
    assert alone is not None and alone.events is not None
    assert clustered is not None and clustered.events is not None
    assert clustered.events == pytest.approx(10 * alone.events, rel=0.01)
    assert alone.days == -(-alone.events // 100)
    assert clustered.days == -(-clustered.events * 3 // 1000)  # 48 hours from 9:00 touch three days


def test_an_evidence_without_effective_events_has_no_rate_to_go_by() -> None:
    assert to_clear(counts(0, 0, effective=0, hours=1), 0.95, alpha=0.05) is None


def test_hours_fill_at_the_hours_a_day_there_were() -> None:
    assert to_fill(counts(9, 10, effective=10, hours=15), 168).days == 11  # 15 hours on the first day
    assert to_fill(counts(9, 10, effective=10, hours=1), 168).days == 167  # one hour a day


def test_days_left_never_fall_below_nought() -> None:
    since = date(2026, 11, 20)
    left = [days_left(since, duration_days=2, as_of=since + timedelta(days=day)) for day in range(4)]
    assert left == [1, 0, 0, 0]
    assert days_left(since, duration_days=1.5, as_of=since) == 1
