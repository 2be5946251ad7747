"""Every option behaves alike towards the probe: the same rules on real servers of each kind."""

import asyncio
import random
from typing import Any

import pytest

from toolkit.measure.adapters import LOCAL, adapter, kind
from toolkit.measure.adapters.base import outcome
from toolkit.measure.faults.proxy import FaultProxy
from toolkit.measure.faults.script import NetworkFaults, Step, Strike
from toolkit.measure.servers.processes import running
from toolkit.project.faults import EnvironmentFault

every_option = pytest.mark.parametrize("option", LOCAL)


@every_option
def test_a_message_reaches_the_others_and_not_its_sender(run: Any, option: str) -> None:
    async def scenario() -> None:
        heard: dict[str, list[Any]] = {"ann": [], "bob": [], "eve": []}
        rooms = {"ann": "tea", "bob": "tea", "eve": "coffee"}
        async with running(option) as server:
            speaks = adapter(option)
            lines = {
                name: await speaks.connect(
                    kind(option).local_url(server.port), room=room, receive=heard[name].append
                )
                for name, room in rooms.items()
            }
            reading = [asyncio.create_task(line.ended()) for line in lines.values()]
            for number in range(3):
                await lines["ann"].publish({"m": number})
            while len(heard["bob"]) < 3:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            assert heard == {"ann": [], "bob": [{"m": 0}, {"m": 1}, {"m": 2}], "eve": []}
            for line in lines.values():
                assert await line.close() == 1000
            await asyncio.gather(*reading)
            await speaks.close()

    run(scenario())


CUTS: tuple[Strike, ...] = ("reset", "close")


@every_option
def test_a_cut_by_the_network_has_close_code_1006(run: Any, option: str) -> None:
    async def scenario() -> None:
        async with running(option) as server, FaultProxy(server.port, NetworkFaults(), 1) as proxy:
            speaks = adapter(option)
            for fault in CUTS:
                line = await speaks.connect(kind(option).local_url(proxy.port), room="tea", receive=print)
                proxy.do(Step(at_s=0, fault=fault))
                end = await line.ended()
                assert (end.code, end.by) == (1006, "network"), fault
                with pytest.raises(Exception):  # noqa: B017 - each library has its own
                    await line.publish({"m": 1})
            await speaks.close()

    run(scenario())


@every_option
def test_a_refused_attempt_is_one_attempt_and_recorded_as_refused(run: Any, option: str) -> None:
    async def scenario() -> None:
        faults = NetworkFaults(refuse_share=1.0)
        async with running(option) as server, FaultProxy(server.port, faults, 1) as proxy:
            speaks = adapter(option)
            for attempt in range(1, 4):
                with pytest.raises(Exception) as caught:
                    await speaks.connect(kind(option).local_url(proxy.port), room="tea", receive=print)
                assert outcome(caught.value) == "refused"
                # No library may retry behind our back, or failed attempts would go uncounted.
                assert proxy.counts.accepted == attempt
            await speaks.close()

    run(scenario())


@every_option
def test_nobody_there_and_no_such_name_are_told_apart(run: Any, option: str) -> None:
    async def scenario() -> None:
        speaks = adapter(option)
        scheme = kind(option).local_url(1).partition(":")[0]
        for where, expected in (("127.0.0.1:1", "refused"), ("nowhere.invalid", "dns")):
            with pytest.raises(Exception) as caught:
                await speaks.connect(f"{scheme}://{where}/ws", room="tea", receive=print)
            assert outcome(caught.value) == expected
        await speaks.close()

    run(scenario())


@every_option
def test_another_kind_of_server_is_a_failed_attempt(run: Any, option: str) -> None:
    async def not_found(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    async def scenario() -> None:
        async with await asyncio.start_server(not_found, "127.0.0.1", 0) as server:
            speaks = adapter(option)
            url = kind(option).local_url(server.sockets[0].getsockname()[1])
            with pytest.raises(Exception) as caught:
                await speaks.connect(url, room="tea", receive=print)
            assert outcome(caught.value) == "http_404"
            await speaks.close()

    run(scenario())


def test_reconnect_delays_are_those_of_the_real_clients() -> None:
    draw = random.Random(1)
    assert {adapter("current-unfixed").retry_s(retries, draw) for retries in range(5)} == {1.0}
    # socket.io-client's manager.ts: delay 1000, delay max 5000, randomizationFactor 0.5.
    for retries, (low, high) in enumerate([(0.5, 1.5), (1, 3), (2, 5), (4, 5), (5, 5)]):
        delays_s = [adapter("socketio").retry_s(retries, draw) for _ in range(500)]
        assert low <= min(delays_s) <= low * 1.1
        assert high * 0.9 <= max(delays_s) <= high
    # socketcluster-client's clientsocket.js: 10 s and up to 10 s more, times 1.5 each time, at most 60 s.
    for retries, (low, high) in enumerate([(10, 20), (15, 30), (22.5, 45), (33.75, 60), (50.625, 60)]):
        delays_s = [adapter("socketcluster").retry_s(retries, draw) for _ in range(500)]
        assert low <= min(delays_s) <= low * 1.1
        assert high * 0.9 <= max(delays_s) <= high
    # deepstream's connection.ts: none, then 4 s more each time; what comes after it gave up is ours.
    assert [adapter("deepstream").retry_s(retries, draw) for retries in range(7)] == [0, 4, 8, 12, 16, 16, 16]
    # nats.js' options.ts: 2 s and a jitter of at most 0.1 s.
    delays_s = [adapter("nats").retry_s(retries, draw) for retries in range(500)]
    assert 2.0 <= min(delays_s) < 2.01
    assert 2.09 < max(delays_s) <= 2.1
    # pusher-js' connection_manager.ts and sequential_strategy.ts.
    assert [adapter("soketi").retry_s(retries, draw) for retries in range(6)] == [1, 15, 30, 60, 60, 60]
    # Full jitter from nothing to a range that doubles.
    for retries, high in enumerate([1, 2, 4]):
        delays_s = [adapter("current").retry_s(retries, draw) for _ in range(500)]
        assert min(delays_s) < 0.1 * high
        assert 0.9 * high <= max(delays_s) <= high


def test_an_option_without_adapter_is_named_with_the_known_ones() -> None:
    with pytest.raises(
        EnvironmentFault, match="no adapter for pusher in this version; known: current-unfixed"
    ):
        adapter("pusher")
