"""An application that does not read: the network is not read either, within bounds, and nothing is lost."""

import asyncio
import logging
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from toolkit.chat.client import ChatClient
from toolkit.chat.client.events import NotRecovered, RoomMessage, StateChanged
from toolkit.chat.client.inbox import Inbox
from toolkit.chat.protocol import encode
from toolkit.chat.server import ChatServer


def test_reading_stops_at_the_limit_and_goes_on_with_the_application(
    run: Any, caplog: pytest.LogCaptureFixture
) -> None:
    sent = 0

    async def flood(socket: ServerConnection) -> None:
        nonlocal sent
        await socket.send('{"type":"hello"}')
        await socket.send('{"type":"joined","room":"tea"}')
        for number in range(1_000):
            await socket.send(encode({"type": "message", "room": "tea", "data": [number, "x" * 20_000]}))
            sent += 1
        await socket.wait_closed()

    async def scenario() -> None:
        async with serve(flood, "127.0.0.1", 0, ping_interval=None) as server:
            url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws"
            async with ChatClient(url, inbox_limit=10) as client:
                await client.join("tea")
                stopped_at = -1
                while sent != stopped_at:
                    stopped_at = sent
                    await asyncio.sleep(0.2)
                assert client.backlog == 10
                # The rest is in the buffers of the network, which take a few megabytes.
                assert sent < 900
                numbers = []
                async for event in client:
                    if isinstance(event, RoomMessage):
                        numbers.append(event.data[0])
                        if len(numbers) == 1_000:
                            break
                assert numbers == list(range(1_000))

    with caplog.at_level(logging.WARNING):
        run(scenario())
    assert caplog.messages.count("10 events wait for the application; nothing more is read") == 1


def test_heartbeats_are_answered_while_there_is_room(run: Any) -> None:
    async def scenario() -> None:
        answered = 0
        done = asyncio.Event()

        async def beat(socket: ServerConnection) -> None:
            nonlocal answered
            await socket.send('{"type":"hello"}')
            await socket.send('{"type":"joined","room":"tea"}')
            for number in range(30):
                await socket.send(encode({"type": "message", "room": "tea", "data": number}))
                await socket.send('{"type":"ping"}')
            async for frame in socket:
                answered += "pong" in str(frame)
                if answered == 30:
                    done.set()

        async with serve(beat, "127.0.0.1", 0) as server:
            url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws"
            # Two states and the messages 0 to 7 fill it, before the heartbeat after the last of them is read.
            async with ChatClient(url, inbox_limit=10) as client:
                await client.join("tea")
                while answered < 7:
                    await asyncio.sleep(0.01)
                await asyncio.sleep(0.1)
                assert answered == 7
                reading = asyncio.create_task(_read_all(client))
                await done.wait()
                reading.cancel()

    run(scenario())


async def _read_all(client: ChatClient) -> None:
    async for _ in client:
        pass


def test_a_server_that_closes_meanwhile_is_met_again_and_nothing_is_lost(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        settings = fast(server_timeout_s=0.4, server_ping_s=0.1, reconnect_base_s=0.02)
        async with ChatServer(settings) as server:
            url = f"ws://127.0.0.1:{server.port}/ws"
            async with ChatClient(url, inbox_limit=10) as bob, ChatClient(url) as ann:
                await bob.join("tea")
                await ann.join("tea")
                for number in range(200):
                    await ann.publish("tea", number)
                # Bob does not answer heartbeats any more, as they stand behind what he does not read.
                while server.counts["timed_out"] == 0:
                    await asyncio.sleep(0.02)
                numbers = []
                async for event in bob:
                    assert not isinstance(event, NotRecovered)
                    if isinstance(event, RoomMessage):
                        numbers.append(event.data)
                        if len(numbers) == 200:
                            break
                assert numbers == list(range(200))
                while bob.connects == 1:
                    await asyncio.sleep(0.01)
                await bob.who("tea")

    run(scenario())


def test_an_application_that_publishes_for_each_message_does_not_wait_for_ever(run: Any, fast: Any) -> None:
    """The answer stands behind more messages than the inbox takes; those are left out and fetched later."""

    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            url = f"ws://127.0.0.1:{server.port}/ws"
            async with ChatClient(url, inbox_limit=6) as bob, ChatClient(url) as ann:
                await bob.join("tea")
                await ann.join("tea")
                name = str(bob.user)
                talking = asyncio.gather(
                    *(ann.publish("tea", number) for number in range(120)),
                    *(ann.direct(name, number) for number in range(20)),
                )
                rooms, directs = [], []
                async for event in bob:
                    assert not isinstance(event, NotRecovered)
                    if isinstance(event, RoomMessage):
                        rooms.append(event.data)
                        await bob.publish("tea", ["echo", event.data])
                    elif hasattr(event, "data"):
                        directs.append(event.data)
                    assert bob.backlog <= 8
                    if (len(rooms), len(directs)) == (120, 20):
                        break
                await talking
                assert rooms == list(range(120))
                assert directs == list(range(20))
                echoes = []
                async for event in ann:
                    if isinstance(event, RoomMessage):
                        echoes.append(event.data[1])
                        if len(echoes) == 120:
                            break
                assert echoes == list(range(120))

    run(scenario())


def test_of_the_states_that_nobody_reads_only_the_newest_is_kept(run: Any) -> None:
    async def scenario() -> None:
        inbox = Inbox(3)
        for number in range(100):
            inbox.put(StateChanged("waiting", str(number)))
        inbox.end()
        assert [str(getattr(event, "reason", "")) for event in [await inbox.get() for _ in range(3)]] == [
            "0", "1", "99",
        ]  # fmt: skip
        assert await inbox.get() is None

    run(scenario())
