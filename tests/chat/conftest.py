"""What the tests of the chat start from: a fast server on loopback, and plain sockets to it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from websockets.asyncio.client import ClientConnection, connect

from toolkit.chat.settings import Settings

# A busy machine must not fail an example for being slow.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")

LIMIT_S = 15.0

Run = Callable[[Awaitable[None]], None]


@pytest.fixture
def run() -> Run:
    """Runs one scenario to its end, at most for ``LIMIT_S``."""

    def within_limit(scenario: Awaitable[None]) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(LIMIT_S):
                await scenario

        asyncio.run(bounded())

    return within_limit


@pytest.fixture
def fast() -> Callable[..., Settings]:
    """Settings of which only those named differ from ``stable``, with sweeps of 50 ms."""

    def settings(**values: Any) -> Settings:
        return Settings(**{"sweep_s": 0.05, "close_timeout_s": 0.5, "drain_s": 1.0, **values})

    return settings


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

    async def join(self, room: str) -> None:
        await self.say(type="join", room=room)
        await self.hear("joined")

    async def hears_nothing(self, kind: str, *, for_s: float) -> bool:
        try:
            async with asyncio.timeout(for_s):
                await self.hear(kind)
        except TimeoutError:
            return True
        return False


@pytest.fixture
def visit() -> Callable[..., Awaitable[Visitor]]:
    """Connects to the server on a port."""

    async def visitor(port: int, query: str = "") -> Visitor:
        socket = await connect(
            f"ws://127.0.0.1:{port}/ws{query}", proxy=None, ping_interval=None, compression=None
        )
        return Visitor(socket)

    return visitor
