"""The adapter of ``current`` goes on with its session, so that what the option recovers is measured."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from toolkit.chat.server import ChatServer
from toolkit.chat.settings import Settings
from toolkit.measure.adapters.base import Session
from toolkit.measure.adapters.current import ChatAdapter

Connect = Callable[..., Awaitable[Session]]


def adapted(server: ChatServer) -> tuple[ChatAdapter, Connect]:
    """An adapter, and how a client of the probe connects with it."""
    speaks = ChatAdapter(Settings())

    def connect(name: str, heard: list[Any]) -> Awaitable[Session]:
        url = f"ws://127.0.0.1:{server.port}/ws"
        return speaks.connect(url, room="tea", receive=heard.append, episode=name)

    return speaks, connect


async def lose(line: Any) -> None:
    ended = asyncio.create_task(line.ended())
    await asyncio.sleep(0)
    line._connection.abort()
    assert (await ended).code == 1006


async def until(heard: list[Any], count: int) -> None:
    while len(heard) < count:
        await asyncio.sleep(0.005)


def test_what_was_said_between_two_attempts_is_received_once_and_in_order(run: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(Settings()) as server:
            _, connect = adapted(server)
            heard: list[Any] = []
            ann, bob = await connect("ann", []), await connect("bob", heard)
            reading = [asyncio.create_task(ann.ended())]
            for attempt in range(3):
                await lose(bob)
                for number in range(5):
                    await ann.publish({"m": [attempt, number]})
                bob = await connect("bob", heard)
                reading.append(asyncio.create_task(bob.ended()))
                await until(heard, 5 * (attempt + 1))
                reading.pop().cancel()
            assert heard == [{"m": [attempt, number]} for attempt in range(3) for number in range(5)]
            for line in (ann, bob):
                assert await line.close() == 1000
            await asyncio.gather(*reading)

    run(scenario())


def test_what_was_published_into_a_broken_connection_arrives_once_over_the_next(run: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(Settings()) as server:
            _, connect = adapted(server)
            heard: list[Any] = []
            ann, bob = await connect("ann", heard), await connect("bob", [])
            reading = asyncio.create_task(ann.ended())
            # More than may be without an answer at once, and nobody reads the answers.
            for number in range(250):
                await bob.publish({"m": number})
            await until(heard, 100)
            await lose(bob)
            bob = await connect("bob", [])
            ended = asyncio.create_task(bob.ended())
            await until(heard, 250)
            assert heard == [{"m": number} for number in range(250)]
            for line in (ann, bob):
                await line.close()
            await asyncio.gather(reading, ended)

    run(scenario())


def test_a_session_that_was_closed_or_has_no_name_begins_anew(run: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(Settings()) as server:
            speaks, connect = adapted(server)
            heard: list[Any] = []
            ann = await connect("ann", [])
            for name in ("bob", None):
                bob = await connect(name, heard)
                await bob.close()
                await ann.publish({"m": name})
                bob = await connect(name, heard)
                ended = asyncio.create_task(bob.ended())
                await ann.publish({"m": "after"})
                await until(heard, 1)
                assert heard.pop() == {"m": "after"}
                await bob.close()
                await ended
            await ann.close()
            assert speaks._sessions == {}

    run(scenario())
