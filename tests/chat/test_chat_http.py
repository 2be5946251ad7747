"""Plain HTTP beside the WebSocket: health, metrics, the demo page."""

import asyncio
import json
import re
import urllib.error
import urllib.request
from email.message import Message
from typing import Any

import pytest

from toolkit.chat.server import ChatServer


async def get(port: int, path: str) -> tuple[str, Message]:
    def ask() -> tuple[str, Message]:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.read().decode(), answer.headers

    return await asyncio.to_thread(ask)


def test_health_counts_connections_and_rooms(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            await (await visit(server.port)).join("tea")
            body, headers = await get(server.port, "/health")
            assert json.loads(body) == {"status": "ok", "connections": 1, "rooms": 1}
            assert headers["Content-Type"] == "application/json"

    run(scenario())


def test_metrics_are_prometheus_text(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            ann = await visit(server.port)
            await ann.join("tea")
            await (await visit(server.port)).socket.close()
            while len(server.members) > 1:
                await asyncio.sleep(0.01)
            body, headers = await get(server.port, "/metrics")
            assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
            lines = body.splitlines()
            assert "chat_connections 1" in lines
            assert "chat_opened_total 2" in lines
            assert 'chat_closed_total{code="1000"} 1' in lines
            sample = re.compile(r'[a-z_]+(\{[a-z]+="[^"]*"\})? [0-9]+')
            assert all(line.startswith("# ") or sample.fullmatch(line) for line in lines)

    run(scenario())


def test_the_demo_page_asks_nobody_else(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            body, headers = await get(server.port, "/")
            assert headers["Content-Type"] == "text/html; charset=utf-8"
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert not re.search(r"\b(src|href)\s*=|https?://", body)

    run(scenario())


def test_another_path_is_not_found(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            with pytest.raises(urllib.error.HTTPError) as caught:
                await get(server.port, "/admin")
            assert caught.value.code == 404
            caught.value.close()

    run(scenario())
