"""When a client comes back, told by what it says and by when a scripted server sees it again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from toolkit.chat.client import ChatClient
from toolkit.chat.client.events import StateChanged
from toolkit.chat.client.refusals import TooBig
from toolkit.chat.server import ChatServer

Handler = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def scripted(handler: Handler) -> AsyncIterator[str]:
    async with serve(handler, "127.0.0.1", 0, ping_interval=None) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws"


async def first(client: ChatClient, state: str) -> StateChanged:
    async for event in client:
        if isinstance(event, StateChanged) and event.state == state:
            return event
    raise AssertionError("the client is over")


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1009, 1011, 1012, 1013, 4000, 4408, 4413])
def test_after_a_close_by_the_server_it_comes_back(run: Any, fast: Any, code: int) -> None:
    async def closing(socket: ServerConnection) -> None:
        await socket.send('{"type":"hello"}')
        await socket.close(code, "for a reason")

    async def scenario() -> None:
        settings = fast(reconnect_base_s=0.01)
        async with scripted(closing) as url, ChatClient(url, settings=settings) as client:
            lost = await first(client, "waiting")
            assert lost.code == code
            assert lost.reason == f"the connection was closed with {code}: for a reason"
            while client.connects < 3:
                await asyncio.sleep(0.01)

    run(scenario())


def test_a_server_that_goes_away_says_when_and_is_met_again_then(run: Any, fast: Any) -> None:
    async def leaving(socket: ServerConnection) -> None:
        await socket.send('{"type":"hello","reconnect_base_s":60}')
        await socket.send('{"type":"closing","code":1012,"reconnect_after_s":0.125}')
        await socket.close(1012)

    async def scenario() -> None:
        async with scripted(leaving) as url, ChatClient(url, settings=fast()) as client:
            lost = await first(client, "waiting")
            assert (lost.code, lost.wait_s) == (1012, 0.125)
            while client.connects < 2:
                await asyncio.sleep(0.01)

    run(scenario())


def test_a_real_server_that_stops_spreads_its_clients(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        settings = fast(reconnect_spread_s=100.0)
        async with ChatServer(settings) as server:
            url = f"ws://127.0.0.1:{server.port}/ws"
            clients = [ChatClient(url, settings=settings) for _ in range(10)]
            for client in clients:
                await client.__aenter__()
                await client.connected()
            await server.drain()
            waits_s = [(await first(client, "waiting")).wait_s for client in clients]
            # No two at once, and most far beyond the first jitter of a second.
            assert len(set(waits_s)) == 10
            assert max(wait_s or 0 for wait_s in waits_s) > 10
            for client in clients:
                await client.close()

    run(scenario())


def test_only_a_connection_that_lasted_starts_the_doubling_anew(run: Any, fast: Any) -> None:
    lives_s = 0.0

    async def short(socket: ServerConnection) -> None:
        await socket.send('{"type":"hello"}')
        await asyncio.sleep(lives_s)
        await socket.close(1011)

    async def scenario() -> None:
        nonlocal lives_s
        settings = fast(reconnect_base_s=0.02, reconnect_max_s=100.0, stable_after_s=0.3)
        async with scripted(short) as url, ChatClient(url, settings=settings, seed=1) as client:
            backoff = client._reconnector._backoff
            for losses in (1, 2, 3):
                await first(client, "waiting")
                assert backoff._failures == losses
            lives_s = 0.4
            await first(client, "waiting")
            # The one that was open when it changed may have been short still.
            await first(client, "waiting")
            assert backoff._failures == 1

    run(scenario())


def test_an_answer_that_is_too_big_costs_one_request_and_no_loop(run: Any, fast: Any) -> None:
    async def huge(socket: ServerConnection) -> None:
        await socket.send('{"type":"hello"}')
        while True:
            if '"history"' in str(await socket.recv()):
                await socket.send('{"type":"history","ref":1,"messages":["%s"]}' % ("x" * 17_000_000))

    async def scenario() -> None:
        settings = fast(reconnect_base_s=0.01)
        async with scripted(huge) as url, ChatClient(url, settings=settings) as client:
            with pytest.raises(TooBig):
                await client.history("tea", 1_000)
            while client.connects < 2:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            assert client.connects == 2

    run(scenario())


def test_what_is_received_is_acknowledged_once_a_read(run: Any) -> None:
    async def scenario() -> None:
        receipts: list[Any] = []
        done = asyncio.Event()

        async def counting(socket: ServerConnection) -> None:
            await socket.send('{"type":"hello","acknowledge":true,"inbox":{"epoch":"i","offset":0}}')
            await socket.send('{"type":"joined","room":"tea","epoch":"e","offset":0,"recovered":null}')
            for offset in range(1, 501):
                place = f'"room":"tea","from":"bob","data":0,"epoch":"e","offset":{offset}'
                await socket.send(f'{{"type":"message",{place}}}')
            async for frame in socket:
                if '"received"' in str(frame):
                    receipts.append(frame)
                    if str(frame).endswith('500],"room":"tea"}'):
                        done.set()

        async with scripted(counting) as url, ChatClient(url) as client:
            await client.join("tea")
            await done.wait()
            numbers = [number for frame in receipts for number in _offsets(frame)]
            assert numbers == list(range(1, 501))
            assert len(receipts) < 250

    run(scenario())


def _offsets(frame: Any) -> list[int]:
    return [int(number) for number in str(frame).split("[")[1].split("]")[0].split(",")]


def test_a_server_that_records_deliveries_sees_each_received(run: Any, fast: Any, rows: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(acknowledge=True), rows) as server:
            url = f"ws://127.0.0.1:{server.port}/ws"
            async with ChatClient(url) as ann, ChatClient(url) as bob:
                await ann.join("tea")
                await bob.join("tea")
                for number in range(20):
                    await ann.publish("tea", number)
                while len(rows.deliveries) < 20:
                    await asyncio.sleep(0.01)
        assert [row["copies"] for row in rows.deliveries] == [1] * 20

    run(scenario())
