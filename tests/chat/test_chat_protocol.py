"""The message layer: whatever a client sends, it gets an answer and the connection lives."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.chat.protocol import decode, encode, room_of
from toolkit.chat.server import ChatServer

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.text() | json_values.map(json.dumps))
def test_any_text_is_a_message_or_a_value_error(frame: str) -> None:
    try:
        assert isinstance(decode(frame)["type"], str)
    except ValueError as error:
        assert str(error)


@given(st.dictionaries(st.text(), json_values).map(lambda message: message | {"type": "x"}))
def test_what_is_encoded_is_decoded_alike(message: dict[str, Any]) -> None:
    assert decode(encode(message)) == message


@pytest.mark.parametrize("room", [None, 7, "", "r" * 201, ["tea"]])
def test_a_room_is_a_short_text(room: object) -> None:
    with pytest.raises(ValueError, match="1 to 200 characters"):
        room_of({"type": "join", "room": room})


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_json_in_a_browser_is_none_here(number: str) -> None:
    with pytest.raises(ValueError, match="no JSON"):
        decode(f'{{"type": "publish", "data": {number}}}')


def test_half_a_surrogate_pair_passes_unharmed() -> None:
    message = decode('{"type": "publish", "data": "\\ud800"}')
    encode(message).encode("utf-8")


def test_deep_nesting_is_no_message() -> None:
    with pytest.raises(ValueError, match="no JSON"):
        decode("[" * 100_000)


def test_nonsense_is_answered_and_survived(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann = await visit(server.port)
            deep = '{"type": "publish", "room": "tea", "data": ' + "[" * 900 + "]" * 900 + "}"
            nonsense = ["", "{", "[]", '{"type": 1}', '{"type": "fly"}', '{"type": "join"}', b"\x00", deep]
            for frame in nonsense:
                await ann.socket.send(frame)
                assert (await ann.hear("error"))["message"]
            await ann.join("tea")
            assert server.counts["misunderstood"] == len(nonsense)
            assert server.counts["errors"] == 0

    run(scenario())
