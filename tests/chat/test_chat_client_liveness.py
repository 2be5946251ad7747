"""A dead server is noticed in bounded time on every kind of dead path, and a live one is never dropped."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvloop
from client_relay import Relay
from websockets.asyncio.server import ServerConnection, serve

from toolkit.chat.client import ChatClient
from toolkit.chat.client.connection import ChatConnection, Lost
from toolkit.chat.client.events import Event, StateChanged
from toolkit.chat.client.opening import Opening
from toolkit.chat.server import ChatServer
from toolkit.chat.settings import Settings

HELLO = '{"type":"hello","client_interval_s":0.3,"client_wait_s":0.3}'


def port_of(server: Any) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


def test_a_server_that_falls_silent_is_asked_and_then_given_up(run: Any, fast: Any) -> None:
    asked: list[Any] = []

    async def dumb(socket: ServerConnection) -> None:
        await socket.send(HELLO)
        async for frame in socket:
            asked.append(frame)

    async def scenario() -> None:
        async with serve(dumb, "127.0.0.1", 0, ping_interval=None) as server:
            # The server's timers count: these would take minutes.
            connection = ChatConnection(
                Opening(f"ws://127.0.0.1:{port_of(server)}/ws"), fast(close_timeout_s=60)
            )
            await connection.open()
            started_s = time.monotonic()
            assert await connection.receive() == Lost(1006, gave_up=True)
            assert 0.6 <= time.monotonic() - started_s <= 5
            assert asked == ['{"type":"ping"}']

    run(scenario())


@pytest.mark.parametrize("kept", ["up", "neither"])
def test_a_path_that_swallows_everything_is_left_without_a_close(run: Any, fast: Any, kept: str) -> None:
    async def scenario() -> None:
        settings = fast(client_interval_s=0.3, client_wait_s=0.3, close_timeout_s=60, reconnect_base_s=0.01)
        states: list[Event] = []
        async with ChatServer(settings) as server, Relay(server.port) as relay:
            async with ChatClient(relay.url, listener=states.append) as client:
                await client.join("tea")
                relay.down.clear()
                if kept == "neither":
                    relay.up.clear()
                    # More than every buffer of the path takes: sending blocks.
                    sending = [asyncio.create_task(client.publish("tea", "x" * 60_000)) for _ in range(200)]
                started_s = time.monotonic()
                while client.connects == 1 and not _waits(states):
                    await asyncio.sleep(0.01)
                assert time.monotonic() - started_s <= 8
                relay.cut()
                relay.up.set()
                relay.down.set()
                if kept == "neither":
                    await asyncio.gather(*sending)
                await client.who("tea")
            lost = next(state for state in states if isinstance(state, StateChanged) and state.code)
            assert (lost.code, lost.reason) == (1006, "the server was silent for too long")

    run(scenario())


def _waits(states: list[Event]) -> bool:
    return any(isinstance(state, StateChanged) and state.state == "waiting" for state in states)


def test_a_server_that_answers_is_not_given_up(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(client_interval_s=0.1, client_wait_s=2.0)) as server:
            connection = ChatConnection(Opening(f"ws://127.0.0.1:{server.port}/ws"), fast())
            await connection.open()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.0):
                    await connection.receive()
            assert await connection.close() == 1000

    run(scenario())


def test_each_heartbeat_of_the_server_is_answered_as_it_comes(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        answered = asyncio.Event()

        async def beat(socket: ServerConnection) -> None:
            await socket.send('{"type":"hello"}')
            for _ in range(50):
                await socket.send('{"type":"ping"}')
                assert await socket.recv() == '{"type":"pong"}'
            answered.set()

        async with serve(beat, "127.0.0.1", 0) as server, ChatClient(f"ws://127.0.0.1:{port_of(server)}/ws"):
            await answered.wait()

    run(scenario())


@contextmanager
def elsewhere(settings: Settings) -> Iterator[int]:
    """A server on a loop of its own in another thread, which goes on while the test's loop is blocked."""
    ready: list[int] = []
    started, stop = threading.Event(), threading.Event()

    async def live() -> None:
        async with ChatServer(settings) as server:
            ready.append(server.port)
            started.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    try:
        assert started.wait(10)
        yield ready[0]
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_blocked_loop_does_not_drop_a_live_server(fast: Any, loop: Callable[[], Any]) -> None:
    async def scenario(port: int) -> None:
        async with ChatClient(f"ws://127.0.0.1:{port}/ws") as client:
            await client.join("tea")
            watched = client._talk.connection
            assert watched is not None
            for blocked_s in (0.16, 0.2, 0.25, 0.2, 0.5):
                # Once before the server is asked, and once after it: the answer comes while nobody reads.
                time.sleep(blocked_s)
                while not watched._watch.asked:
                    await asyncio.sleep(0)
                time.sleep(blocked_s)
                await asyncio.sleep(0.05)
            await client.who("tea")
            assert client.connects == 1

    settings = fast(client_interval_s=0.15, client_wait_s=0.15, server_ping_s=30.0)
    with elsewhere(settings) as port, asyncio.Runner(loop_factory=loop) as runner:
        runner.run(asyncio.wait_for(scenario(port), 15))


def test_a_server_without_hello_is_no_server(run: Any, fast: Any) -> None:
    async def rude(socket: ServerConnection) -> None:
        await socket.close()

    async def other(socket: ServerConnection) -> None:
        await socket.send('{"type":"welcome"}')
        await socket.wait_closed()

    async def mute(socket: ServerConnection) -> None:
        await socket.wait_closed()

    async def scenario() -> None:
        for handler, error in (
            (rude, ConnectionResetError), (other, ConnectionResetError), (mute, TimeoutError),
        ):  # fmt: skip
            async with serve(handler, "127.0.0.1", 0) as server:
                connection = ChatConnection(
                    Opening(f"ws://127.0.0.1:{port_of(server)}/ws"), fast(open_timeout_s=0.3)
                )
                with pytest.raises(error):
                    await connection.open()

    run(scenario())
