"""Clustered events are worth fewer independent ones, and never more than there are."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.metrics.effective import (
    ClusterSums,
    block_variance,
    cluster_variance,
    effective_share,
    two_way_variance,
)

Pairs = list[tuple[int, int]]


def sums_of(pairs: Pairs) -> ClusterSums:
    return ClusterSums(
        len(pairs), sum(x * x for x, _ in pairs), sum(x * y for x, y in pairs), sum(y * y for _, y in pairs)
    )


def variance_of(pairs: Pairs) -> float | None:
    x, y = sum(a for a, _ in pairs), sum(b for _, b in pairs)
    return cluster_variance(Fraction(x, y), y, sums_of(pairs))


def plain_variance(pairs: Pairs) -> float:
    """The textbook's sum over clusters, in floating point."""
    x, y, m = sum(a for a, _ in pairs), sum(b for _, b in pairs), len(pairs)
    return m / (m - 1) * sum((a - x / y * b) ** 2 for a, b in pairs) / y**2


pairs = st.lists(
    st.integers(1, 50).flatmap(lambda y: st.tuples(st.integers(0, y), st.just(y))), min_size=2, max_size=30
)


@given(pairs)
def test_the_sums_give_the_variance_of_the_clusters(found: Pairs) -> None:
    assert variance_of(found) == pytest.approx(plain_variance(found), abs=1e-12)


@given(pairs)
def test_the_effective_sample_is_between_0_and_the_events(found: Pairs) -> None:
    x, n = sum(a for a, _ in found), sum(b for _, b in found)
    effective = effective_share(x / n, n=n, clusters=len(found), variances=[variance_of(found)])
    assert 0 < effective <= n


def test_whole_clusters_that_fail_together_count_as_one_event_each() -> None:
    found = [(0, 10)] * 10 + [(10, 10)] * 90
    effective = effective_share(0.9, n=1000, clusters=100, variances=[variance_of(found)])
    assert effective == pytest.approx(99)


def test_independent_events_keep_most_of_their_worth() -> None:
    random = Random(7)
    found = [(sum(random.random() < 0.9 for _ in range(10)), 10) for _ in range(2000)]
    share = sum(x for x, _ in found) / 20_000
    effective = effective_share(share, n=20_000, clusters=2000, variances=[variance_of(found)])
    assert 18_000 < effective <= 20_000


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_where_all_events_are_alike_each_cluster_counts_once(share: float) -> None:
    assert effective_share(share, n=1000, clusters=40, variances=[0.0]) == 40
    assert effective_share(share, n=30, clusters=40, variances=[0.0]) == 30


def test_one_cluster_counts_as_one_event() -> None:
    assert variance_of([(5, 10)]) is None
    assert effective_share(0.5, n=10, clusters=1, variances=[None]) == 1


def test_exact_sums_survive_where_floating_point_cancels() -> None:
    """Connected and wanted time differ by parts in a billion of squares of 10^13."""
    found = [(359_999 + n % 2, 360_000) for n in range(10_000)]
    assert variance_of(found) == pytest.approx(plain_variance(found), rel=1e-6)


def test_two_ways_of_clustering_add_up_less_what_is_independent() -> None:
    assert two_way_variance(3.0, 2.0, 1.0) == 4.0
    assert two_way_variance(3.0, 0.5, 1.0) == 3.0
    assert two_way_variance(3.0, None, 1.0) == 3.0
    assert two_way_variance(None, None, 1.0) is None


def test_below_eight_hours_the_spread_between_hours_says_nothing() -> None:
    assert block_variance([9] * 7, [10] * 7) is None
    assert block_variance([9, 10] * 4, [10] * 8) is not None


def test_the_variance_of_few_hours_is_raised_to_its_upper_bound() -> None:
    """(B - 1) / chi2.ppf(0.05, B - 1) is 7 / 2.1673 for eight blocks."""
    x, y = [8, 10] * 4, [10] * 8
    assert block_variance(x, y) == pytest.approx(plain_variance(list(zip(x, y, strict=True))) * 7 / 2.16735)


def test_an_outage_that_hits_all_clients_shows_between_hours() -> None:
    hours = [(100, 100)] * 20 + [(20, 100)] + [(100, 100)] * 3
    x, y = [a for a, _ in hours], [b for _, b in hours]
    effective = effective_share(sum(x) / sum(y), n=2400, clusters=2400, variances=[block_variance(x, y)])
    assert effective < 2400 / 20
