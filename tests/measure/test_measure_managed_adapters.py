"""Managed services behave towards the probe as their documents say: the same rules before each stand-in."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from stand_ins import STAND_INS, AblyStandIn, PubNubStandIn, PusherStandIn, StandIn, adapter_at, standing_in

from toolkit.measure.adapters.base import Session, outcome
from toolkit.measure.adapters.managed import ManagedAdapter
from toolkit.measure.faults.proxy import FaultProxy
from toolkit.measure.faults.script import NetworkFaults, Step, Strike

every_vendor = pytest.mark.parametrize("option", list(STAND_INS))


@asynccontextmanager
async def speaking(option: str, stand_in: StandIn | None = None, **choices: Any) -> AsyncIterator[Any]:
    """An adapter before a stand-in, and the port of it."""
    async with standing_in(stand_in or STAND_INS[option]()) as port:
        speaks = adapter_at(option, port, **choices)
        try:
            yield speaks, port
        finally:
            await speaks.close()


@asynccontextmanager
async def through_a_proxy(option: str, stand_in: StandIn, faults: NetworkFaults) -> AsyncIterator[Any]:
    """An adapter and the proxy between it and a stand-in."""
    async with standing_in(stand_in) as port, FaultProxy(port, faults, 1) as proxy:
        speaks = adapter_at(option, proxy.port)
        try:
            yield speaks, proxy
        finally:
            await speaks.close()


async def until(heard: list[Any], count: int) -> None:
    async with asyncio.timeout(5):
        while len(heard) < count:
            await asyncio.sleep(0.005)


async def join(speaks: ManagedAdapter, name: str, heard: list[Any]) -> Session:
    return await speaks.connect("", room="tea", receive=heard.append, episode=f"{name}/{name}-1")


@every_vendor
def test_a_message_reaches_the_others_and_not_its_sender(run: Any, option: str) -> None:
    async def scenario() -> None:
        heard: dict[str, list[Any]] = {"ann": [], "bob": [], "eve": []}
        rooms = {"ann": "tea", "bob": "tea", "eve": "coffee"}
        async with speaking(option) as (speaks, _):
            lines = {
                name: await speaks.connect("", room=room, receive=heard[name].append, episode=f"{name}/1")
                for name, room in rooms.items()
            }
            reading = [asyncio.create_task(line.ended()) for line in lines.values()]
            for number in range(3):
                await lines["ann"].publish({"m": number})
            await until(heard["bob"], 3)
            await asyncio.sleep(0.05)
            assert heard == {"ann": [], "bob": [{"m": 0}, {"m": 1}, {"m": 2}], "eve": []}
            for task, line in zip(reading, lines.values(), strict=True):
                assert await line.close() == 1000
                task.cancel()
            await asyncio.gather(*reading, return_exceptions=True)

    run(scenario())


@every_vendor
def test_two_probes_of_one_account_do_not_hear_each_other(run: Any, option: str) -> None:
    async def scenario() -> None:
        heard: list[Any] = []
        async with speaking(option) as (speaks, port):
            other = adapter_at(option, port)
            ann, bob = await join(speaks, "ann", []), await join(other, "bob", heard)
            reading = asyncio.create_task(bob.ended())
            await ann.publish({"m": 1})
            await asyncio.sleep(0.1)
            assert heard == []
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await other.close()

    run(scenario())


@every_vendor
@pytest.mark.parametrize("fault", ["reset", "close"])
def test_a_cut_by_the_network_has_close_code_1006(run: Any, option: str, fault: Strike) -> None:
    async def scenario() -> None:
        async with through_a_proxy(option, STAND_INS[option](), NetworkFaults()) as (speaks, proxy):
            line = await speaks.connect("", room="tea", receive=print)
            ended = asyncio.create_task(line.ended())
            await asyncio.sleep(0.05)
            proxy.do(Step(at_s=0, fault=fault))
            end = await ended
            assert (end.code, end.by) == (1006, "network")
            with pytest.raises(ConnectionResetError):
                await line.publish({"m": 1})

    run(scenario())


@every_vendor
def test_a_connection_that_the_server_ends_is_ended_by_the_server(run: Any, option: str) -> None:
    async def scenario() -> None:
        stand_in = STAND_INS[option]()
        async with speaking(option, stand_in) as (speaks, _):
            line = await speaks.connect("", room="tea", receive=print)
            ended = asyncio.create_task(line.ended())
            await asyncio.sleep(0.05)
            await stand_in.end()
            end = await ended
            assert end.by == "server"
            assert end.code == {"ably": 1000, "pusher": 4200, "pubnub": 1006}[option]

    run(scenario())


@every_vendor
def test_a_refused_attempt_is_one_attempt_and_recorded_as_refused(run: Any, option: str) -> None:
    async def scenario() -> None:
        faults = NetworkFaults(refuse_share=1.0)
        async with through_a_proxy(option, STAND_INS[option](), faults) as (speaks, proxy):
            for attempt in range(1, 4):
                with pytest.raises(Exception) as caught:
                    await speaks.connect("", room="tea", receive=print)
                assert outcome(caught.value) == "refused"
                assert proxy.counts.accepted == attempt

    run(scenario())


@every_vendor
@pytest.mark.parametrize(("status", "expected"), [(503, "http_503"), (429, "http_429")])
def test_an_answer_over_http_is_a_failed_attempt(run: Any, option: str, status: int, expected: str) -> None:
    async def scenario() -> None:
        stand_in = STAND_INS[option](answer=status)
        async with speaking(option, stand_in) as (speaks, _):
            with pytest.raises(Exception) as caught:
                await speaks.connect("", room="tea", receive=print)
            assert outcome(caught.value) == expected
            assert stand_in.requests == 1

    run(scenario())


@every_vendor
def test_a_wrong_key_is_a_failed_attempt(run: Any, option: str) -> None:
    async def scenario() -> None:
        async with speaking(option, wrong=True) as (speaks, _):
            with pytest.raises(Exception) as caught:
                await speaks.connect("", room="tea", receive=print)
            # Pusher's protocol has no status for it.
            expected = {"ably": "http_401", "pusher": "error", "pubnub": "http_403"}
            assert outcome(caught.value) == expected[option]
            with pytest.raises(Exception):  # noqa: B017 - the classes are told apart above
                await speaks.check()

    run(scenario())


@every_vendor
def test_a_check_publishes_one_message_and_leaves(run: Any, option: str) -> None:
    async def scenario() -> None:
        stand_in = STAND_INS[option]()
        async with speaking(option, stand_in) as (speaks, _):
            await speaks.check()
            assert stand_in.published == [{"m": "check"}]

    run(scenario())


@every_vendor
def test_keys_that_may_not_publish_fail_the_check(run: Any, option: str) -> None:
    async def scenario() -> None:
        stand_in = STAND_INS[option](publish_answer=403)
        async with speaking(option, stand_in) as (speaks, _):
            with pytest.raises(Exception) as caught:
                await speaks.check()
            assert outcome(caught.value) == "http_403"

    run(scenario())


@pytest.mark.parametrize("option", ["ably", "pusher"])
def test_frames_that_make_no_sense_are_left_out(run: Any, option: str) -> None:
    async def scenario() -> None:
        garbage = (
            "", "{", "[]", "7", "null", '{"action": "x", "messages": 3}',
            '{"event": 5}', '{"event": "message"}',
            '{"action": 15, "messages": [7, {"data": "{", "encoding": "json"}, {"data": 3}]}',
            '{"action": 1, "msgSerial": "x", "count": []}',
        )  # fmt: skip
        heard: list[Any] = []
        stand_in = STAND_INS[option](garbage=garbage)
        async with speaking(option, stand_in) as (speaks, _):
            ann, bob = await join(speaks, "ann", []), await join(speaks, "bob", heard)
            reading = asyncio.create_task(bob.ended())
            await ann.publish({"m": 1})
            await until(heard, 1)
            assert heard == [{"m": 1}]
            await bob.close()
            await reading

    run(scenario())


@pytest.mark.parametrize("answer", ["", "{", "[]", '{"t": 3, "m": []}', '{"t": {"t": "x"}, "m": []}'])
def test_an_answer_of_pubnub_that_makes_no_sense_is_a_failed_attempt(run: Any, answer: str) -> None:
    async def scenario() -> None:
        async with speaking("pubnub", PubNubStandIn(garbage=(answer,))) as (speaks, _):
            with pytest.raises(Exception) as caught:
                await speaks.connect("", room="tea", receive=print)
            assert outcome(caught.value) == "error"

    run(scenario())


@every_vendor
def test_what_was_said_between_two_attempts_comes_where_the_vendor_keeps_it(run: Any, option: str) -> None:
    async def scenario() -> None:
        heard: list[Any] = []
        stand_in = STAND_INS[option]()
        async with standing_in(stand_in) as port, FaultProxy(port, NetworkFaults(), 1) as proxy:
            away, here = adapter_at(option, proxy.port), adapter_at(option, port)
            here._prefix = away._prefix  # type: ignore[attr-defined]
            ann, bob = await join(here, "ann", []), await join(away, "bob", heard)
            ended = asyncio.create_task(bob.ended())
            await ann.publish({"m": 0})
            await until(heard, 1)
            proxy.do(Step(at_s=0, fault="reset"))
            await ended
            for number in range(1, 4):
                await ann.publish({"m": number})
            bob = await join(away, "bob", heard)
            ended = asyncio.create_task(bob.ended())
            await ann.publish({"m": 4})
            kept = [0, 4] if option == "pusher" else [0, 1, 2, 3, 4]
            await until(heard, len(kept))
            assert heard == [{"m": number} for number in kept]
            await bob.close()
            ended.cancel()
            await asyncio.gather(ended, return_exceptions=True)
            await away.close()
            await here.close()

    run(scenario())


@every_vendor
def test_a_publish_whose_sender_is_stopped_and_comes_back_arrives_once(run: Any, option: str) -> None:
    async def scenario() -> None:
        stand_in = STAND_INS[option]()
        async with speaking(option, stand_in) as (speaks, _):
            ann = await join(speaks, "ann", [])
            sending = asyncio.create_task(ann.publish({"m": 1}))
            await asyncio.sleep(0)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            ann = await join(speaks, "ann", [])
            await ann.publish({"m": 1})
            await ann.publish({"m": 2})
            await until(stand_in.published, 2)
            assert stand_in.published == [{"m": 1}, {"m": 2}]

    run(scenario())


@pytest.mark.parametrize("resumes", [True, False])
def test_ably_gets_again_what_it_did_not_acknowledge(run: Any, resumes: bool) -> None:
    async def scenario() -> None:
        stand_in = AblyStandIn()
        async with speaking("ably", stand_in) as (speaks, _):
            ann = await join(speaks, "ann", [])
            reading = asyncio.create_task(ann.ended())
            await ann.publish({"m": 0})
            await until(stand_in.published, 1)
            await asyncio.sleep(0.05)
            stand_in.mute = True
            for number in (1, 2):
                await ann.publish({"m": number})
            async with asyncio.timeout(5):
                while stand_in.unanswered < 2:
                    await asyncio.sleep(0.01)
            stand_in.mute, stand_in.resumes = False, resumes
            reading.cancel()
            ann = await join(speaks, "ann", [])
            await ann.publish({"m": 3})
            await until(stand_in.published, 4)
            assert stand_in.published == [{"m": number} for number in range(4)]
            # A resumed connection goes on counting, and one that is new begins again.
            first, second = {("connection1", 0)}, "connection1" if resumes else "connection2"
            assert stand_in.taken - first == {(second, serial + resumes) for serial in range(3)}

    run(scenario())


def test_ably_ignores_what_it_has_taken_already(run: Any) -> None:
    async def scenario() -> None:
        stand_in = AblyStandIn()
        async with speaking("ably", stand_in) as (speaks, _):
            ann = await join(speaks, "ann", [])
            await ann.publish({"m": 1})
            await until(stand_in.published, 1)
            # Its answer was never read, so the message goes out again.
            ann = await join(speaks, "ann", [])
            await ann.publish({"m": 2})
            await until(stand_in.published, 2)
            assert stand_in.published == [{"m": 1}, {"m": 2}]

    run(scenario())


def test_a_silent_ably_is_given_up_by_the_client(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.measure.adapters.ably.REQUEST_TIMEOUT_S", 0.1)

    async def scenario() -> None:
        async with speaking("ably", AblyStandIn(idle_ms=100)) as (speaks, _):
            line = await speaks.connect("", room="tea", receive=print)
            end = await line.ended()
            assert (end.code, end.by) == (1006, "client")

    run(scenario())


@pytest.mark.parametrize("mute", [True, False])
def test_pusher_is_asked_after_a_silence_and_given_up_without_an_answer(
    run: Any, monkeypatch: pytest.MonkeyPatch, mute: bool
) -> None:
    monkeypatch.setattr("toolkit.measure.adapters.pusher.PONG_TIMEOUT_S", 0.1)

    async def scenario() -> None:
        stand_in = PusherStandIn(activity_timeout_s=0.1, mute=mute)
        async with speaking("pusher", stand_in) as (speaks, _):
            line = await speaks.connect("", room="tea", receive=print)
            ended = asyncio.create_task(line.ended())
            done, _ = await asyncio.wait({ended}, timeout=1)
            assert bool(done) is mute
            if mute:
                assert (ended.result().code, ended.result().by) == (1006, "client")
            else:
                # The server may ask too.
                await stand_in.say(next(iter(stand_in.sockets.values())), "pusher:ping", {})
                async with asyncio.timeout(5):
                    while not stand_in.pongs:
                        await asyncio.sleep(0.01)
                await line.close()
                await ended

    run(scenario())


def test_a_client_of_pubnub_says_that_it_leaves_and_is_the_same_user_in_every_run(run: Any) -> None:
    async def scenario() -> None:
        stand_in = PubNubStandIn()
        async with speaking("pubnub", stand_in) as (speaks, _):
            await (await join(speaks, "ann", [])).close()
            assert stand_in.left == ["toolkit-probe-ann"]

    run(scenario())


@pytest.mark.parametrize("option", ["pusher", "pubnub"])
def test_a_publish_that_was_not_taken_is_tried_again_and_one_that_failed_otherwise_is_lost(
    run: Any, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toolkit.measure.adapters.managed.AGAIN_S", 0.1)

    async def scenario() -> None:
        stand_in = STAND_INS[option](publish_answer=503)
        async with speaking(option, stand_in) as (speaks, _):
            ann = await join(speaks, "ann", [])
            sending = asyncio.create_task(ann.publish({"m": 1}))
            await asyncio.sleep(0.15)
            assert not sending.done()
            stand_in.publish_answer = None
            await sending
            assert stand_in.published == [{"m": 1}]
            stand_in.publish_answer = 403
            await ann.publish({"m": 2})
            stand_in.publish_answer = None
            await ann.publish({"m": 3})
            assert stand_in.published == [{"m": 1}, {"m": 3}]

    run(scenario())


def test_reconnect_delays_are_those_of_the_vendors_clients() -> None:
    draw = random.Random(1)

    def spread(option: str, retries: int) -> tuple[float, float]:
        speaks = adapter_at(option, 1)
        delays_s = [speaks.retry_s(retries, draw) for _ in range(300)]
        return round(min(delays_s)), round(max(delays_s))

    # RTB1 of the specification, and suspended after two minutes; a loss says itself when to come again.
    assert [spread("ably", retries) for retries in (0, 1, 2, 3, 4, 5, 6, 99)] == [
        (12, 15), (12, 15), (16, 20), (20, 25), (24, 30), (24, 30), (30, 30), (30, 30),
    ]  # fmt: skip
    assert [spread("pusher", retries) for retries in (0, 1, 4, 5, 99)] == [
        (1, 1), (15, 15), (60, 60), (60, 60), (60, 60),
    ]  # fmt: skip
    assert [spread("pubnub", retries) for retries in (0, 1, 5, 99)] == [
        (4, 5), (8, 9), (128, 129), (150, 151),
    ]  # fmt: skip


def test_a_server_that_hangs_up_at_once_is_not_hammered(run: Any) -> None:
    async def scenario() -> None:
        stand_in = AblyStandIn()
        async with speaking("ably", stand_in) as (speaks, _):
            line = await speaks.connect("", room="tea", receive=print)
            ended = asyncio.create_task(line.ended())
            await stand_in.end()
            assert (await ended).retry_s == 1

    run(scenario())
