"""The close frame is found wherever a stream is cut, and nothing else is taken for one."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from toolkit.measure.faults.frames import CloseFrame

HEAD = b"GET /ws HTTP/1.1\r\nHost: x\r\n\r\n"
ANSWER = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"

others = st.builds(
    Frame,
    st.sampled_from([Opcode.TEXT, Opcode.BINARY, Opcode.CONT]),
    # A payload that looks like a close frame, and lengths of all three forms.
    st.sampled_from([b"", b"\x88\x02\x03\xe8", b"\x88" * 126, b"x" * 70_000]),
)
controls = st.builds(Frame, st.sampled_from([Opcode.PING, Opcode.PONG]), st.just(b"\x88\x80"))


def in_pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [stream[start:end] for start, end in pairwise(edges)]


@given(st.lists(others | controls, max_size=5), st.booleans(), st.lists(st.integers(0, 10**6), max_size=20))
def test_it_is_seen_in_the_piece_that_completes_its_header(
    frames: list[Frame], mask: bool, cuts: list[int]
) -> None:
    before = (HEAD if mask else ANSWER) + b"".join(
        frame.serialize(mask=mask, extensions=[]) for frame in frames
    )
    stream = before + Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=mask, extensions=[])
    follower, passed = CloseFrame(), 0
    for piece in in_pieces(stream, cuts):
        found = follower.within(piece)
        # It must be known by its first two bytes, and not before.
        assert found == (passed < len(before) + 2 <= passed + len(piece))
        passed += len(piece)


@given(st.binary(max_size=300))
def test_what_is_no_websocket_has_none(data: bytes) -> None:
    follower = CloseFrame()
    assert not follower.within(b"HTTP/1.1 503 Service Unavailable\r\n\r\n\x88\x02\x03\xe8")
    assert not follower.within(data)
    assert not CloseFrame().within(b"\x88\x02\x03\xe8" + data.replace(b"\r\n\r\n", b""))


def test_a_head_without_end_is_given_up() -> None:
    follower = CloseFrame()
    assert not follower.within(b"GET / HTTP/1.1\r\n" + b"x" * 20_000)
    assert not follower.within(b"\r\n\r\n\x88\x80")
    assert len(follower._rest) < 30_000
