"""What the adapters that speak a wire format make of malformed frames, of silence, and of refusals."""

import asyncio
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.measure.scripted import SCRIPTS, scripted
from toolkit.measure.adapters import adapter, deepstream, nats, soketi
from toolkit.measure.adapters.base import outcome
from toolkit.measure.adapters.frames import BadFrame
from toolkit.measure.adapters.nats import NatsStream, Said

every_wire = pytest.mark.parametrize("option", SCRIPTS)

NONSENSE = [
    "}{",
    "[1, 2]",
    "7",
    "",
    "\x00",
    "MSG tea",
    '{"topic": 3}',
    '{"event": 1}',
    '{"rid": 1, "data": []}',
]

REFUSED = {
    "socketcluster": '{"rid": 1, "error": {"name": "AuthError"}}',
    "deepstream": '{"topic": 2, "action": 6}',
    "nats": "-ERR 'Authorization Violation'\r\n",
    "soketi": '{"event": "pusher:error", "data": {"code": 4001}}',
}

MALFORMED = {
    "socketcluster": [
        "}{",
        '{"event": "#publish", "data": {"channel": "tea", "data": "bare"}}',
        '{"event": "#publish"}',
    ],
    "deepstream": ["}{", '{"topic": 4, "action": 2, "data": "}{"}', '{"topic": 4, "action": 2}'],
    "nats": ["HELLO\r\n", "MSG room.tea 1 x\r\n", "MSG room.tea 1 2\r\n}{\r\n", "MSG room.tea 1 1\r\n{}\r\n"],
    "soketi": ["}{", '{"event": "client-message", "channel": "private-tea", "data": "}{"}'],
}


@every_wire
def test_a_server_that_talks_nonsense_is_a_failed_attempt(
    run: Any, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Words that such a server could say are waited upon; the wait is short here.
    monkeypatch.setattr("toolkit.measure.adapters.frames.OPEN_TIMEOUT_S", 0.3)

    async def scenario() -> None:
        for nonsense in NONSENSE:
            async with scripted(option, first=nonsense) as url:
                with pytest.raises((BadFrame, TimeoutError)) as caught:
                    await adapter(option).connect(url, room="tea", receive=print)
                assert outcome(caught.value) in ("error", "timeout"), nonsense

    run(scenario())


@every_wire
def test_a_server_that_refuses_is_a_failed_attempt_at_once(run: Any, option: str) -> None:
    async def scenario() -> None:
        async with scripted(option, first=REFUSED[option]) as url:
            with pytest.raises(BadFrame):
                await adapter(option).connect(url, room="tea", receive=print)

    run(scenario())


@every_wire
def test_a_malformed_frame_ends_the_connection_and_is_told_as_our_doing(run: Any, option: str) -> None:
    async def scenario() -> None:
        for malformed in MALFORMED[option]:
            async with scripted(option, then=(malformed,)) as url:
                heard: list[Any] = []
                line = await adapter(option).connect(url, room="tea", receive=heard.append)
                end = await line.ended()
                assert (end.code, end.by, heard) == (1002, "client", []), malformed

    run(scenario())


def test_a_silent_server_is_noticed_as_the_real_clients_do(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deepstream, "HEARTBEAT_S", 0.1)
    monkeypatch.setattr(nats, "PING_INTERVAL_S", 0.1)
    monkeypatch.setattr(soketi, "PONG_S", 0.1)
    # The close code that the real client reports, and when it comes again where that is not its usual delay.
    expected = {
        "socketcluster": (4000, 0.0),
        "deepstream": (1006, None),
        "soketi": (1006, 0.0),
    }

    async def scenario() -> None:
        for option in SCRIPTS:
            async with scripted(option) as url:
                line = await adapter(option).connect(url, room="tea", receive=print)
                end = await line.ended()
                assert end.by == "client"
                if option == "nats":
                    # It comes again when 2 s have passed since it last connected.
                    assert (end.code, 1.0 < (end.retry_s or 0) < 2.0) == (1006, True)
                else:
                    assert (end.code, end.retry_s) == expected[option], option

    run(scenario())


def test_a_server_that_pings_is_answered_and_stays(run: Any) -> None:
    async def scenario() -> None:
        # Each ping is answered by an empty frame, at which this server pings again: its 0.3 s never pass.
        async with scripted("socketcluster", then=("",)) as url:
            line = await adapter("socketcluster").connect(url, room="tea", receive=print)
            ended = asyncio.create_task(line.ended())
            await asyncio.sleep(0.6)
            assert not ended.done()
            ended.cancel()
            assert await line.close() == 1000

    run(scenario())


def test_a_publish_that_the_server_refuses_was_not_handed_over(run: Any) -> None:
    refusal = json.dumps({"rid": 3, "error": {"name": "PublishError"}})

    async def scenario() -> None:
        async with scripted("socketcluster", then=(refusal,)) as url:
            line = await adapter("socketcluster").connect(url, room="tea", receive=print)
            # The server's word comes before the call that it refuses, so that the order is certain.
            publishing = asyncio.create_task(line.publish({"m": 1}))
            await asyncio.sleep(0)
            ended = asyncio.create_task(line.ended())
            with pytest.raises(BadFrame, match="PublishError"):
                await publishing
            ended.cancel()
            await line.close()

    run(scenario())


SAYINGS = st.lists(
    st.one_of(
        st.sampled_from([("PING", b"PING\r\n"), ("PONG", b"PONG\r\n"), ("+OK", b"+OK\r\n")]),
        st.binary(max_size=40).map(lambda body: (body, b"MSG room.tea 1 %d\r\n%s\r\n" % (len(body), body))),
    ),
    max_size=8,
)


@given(sayings=SAYINGS, cuts=st.lists(st.integers(0, 400), max_size=12))
def test_what_nats_says_is_the_same_however_its_bytes_are_cut(
    sayings: list[tuple[str | bytes, bytes]], cuts: list[int]
) -> None:
    stream = NatsStream()
    data = b"".join(said for _, said in sayings)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[low:high] for low, high in pairwise(places)]
    found = [said for piece in pieces for said in stream.feed(piece)]
    assert found == [Said(known) if isinstance(known, str) else Said("MSG", known) for known, _ in sayings]


def test_a_line_of_nats_without_an_end_is_given_up() -> None:
    with pytest.raises(BadFrame, match="without end"):
        list(NatsStream().feed(b"x" * 70_000))
