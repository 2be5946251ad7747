"""Heartbeats: the server pings, any frame counts as life, silence ends the connection in bounded time."""

import asyncio
import time
from typing import Any

from websockets.exceptions import ConnectionClosed

from toolkit.chat.protocol import CLOSE_TIMEOUT
from toolkit.chat.server import ChatServer


def test_the_hello_teaches_the_timers(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(client_interval_s=7.0, client_wait_s=3.0)) as server:
            hello = await (await visit(server.port)).hear("hello")
            assert (hello["client_interval_s"], hello["client_wait_s"]) == (7.0, 3.0)

    run(scenario())


def test_the_server_pings_at_its_interval(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(server_ping_s=0.3)) as server:
            ann = await visit(server.port)
            await ann.hear("ping")
            started_s = time.monotonic()
            await ann.hear("ping")
            await ann.hear("ping")
            assert 0.5 <= time.monotonic() - started_s <= 3

    run(scenario())


def test_a_client_that_asks_is_answered(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann = await visit(server.port)
            await ann.say(type="ping")
            await ann.hear("pong")

    run(scenario())


def test_a_silent_client_is_closed_after_the_timeout_and_not_before(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(server_timeout_s=0.6)) as server:
            started_s = time.monotonic()
            ann = await visit(server.port)
            try:
                while True:
                    await ann.socket.recv()
            except ConnectionClosed:
                took_s = time.monotonic() - started_s
            assert ann.socket.close_code == CLOSE_TIMEOUT
            assert 0.6 <= took_s <= 4
            assert server.counts["timed_out"] == 1

    run(scenario())


def test_a_dead_client_is_forgotten_although_it_answers_no_close(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(server_timeout_s=0.3, close_timeout_s=0.3)) as server:
            ann = await visit(server.port)
            # A client that reads nothing any more looks to the server as one behind a dead network.
            ann.socket.transport.pause_reading()
            started_s = time.monotonic()
            while server.members:
                await asyncio.sleep(0.02)
            assert time.monotonic() - started_s <= 5
            ann.socket.transport.abort()

    run(scenario())


def test_any_frame_resets_the_timeout(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(server_timeout_s=0.6)) as server:
            ann = await visit(server.port)
            for _ in range(6):
                await asyncio.sleep(0.25)
                await ann.say(type="pong")
            await ann.join("tea")
            assert server.counts["timed_out"] == 0

    run(scenario())
