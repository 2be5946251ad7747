"""The client: it comes back after a loss, joins again, and notices a dead server in bounded time."""

import asyncio
import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection, serve

from toolkit.chat.client import ChatClient, backoff_s
from toolkit.chat.connection import ChatConnection, Lost
from toolkit.chat.server import ChatServer
from toolkit.chat.settings import preset


def test_two_clients_talk(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            url = f"ws://127.0.0.1:{server.port}/ws"
            async with ChatClient(url, seed=1) as ann, ChatClient(url, seed=2) as bob:
                await bob.join("tea")
                await ann.join("tea")
                await ann.connected()
                while len(server.rooms.others("tea", None)) < 2:
                    await asyncio.sleep(0.01)
                await ann.publish("tea", "hello")
                async for message in bob:
                    assert message["data"] == "hello"
                    break

    run(scenario())


def test_it_reconnects_and_is_in_its_rooms_again(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        settings = fast(reconnect_base_s=0.05)
        async with ChatServer(settings) as server:
            url = f"ws://127.0.0.1:{server.port}/ws"
            async with ChatClient(url, settings=settings, seed=1) as ann:
                await ann.join("tea")
                for connects in (1, 2, 3):
                    while not (ann.connects == connects and server.rooms.others("tea", None)):
                        await asyncio.sleep(0.01)
                    server.publish("tea", connects)
                    async for message in ann:
                        assert message["data"] == connects
                        break
                    old = set(server.members)
                    for socket in old:
                        socket.transport.abort()
                    while old & set(server.members):
                        await asyncio.sleep(0.01)

    run(scenario())


def test_it_comes_back_after_the_server_was_away(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        settings = fast(reconnect_base_s=0.05, reconnect_max_s=0.1)
        async with ChatServer(settings) as server:
            port = server.port
            client = ChatClient(f"ws://127.0.0.1:{port}/ws", settings=settings, seed=1)
            await client.__aenter__()
            await client.connected()
        await asyncio.sleep(0.3)
        async with ChatServer(settings, port=port):
            while client.connects < 2:
                await asyncio.sleep(0.01)
            await client.close()

    run(scenario())


def test_it_ends_cleanly_with_1000(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            async with ChatClient(f"ws://127.0.0.1:{server.port}/ws", seed=1) as ann:
                await ann.connected()
            while server.members:
                await asyncio.sleep(0.01)
            assert server.counts["closed_1000"] == 1
            assert [message async for message in ann] == []

    run(scenario())


def test_a_server_that_falls_silent_is_given_up_after_interval_and_wait(run: Any, fast: Any) -> None:
    async def dumb(socket: ServerConnection) -> None:
        await socket.send('{"type":"hello","client_interval_s":0.4,"client_wait_s":0.3}')
        await socket.wait_closed()

    async def scenario() -> None:
        async with serve(dumb, "127.0.0.1", 0, ping_interval=None) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            connection = ChatConnection(f"ws://127.0.0.1:{port}/ws", fast())
            await connection.open()
            started_s = time.monotonic()
            lost = await connection.receive()
            assert lost == Lost(1006, gave_up=True)
            assert 0.7 <= time.monotonic() - started_s <= 4

    run(scenario())


def test_a_server_that_answers_is_not_given_up(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        settings = fast(client_interval_s=0.2, client_wait_s=0.5)
        async with ChatServer(settings) as server:
            connection = ChatConnection(f"ws://127.0.0.1:{server.port}/ws", fast())
            await connection.open()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.5):
                    await connection.receive()
            await connection.close()

    run(scenario())


def test_a_server_without_hello_is_refused(run: Any, fast: Any) -> None:
    async def rude(socket: ServerConnection) -> None:
        await socket.close()

    async def scenario() -> None:
        async with serve(rude, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            with pytest.raises(ConnectionResetError, match="no hello"):
                await ChatConnection(f"ws://127.0.0.1:{port}/ws", fast()).open()

    run(scenario())


@given(failures=st.integers(0, 5000), seed=st.integers())
def test_the_delay_stays_within_its_doubling_range_and_cap(failures: int, seed: int) -> None:
    settings = preset("stable")
    delay_s = backoff_s(failures, settings, random.Random(seed))
    assert 0 <= delay_s <= min(settings.reconnect_max_s, settings.reconnect_base_s * 2 ** min(failures, 10))


def test_delays_of_many_clients_spread_over_the_whole_range() -> None:
    # Full jitter is uniform: a Kolmogorov-Smirnov test against that must not reject.
    from scipy.stats import kstest

    draw = random.Random(7)
    delays_s = [backoff_s(3, preset("stable"), draw) for _ in range(2000)]
    assert kstest(delays_s, "uniform", args=(0, 8)).pvalue > 0.01
