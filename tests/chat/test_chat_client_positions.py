"""Where a client stands in a stream: everything once and in order, whatever is lost, repeated or replayed."""

import random

from hypothesis import given
from hypothesis import strategies as st

from toolkit.chat.client.positions import HELD, Position, Stream


def at(offset: int, epoch: str = "e") -> Position:
    return Position(epoch, offset)


def standing(offset: int) -> Stream[int]:
    stream: Stream[int] = Stream()
    stream.answered(at(offset), recovered=None, missed=0)
    return stream


def test_what_follows_is_next_and_what_came_is_known() -> None:
    stream = standing(7)
    assert [stream.arrived(at(offset), offset) for offset in (8, 9, 9, 8, 7, 1, 10)] == [
        "next", "next", "again", "again", "again", "again", "next",
    ]  # fmt: skip
    assert stream.position == at(10)


def test_a_gap_is_told_once_and_what_comes_meanwhile_is_held() -> None:
    stream = standing(7)
    assert [stream.arrived(at(offset), offset) for offset in (10, 11, 12)] == ["gap", "held", "held"]
    assert stream.position == at(7)
    assert stream.answered(at(12), recovered=True, missed=5) == []
    assert [stream.arrived(at(offset), offset) for offset in range(8, 14)] == ["next"] * 6


def test_where_the_missing_is_gone_what_was_held_is_still_delivered() -> None:
    stream = standing(7)
    for offset in (10, 11, 12):
        stream.arrived(at(offset), offset)
    assert stream.answered(at(12), recovered=False, missed=0) == [10, 11, 12]
    assert stream.arrived(at(13), 13) == "next"


def test_a_new_epoch_is_a_gap_that_cannot_be_closed() -> None:
    stream = standing(7)
    assert stream.arrived(at(1, "new"), 1) == "gap"
    assert stream.answered(at(1, "new"), recovered=False, missed=0) == [1]
    assert stream.arrived(at(2, "new"), 2) == "next"
    assert stream.arrived(at(8), 8) == "gap"


def test_the_numbers_of_ones_own_messages_do_not_outlive_their_epoch() -> None:
    stream = standing(7)
    # Acknowledged ahead of what others said, which the server then lost together with the numbering.
    stream.published(at(9))
    stream.await_answer()
    stream.answered(at(7, "new"), recovered=False, missed=0)
    assert [stream.arrived(at(offset, "new"), offset) for offset in (8, 9, 10)] == ["next"] * 3


def test_ones_own_messages_take_a_number_but_do_not_come() -> None:
    stream = standing(7)
    stream.published(at(8))
    assert stream.arrived(at(9), 9) == "next"
    # An acknowledgement may overtake what others said before.
    stream.published(at(11))
    assert stream.arrived(at(10), 10) == "next"
    assert stream.position == at(11)
    # One of a retry comes again.
    stream.published(at(8))
    assert stream.arrived(at(12), 12) == "next"


def test_a_replay_leaves_out_ones_own_and_ends_at_the_newest() -> None:
    stream = standing(7)
    stream.await_answer()
    assert stream.answered(at(12), recovered=True, missed=2) == []
    stream.published(at(13))
    assert stream.arrived(at(9), 9) == "next"
    assert stream.position == at(9)
    assert stream.arrived(at(11), 11) == "next"
    assert stream.position == at(13)
    assert stream.arrived(at(14), 14) == "next"


def test_a_replay_that_is_cut_goes_on_after_its_last_message() -> None:
    stream = standing(7)
    stream.await_answer()
    stream.answered(at(12), recovered=True, missed=5)
    stream.arrived(at(8), 8)
    stream.await_answer()
    assert stream.position == at(8)
    stream.answered(at(12), recovered=True, missed=4)
    assert [stream.arrived(at(offset), offset) for offset in (9, 10, 11, 12, 13)] == ["next"] * 5


def test_a_replay_of_which_a_part_never_comes_is_told() -> None:
    stream = standing(7)
    stream.await_answer()
    stream.answered(at(12), recovered=True, missed=5)
    stream.arrived(at(8), 8)
    assert stream.arrived(at(13), 13) == "torn"
    assert stream.arrived(at(14), 14) == "next"


def test_a_server_that_does_not_number_is_taken_at_its_word() -> None:
    stream: Stream[int] = Stream()
    stream.answered(None, recovered=None, missed=0)
    assert stream.position is None
    assert stream.arrived(at(3), 3) == "next"


def test_what_is_held_is_bounded() -> None:
    stream = standing(0)
    for offset in range(2, HELD + 500):
        stream.arrived(at(offset), offset)
    assert len(stream.answered(at(HELD + 500), recovered=False, missed=0)) == HELD


@given(seed=st.integers(), kept=st.integers(0, 12))
def test_whatever_is_left_out_all_arrives_once_in_order_or_its_loss_is_told(seed: int, kept: int) -> None:
    """A server that leaves messages out at random and replays what it keeps, without the client's own."""
    draw = random.Random(seed)
    stream = standing(0)
    got: list[int] = []
    own: set[int] = set()
    lost: set[int] = set()
    newest = 0

    def deliver(offset: int) -> bool:
        verdict = stream.arrived(at(offset), offset)
        if verdict == "next":
            got.append(offset)
        return verdict == "gap"

    def ask() -> None:
        assert stream.position is not None
        after = stream.position.offset
        missing = [offset for offset in range(after + 1, newest + 1) if offset not in own]
        recovered = after >= newest - kept
        held = stream.answered(at(newest), recovered=recovered, missed=len(missing) if recovered else 0)
        got.extend(held)
        lost.update([] if recovered else missing)
        for offset in missing if recovered else []:
            assert not deliver(offset)

    for _ in range(60):
        newest += 1
        if draw.random() < 0.2:
            own.add(newest)
            stream.published(at(newest))
        elif draw.random() < 0.7:
            gap = deliver(newest)
            if draw.random() < 0.1:
                deliver(newest)
            if gap:
                ask()
    stream.await_answer()
    ask()
    assert got == sorted(set(got))
    assert set(got) | lost | own == set(range(1, newest + 1))
    assert not set(got) & own
    # Nothing is kept of what is behind.
    assert not stream._own
