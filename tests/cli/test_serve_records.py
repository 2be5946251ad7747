"""`toolkit serve --project`: what the server sees becomes facts of the folder, live connections included."""

import asyncio
import json
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from commands import TOOLKIT
from websockets.asyncio.client import ClientConnection, connect

Serve = Callable[..., "tuple[str, subprocess.Popen[str]]"]


@pytest.fixture
def folder(toolkit: Any, tmp_path: Path) -> Path:
    """A new decision folder, in which nothing is recorded."""
    assert toolkit("init", "ours").returncode == 0
    return tmp_path / "ours"


@pytest.fixture
def serve(folder: Path) -> Iterator[Serve]:
    """Starts a server that records into the folder: its WebSocket address and its process."""
    started = []

    def start(**settings: Any) -> tuple[str, "subprocess.Popen[str]"]:
        (folder / "chat.yaml").write_text(json.dumps({"preset": "stable", **settings}))
        process = subprocess.Popen(
            [TOOLKIT, "serve", "--port", "0", "--project", str(folder), "--environment", "production"],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        assert process.stderr is not None
        found = re.fullmatch(r"http(://127\.0\.0\.1:\d+/)\n", process.stderr.readline())
        assert found
        return f"ws{found.group(1)}ws", process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def recorded(folder: Path, table: str) -> list[dict[str, Any]]:
    """What servers recorded, of each key the row that counts."""
    files = f"{folder}/metrics/{table}/option=current/*/serve-*.parquet"
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        table_of_rows = engine.sql(f"SELECT * FROM read_parquet('{files}')").to_arrow_table()
        rows: list[dict[str, Any]] = table_of_rows.to_pylist()
    if table == "deliveries":
        return rows
    rows.sort(key=lambda row: row["observed_until"])
    return list({(row["client"], row["session"], row["attempt"]): row for row in rows}.values())


async def enter(url: str, room: str = "tea") -> ClientConnection:
    socket = await connect(url, proxy=None, ping_interval=None)
    await socket.send(json.dumps({"type": "join", "room": room}))
    await hear(socket, "joined")
    return socket


async def hear(socket: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
        if message["type"] == kind:
            return message


def stopped(process: "subprocess.Popen[str]") -> str:
    """What the server said on standard error once SIGTERM has ended it."""
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=15) == 0
    assert process.stderr is not None
    return process.stderr.read()


def test_ends_losses_and_live_connections_are_recorded(serve: Serve, folder: Path) -> None:
    url, process = serve()

    async def scenario() -> None:
        async with await enter(url) as wanted:
            await wanted.send(json.dumps({"type": "bye"}))
        lost = await enter(url)
        lost.transport.abort()
        live = await enter(url)
        process.send_signal(signal.SIGTERM)
        await hear(live, "closing")
        await live.wait_closed()

    asyncio.run(scenario())
    assert process.wait(timeout=15) == 0
    rows = sorted(recorded(folder, "connections"), key=lambda row: row["started_at"])
    assert [row["outcome"] for row in rows] == ["open"] * 3
    assert [row["environment"] for row in rows] == ["production"] * 3
    wanted, lost, live = rows
    assert (wanted["intended"], wanted["ended_by"]) == (True, "client")
    assert (lost["intended"], lost["close_code"]) == (False, 1006)
    assert lost["observed_until"] == lost["ended_at"]
    assert (live["close_code"], live["ended_by"], live["intended"]) == (1012, "server", False)


def test_a_client_that_comes_back_is_one_session(serve: Serve, folder: Path) -> None:
    url, process = serve()

    async def scenario() -> None:
        first = await connect(url, proxy=None, ping_interval=None)
        session = (await hear(first, "hello"))["session"]
        first.transport.abort()
        async with connect(url, proxy=None, ping_interval=None) as again:
            await hear(again, "hello")
            await again.send(json.dumps({"type": "resume", "session": session}))
            await hear(again, "resumed")

    asyncio.run(scenario())
    stopped(process)
    rows = sorted(recorded(folder, "connections"), key=lambda row: row["attempt"])
    assert [row["attempt"] for row in rows] == [1, 2]
    assert len({row["session"] for row in rows}) == 1


def test_acknowledged_deliveries_are_recorded(serve: Serve, folder: Path) -> None:
    url, process = serve(acknowledge=True)

    async def scenario() -> None:
        async with await enter(url) as ann, await enter(url) as bob:
            await ann.send(json.dumps({"type": "publish", "room": "tea", "data": "hot", "id": "1"}))
            message = await hear(bob, "message")
            await bob.send(json.dumps({"type": "received", "room": "tea", "offsets": [message["offset"]]}))
            await bob.send(json.dumps({"type": "ping"}))
            await hear(bob, "pong")

    asyncio.run(scenario())
    stopped(process)
    (row,) = recorded(folder, "deliveries")
    assert row["copies"] == 1 and 0 <= row["latency_s"] < 5
    assert (row["round_trip"], row["deadline_s"]) == (True, 5.0)


def test_what_is_told_after_the_address_is_one_json_object_a_line(serve: Serve) -> None:
    url, process = serve()
    asyncio.run(leave(url))
    told = [json.loads(line) for line in stopped(process).splitlines()]
    assert told
    assert all(isinstance(line, dict) and line["message"] for line in told)


async def leave(url: str) -> None:
    async with await enter(url):
        pass


def test_what_was_recorded_a_second_ago_survives_a_kill(serve: Serve, folder: Path) -> None:
    url, process = serve()

    async def scenario() -> None:
        async with await enter(url):
            await asyncio.sleep(2.0)
            process.kill()

    asyncio.run(scenario())
    (row,) = recorded(folder, "connections")
    assert (row["outcome"], row["ended_at"]) == ("open", None)


def test_the_folder_s_metrics_read_what_was_recorded(serve: Serve, folder: Path, toolkit: Any) -> None:
    url, process = serve()
    asyncio.run(leave(url))
    stopped(process)
    done = toolkit("metrics", "--project", folder, "--json")
    assert done.returncode == 0, done.stderr
    values = json.loads(done.stdout)["options"]["current"]["production"]
    assert values["connection_success_rate"]["estimate"] == 1
