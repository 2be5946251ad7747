"""Starts the servers of the chat benchmarks, reads what they cost from /proc, stops them by process id."""

import asyncio
import json
import os
import resource
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.measure.servers.processes import command

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
START_S = 20.0
SERVERS = Path(__file__).with_name("chat_servers.py")

ROOMY = {
    "max_connections": 20_000, "max_connections_per_address": 20_000, "messages_per_s": 1_000_000.0,
    "message_burst": 1_000_000, "handshakes_per_s": 100_000.0, "handshake_burst": 100_000,
    "handshakes_per_address_per_s": 100_000.0, "handshake_burst_per_address": 100_000,
}  # fmt: skip
"""Limits that no benchmark meets; the other settings stay those of ``stable``."""


@dataclass
class Server:
    """A running server."""

    process: asyncio.subprocess.Process
    port: int

    @property
    def proc(self) -> Path:
        """Where the kernel tells of it."""
        return Path("/proc") / str(self.process.pid)

    def cpu_s(self) -> float:
        """Processor seconds so far, of the kernel's work for it too."""
        fields = (self.proc / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss_bytes(self) -> int:
        """Resident memory."""
        return int((self.proc / "statm").read_text().split()[1]) * PAGE

    def pss_bytes(self) -> int:
        """Resident memory, of shared pages its share."""
        rollup = (self.proc / "smaps_rollup").read_text()
        return int(rollup.partition("\nPss:")[2].split()[0]) * 1024

    def descriptors(self) -> int:
        """Open file descriptors."""
        return len(list((self.proc / "fd").iterdir()))

    async def tasks(self) -> int:
        """How many tasks its event loop has; not of Socket.IO. It collects its garbage first."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(b"tasks\n")
        return int(await asyncio.wait_for(self.process.stdout.readline(), 30.0))

    async def metrics(self) -> dict[str, float]:
        """What our server says at ``/metrics``, by name with labels."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        head, _, body = (await asyncio.wait_for(reader.read(), 30.0)).decode().partition("\r\n\r\n")
        writer.close()
        if " 200 " not in head:
            raise RuntimeError(f"no metrics: {head[:200]}")
        lines = [line.rpartition(" ") for line in body.splitlines() if line and not line.startswith("#")]
        return {name: float(value) for name, _, value in lines}

    async def stop(self) -> None:
        """End it, at once and for good."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


def allow_descriptors() -> None:
    """Let this process and its children have as many open files as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def start(kind: str, *, port: int = 0, settings: dict[str, Any] | None = None) -> Server:
    """A server that answers.

    Args:
        kind: ``socketio``, or one of ``chat_servers.py``.
        port: where. 0: wherever there is a free one.
        settings: over those of :data:`ROOMY`. None: as they are.

    Raises:
        RuntimeError: it did not start.
    """
    allow_descriptors()
    values = json.dumps(ROOMY if settings is None else settings)
    own = [sys.executable, str(SERVERS), kind, str(port), values]
    pipe = asyncio.subprocess.PIPE
    with tempfile.TemporaryFile() as words:
        process = await asyncio.create_subprocess_exec(
            *(command("socketio") if kind == "socketio" else own),
            stdin=pipe, stdout=pipe, stderr=words, start_new_session=True,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            word, found = (await asyncio.wait_for(process.stdout.readline(), START_S)).split()
            if word == b"listening":
                return Server(process, int(found))
        except (TimeoutError, ValueError):
            pass
        await Server(process, 0).stop()
        words.seek(0)
        raise RuntimeError(f"the server {kind} did not start; it said: {words.read()[-2000:].decode()}")


@asynccontextmanager
async def running(kind: str, **how: Any) -> AsyncIterator[Server]:
    """A server that is stopped in the end, whatever happens."""
    server = await start(kind, **how)
    try:
        yield server
    finally:
        await server.stop()
