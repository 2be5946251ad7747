"""The message layer: whatever a client sends, it gets an answer and the connection lives."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from toolkit.chat.protocol import (
    Refused,
    check_nesting,
    decode,
    encode,
    name_text,
    number_of,
    room_of,
    value_text,
)
from toolkit.chat.server.sockets import payload_of, text_frame

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


def nested(depth: int) -> str:
    return '{"type":"publish","data":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


def test_a_hundred_levels_are_read_and_one_more_is_not() -> None:
    check_nesting(nested(100), decode(nested(100)))
    with pytest.raises(Refused, match="more than 100 deep"):
        check_nesting(nested(101), decode(nested(101)))


def test_many_lists_beside_each_other_are_not_deep() -> None:
    frame = json.dumps({"type": "publish", "data": [[{}]] * 10_000})
    check_nesting(frame, decode(frame))


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536])
def test_frames_are_those_of_the_library(length: int) -> None:
    text = "x" * length
    frame = text_frame(text)
    assert frame == Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
    assert payload_of(frame) == text


@given(json_values)
def test_a_value_is_written_as_it_was_and_can_be_sent(value: Any) -> None:
    text = value_text(value)
    text.encode()
    assert json.loads(text) == value


@pytest.mark.parametrize("value", [float("inf"), [float("-inf")], {"x": float("nan")}])
def test_a_number_that_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises(Refused, match="too large"):
        value_text(value)


@given(st.text())
def test_names_are_json_in_ascii(name: str) -> None:
    assert json.loads(name_text(name)) == name
    assert name_text(name).isascii()


@pytest.mark.parametrize("number", [True, 1.0, "1", None, -1, 2**53, [1]])
def test_a_number_is_a_whole_one_that_every_reader_keeps(number: object) -> None:
    with pytest.raises(Refused, match="whole number"):
        number_of({"after": number}, "after")
    assert number_of({"after": 2**53 - 1}, "after") == 2**53 - 1
