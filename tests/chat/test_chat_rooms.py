"""Rooms: what one publishes reaches all others in the room, and nobody else."""

import asyncio
from typing import Any

from toolkit.chat.server import ChatServer


def test_a_message_reaches_the_others_in_the_room_only(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, bob, eve = [await visit(server.port) for _ in range(3)]
            await ann.join("tea")
            await bob.join("tea")
            await eve.join("coffee")
            await ann.say(type="publish", room="tea", data={"text": "hello"})
            message = await bob.hear("message")
            assert (message["room"], message["data"]) == ("tea", {"text": "hello"})
            assert await ann.hears_nothing("message", for_s=0.1)
            assert await eve.hears_nothing("message", for_s=0.1)

    run(scenario())


def test_the_publisher_gets_an_acknowledgement_where_it_gave_an_id(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann = await visit(server.port)
            await ann.join("tea")
            await ann.say(type="publish", room="tea", data=1, id="m-1")
            assert (await ann.hear("ack"))["id"] == "m-1"

    run(scenario())


def test_after_leaving_nothing_is_heard(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            await ann.join("tea")
            await bob.join("tea")
            await bob.say(type="leave", room="tea")
            await bob.hear("left")
            await ann.say(type="publish", room="tea", data=1)
            assert await bob.hears_nothing("message", for_s=0.1)

    run(scenario())


def test_publishing_to_a_room_needs_being_in_it(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            await bob.join("tea")
            await ann.say(type="publish", room="tea", data=1)
            assert "join a room" in (await ann.hear("error"))["message"]
            assert await bob.hears_nothing("message", for_s=0.1)

    run(scenario())


def test_the_server_publishes_to_all_in_a_room(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann = await visit(server.port)
            await ann.join("tea")
            assert server.publish("tea", "closing soon") == 1
            assert (await ann.hear("message"))["data"] == "closing soon"

    run(scenario())


def test_a_connection_that_breaks_leaves_nothing_behind(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann = await visit(server.port)
            await ann.join("tea")
            ann.socket.transport.abort()
            await ann.socket.wait_closed()
            while server.members:
                await asyncio.sleep(0.01)
            assert len(server.rooms) == 0
            assert server.publish("tea", 1) == 0

    run(scenario())
