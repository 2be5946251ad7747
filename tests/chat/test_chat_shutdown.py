"""Starting and stopping: SIGTERM closes every client and ends the process; a taken port is told."""

import asyncio
import signal
import socket
import sys
import time
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from toolkit.chat.server import ChatServer
from toolkit.project.faults import EnvironmentFault

PROGRAM = """
import asyncio
from toolkit.chat.server import serve
from toolkit.chat.settings import Settings
shorter = Settings(close_timeout_s=2.0, drain_s=2.0)
asyncio.run(serve(shorter, "127.0.0.1", 0, ready=lambda port: print(port, flush=True)))
"""


def test_sigterm_closes_clients_with_1001_and_the_process_is_gone(run: Any, visit: Any) -> None:
    async def scenario() -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            port = int(await process.stdout.readline())
            clients = [await visit(port) for _ in range(5)]
            # One of them is dead and will not answer the close.
            clients[0].socket.transport.pause_reading()
            process.send_signal(signal.SIGTERM)
            started_s = time.monotonic()
            for client in clients[1:]:
                with pytest.raises(ConnectionClosed):
                    await client.hear("never")
                assert client.socket.close_code == 1001
            assert await process.wait() == 0
            assert time.monotonic() - started_s <= 6
            clients[0].socket.transport.abort()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    run(scenario())


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
