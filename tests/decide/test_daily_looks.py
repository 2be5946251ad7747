"""Looking every day fools nobody: simulated worlds at the threshold, with fixed seeds."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from toolkit.decide.judging import Demands, judge
from toolkit.decide.plan import Criterion
from toolkit.decide.question import share_question
from toolkit.decide.sequence import rejects
from toolkit.metrics.shares import ShareEvidence

DAYS = 90
FIRST = datetime(2026, 8, 1, tzinfo=UTC)


def worlds(share: float, *, count: int, a_day: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Cumulated successes and events at the end of each day, one row a world."""
    successes = np.random.default_rng(seed).binomial(a_day, share, size=(count, DAYS)).cumsum(axis=1)
    return successes, np.broadcast_to(a_day * np.arange(1, DAYS + 1), successes.shape)


def test_worlds_at_the_threshold_are_decided_wrongly_in_at_most_5_percent() -> None:
    for a_day, seed in ((10, 1), (100, 2), (10_000, 3)):
        k, n = worlds(0.95, count=2000, a_day=a_day, seed=seed)
        wrong = rejects(0.95, k, n, alpha=0.05).any(axis=1)
        assert wrong.mean() <= 0.05


def test_a_false_go_just_below_the_threshold_is_rarer_still() -> None:
    k, n = worlds(0.949, count=2000, a_day=1000, seed=4)
    false_go = (rejects(0.95, k, n, alpha=0.05) & (k / n > 0.95)).any(axis=1)
    assert false_go.mean() <= 0.025


def test_naive_daily_looks_would_be_fooled_in_a_third_of_the_worlds() -> None:
    """Armitage, McPherson and Rowe 1969: 50 looks at 1.96 standard errors err in 32 % (facts, gates A5)."""
    k, n = worlds(0.5, count=2000, a_day=1000, seed=5)
    naive = (np.abs(k / n - 0.5) > 1.96 * np.sqrt(0.25 / n))[:, :50].any(axis=1)
    assert 0.28 < naive.mean() < 0.36


def test_worlds_away_from_the_threshold_are_decided_rightly() -> None:
    k, n = worlds(0.97, count=500, a_day=100, seed=6)
    cleared = (rejects(0.95, k, n, alpha=0.05) & (k / n > 0.95)).any(axis=1)
    assert cleared.mean() > 0.99


def test_the_criterion_says_what_the_sequence_says_on_every_day() -> None:
    asked = Criterion(option="current", metric="connection_success_rate", at_least=0.95)
    k, n = worlds(0.955, count=5, a_day=100, seed=7)
    outside = rejects(0.95, k, n, alpha=0.05)
    for world in range(len(k)):
        for day in range(0, DAYS, 3):
            state = _state(asked, float(k[world, day]), float(n[world, day]), day)
            right = "met" if k[world, day] > 0.95 * n[world, day] else "not met"
            assert state == (right if outside[world, day] else "unknown")


def _state(asked: Criterion, k: float, n: float, day: int) -> str:
    newest = FIRST + timedelta(days=day)
    evidence = ShareEvidence(
        successes=k,
        n=n,
        n_effective=n,
        hours=day + 1,
        first_hour=FIRST,
        newest_hour=newest,
        contradictory=False,
    )
    demands = Demands(
        list_name="needed_if",
        since=FIRST.date(),
        soak_days=None,
        outage_hours=None,
        as_of=date(2026, 12, 1),
    )
    return judge(asked, share_question(asked, evidence, blocks=None), demands).state
