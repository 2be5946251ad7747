"""A client can be closed in every state, at once, and leaves nothing behind."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from client_relay import Relay
from websockets.asyncio.server import ServerConnection, serve

from toolkit.chat.client import ChatClient
from toolkit.chat.client.events import RoomMessage, StateChanged
from toolkit.chat.client.refusals import ChatEnded
from toolkit.chat.server import ChatServer


@pytest.fixture(autouse=True)
def spotless(caplog: pytest.LogCaptureFixture) -> Any:
    """asyncio reports tasks and errors that nobody looked at as soon as they are collected."""
    yield
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


@asynccontextmanager
async def nothing_left() -> AsyncIterator[None]:
    yield
    # The server's tasks run in the same loop, and end when they do.
    tasks = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    assert [name for name in tasks if name.startswith(("ChatClient", "ChatConnection"))] == []


def test_it_says_bye_and_closes_with_1000(run: Any) -> None:
    said: list[Any] = []

    async def listen(socket: ServerConnection) -> None:
        await socket.send('{"type":"hello"}')
        async for frame in socket:
            said.append(frame)
        said.append(socket.close_code)

    async def scenario() -> None:
        async with serve(listen, "127.0.0.1", 0) as server:
            url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws"
            async with nothing_left(), ChatClient(url) as client:
                await client.connected()
            while said != ['{"type":"bye"}', 1000]:
                await asyncio.sleep(0.01)
            assert [event async for event in client][-1] == StateChanged("ended", "the application closed it")
            assert client.connects == 1

    run(scenario())


def test_the_session_is_over_and_the_room_is_left_at_once(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            url = f"ws://127.0.0.1:{server.port}/ws"
            async with ChatClient(url) as ann:
                await ann.join("tea")
                async with ChatClient(url) as bob:
                    await bob.join("tea")
                    assert len(await ann.who("tea")) == 2
                assert len(await ann.who("tea")) == 1

    run(scenario())


def test_before_it_was_started_and_twice(run: Any) -> None:
    async def scenario() -> None:
        async with nothing_left():
            client = ChatClient("ws://127.0.0.1:1/ws")
            await client.close()
            await client.close()
            with pytest.raises(ChatEnded):
                await client.publish("tea", 1)
            assert [type(event) async for event in client] == [StateChanged]

    run(scenario())


def test_while_it_connects_or_waits_or_is_refused_for_good(run: Any, fast: Any) -> None:
    def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_writers.append(writer)

    open_writers: list[asyncio.StreamWriter] = []

    async def scenario() -> None:
        async with await asyncio.start_server(mute, "127.0.0.1", 0) as server:
            mute_port = server.sockets[0].getsockname()[1]
            for port, state in ((mute_port, "connecting"), (1, "waiting")):
                async with nothing_left(), ChatClient(f"ws://127.0.0.1:{port}/ws") as client:
                    waiting = asyncio.create_task(client.publish("tea", 1))
                    async for event in client:
                        if isinstance(event, StateChanged) and event.state == state:
                            break
                    await asyncio.sleep(0.05)
                    await client.close()
                    with pytest.raises(ChatEnded, match="the application closed it"):
                        await waiting
            for writer in open_writers:
                writer.close()

    run(scenario())


def test_with_calls_that_wait_given_up_or_not(run: Any) -> None:
    async def deaf(socket: ServerConnection) -> None:
        await socket.send('{"type":"hello"}')
        await socket.wait_closed()

    async def scenario() -> None:
        async with serve(deaf, "127.0.0.1", 0) as server:
            url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws"
            async with nothing_left(), ChatClient(url) as client:
                await client.connected()
                calls = [
                    asyncio.create_task(call)
                    for call in (
                        client.join("tea"), client.leave("milk"), client.publish("tea", 1), client.who("tea"),
                        client.direct("bob", 1), client.history("tea", 1), client.join("tea"), anext(client),
                    )
                ]  # fmt: skip
                await asyncio.sleep(0.05)
                calls[1].cancel()
                closing = asyncio.create_task(client.close())
                # Given up in the same instant in which the answer comes.
                await asyncio.sleep(0)
                calls[2].cancel()
                await closing
                results = await asyncio.gather(*calls, return_exceptions=True)
            assert [type(result) for result in results] == [
                ChatEnded, asyncio.CancelledError, asyncio.CancelledError, *[ChatEnded] * 4, StateChanged,
            ]  # fmt: skip

    run(scenario())


def test_over_a_path_that_swallows_everything_within_the_closing_timeout(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server, Relay(server.port) as relay, nothing_left():
            client = ChatClient(relay.url, settings=fast(close_timeout_s=0.2))
            await client.__aenter__()
            await client.join("tea")
            relay.silence()
            # More than every buffer of the path takes.
            sending = [asyncio.create_task(client.publish("tea", "x" * 60_000)) for _ in range(200)]
            await asyncio.sleep(0.1)
            async with asyncio.timeout(5):
                await client.close()
            results = await asyncio.gather(*sending, return_exceptions=True)
            assert {type(result) for result in results} == {ChatEnded}
            relay.cut()

    run(scenario())


def test_with_an_inbox_that_nobody_reads(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            url = f"ws://127.0.0.1:{server.port}/ws"
            async with nothing_left(), ChatClient(url, inbox_limit=5) as bob, ChatClient(url) as ann:
                await bob.join("tea")
                await ann.join("tea")
                for number in range(100):
                    await ann.publish("tea", number)
                while bob.backlog < 5:
                    await asyncio.sleep(0.01)
            # What had come can still be read; it stays so little.
            left = [event.data async for event in bob if isinstance(event, RoomMessage)]
            assert left == list(range(len(left)))
            assert len(left) <= 5

    run(scenario())


def test_the_task_that_runs_it_may_be_cancelled(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server, nothing_left():

            async def application() -> None:
                async with ChatClient(f"ws://127.0.0.1:{server.port}/ws") as client:
                    await client.join("tea")
                    joined.set()
                    async for _ in client:
                        pass

            joined = asyncio.Event()
            task = asyncio.create_task(application())
            await joined.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    run(scenario())


def test_an_error_of_the_application_closes_it_and_comes_through(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server, nothing_left():
            with pytest.raises(ZeroDivisionError):
                async with ChatClient(f"ws://127.0.0.1:{server.port}/ws") as client:
                    await client.join("tea")
                    raise ZeroDivisionError

    run(scenario())
