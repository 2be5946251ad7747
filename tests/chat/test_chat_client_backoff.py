"""When a client comes back: spread over a range that doubles, and never before the server asked for it."""

import random

from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from toolkit.chat.client.backoff import LONGEST_REQUEST_S, Backoff, backoff_s
from toolkit.chat.settings import preset

STABLE = preset("stable")


@given(failures=st.integers(0, 5000), seed=st.integers())
def test_the_delay_stays_within_its_doubling_range_and_cap(failures: int, seed: int) -> None:
    delay_s = backoff_s(failures, STABLE, random.Random(seed))
    assert 0 <= delay_s <= min(STABLE.reconnect_max_s, STABLE.reconnect_base_s * 2 ** min(failures, 10))


def test_delays_of_many_clients_spread_over_the_whole_range() -> None:
    # Full jitter is uniform: a Kolmogorov-Smirnov test against that must not reject.
    draw = random.Random(7)
    delays_s = [backoff_s(3, STABLE, draw) for _ in range(2000)]
    assert kstest(delays_s, "uniform", args=(0, 8)).pvalue > 0.01


def test_the_range_doubles_with_each_failure_and_starts_anew_only_after_a_stable_connection() -> None:
    def ranges(lived_s: float) -> list[float]:
        """The longest of many draws for each of six losses in a row, after connections that lived so long."""
        longest = [0.0] * 6
        for seed in range(400):
            backoff = Backoff(random.Random(seed))
            for loss in range(6):
                backoff.lived(lived_s, STABLE)
                longest[loss] = max(longest[loss], backoff.next_s(STABLE))
        return longest

    for found_s, expected_s in zip(ranges(STABLE.stable_after_s - 0.001), [1, 2, 4, 8, 16, 30], strict=True):
        assert 0.95 * expected_s < found_s <= expected_s
    assert all(0.95 < found_s <= 1 for found_s in ranges(STABLE.stable_after_s))


def test_a_server_that_accepts_and_drops_at_once_is_met_a_few_times_a_minute() -> None:
    for seed in range(200):
        backoff = Backoff(random.Random(seed))
        attempts, now_s = 0, 0.0
        while now_s < 600:
            attempts += 1
            backoff.lived(0.01, STABLE)
            now_s += backoff.next_s(STABLE)
        # A full jitter of at most 30 s is 15 s on average.
        assert attempts <= 80


def test_a_server_that_closes_again_and_again_with_no_wait_is_met_as_rarely() -> None:
    backoff = Backoff(random.Random(1))
    waited_s = [backoff.next_s(STABLE, come_back_s=0.0) for _ in range(50)]
    assert waited_s[0] == 0.0
    assert sum(waited_s) > 300


@given(asked_s=st.floats(0, LONGEST_REQUEST_S), seed=st.integers())
def test_a_server_that_goes_away_is_met_again_exactly_when_it_asked(asked_s: float, seed: int) -> None:
    assert Backoff(random.Random(seed)).next_s(STABLE, come_back_s=asked_s) == asked_s


@given(asked_s=st.floats(0, LONGEST_REQUEST_S), seed=st.integers())
def test_a_refused_client_comes_back_after_what_the_server_told_all_but_not_with_all(
    asked_s: float, seed: int
) -> None:
    waited_s = Backoff(random.Random(seed)).next_s(STABLE, retry_after_s=asked_s)
    assert asked_s <= waited_s <= asked_s + STABLE.reconnect_base_s


def test_a_server_that_asks_for_days_is_not_believed() -> None:
    assert Backoff(random.Random(1)).next_s(STABLE, come_back_s=1e9) == LONGEST_REQUEST_S
    assert Backoff(random.Random(1)).next_s(STABLE, retry_after_s=1e9) <= LONGEST_REQUEST_S + 1
