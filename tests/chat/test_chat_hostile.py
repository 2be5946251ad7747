"""Hostile input: broken frames end their own connection with the right code, and nobody else notices."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw import masked, raw
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Opcode

from toolkit.chat.server import ChatServer

TEXT, CONT, BINARY = Opcode.TEXT, Opcode.CONT, Opcode.BINARY


BROKEN = {
    "bad UTF-8": (masked(TEXT, b"\xff\xfe"), 1007),
    "bad UTF-8 within JSON": (masked(TEXT, b'{"type":"ping","x":"\xc3\x28"}'), 1007),
    "bad UTF-8 in fragments": (masked(TEXT, b'{"t', fin=False) + masked(CONT, b"\x80"), 1007),
    "a reserved bit": (b"\xc1\x80\x00\x00\x00\x00", 1002),
    "a reserved opcode": (b"\x83\x80\x00\x00\x00\x00", 1002),
    "a reserved control opcode": (b"\x8b\x80\x00\x00\x00\x00", 1002),
    "no mask": (b"\x81\x02{}", 1002),
    "a fragment of nothing": (masked(CONT, b"x"), 1002),
    "a message within a message": (masked(TEXT, b"x", fin=False) + masked(TEXT, b"x"), 1002),
    "a long ping": (b"\x89\xfe\x00\x7e" + b"\x00" * 4 + b"x" * 126, 1002),
    "a ping in fragments": (b"\x09\x80\x00\x00\x00\x00", 1002),
    "a long message": (masked(TEXT, b"x" * 2001), 1009),
    "long fragments": (masked(TEXT, b"x" * 1000, fin=False) + masked(CONT, b"x" * 1001), 1009),
    "a length of 2**63 - 1": (b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00", 1009),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_frame_closes_its_connection_with_its_code(
    run: Any, fast: Any, visit: Any, what: str
) -> None:
    data, code = BROKEN[what]

    async def scenario() -> None:
        async with ChatServer(fast(max_message_bytes=2000)) as server:
            witness = await visit(server.port)
            async with await raw(server.port) as rogue:
                await rogue.send(data)
                assert await rogue.close_code() == code
                # The socket is cut by us although the other end leaves it open.
                while len(server.members) > 1:
                    await asyncio.sleep(0.01)
            await witness.ask("pong", type="ping")
            assert server.counts["errors"] == 0
            assert server.counts[f"closed_{code}"] == 1

    run(scenario())


def test_whole_messages_before_a_broken_frame_still_count(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            witness = await visit(server.port)
            await witness.join("tea")
            async with await raw(server.port) as rogue:
                join = masked(TEXT, b'{"type":"join","room":"tea"}')
                publish = masked(TEXT, b'{"type":"publish","room":"tea","data":"last words"}')
                await rogue.send(join + publish + masked(TEXT, b"\xff"))
                assert (await witness.hear("message"))["data"] == "last words"
                assert await rogue.close_code() == 1007

    run(scenario())


@pytest.mark.parametrize("fragment", [b"", b"x"])
def test_a_flood_of_fragments_ends_with_1009(run: Any, fast: Any, fragment: bytes) -> None:
    async def scenario() -> None:
        async with (
            ChatServer(fast(max_message_bytes=3000)) as server,
            await raw(server.port) as rogue,
        ):
            await rogue.send(masked(TEXT, b"x", fin=False))
            flood = masked(CONT, fragment, fin=False) * 100

            async def pour() -> None:
                for _ in range(1000):
                    await rogue.send(flood)

            pouring = asyncio.create_task(pour())
            assert await rogue.close_code() == 1009
            pouring.cancel()
            await asyncio.gather(pouring, return_exceptions=True)

    run(scenario())


def test_a_message_in_fragments_is_whole(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server, await raw(server.port) as slow:
            await slow.frame()
            parts = [b'{"type":"pi', b"", b'ng","ref":"\xc3', b'\xa4"}']
            frames = [masked(TEXT, parts[0], fin=False)]
            frames += [masked(CONT, part, fin=part is parts[-1]) for part in parts[1:]]
            # A message that came later must not overtake the one in parts, nor a ping disturb it.
            frames.insert(2, masked(Opcode.PING, b"?"))
            for frame in [*frames, masked(TEXT, b'{"type":"ping","ref":2}')]:
                await slow.send(frame)
            assert await slow.frame() == (Opcode.PONG, b"?")
            refs = [json.loads((await slow.frame())[1])["ref"] for _ in range(2)]
            assert refs == ["ä", 2]

    run(scenario())


NONSENSE: list[str | bytes] = [
    "", " ", "{", "[]", "null", '"x"', "7", "{}", '{"type": 1}', '{"type": null}', '{"type": ["join"]}',
    '{"type": "fly"}', '{"type": "hello"}', '{"type": "join"}', '{"type": "join", "room": 7}',
    '{"type": "join", "room": ""}', '{"type": "join", "room": ["tea"]}', '{"type": "join", "room": {}}',
    '{"type": "publish", "room": "tea", "data": NaN}', '{"type": "publish", "room": "tea", "data": 1e999}',
    '{"type": "publish", "room": "tea", "id": 7}', '{"type": "publish", "room": "tea", "id": ""}',
    '{"type": "publish", "room": "tea", "id": null}', '{"type": "publish", "room": "tea", "id": {}}',
    '{"type": "publish", "room": "elsewhere"}', '{"type": "direct"}', '{"type": "direct", "to": {}}',
    '{"type": "direct", "to": "nobody"}', '{"type": "history", "room": "tea"}',
    '{"type": "history", "room": "tea", "limit": 0}', '{"type": "history", "room": "tea", "limit": 1.5}',
    '{"type": "history", "room": "tea", "limit": true}', '{"type": "who", "room": "elsewhere"}',
    '{"type": "resume"}', '{"type": "resume", "session": 7}', '{"type": "resume", "session": "x"}',
    '{"type": "resume", "session": "x", "inbox": 7}', '{"type": "resume", "session": "x", "inbox": {}}',
    '{"type": "received"}', '{"type": "received", "offsets": 1}', '{"type": "received", "offsets": [-1]}',
    '{"type": "received", "offsets": ["1"], "room": "tea"}', '{"type": "ping", "ref": 1e999}',
    '{"type": "received", "offsets": [1], "room": 7}', b"\x00", b'{"type": "ping"}',
    '{"type": "join", "room": "' + "r" * 201 + '"}', '{"type": "ping", "n": ' + "9" * 5000 + "}",
    '{"type": "publish", "room": "tea", "data": ' + "[" * 100 + "]" * 100 + "}", "[" * 50_000,
    '{"a":' * 10_000,
]  # fmt: skip


def test_nonsense_is_told_what_is_wrong_with_it(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, _ = await meet(server.port)
            witness, _ = await meet(server.port)
            await ann.join("tea")
            await witness.join("tea")
            for frame in NONSENSE:
                await ann.socket.send(frame)
                error = await ann.hear("error")
                assert error["message"], frame
                assert error["code"] in (
                    "bad_message", "unknown_type", "not_in_room", "unknown_session", "unknown_recipient",
                )  # fmt: skip
            assert server.counts["misunderstood"] == len(NONSENSE)
            assert server.counts["errors"] == 0
            # None of it was published, and the connection is as good as before.
            await ann.ask("ack", type="publish", room="tea", data="sense", id="1")
            assert (await witness.hear("message"))["offset"] == 1

    run(scenario())


ODD: list[Any] = [
    "\ud800", "half \udfff pair", {"\ud800": 1}, 10**4000, -(10**30), 1e308, "\x00\u2028\u2029", [[[[]]]],
    {"type": "bye"}, "</script>", "é" * 1000, "\U0001f600", None, True, {"": {"": ""}},
]  # fmt: skip


def test_odd_but_valid_data_arrives_unharmed(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            (ann, _), (bob, _) = [await meet(server.port) for _ in range(2)]
            room = "half a \ud800 pair"
            await ann.join(room)
            await bob.join(room)
            for data in ODD:
                ack = await ann.ask("ack", type="publish", room=room, data=data, id="\udc00" + str(data)[:9])
                message = await bob.hear("message")
                assert (message["data"], message["room"], message["id"]) == (data, room, ack["id"])
            history = await ann.ask("history", type="history", room=room, limit=1000)
            assert [message["data"] for message in history["messages"]] == ODD

    run(scenario())


def test_data_grows_little_on_its_way(run: Any, fast: Any, meet: Any) -> None:
    # Escaping would make every letter of most scripts three to six times as long.
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            (ann, _), (bob, _) = [await meet(server.port) for _ in range(2)]
            await ann.join("tea")
            await bob.join("tea")
            data = "日本語" * 5000
            await ann.socket.send(
                json.dumps({"type": "publish", "room": "tea", "data": data}, ensure_ascii=False)
            )
            frame = await bob.socket.recv(decode=False)
            assert len(frame) < len(data.encode()) + 200

    run(scenario())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=8,
)
KINDS = [
    "join", "leave", "publish", "direct", "history", "who", "resume", "received", "ping", "pong", "bye",
    "message",
]  # fmt: skip
FIELDS = ["room", "id", "data", "to", "limit", "session", "inbox", "epoch", "after", "offsets", "ref", "x"]
requests = st.builds(
    lambda kind, fields: {**fields, "type": kind},
    st.sampled_from(KINDS) | json_values,
    st.dictionaries(
        st.sampled_from(FIELDS), json_values | st.sampled_from(["mine", "tea", 1, 0, [1]]), max_size=5
    ),
)
frames = st.one_of(
    requests.map(json.dumps), json_values.map(json.dumps), st.text(max_size=60), st.binary(max_size=60)
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(st.lists(frames, min_size=1, max_size=25))
def test_whatever_is_sent_the_connection_stays_usable_and_nobody_else_hears_it(
    fast: Any, batch: list[str | bytes]
) -> None:
    async def scenario() -> None:
        async with asyncio.timeout(15), ChatServer(fast(server_ping_s=3600)) as server:
            url = f"ws://127.0.0.1:{server.port}/ws"
            options: dict[str, Any] = {"proxy": None, "compression": None}
            async with connect(url, **options) as witness, connect(url, **options) as rogue:
                await witness.recv()
                await witness.send('{"type":"join","room":"secret"}')
                await witness.recv()
                try:
                    for frame in batch:
                        await rogue.send(frame)
                    await rogue.send('{"type":"ping","ref":"the end"}')
                    while json.loads(await rogue.recv()).get("ref") != "the end":
                        pass
                except ConnectionClosed:
                    assert rogue.close_code == 1007
                # The first thing that the witness hears is the answer to its own question.
                await witness.send('{"type":"ping","ref":1}')
                assert json.loads(await witness.recv()) == {"type": "pong", "ref": 1}
            assert server.counts["errors"] == 0

    asyncio.run(scenario())
