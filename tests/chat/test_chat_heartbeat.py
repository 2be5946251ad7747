"""Heartbeats: the server pings, any frame counts as life, silence ends the connection in bounded time."""

import asyncio
import time
from typing import Any

import pytest
from raw import request
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


def test_a_ping_frame_of_the_protocol_itself_counts_too(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(server_timeout_s=0.6)) as server:
            ann = await visit(server.port)
            for _ in range(6):
                await asyncio.sleep(0.25)
                await ann.socket.ping()
            assert server.counts["timed_out"] == 0

    run(scenario())


def test_a_blocked_server_drops_nobody_who_is_alive(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(server_ping_s=0.3, server_timeout_s=1.0)) as server:
            crowd = [(await meet(server.port))[0] for _ in range(20)]
            # They answer heartbeats and say nothing else; one says something right before the block.
            answering = [asyncio.create_task(answer_pings(visitor)) for visitor in crowd]
            await asyncio.sleep(0.5)
            await crowd[0].say(type="ping")
            time.sleep(2.0)  # the event loop is what must be blocked
            await asyncio.sleep(0.7)
            assert server.counts["timed_out"] == 0
            assert len(server.members) == 20
            assert server.counts["stalls"] >= 1
            for task in answering:
                task.cancel()
            # After that a silent one is given up as before.
            while server.members:
                await asyncio.sleep(0.05)
            assert server.counts["timed_out"] == 20

    run(scenario())


async def answer_pings(visitor: Any) -> None:
    while True:
        await visitor.hear("ping")
        await visitor.say(type="pong")


def test_the_lag_of_a_blocked_server_is_shown_and_logged(
    run: Any, fast: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(lag_warning_s=0.2)) as server:
            await asyncio.sleep(0.1)
            time.sleep(0.5)  # the event loop is what must be blocked
            while not server.counts["stalls"]:
                await asyncio.sleep(0)
            answer = await request(server.port, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"loop_lag_s" in answer

    run(scenario())
    (record,) = [record for record in caplog.records if "event_loop_blocked" in record.getMessage()]
    assert 0.2 < record.lag_s < 5


def test_a_crowd_that_came_at_once_is_not_pinged_at_once(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(server_ping_s=1.5), seed=1) as server:
            crowd = [(await meet(server.port))[0] for _ in range(60)]
            started_s = time.monotonic()
            arrivals = await asyncio.gather(*(first_ping_s(visitor, started_s) for visitor in crowd))
            assert max(arrivals) - min(arrivals) > 0.75

    run(scenario())


async def first_ping_s(visitor: Any, since_s: float) -> float:
    await visitor.hear("ping")
    return time.monotonic() - since_s
