"""Plain TCP ends for the tests of the fault proxy: an echo server that keeps what it sees, and clients."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from toolkit.measure.faults.proxy import FaultProxy
from toolkit.measure.faults.script import NetworkFaults

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Echo:
    """An echo server.

    Args:
        heard: what each connection sent, in pieces as they were read.
        ends: how each connection ended for the server: ``fin`` or ``rst``.
    """

    heard: list[list[bytes]] = field(default_factory=list)
    ends: dict[int, str] = field(default_factory=dict)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(self.heard)
        self.heard.append([])
        self.writers.append(writer)
        try:
            while chunk := await reader.read(65_536):
                self.heard[number].append(chunk)
                writer.write(chunk)
                await writer.drain()
            self.ends[number] = "fin"
        except ConnectionError:
            self.ends[number] = "rst"
        finally:
            writer.close()


@dataclass
class Lab:
    """A proxy before an echo server."""

    echo: Echo
    proxy: FaultProxy
    opened: list[asyncio.StreamWriter] = field(default_factory=list)

    async def dial(self) -> Streams:
        """A connection to the proxy."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.proxy.port)
        self.opened.append(writer)
        return reader, writer

    async def connect(self) -> Streams:
        """A connection through the proxy, once the server has it."""
        before = len(self.echo.heard)
        streams = await self.dial()
        await until(lambda: len(self.echo.heard) > before)
        return streams


@asynccontextmanager
async def lab(faults: NetworkFaults | None = None, *, seed: int = 1) -> AsyncIterator[Lab]:
    """A proxy with these faults before an echo server."""
    echo = Echo()
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, FaultProxy(port, faults or NetworkFaults(), seed) as proxy:
        here = Lab(echo, proxy)
        yield here
        for writer in (*here.opened, *echo.writers):
            writer.transport.abort()


async def until(condition: Callable[[], object], within_s: float = 10.0) -> None:
    """Return once the condition holds."""
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.005)
