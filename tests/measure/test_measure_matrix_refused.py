"""Rows of the reliability matrix about attempts that fail: each has its class, and only some are repeated."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
from matrix import short
from tcp import until

from toolkit.chat.client import ChatClient
from toolkit.chat.client.events import StateChanged
from toolkit.chat.client.refusals import ChatEnded
from toolkit.chat.server import ChatServer
from toolkit.chat.server.tokens import VARIABLE
from toolkit.chat.settings import Settings
from toolkit.measure.faults.proxy import FaultProxy
from toolkit.measure.faults.script import NetworkFaults, Step

QUICK = short()


async def attempts(url: str, count: int, settings: Settings = QUICK) -> list[StateChanged]:
    """What a client says while it waits, after so many failed attempts."""
    events: list[Any] = []
    async with ChatClient(url, settings=settings, listener=events.append):
        await until(lambda: len(waits(events)) >= count)
    return waits(events)[:count]


def waits(events: list[Any]) -> list[StateChanged]:
    return [event for event in events if isinstance(event, StateChanged) and event.state == "waiting"]


def test_nobody_there_no_such_name_and_no_tls_are_told_apart_and_tried_again(run: Any) -> None:
    async def no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # What nginx says to a TLS handshake at a port without TLS.
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    async def scenario() -> None:
        async with await asyncio.start_server(no_tls, "127.0.0.1", 0) as plain:
            for url, failure in (
                ("ws://127.0.0.1:1/ws", "refused"),
                ("ws://nowhere.invalid/ws", "dns"),
                (f"wss://127.0.0.1:{plain.sockets[0].getsockname()[1]}/ws", "tls"),
            ):
                told = await attempts(url, 3)
                assert [event.failure for event in told] == [failure] * 3
                assert all(event.wait_s is not None and event.wait_s <= 0.2 for event in told)

    run(scenario())


def test_a_path_that_refuses_hangs_or_drops_has_the_class_of_what_was_seen(run: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(QUICK) as server, FaultProxy(server.port, NetworkFaults(), 1) as proxy:
            url = f"ws://127.0.0.1:{proxy.port}/ws"
            for fault, failure in (("refuse", "refused"), ("hang", "timeout")):
                proxy.do(Step.model_validate({"at_s": 0, "fault": fault}))
                await asyncio.sleep(0.02)
                told = await attempts(url, 2, short(open_timeout_s=0.3) if fault == "hang" else QUICK)
                assert {event.failure for event in told} == {failure}
                proxy.heal()

    run(scenario())


@asynccontextmanager
async def answering(status: int, headers: str = "") -> AsyncIterator[tuple[str, list[float]]]:
    """A server that answers every handshake with a status: its URL, and when it was asked."""
    asked_s: list[float] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked_s.append(asyncio.get_running_loop().time())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status} No\r\n{headers}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws", asked_s


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_will_not_change_is_asked_once_and_ends_the_client(status: int, run: Any) -> None:
    async def scenario() -> None:
        async with answering(status) as (url, asked_s):
            client = await ChatClient(url, settings=QUICK).__aenter__()
            with pytest.raises(ChatEnded, match=f"HTTP {status}"):
                await client.connected()
            await asyncio.sleep(0.3)
            assert (len(asked_s), client.failures) == (1, {f"http_{status}": 1})
            await client.close()

    run(scenario())


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_change_is_tried_again(status: int, run: Any) -> None:
    async def scenario() -> None:
        async with answering(status) as (url, asked_s):
            told = await attempts(url, 3)
            assert {event.failure for event in told} == {f"http_{status}"}
            assert len(asked_s) >= 3

    run(scenario())


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_says_how_long_is_left_alone_for_so_long(status: int, run: Any) -> None:
    async def scenario() -> None:
        async with answering(status, "Retry-After: 1\r\n") as (url, asked_s):
            (told,) = await attempts(url, 1)
            assert told.wait_s is not None and 1.0 <= told.wait_s <= 1.0 + 0.2
            await attempts(url, 2)
            assert asked_s[2] - asked_s[1] >= 1.0

    run(scenario())


def test_the_real_server_refuses_with_these_statuses_and_says_when_to_come_back(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, secrets.token_hex(32))

    async def told(takers: int, **limits: Any) -> StateChanged:
        """What one more client hears, once others have taken what there is."""
        events: list[Any] = []
        async with ChatServer(short(**limits)) as server, AsyncExitStack() as stack:
            url = f"ws://127.0.0.1:{server.port}/ws"
            for _ in range(takers):
                taker = await stack.enter_async_context(ChatClient(url, settings=QUICK))
                await taker.connected()
            await stack.enter_async_context(ChatClient(url, settings=QUICK, listener=events.append))
            await until(lambda: any(event.state in ("waiting", "ended") for event in events))
        return next(event for event in events if event.state in ("waiting", "ended"))

    async def scenario() -> None:
        for limits, reason in (
            ({"require_token": True}, "HTTP 401"),
            ({"allowed_origins": ("https://chat.example",)}, "HTTP 403"),
        ):
            ended = await told(0, **limits)
            assert ended.state == "ended" and reason in ended.reason
        for limits, failure, least_s in (
            ({"max_connections_per_address": 2}, "http_429", 0.0),
            ({"max_connections": 2}, "http_503", 0.0),
            ({"handshakes_per_address_per_s": 0.2, "handshake_burst_per_address": 2}, "http_429", 1.0),
            ({"handshakes_per_s": 0.2, "handshake_burst": 2}, "http_503", 1.0),
        ):
            waiting = await told(2, **limits)
            assert (waiting.state, waiting.failure) == ("waiting", failure)
            assert waiting.wait_s is not None and waiting.wait_s >= least_s

    run(scenario())
