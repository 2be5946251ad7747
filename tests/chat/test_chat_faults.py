"""Faults of our own: one ends one connection, or nothing, and is told with its traceback."""

import asyncio
import logging
from typing import Any

import pytest

from toolkit.chat.server import ChatServer


def test_an_error_while_answering_ends_that_connection_only(
    run: Any, fast: Any, visit: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann, bob = [await visit(server.port) for _ in range(2)]
            await ann.join("tea")
            await bob.join("tea")

            def broken(*_: Any, **__: Any) -> None:
                raise RuntimeError("a fault of ours")

            with monkeypatch.context() as patch:
                patch.setattr(server.hub, "publish", broken)
                await ann.say(type="publish", room="tea", data="the secret of the guild", id="1")
                assert await ann.closed() == 1011
            assert server.counts["errors"] == 1
            await bob.ask("ack", type="publish", room="tea", data=1, id="1")

    run(scenario())
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info
    assert "the secret of the guild" not in caplog.text


def test_a_sweep_that_fails_is_not_the_last(
    run: Any, fast: Any, visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(server_timeout_s=0.5)) as server:

            def broken(now_s: float) -> None:
                raise RuntimeError("a fault of ours")

            with monkeypatch.context() as patch:
                patch.setattr(server.hub, "expire", broken)
                while server.counts["errors"] < 2:
                    await asyncio.sleep(0.01)
            await (await visit(server.port)).closed()
            assert server.counts["timed_out"] == 1

    run(scenario())
