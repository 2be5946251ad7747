"""What the tests of the chat start from: a fast server on loopback, and plain sockets to it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from chat_rows import Rows
from hypothesis import settings as hypothesis_settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from toolkit.chat.settings import Settings

# A busy machine must not fail an example for being slow.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")

LIMIT_S = 15.0

Run = Callable[[Awaitable[None]], None]


@pytest.fixture
def opened() -> list[ClientConnection]:
    """The sockets of this test's visitors."""
    return []


@pytest.fixture
def run(opened: list[ClientConnection]) -> Run:
    """Runs one scenario to its end, at most for ``LIMIT_S``."""

    def within_limit(scenario: Awaitable[None]) -> None:
        async def bounded() -> None:
            try:
                async with asyncio.timeout(LIMIT_S):
                    await scenario
            finally:
                # One that has not read everything would never see that the server closed it.
                for socket in opened:
                    socket.transport.abort()
                await asyncio.gather(*(socket.wait_closed() for socket in opened))

        asyncio.run(bounded())

    return within_limit


@pytest.fixture
def fast() -> Callable[..., Settings]:
    """Settings of which only those named differ from ``stable``, with sweeps of 50 ms."""

    def settings(**values: Any) -> Settings:
        return Settings(**{"sweep_s": 0.05, "close_timeout_s": 0.5, "drain_s": 1.0, **values})

    return settings


@pytest.fixture
def meet(visit: Callable[..., Awaitable["Visitor"]]) -> Callable[..., Awaitable[tuple["Visitor", Any]]]:
    """Connects, and has heard the hello."""

    async def met(port: int, query: str = "", **options: Any) -> tuple[Visitor, Any]:
        visitor = await visit(port, query, **options)
        return visitor, await visitor.hear("hello")

    return met


@pytest.fixture
def rows() -> Rows:
    return Rows()


class Visitor:
    """A socket that speaks the protocol by hand."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next message of a kind; others before it are passed over."""
        while True:
            message: dict[str, Any] = json.loads(await self.socket.recv())
            if message["type"] == kind:
                return message

    async def ask(self, answer: str, **message: Any) -> dict[str, Any]:
        """Say something, and the answer of that kind."""
        await self.say(**message)
        return await self.hear(answer)

    async def join(self, room: str, **position: Any) -> dict[str, Any]:
        return await self.ask("joined", type="join", room=room, **position)

    async def closed(self) -> int | None:
        """The close code, once there is one; what is still said before is passed over."""
        with suppress(ConnectionClosed):
            while True:
                await self.socket.recv()
        return self.socket.close_code

    async def hears_nothing(self, kind: str, *, for_s: float) -> bool:
        try:
            async with asyncio.timeout(for_s):
                await self.hear(kind)
        except TimeoutError:
            return True
        return False


@pytest.fixture
def visit(opened: list[ClientConnection]) -> Callable[..., Awaitable[Visitor]]:
    """Connects to the server on a port."""

    async def visitor(port: int, query: str = "", **options: Any) -> Visitor:
        plain = {"proxy": None, "ping_interval": None, "compression": None}
        uri = options.pop("uri", f"ws://127.0.0.1:{port}/ws{query}")
        socket = await connect(uri, **plain | options)
        opened.append(socket)
        return Visitor(socket)

    return visitor
