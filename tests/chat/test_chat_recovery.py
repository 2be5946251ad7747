"""Recovery: whoever says its last position gets exactly what came after it, or is told that it is gone."""

import asyncio
import json
from typing import Any

import pytest

from toolkit.chat.server import ChatServer


async def publish(server: ChatServer, *numbers: int, room: str = "tea") -> None:
    for number in numbers:
        server.publish(room, number)


def test_what_came_after_the_position_follows_the_join(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            joined = await ann.join("tea")
            assert (joined["offset"], joined["recovered"], joined["missed"]) == (0, None, 0)
            await publish(server, 1, 2, 3, 4)
            joined = await bob.join("tea", epoch=joined["epoch"], after=2)
            assert (joined["offset"], joined["recovered"], joined["missed"]) == (4, True, 2)
            await publish(server, 5)
            heard = [await bob.hear("message") for _ in range(3)]
            assert [(message["offset"], message["data"]) for message in heard] == [(3, 3), (4, 4), (5, 5)]

    run(scenario())


def test_whoever_misses_nothing_is_told_so(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            epoch = (await ann.join("tea"))["epoch"]
            await publish(server, 1)
            joined = await bob.join("tea", epoch=epoch, after=1)
            assert (joined["recovered"], joined["missed"]) == (True, 0)

    run(scenario())


@pytest.mark.parametrize(("epoch", "after"), [(None, 3), (None, 7), ("another", 5), (None, 2**53 - 1)])
def test_what_is_gone_is_told_and_nothing_is_replayed(
    run: Any, fast: Any, visit: Any, epoch: str | None, after: int
) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(history_messages=2)) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            known = (await ann.join("tea"))["epoch"]
            await publish(server, 1, 2, 3, 4, 5, 6)
            joined = await bob.join("tea", epoch=epoch or known, after=after)
            assert (joined["epoch"], joined["offset"]) == (known, 6)
            assert (joined["recovered"], joined["missed"]) == (False, 0)
            await publish(server, 7)
            assert (await bob.hear("message"))["offset"] == 7

    run(scenario())


def test_what_is_older_than_the_history_is_gone(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(history_s=0.3)) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            epoch = (await ann.join("tea"))["epoch"]
            await publish(server, 1)
            await asyncio.sleep(0.5)
            assert (await bob.join("tea", epoch=epoch, after=0))["recovered"] is False
            assert server.hub.retention.bytes == 0

    run(scenario())


def test_own_messages_are_not_among_those_that_were_missed(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            epoch = (await ann.join("tea"))["epoch"]
            await bob.join("tea")
            await ann.ask("ack", type="publish", room="tea", data="ann's", id="1")
            await bob.ask("ack", type="publish", room="tea", data="bob's", id="1")
            joined = await ann.join("tea", epoch=epoch, after=0)
            assert (joined["recovered"], joined["missed"], joined["offset"]) == (True, 1, 2)
            assert (await ann.hear("message"))["data"] == "bob's"
            assert await ann.hears_nothing("message", for_s=0.1)

    run(scenario())


def test_joining_amid_a_flood_leaves_no_gap_and_repeats_nothing(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann = await visit(server.port)
            epoch = (await ann.join("tea"))["epoch"]

            async def flood() -> None:
                for number in range(1, 601):
                    server.publish("tea", number)
                    if number % 20 == 0:
                        await asyncio.sleep(0.002)

            flooding = asyncio.create_task(flood())
            for _ in range(10):
                late = await visit(server.port)
                await late.say(type="join", room="tea", epoch=epoch, after=0)
                heard = [(await late.hear("message"))["offset"] for _ in range(600)]
                assert heard == list(range(1, 601))
            await flooding

    run(scenario())


def test_much_that_was_missed_is_sent_no_faster_than_it_is_read(run: Any, fast: Any, visit: Any) -> None:
    # Ten times what a client may leave unread: it gets all of it, in order, and is not taken for a slow one.
    async def scenario() -> None:
        async with ChatServer(fast(max_buffer_bytes=200_000)) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            epoch = (await ann.join("tea"))["epoch"]
            for number in range(400):
                server.publish("tea", f"{number}".ljust(20_000))
                while (await ann.hear("message"))["offset"] <= number:
                    pass
            bob.socket.transport.pause_reading()
            await bob.say(type="join", room="tea", epoch=epoch, after=0)
            await asyncio.sleep(0.3)
            server.publish("tea", "live")
            bob.socket.transport.resume_reading()
            heard = [(await bob.hear("message"))["offset"] for _ in range(401)]
            assert heard == list(range(1, 402))
            # What it asked meanwhile is answered after that.
            await bob.ask("pong", type="ping")
            assert (server.counts["too_slow"], server.counts["errors"]) == (0, 0)

    run(scenario())


def test_messages_between_the_answer_and_the_end_of_a_long_replay_are_in_order(
    run: Any, fast: Any, visit: Any
) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_buffer_bytes=200_000)) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            epoch = (await ann.join("tea"))["epoch"]
            for number in range(300):
                server.publish("tea", f"{number}".ljust(20_000))
                await ann.hear("message")
            await bob.say(type="join", room="tea", epoch=epoch, after=0)
            for number in range(50):
                server.publish("tea", number)
                await asyncio.sleep(0.001)
            heard = [json.loads(await bob.socket.recv()) for _ in range(352)]
            offsets = [message["offset"] for message in heard if message["type"] == "message"]
            assert offsets == list(range(1, 351))

    run(scenario())


@pytest.mark.parametrize(
    "position",
    [
        {"epoch": "e"},
        {"after": 1},
        {"epoch": 1, "after": 1},
        {"epoch": "e", "after": -1},
        {"epoch": "e", "after": 1.0},
        {"epoch": "e", "after": True},
        {"epoch": "e", "after": "1"},
        {"epoch": "e", "after": 10**30},
        {"epoch": "", "after": 0},
    ],
)
def test_half_a_position_is_none(run: Any, fast: Any, visit: Any, position: dict[str, Any]) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann = await visit(server.port)
            error = await ann.ask("error", type="join", room="tea", ref=1, **position)
            assert (error["code"], error["ref"]) == ("bad_message", 1)
            assert (await ann.ask("error", type="who", room="tea"))["code"] == "not_in_room"

    run(scenario())
