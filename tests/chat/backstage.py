"""A chat server that lives beside the browser's tests, and a relay that treats its connections badly."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from toolkit.chat.server import ChatServer
from toolkit.chat.settings import Settings

T = TypeVar("T")


class Relay:
    """A TCP relay before a server: it cuts connections, turns new ones away, or falls silent."""

    def __init__(self) -> None:
        self.port = 0
        self.closed = False
        """Whether new connections are turned away."""
        self._target = 0
        self._to_clients: set[asyncio.StreamWriter] = set()
        self._to_server: set[asyncio.StreamWriter] = set()
        self._silent: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, target: int) -> None:
        self._target = target
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        await self.speak_again()
        await self.cut()
        await asyncio.gather(*self._tasks)

    async def cut(self) -> None:
        """Reset every connection."""
        for writer in self._to_clients | self._to_server:
            writer.transport.abort()

    async def fall_silent(self, *, to_server: bool = True) -> None:
        """Pass on nothing more to the clients there are, nor to the server, and keep both ends open."""
        self._silent |= self._to_clients | (self._to_server if to_server else set())

    async def speak_again(self) -> None:
        """Pass on what was held back, and all that comes."""
        self._silent.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.closed:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._to_clients.add(writer)
        self._to_server.add(far_writer)
        for pair in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pump(*pair))
            self._tasks.add(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self._while_silent(writer)
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        await self._while_silent(writer)
        writer.close()

    async def _while_silent(self, writer: asyncio.StreamWriter) -> None:
        while writer in self._silent and not writer.is_closing():
            await asyncio.sleep(0.02)


class Backstage:
    """A server, and a relay before it, on a thread of their own: the browser's tests block theirs."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        self._settings, self._options = settings, options
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.relay = Relay()
        self.server: ChatServer

    def __enter__(self) -> "Backstage":
        self._thread.start()
        self.run(self._start())
        return self

    def __exit__(self, *error: object) -> None:
        self.run(self.relay.stop())
        self.run(self.server.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        self.server = await ChatServer(self._settings, **self._options).__aenter__()
        await self.relay.start(self.server.port)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of what runs on the server's thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=20)

    def count(self, name: str) -> int:
        """What the server counted so far."""
        return self.server.counts[name]

    def address(self, room: str = "tea", *, relayed: bool = False) -> str:
        """Of the page, straight or through the relay."""
        return f"http://127.0.0.1:{self.relay.port if relayed else self.server.port}/?room={room}"
