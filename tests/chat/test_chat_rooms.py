"""Rooms: what one publishes reaches all others in the room, and nobody else."""

import asyncio
import json
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


def test_a_session_that_ends_leaves_nothing_behind(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(session_s=0.2)) as server:
            ann = await visit(server.port)
            await ann.join("tea")
            ann.socket.transport.abort()
            while server.members:
                await asyncio.sleep(0.01)
            assert server.publish("tea", 1) == 0
            while len(server.rooms) or len(server.hub.sessions):
                await asyncio.sleep(0.01)
            assert server.counts["expired"] == 1

    run(scenario())


def test_an_answer_carries_the_reference_of_its_request(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann = await visit(server.port)
            ref = {"any": [1, "\u00e4", None]}
            requests = {
                "joined": {"type": "join", "room": "tea"},
                "ack": {"type": "publish", "room": "tea", "id": "1"},
                "members": {"type": "who", "room": "tea"},
                "history": {"type": "history", "room": "tea", "limit": 1},
                "left": {"type": "leave", "room": "tea"},
                "pong": {"type": "ping"},
                "error": {"type": "who", "room": "tea"},
            }
            for answer, request in requests.items():
                assert (await ann.ask(answer, **request, ref=ref))["ref"] == ref
                assert "ref" not in await ann.ask(answer, **request) or answer == "error"

    run(scenario())


def test_the_members_are_the_users_each_once_and_sorted(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            names = []
            for _ in range(4):
                visitor, hello = await meet(server.port)
                await visitor.join("tea")
                names.append(hello["user"])
            assert (await visitor.ask("members", type="who", room="tea"))["users"] == sorted(names)
            await visitor.ask("left", type="leave", room="tea")
            assert (await visitor.ask("error", type="who", room="tea"))["code"] == "not_in_room"

    run(scenario())


def test_the_history_is_the_newest_messages_oldest_first(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(history_messages=4)) as server:
            ann = await visit(server.port)
            epoch = (await ann.join("tea"))["epoch"]
            for number in range(6):
                await ann.ask("ack", type="publish", room="tea", data=number, id=str(number))
            history = await ann.ask("history", type="history", room="tea", limit=3)
            assert history["epoch"] == epoch
            assert [(m["offset"], m["data"]) for m in history["messages"]] == [(4, 3), (5, 4), (6, 5)]
            history = await ann.ask("history", type="history", room="tea", limit=1000)
            assert [message["offset"] for message in history["messages"]] == [3, 4, 5, 6]

    run(scenario())


def test_a_history_is_no_longer_than_a_client_may_leave_unread(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_buffer_bytes=100_000)) as server:
            ann = await visit(server.port)
            await ann.join("tea")
            for number in range(20):
                await ann.ask("ack", type="publish", room="tea", data="x" * 10_000, id=str(number))
            history = await ann.ask("history", type="history", room="tea", limit=1000)
            assert [message["offset"] for message in history["messages"]] == [17, 18, 19, 20]

    run(scenario())


def test_an_acknowledgement_stands_where_the_message_would(run: Any, fast: Any, visit: Any) -> None:
    # Two who publish at once both see every number once and in order, their own as acknowledgements.
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            both = [await visit(server.port) for _ in range(2)]
            for visitor in both:
                await visitor.join("tea")

            async def flood(name: int) -> None:
                for number in range(200):
                    await both[name].say(type="publish", room="tea", data=number, id=f"{name}-{number}")

            async def listen(name: int) -> list[int]:
                seen: list[int] = []
                while len(seen) < 400:
                    message = json.loads(await both[name].socket.recv())
                    if message["type"] in ("ack", "message"):
                        seen.append(message["offset"])
                return seen

            results = await asyncio.gather(flood(0), flood(1), listen(0), listen(1))
            assert results[2] == results[3] == list(range(1, 401))

    run(scenario())


def test_a_room_that_is_empty_keeps_its_log_for_a_while(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(history_s=0.5)) as server:
            ann = await visit(server.port)
            first = await ann.join("tea")
            await ann.ask("ack", type="publish", room="tea", data=1, id="1")
            await ann.ask("left", type="leave", room="tea")
            assert (await ann.join("tea"))["epoch"] == first["epoch"]
            await ann.ask("left", type="leave", room="tea")
            await asyncio.sleep(0.8)
            again = await ann.join("tea")
            assert again["epoch"] != first["epoch"]
            assert again["offset"] == 0

    run(scenario())
