"""Token buckets: so many at any speed, then no faster than the rate; tables stay small."""

from hypothesis import given
from hypothesis import strategies as st

from toolkit.chat.server.ratelimit import Bucket, Buckets


def test_a_burst_passes_at_once_and_then_the_rate_holds() -> None:
    bucket = Bucket(per_s=10, burst=5)
    assert [bucket.take(100.0) for _ in range(5)] == [0.0] * 5
    assert bucket.take(100.0) > 0.0999
    assert bucket.take(100.0) > 0.1999


def test_waiting_as_told_keeps_exactly_to_the_rate() -> None:
    bucket, now_s, passed = Bucket(per_s=50, burst=1), 0.0, 0
    while now_s < 10.0:
        now_s += bucket.take(now_s)
        passed += 1
    assert 500 <= passed <= 502


def test_asking_for_a_token_takes_none() -> None:
    bucket = Bucket(per_s=1, burst=1)
    assert [bucket.wait_s(5.0) for _ in range(3)] == [0.0] * 3
    assert bucket.try_take(5.0)
    assert not bucket.try_take(5.999)
    assert bucket.wait_s(5.5) == 0.5
    assert bucket.try_take(6.0)


def test_100_000_attempts_from_one_address_in_a_second_let_through_what_the_limit_says() -> None:
    table = Buckets(per_s=500, burst=2_000)
    admitted = sum(not table.try_take("198.51.100.7", number / 100_000) for number in range(100_000))
    assert 2_499 <= admitted <= 2_501
    assert len(table) == 1


def test_one_address_that_is_refused_costs_the_others_nothing() -> None:
    table = Buckets(per_s=1, burst=1)
    assert table.try_take("a", 0.0) == 0.0
    assert all(table.try_take("a", 0.5) == 0.5 for _ in range(1000))
    assert table.try_take("b", 0.5) == 0.0
    assert table.try_take("a", 1.0) == 0.0


def test_addresses_are_forgotten_once_they_are_as_good_as_new() -> None:
    table = Buckets(per_s=10, burst=5)
    for number in range(1000):
        table.try_take(str(number), 0.0)
    table.try_take("late", 0.05)
    table.prune(0.1)
    assert len(table) == 1
    assert table.wait_s("17", 0.1) == 0.0


def test_a_table_that_is_full_refuses_strangers_until_somebody_is_forgotten() -> None:
    table = Buckets(per_s=1, burst=1, most=100)
    assert all(table.try_take(str(number), 0.0) == 0.0 for number in range(100))
    assert table.try_take("stranger", 0.5) > 0
    assert len(table) == 100
    assert table.try_take("stranger", 1.0) == 0.0
    assert len(table) == 1


@given(
    st.floats(0.1, 1000),
    st.integers(1, 50),
    st.lists(st.floats(0, 3), min_size=1, max_size=80),
)
def test_no_window_of_time_lets_through_more_than_burst_and_rate(
    per_s: float, burst: int, gaps_s: list[float]
) -> None:
    bucket, now_s, passed_s = Bucket(per_s=per_s, burst=burst), 0.0, []
    for gap_s in gaps_s:
        now_s += gap_s
        if bucket.try_take(now_s):
            passed_s.append(now_s)
    for first, start_s in enumerate(passed_s):
        for last in range(first, len(passed_s)):
            allowed = burst + (passed_s[last] - start_s) * per_s
            assert last - first + 1 <= allowed + 1e-6 * per_s + 1e-6
