"""Attempts that fail are told apart; some are final, some wait as long as the server asks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from toolkit.chat.client import ChatClient
from toolkit.chat.client.events import StateChanged
from toolkit.chat.client.refusals import ChatEnded, retry_after_s

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
Attempts = list[int]


@asynccontextmanager
async def answering(status: int, **headers: str) -> AsyncIterator[tuple[str, Attempts]]:
    """A server that answers every handshake with a status; its address, and a list that grows with each."""
    attempts: Attempts = []

    def respond(socket: ServerConnection, request: Request) -> Response:
        attempts.append(status)
        response = socket.respond(HTTPStatus(status), "no\n")
        for name, value in headers.items():
            response.headers.pop(name.replace("_", "-"), None)
            response.headers[name.replace("_", "-")] = value
        return response

    async def never(socket: ServerConnection) -> None:
        raise AssertionError

    async with serve(never, "127.0.0.1", 0, process_request=respond) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws", attempts


@asynccontextmanager
async def hanging_up() -> AsyncIterator[str]:
    def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws"


@asynccontextmanager
async def saying_nothing() -> AsyncIterator[str]:
    writers = []

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws"
        for writer in writers:
            writer.close()


async def first_failure(url: str, fast: Any, **values: Any) -> StateChanged:
    async with ChatClient(url, settings=fast(**values)) as client:
        async for event in client:
            if isinstance(event, StateChanged) and event.state == "waiting":
                assert client.failures == {event.failure: 1}
                return event
    raise AssertionError("the client gave up")


def test_each_way_to_fail_is_told_apart(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        assert (await first_failure("ws://127.0.0.1:1/ws", fast)).failure == "refused"
        assert (await first_failure("ws://nowhere.invalid/ws", fast)).failure == "dns"
        assert (await first_failure(f"ws://{'x' * 70}.invalid/ws", fast)).failure == "dns"
        async with hanging_up() as url:
            assert (await first_failure(url, fast)).failure == "refused"
        async with saying_nothing() as url:
            assert (await first_failure(url, fast, open_timeout_s=0.1)).failure == "timeout"
        async with answering(500) as (url, _):
            assert (await first_failure(url, fast)).failure == "http_500"

    run(scenario())


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_client_that_is_not_wanted_says_so_and_does_not_come_again(
    run: Any, fast: Any, status: int
) -> None:
    async def scenario() -> None:
        async with answering(status) as (url, attempts), ChatClient(url, settings=fast()) as client:
            said = f"the server answered HTTP {status}"
            for waiting in (client.connected(), client.join("tea"), client.publish("tea", 1)):
                with pytest.raises(ChatEnded, match=said):
                    await waiting
            states = []
            with pytest.raises(ChatEnded, match=said):
                async for event in client:
                    states.append(event)
            assert states == [StateChanged("connecting"), StateChanged("ended", said)]
            assert attempts == [status]

    run(scenario())


@pytest.mark.parametrize("status", [400, 426, 500, 502])
def test_other_statuses_are_tried_again(run: Any, fast: Any, status: int) -> None:
    async def scenario() -> None:
        async with answering(status, Retry_After="3600") as (url, attempts):
            settings = fast(reconnect_base_s=0.01, reconnect_max_s=0.05)
            async with ChatClient(url, settings=settings) as client:
                while len(attempts) < 4:
                    await asyncio.sleep(0.01)
                assert set(client.failures) == {f"http_{status}"}

    run(scenario())


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("after", ["7", "Mon, 23 Nov 2026 12:00:07 GMT"])
def test_a_server_that_is_full_is_left_alone_as_long_as_it_asks(
    run: Any, fast: Any, status: int, after: str
) -> None:
    async def scenario() -> None:
        async with answering(status, Retry_After=after, Date="Mon, 23 Nov 2026 12:00:00 GMT") as (url, _):
            told = await first_failure(url, fast, reconnect_base_s=0.5)
            assert told.failure == f"http_{status}"
            assert told.wait_s is not None
            assert 7 <= told.wait_s <= 7.5

    run(scenario())


def test_both_forms_of_retry_after_are_read() -> None:
    def after(**headers: str) -> float | None:
        given = Headers({name.replace("_", "-"): value for name, value in headers.items()})
        return retry_after_s(given, now=NOW)

    assert after(Retry_After="120") == 120
    assert after(Retry_After="Mon, 23 Nov 2026 12:00:30 GMT") == 30
    # By the server's clock, where it is told: ours may be minutes off.
    assert after(Retry_After="Mon, 23 Nov 2026 12:00:30 GMT", Date="Mon, 23 Nov 2026 12:00:25 GMT") == 5
    assert after(Retry_After="Mon, 23 Nov 2026 11:00:00 GMT") == 0
    for unreadable in ("", "-5", "1.5", "soon", "Mon, 99 Nov 2026"):
        assert after(Retry_After=unreadable) is None
    assert after() is None


def test_a_policy_that_excludes_the_client_ends_it(run: Any, fast: Any) -> None:
    opened = []

    async def exclude(socket: ServerConnection) -> None:
        opened.append(socket)
        if len(opened) == 1:
            await socket.send('{"type":"hello"}')
        await socket.close(1008, "no bots")

    async def scenario() -> None:
        async with serve(exclude, "127.0.0.1", 0) as server:
            url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws"
            for said in ("does not want this client.*no bots", "no hello"):
                async with ChatClient(url, settings=fast(reconnect_base_s=0.01)) as client:
                    with pytest.raises(ChatEnded, match=said):
                        async for _ in client:
                            pass
            assert len(opened) == 2

    run(scenario())


def test_a_frame_that_the_server_finds_too_big_costs_one_publish_and_no_loop(run: Any, fast: Any) -> None:
    """The server does not tell its limit, and closes with 1009."""

    async def small(socket: ServerConnection) -> None:
        await socket.send('{"type":"hello","session":"s"}')
        async for frame in socket:
            if '"publish"' in str(frame):
                await socket.send(str(frame).replace('"publish"', '"ack"'))

    async def scenario() -> None:
        async with serve(small, "127.0.0.1", 0, max_size=1000) as server:
            url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ws"
            async with ChatClient(url, settings=fast(reconnect_base_s=0.01)) as client:
                sizes = [10, 2000, 20, 3000, 30]
                results = await asyncio.gather(
                    *(client.publish("tea", "x" * size) for size in sizes), return_exceptions=True
                )
                assert [type(result).__name__ for result in results] == [
                    "NoneType", "TooBig", "NoneType", "TooBig", "NoneType",
                ]  # fmt: skip
                assert client.connects == 3

    run(scenario())
