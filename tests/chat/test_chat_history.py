"""Numbered logs: what came after a position is all there, or it is told that it is not; bounds hold."""

from hypothesis import given
from hypothesis import strategies as st

from toolkit.chat.server.history import ENTRY_BYTES, Channel, Retention


def retention(*, age_s: float = 100.0, messages: int = 10, total_bytes: int = 1_000_000) -> Retention:
    return Retention(age_s=age_s, messages=messages, total_bytes=total_bytes)


def fill(keeper: Retention, channel: Channel, count: int, *, at_s: float = 0.0, size: int = 10) -> None:
    for _ in range(count):
        keeper.keep(channel, at_s=at_s, author="ann", frame=b"x" * size)


def offsets(channel: Channel, after: int) -> list[int]:
    return [entry.offset for entry in channel.since(after)]


def test_messages_are_numbered_from_one_without_gaps() -> None:
    channel = Channel()
    fill(retention(), channel, 3)
    assert offsets(channel, 0) == [1, 2, 3]
    assert channel.newest == 3


def test_two_logs_never_have_the_same_epoch() -> None:
    assert len({Channel().epoch for _ in range(100)}) == 100


def test_only_so_many_are_kept_and_the_numbers_go_on() -> None:
    channel = Channel()
    fill(retention(messages=3), channel, 5)
    assert offsets(channel, 0) == [3, 4, 5]
    assert (channel.oldest, channel.newest) == (3, 5)


def test_a_message_is_kept_for_its_time_and_not_longer() -> None:
    keeper, channel = retention(age_s=10), Channel()
    fill(keeper, channel, 1, at_s=0.0)
    fill(keeper, channel, 1, at_s=5.0)
    keeper.prune(9.999)
    assert len(channel) == 2
    keeper.prune(10.0)
    assert offsets(channel, 0) == [2]


def test_the_oldest_of_all_logs_go_when_there_are_too_many_bytes() -> None:
    keeper = retention(total_bytes=3 * (100 + ENTRY_BYTES))
    first, second = Channel(), Channel()
    fill(keeper, first, 2, at_s=1.0, size=100)
    fill(keeper, second, 1, at_s=2.0, size=100)
    fill(keeper, first, 1, at_s=3.0, size=100)
    assert (offsets(first, 0), offsets(second, 0)) == ([2, 3], [1])
    fill(keeper, first, 2, at_s=4.0, size=100)
    assert (offsets(first, 0), offsets(second, 0)) == ([3, 4, 5], [])
    assert keeper.bytes == 3 * (100 + ENTRY_BYTES)


def test_a_message_larger_than_all_that_may_be_kept_is_numbered_and_gone() -> None:
    keeper, channel = retention(total_bytes=50), Channel()
    fill(keeper, channel, 1, size=100)
    assert (len(channel), channel.newest, keeper.bytes) == (0, 1, 0)
    assert not channel.recovers(channel.epoch, 0)
    assert channel.recovers(channel.epoch, 1)


def test_what_is_forgotten_takes_no_bytes() -> None:
    keeper, kept, gone = retention(), Channel(), Channel()
    fill(keeper, gone, 5)
    fill(keeper, kept, 1)
    keeper.forget(gone)
    assert keeper.bytes == 10 + ENTRY_BYTES
    keeper.prune(1000.0)
    assert keeper.bytes == 0


def test_a_position_is_recovered_where_nothing_after_it_is_gone() -> None:
    channel = Channel()
    fill(retention(messages=3), channel, 5)
    known = {after: channel.recovers(channel.epoch, after) for after in range(8)}
    # Numbers 3, 4 and 5 are kept: whoever has 2 misses nothing, and nobody can have 6.
    assert known == {0: False, 1: False, 2: True, 3: True, 4: True, 5: True, 6: False, 7: False}
    assert not channel.recovers("another", 4)


def test_a_log_without_messages_recovers_its_beginning() -> None:
    channel = Channel()
    assert channel.recovers(channel.epoch, 0)
    assert not channel.recovers(channel.epoch, 1)


def test_the_latest_are_as_many_as_asked_or_as_fit() -> None:
    channel = Channel()
    fill(retention(), channel, 5, size=100)
    assert [entry.offset for entry in channel.latest(2, 10_000)] == [4, 5]
    assert [entry.offset for entry in channel.latest(9, 350)] == [3, 4, 5]
    assert channel.latest(9, 99) == []


step = st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, 300), st.floats(0, 20))


@given(st.lists(step, max_size=60), st.integers(1, 8), st.integers(1, 5_000))
def test_bounds_hold_and_what_is_kept_is_the_newest_whatever_comes(
    steps: list[tuple[str, int, float]], messages: int, total_bytes: int
) -> None:
    keeper = retention(age_s=30, messages=messages, total_bytes=total_bytes)
    channels = {name: Channel() for name in "abc"}
    now_s = 0.0
    for name, size, wait_s in steps:
        now_s += wait_s
        keeper.keep(channels[name], at_s=now_s, author="", frame=b"x" * size)
        keeper.prune(now_s)
        kept = [entry for channel in channels.values() for entry in channel.since(0)]
        assert keeper.bytes == sum(len(entry.frame) + ENTRY_BYTES for entry in kept) <= total_bytes
        assert all(now_s - entry.at_s < 30 for entry in kept)
        for channel in channels.values():
            numbers = offsets(channel, 0)
            assert len(numbers) <= messages
            assert numbers == list(range(channel.oldest, channel.newest + 1))
