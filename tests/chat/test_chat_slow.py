"""Clients that do not read: they delay nobody, take bounded memory, and are cut or left out as configured."""

import asyncio
import json
import time
from typing import Any

from toolkit.chat.protocol import CLOSE_TOO_SLOW
from toolkit.chat.server import ChatServer

BUFFER_BYTES = 100_000


async def overrun(server: ChatServer, until: Any) -> int:
    """Publish until the condition holds; how many messages that took."""
    count = 0
    while not until():
        server.publish("tea", "x" * 20_000)
        count += 1
        await asyncio.sleep(0)
    return count


def test_a_client_that_does_not_read_is_closed_and_delays_nobody(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_buffer_bytes=BUFFER_BYTES)) as server:
            quick, slow = [await visit(server.port) for _ in range(2)]
            await quick.join("tea")
            await slow.join("tea")
            slow.socket.transport.pause_reading()
            longest_s = 0.0
            while not server.counts["too_slow"]:
                started_s = time.monotonic()
                server.publish("tea", "x" * 50_000)
                await quick.hear("message")
                longest_s = max(longest_s, time.monotonic() - started_s)
            assert longest_s < 1.0
            assert server.publish("tea", "still here") == 1
            # It reads on in time, and learns why.
            slow.socket.transport.resume_reading()
            assert await slow.closed() == CLOSE_TOO_SLOW
            while len(server.members) > 1:
                await asyncio.sleep(0.01)
            assert server.counts[f"closed_{CLOSE_TOO_SLOW}"] == 1

    run(scenario())


def test_one_that_never_reads_again_is_cut(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_buffer_bytes=BUFFER_BYTES, close_timeout_s=0.3)) as server:
            slow = await visit(server.port)
            await slow.join("tea")
            slow.socket.transport.pause_reading()
            await overrun(server, lambda: server.counts["too_slow"])
            while server.members:
                await asyncio.sleep(0.01)
            assert server.counts["too_slow"] == 1

    run(scenario())


def test_its_session_can_be_resumed(run: Any, fast: Any, meet: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_buffer_bytes=BUFFER_BYTES)) as server:
            slow, hello = await meet(server.port)
            position = await slow.join("tea")
            slow.socket.transport.pause_reading()
            count = await overrun(server, lambda: server.counts["too_slow"])
            again, _ = await meet(server.port)
            await again.ask("resumed", type="resume", session=hello["session"])
            joined = await again.join("tea", epoch=position["epoch"], after=0)
            assert (joined["recovered"], joined["missed"]) == (True, count)
            for _ in range(count):
                await again.hear("message")

    run(scenario())


def test_where_messages_are_dropped_the_client_sees_the_gap_and_fetches_them(
    run: Any, fast: Any, visit: Any
) -> None:
    async def scenario() -> None:
        settings = fast(max_buffer_bytes=BUFFER_BYTES, slow_client="drop")
        async with ChatServer(settings) as server:
            slow = await visit(server.port)
            epoch = (await slow.join("tea"))["epoch"]
            slow.socket.transport.pause_reading()
            count = await overrun(server, lambda: server.counts["dropped"] > 5)
            slow.socket.transport.resume_reading()
            # Nothing more is published, yet the newest one comes, so that the gap can be seen.
            offsets = [0]
            while offsets[-1] < count:
                offsets.append((await slow.hear("message"))["offset"])
            assert offsets[-2] < count - 1
            joined = await slow.join("tea", epoch=epoch, after=offsets[-2])
            assert (joined["recovered"], joined["missed"]) == (True, count - offsets[-2])
            missing = [(await slow.hear("message"))["offset"] for _ in range(joined["missed"])]
            assert missing == list(range(offsets[-2] + 1, count + 1))
            assert server.counts["too_slow"] == 0
            assert server.publish("tea", "live again") == 1

    run(scenario())


def test_answers_are_never_dropped(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        settings = fast(max_buffer_bytes=BUFFER_BYTES, slow_client="drop")
        async with ChatServer(settings) as server:
            slow, other = [await visit(server.port) for _ in range(2)]
            await slow.join("tea")
            await other.join("coffee")
            slow.socket.transport.pause_reading()
            await overrun(server, lambda: server.counts["dropped"] > 5)
            ids = [str(number) for number in range(50)]
            for id in ids:
                await slow.say(type="publish", room="tea", id=id)
            await slow.say(type="ping", ref="end")
            slow.socket.transport.resume_reading()
            acks = []
            while (message := json.loads(await slow.socket.recv())).get("ref") != "end":
                acks += [message["id"]] if message["type"] == "ack" else []
            assert acks == ids

    run(scenario())


def test_one_that_asks_and_does_not_read_the_answers_is_not_read_either(
    run: Any, fast: Any, visit: Any
) -> None:
    # Each answer is much longer than its question: without back-pressure they would fill the memory.
    async def scenario() -> None:
        async with ChatServer(fast(max_buffer_bytes=400_000)) as server:
            greedy = await visit(server.port)
            await greedy.join("tea")
            for number in range(20):
                await greedy.ask("ack", type="publish", room="tea", data="x" * 10_000, id=str(number))
            member = next(iter(server.members))
            greedy.socket.transport.pause_reading()
            for _ in range(300):
                await greedy.say(type="history", room="tea", limit=100)
            largest = 0
            for _ in range(30):
                await asyncio.sleep(0.01)
                largest = max(largest, member.unsent_bytes())
            # One answer of at most half of what may be unread, beside what was there before it.
            assert 0 < largest < 400_000
            greedy.socket.transport.resume_reading()
            for _ in range(300):
                assert len((await greedy.hear("history"))["messages"]) == 19

    run(scenario())
