"""Limits: too many, too large and too slow are refused or cut with the right code; nobody else suffers."""

import asyncio
import time
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from toolkit.chat.server import ChatServer


def test_a_full_server_answers_503_until_there_is_room(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_connections=2)) as server:
            ann, _ = [await visit(server.port) for _ in range(2)]
            with pytest.raises(InvalidStatus) as caught:
                await visit(server.port)
            assert caught.value.response.status_code == 503
            await ann.socket.close()
            while len(server.members) > 1:
                await asyncio.sleep(0.01)
            await visit(server.port)

    run(scenario())


def test_one_address_cannot_take_all_connections(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_connections_per_address=1)) as server:
            await visit(server.port)
            with pytest.raises(InvalidStatus) as caught:
                await visit(server.port)
            assert caught.value.response.status_code == 429
            assert server.counts["refused"] == 1

    run(scenario())


def test_a_large_message_closes_its_own_connection_with_1009(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_message_bytes=1000)) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            await ann.socket.send("x" * 1001)
            with pytest.raises(ConnectionClosed):
                await ann.hear("never")
            assert ann.socket.close_code == 1009
            await bob.join("tea")

    run(scenario())


def test_a_connection_joins_so_many_rooms_and_no_more(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_rooms_per_connection=2)) as server:
            ann = await visit(server.port)
            await ann.join("a")
            await ann.join("b")
            await ann.join("a")
            await ann.say(type="join", room="c")
            assert "2 rooms" in (await ann.hear("error"))["message"]

    run(scenario())


def test_a_client_that_does_not_read_is_cut_and_delays_nobody(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_buffer_bytes=100_000)) as server:
            fast_one, slow = [await visit(server.port) for _ in range(2)]
            await fast_one.join("tea")
            await slow.join("tea")
            slow.socket.transport.pause_reading()
            longest_s = 0.0
            while len(server.members) == 2:
                started_s = time.monotonic()
                server.publish("tea", "x" * 50_000)
                await fast_one.hear("message")
                longest_s = max(longest_s, time.monotonic() - started_s)
                await asyncio.sleep(0)
            assert server.counts["too_slow"] == 1
            assert longest_s < 1.0
            server.publish("tea", "still here")
            assert (await fast_one.hear("message"))["data"] == "still here"
            slow.socket.transport.abort()

    run(scenario())
