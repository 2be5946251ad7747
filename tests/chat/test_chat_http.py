"""Plain HTTP beside the WebSocket: health, metrics, the demo page."""

import asyncio
import json
import re
import urllib.error
import urllib.request
from collections import Counter
from email.message import Message
from typing import Any

import pytest
import uvloop
from prometheus_client.parser import text_string_to_metric_families
from raw import handshake, request
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from toolkit.chat.server import ChatServer
from toolkit.chat.server.exposition import Exposition, Snapshot


async def get(port: int, path: str) -> tuple[str, Message]:
    def ask() -> tuple[str, Message]:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.read().decode(), answer.headers

    return await asyncio.to_thread(ask)


def test_health_counts_connections_rooms_and_sessions(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            gone = await visit(server.port)
            await (await visit(server.port)).join("tea")
            await gone.socket.close()
            while len(server.members) > 1:
                await asyncio.sleep(0.01)
            body, headers = await get(server.port, "/health")
            health = json.loads(body)
            assert health.pop("loop_lag_s") >= 0
            assert health == {"status": "ok", "connections": 1, "rooms": 1, "sessions": 2}
            assert headers["Content-Type"] == "application/json"
            assert headers["Cache-Control"] == "no-store"

    run(scenario())


def test_metrics_are_prometheus_text(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(max_connections=2)) as server:
            ann = await visit(server.port)
            await ann.join("tea")
            await ann.ask("ack", type="publish", room="tea", id="1")
            await ann.ask("ack", type="publish", room="tea", id="1")
            await (await visit(server.port)).socket.close()
            while len(server.members) > 1:
                await asyncio.sleep(0.01)
            await visit(server.port)
            with pytest.raises(InvalidStatus):
                await visit(server.port)
            body, headers = await get(server.port, "/metrics")
            assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
            found = {
                (sample.name, *sorted(sample.labels.items())): sample.value
                for family in text_string_to_metric_families(body)
                for sample in family.samples
            }
            status = (("status", "normal_closure"), ("transport", "web_sockets"))
            assert {
                ("chat_connections",): 2, ("chat_rooms",): 1, ("chat_sessions",): 3, ("chat_draining",): 0,
                ("chat_opened_total",): 3, ("chat_closed_total", ("code", "1000")): 1,
                ("chat_published_total",): 1, ("chat_duplicates_total",): 1, ("chat_refused_total",): 1,
                ("chat_handshakes_refused_total", ("reason", "full")): 1,
                ("chat_handshakes_refused_total", ("reason", "token")): 0,
                ("chat_server_connection_duration_seconds_count", *status): 1,
            }.items() <= found.items()  # fmt: skip
            assert found[("chat_history_bytes",)] > 0
            assert found[("process_resident_memory_bytes",)] > 0
            assert ("chat_event_loop_lag_seconds",) in found
            # Their names since the first version; dashboards and the importer go by them.
            for name in (
                "delivered",
                "pings",
                "timed_out",
                "too_slow",
                "misunderstood",
                "errors",
                "unrecorded",
            ):
                assert (f"chat_{name}_total",) in found

    run(scenario())


def test_durations_are_counted_by_how_connections_ended() -> None:
    exposition = Exposition(Counter())
    for code, by_server in (
        (1000, False),
        (1001, False),
        (1001, True),
        (1012, True),
        (4408, True),
        (4999, False),
    ):
        exposition.closed(code, 0.3, by_server=by_server)
    text = exposition.text(Snapshot(0, 0, 0, 0, 0.0, False)).decode()
    statuses = dict(
        re.findall(r'duration_seconds_count\{status="(\w+)",transport="web_sockets"\} (\S+)', text)
    )
    assert statuses == {"normal_closure": "2.0", "app_shutdown": "2.0", "timeout": "1.0", "other": "1.0"}
    # The buckets of the OpenTelemetry convention; 0.3 s lies above 0.2.
    assert re.search(r'bucket\{le="0.2",status="timeout",transport="web_sockets"\} 0.0', text)
    assert re.search(r'bucket\{le="0.5",status="timeout",transport="web_sockets"\} 1.0', text)
    assert 'chat_closed_total{code="other"} 1.0' in text


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/", "text/html"), ("/demo.js", "text/javascript"), ("/chat.js", "text/javascript")],
)
def test_the_page_and_its_scripts_are_served_and_run_nothing_else(
    run: Any, fast: Any, path: str, kind: str
) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            body, headers = await get(server.port, path)
            assert body
            assert headers["Content-Type"] == f"{kind}; charset=utf-8"
            assert headers["Cache-Control"] == "no-cache"
            assert headers["X-Content-Type-Options"] == "nosniff"
            policy = dict(
                part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
            )
            assert policy["default-src"] == "'none'"
            assert policy["script-src"] == "'self'"
            assert policy["connect-src"] == "'self' ws: wss:"
            assert "unsafe" not in headers["Content-Security-Policy"]

    run(scenario())


def test_the_page_asks_nobody_else(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            body, _ = await get(server.port, "/")
            assert not re.search(r"https?://", body)
            names = re.findall(r"\b(?:src|href)\s*=\s*[\"']?([^\"'>\s]+)", body)
            for name in names:
                if not name.startswith("data:"):
                    await get(server.port, f"/{name}")

    run(scenario())


def test_a_head_is_answered_without_a_body(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            answer = await request(server.port, b"HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert answer.endswith(b"\r\n\r\n")
            answer = await request(server.port, b"POST / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 405 ")

    run(scenario())


@pytest.mark.parametrize(
    "path", ["//[", "/../server.py", "/%2e%2e/server.py", "/.", "/web/demo.js", "*", "/?x"]
)
def test_strange_paths_find_nothing_and_break_nothing(run: Any, fast: Any, path: str) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            answer = await request(server.port, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert answer.startswith(b"HTTP/1.1 200 " if path == "/?x" else b"HTTP/1.1 404 ")

    run(scenario())


def test_refusals_and_pages_arrive_whole_on_the_faster_loop_too(fast: Any) -> None:
    async def scenario() -> None:
        async with (
            ChatServer(fast(max_connections_per_address=1)) as server,
            connect(f"ws://127.0.0.1:{server.port}/ws", proxy=None) as ann,
        ):
            await ann.recv()
            for _ in range(20):
                answer = await request(server.port, handshake())
                assert answer.startswith(b"HTTP/1.1 429 ")
                assert answer.endswith(b"too many connections from this address\n")
                answer = await request(server.port, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
                head, _, body = answer.partition(b"\r\n\r\n")
                assert f"Content-Length: {len(body)}".encode() in head

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(scenario())


def test_another_path_is_not_found(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast()) as server:
            with pytest.raises(urllib.error.HTTPError) as caught:
                await get(server.port, "/admin")
            assert caught.value.code == 404
            caught.value.close()

    run(scenario())
