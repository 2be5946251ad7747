"""Logarithmic buckets keep every latency within 1 %, and the engine and Python agree on them."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from metrics_facts import delivered, rolled, write

from toolkit.metrics.buckets import (
    AGE_BUCKETS,
    AGE_EDGES_S,
    GAMMA,
    age_bucket,
    latency_bucket,
    latency_high_ms,
    latency_low_ms,
    latency_ms,
)

DAY_US = 86_400_000_000


@given(st.integers(2, DAY_US))
@example(2)
@example(5_000_000)
def test_the_value_of_a_bucket_is_within_1_percent_of_every_latency_in_it(latency_us: int) -> None:
    value_us = latency_ms(latency_bucket(latency_us)) * 1000
    assert abs(value_us - latency_us) <= 0.01 * latency_us


@given(st.integers(1, DAY_US))
def test_a_latency_lies_between_the_edges_of_its_bucket(latency_us: int) -> None:
    bucket = latency_bucket(latency_us)
    assert latency_low_ms(bucket) * 1000 < latency_us * (1 + 1e-12)
    assert latency_us <= latency_high_ms(bucket) * 1000 * (1 + 1e-12)


@given(st.integers(1, DAY_US), st.integers(1, DAY_US))
def test_slower_is_never_in_a_lower_bucket(one_us: int, other_us: int) -> None:
    low, high = sorted((one_us, other_us))
    assert latency_bucket(low) <= latency_bucket(high)


def test_buckets_touch() -> None:
    for bucket in range(1200):
        assert latency_high_ms(bucket) == latency_low_ms(bucket + 1)


def test_no_power_of_gamma_is_a_whole_number_of_microseconds() -> None:
    """1.02 is 51/50 in lowest terms, and so is every power of it: no latency can lie on an edge."""
    assert GAMMA == 51 / 50
    assert all(51**power % 50 for power in range(1, 1300))


@pytest.mark.parametrize("latency_us", [0, 1])
def test_the_shortest_latencies_share_the_first_bucket(latency_us: int) -> None:
    assert latency_bucket(latency_us) == 0


def test_the_engine_puts_latencies_where_python_does(tmp_path: Path) -> None:
    micros = sorted({round(1.02**power) + shift for power in range(770) for shift in (0, 1)})
    rows = [delivered(message=str(us), latency_s=us / 1_000_000) for us in micros if us <= 5_000_000]
    write(tmp_path, "deliveries", rows)
    found = rolled(tmp_path).latency
    expected: dict[int, int] = {}
    for us in (us for us in micros if us <= 5_000_000):
        expected[latency_bucket(us)] = expected.get(latency_bucket(us), 0) + 1
    assert dict(zip(found["bucket"], found["count"], strict=True)) == expected


def test_age_edges_rise_from_0_and_hold_the_brief_s_five_minutes() -> None:
    assert AGE_EDGES_S[0] == 0
    assert all(low < high for low, high in pairwise(AGE_EDGES_S))
    assert 300 in AGE_EDGES_S
    assert len(AGE_EDGES_S) == AGE_BUCKETS + 1


@given(st.floats(0, 1e9))
def test_every_age_has_one_bucket(age_s: float) -> None:
    bucket = age_bucket(age_s)
    assert AGE_EDGES_S[bucket] <= age_s < AGE_EDGES_S[bucket + 1]
