"""Percentiles over the deliveries expected: a missed deadline is slower than the deadline, never left out."""

from pathlib import Path
from random import Random

import pytest
from metrics_counts import clustered, deliveries, hour, rollups
from metrics_facts import delivered, rolled, write

from toolkit.metrics.latency import Latencies, Percentile, latencies_of, percentile
from toolkit.metrics.rollups import Rollups


def latencies(found: Rollups, percent: int = 95) -> Latencies:
    result = latencies_of(found, option="current", environment="lab", percent=percent)
    assert result is not None
    return result


def independent(counts: dict[int, int], *, lost: int = 0, deadline_ms: float = 5000.0) -> Latencies:
    n = sum(counts.values()) + lost
    return Latencies(tuple(counts), tuple(counts.values()), n, deadline_ms, float(n))


def test_a_percentile_is_the_inverse_of_the_distribution() -> None:
    found = independent({100: 50, 200: 45, 300: 4, 400: 1})
    middle = {percent: percentile(found, percent).estimate for percent in (50, 51, 95, 96, 99, 100)}
    bucket = {percent: round(value or 0, 6) for percent, value in middle.items()}
    assert bucket[50] < bucket[51] == bucket[95] < bucket[96] == bucket[99] < bucket[100]


def test_lost_deliveries_push_the_percentile_beyond_the_deadline() -> None:
    """94 in time and 6 lost: the 95th percentile of what was expected is slower than the deadline."""
    assert percentile(independent({500: 94}, lost=6), 95) == Percentile(None, 5000.0, None)
    assert percentile(independent({500: 95}, lost=5), 95).estimate is not None


def test_the_interval_is_open_above_where_it_reaches_beyond_the_deadline() -> None:
    value = percentile(independent({500: 960}, lost=40), 95)
    assert value.estimate is not None
    assert value.low is not None
    assert value.high is None


def test_small_samples_carry_no_upper_bound_for_the_99th() -> None:
    assert percentile(independent({500: 298}), 99).high is None
    assert percentile(independent({500: 299}), 99).high is not None
    assert percentile(independent({500: 2994}), 99.9).high is None
    assert percentile(independent({500: 2995}), 99.9).high is not None
    assert percentile(independent({500: 20}), 50).high is not None


def test_the_interval_encloses_the_estimate() -> None:
    random = Random(3)
    counts: dict[int, int] = {}
    for _ in range(5000):
        bucket = round(random.gauss(500, 30))
        counts[bucket] = counts.get(bucket, 0) + 1
    for percent in (50, 95, 99):
        value = percentile(independent(dict(sorted(counts.items()))), percent)
        assert value.low is not None and value.estimate is not None and value.high is not None
        assert value.low < value.estimate < value.high


def test_a_smaller_effective_sample_widens_the_interval() -> None:
    counts = {bucket: 100 for bucket in range(400, 500)}
    whole = independent(counts)
    tenth = Latencies(whole.buckets, whole.counts, whole.expected, whole.deadline_ms, whole.expected / 10)
    for percent in (50, 95):
        narrow, wide = percentile(whole, percent), percentile(tenth, percent)
        assert narrow.estimate == wide.estimate
        assert (wide.low or 0) < (narrow.low or 0) < (narrow.high or 0) < (wide.high or 0)


def test_with_two_deadlines_nothing_beyond_the_shorter_is_known() -> None:
    """Bucket 779 is about 5 s. A delivery lost under a deadline of 1 s may have been faster."""
    counts = {500: 40, 779: 59}
    assert percentile(independent(counts, lost=1, deadline_ms=1000.0), 95) == Percentile(None, 1000.0, None)
    assert percentile(independent(counts, lost=1, deadline_ms=5000.0), 95).estimate is not None
    assert percentile(independent(counts, lost=0, deadline_ms=1000.0), 95).estimate is not None


def test_percentiles_of_recorded_deliveries_are_within_1_percent(tmp_path: Path) -> None:
    random = Random(5)
    values = sorted(round(random.lognormvariate(-3, 0.7), 6) for _ in range(1500))
    rows = [
        delivered(f"{n % 24:02}:{n // 24 % 60:02}", message=f"m{n}", latency_s=value)
        for n, value in enumerate(random.sample(values, len(values)))
    ]
    write(tmp_path, "deliveries", rows)
    found = latencies(rolled(tmp_path))
    for percent in (50, 95, 99):
        exact_ms = values[-(-percent * len(values) // 100) - 1] * 1000
        assert percentile(found, percent).estimate == pytest.approx(exact_ms, rel=0.0101)


def test_latency_is_absent_without_deliveries() -> None:
    assert latencies_of(Rollups(), option="current", environment="lab", percent=50) is None


def test_latencies_to_the_receipt_and_to_the_acknowledgement_are_never_mixed() -> None:
    mixed = rollups(deliveries(0, [(10, 10)], round_trip=4), latencies_ms={50: 10})
    assert latencies_of(mixed, option="current", environment="lab", percent=50) is None
    alike = rollups(deliveries(0, [(10, 10)], round_trip=10), latencies_ms={50: 10})
    assert latencies(alike).expected == 10


def spread(pairs: list[tuple[int, int]]) -> dict[str, int]:
    """The sums on the logarithmic scale of deliveries of which each client has n in one bucket."""
    return {
        "latency_index": sum(index * n for index, n in pairs),
        "latency_index_squares": sum(index * index * n for index, n in pairs),
        **clustered("latency_index", [(index * n, n) for index, n in pairs]),
    }


def test_clients_that_are_slow_throughout_are_worth_one_delivery_each() -> None:
    pairs = [(500, 20)] * 10 + [(600, 20)] * 10
    row = deliveries(0, [(20, 20)] * 20, **spread(pairs))
    found = latencies(rollups(row, latencies_ms={20: 200, 145: 200}))
    assert found.expected == 400
    assert found.n_effective == pytest.approx(19, abs=1)


def test_losses_that_cluster_lower_the_worth_too() -> None:
    pairs = [(500, 20)] * 20
    even = deliveries(0, [(19, 20)] * 20, **spread(pairs))
    torn = deliveries(0, [(20, 20)] * 19 + [(0, 20)], **spread(pairs))
    sizes = [latencies(rollups(row, latencies_ms={20: 380})).n_effective for row in (even, torn)]
    assert sizes[1] <= sizes[0]
    assert sizes[1] <= 20


def test_one_slow_hour_of_many_lowers_the_worth() -> None:
    rows = [deliveries(n, [(20, 20)] * 20, **spread([(500, 20), (510, 20)] * 10)) for n in range(12)]
    fast = rollups(*rows, latencies_ms={20: 1})
    hours = fast.counts["hour"].tolist()
    frame = fast.latency.iloc[:0].copy()
    for n, when in enumerate(hours):
        bucket = 600 if n == 0 else 500
        frame.loc[len(frame)] = ["current", "lab", when, bucket, 400]
    slow = Rollups(counts=fast.counts, latency=frame)
    assert hour(0) == hours[0]
    assert latencies(slow, 50).n_effective < 12 * 400 / 20
