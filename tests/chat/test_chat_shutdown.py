"""Starting and stopping: every client is told when to come back, and the process is gone in time."""

import asyncio
import json
import random
import signal
import socket
import sys
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw import request
from websockets.exceptions import InvalidStatus

from toolkit.chat.server import ChatServer
from toolkit.chat.server.draining import spread_s
from toolkit.project.faults import EnvironmentFault

PROGRAM = """
import resource
from toolkit.chat.server import run_server
from toolkit.chat.settings import Settings
shorter = Settings(close_timeout_s=2.0, drain_s=2.0, reconnect_spread_s=8.0)
def ready(port):
    print(port, resource.getrlimit(resource.RLIMIT_NOFILE)[0], flush=True)
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
run_server(shorter, "127.0.0.1", 0, ready=ready)
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 1012), (signal.SIGINT, 1001)])
def test_clients_are_told_when_to_come_back_and_the_process_is_gone(
    run: Any, visit: Any, number: signal.Signals, code: int
) -> None:
    async def scenario() -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            port, files = map(int, (await process.stdout.readline()).split())
            # Many systems allow a process 1,024 files at first, which is not enough for a thousand clients.
            assert files > 256
            clients = [await visit(port) for _ in range(5)]
            for client in clients:
                await client.join("tea")
            # One of them is dead and will not answer the close, and one never finished its handshake.
            clients[0].socket.transport.pause_reading()
            _, unfinished = await asyncio.open_connection("127.0.0.1", port)
            process.send_signal(number)
            started_s = time.monotonic()
            for client in clients[1:]:
                closing = await client.hear("closing")
                assert closing["code"] == code
                assert 0 <= closing["reconnect_after_s"] <= 8
                assert await client.closed() == code
            assert await process.wait() == 0
            assert time.monotonic() - started_s <= 8
            log = [json.loads(line) for line in (await process.stderr.read()).splitlines()]
            assert {line["event"] for line in log} == {"closed", "stopped"}
            unfinished.close()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    run(scenario())


def test_while_it_goes_away_newcomers_are_sent_elsewhere_and_health_says_so(
    run: Any, fast: Any, visit: Any
) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(drain_s=1.0, close_timeout_s=3.0, reconnect_spread_s=5.0)) as server:
            dead = await visit(server.port)
            await dead.join("tea")
            dead.socket.transport.pause_reading()
            draining = asyncio.create_task(server.drain())
            await asyncio.sleep(0.1)
            with pytest.raises(InvalidStatus) as caught:
                await visit(server.port)
            assert caught.value.response.status_code == 503
            assert 1 <= int(caught.value.response.headers["Retry-After"]) <= 5
            answer = await request(server.port, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert json.loads(answer.partition(b"\r\n\r\n")[2])["status"] == "draining"
            await draining
            assert len(server.members) == 0

    run(scenario())


def test_a_client_that_reads_nothing_is_cut_when_the_time_is_over(run: Any, fast: Any, visit: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(fast(drain_s=0.3, close_timeout_s=60.0)) as server:
            dead = await visit(server.port)
            await dead.join("tea")
            dead.socket.transport.pause_reading()
            started_s = time.monotonic()
        assert 0.25 < time.monotonic() - started_s < 5

    run(scenario())


@given(st.integers(1, 2000), st.integers(), st.floats(0.001, 600))
def test_each_equal_part_of_the_time_gets_exactly_one_client(clients: int, seed: int, over_s: float) -> None:
    delays_s = sorted(spread_s(clients, over_s, random.Random(seed)))
    for number, delay_s in enumerate(delays_s):
        low, high = number / clients * over_s, (number + 1) / clients * over_s
        assert low * (1 - 1e-9) <= delay_s <= high * (1 + 1e-9)


def test_who_comes_back_when_has_nothing_to_do_with_who_came_first() -> None:
    assert spread_s(100, 10.0, random.Random(1)) != sorted(spread_s(100, 10.0, random.Random(1)))
    assert spread_s(100, 10.0, random.Random(1)) == spread_s(100, 10.0, random.Random(1))
    assert spread_s(0, 10.0, random.Random(1)) == []


def test_a_taken_port_is_an_environment_fault(run: Any, fast: Any) -> None:
    async def scenario() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(EnvironmentFault, match=f"cannot listen on 127.0.0.1:{port}.*choose another"):
                async with ChatServer(fast(), port=port):
                    pass

    run(scenario())
