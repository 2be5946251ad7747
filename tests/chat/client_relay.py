"""A path between client and server that a test can cut, silence and open again."""

import asyncio
import socket
import struct
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

SMALL_BUFFER_BYTES = 65_536


@dataclass
class Line:
    """One relayed connection: whom to cut, and what to stop."""

    writers: list[asyncio.StreamWriter]
    pumps: list[asyncio.Task[None]] = field(default_factory=list)
    is_cut: bool = False

    def cut(self) -> None:
        self.is_cut = True
        for writer in self.writers:
            reset(writer)
        for pump in self.pumps:
            pump.cancel()


class Relay:
    """Listens on a free loopback port and relays to ``target_port``.

    ``up`` and ``down`` are whether bytes of the client and of the server go through; what does not go through
    stays in the sender's buffers, as on a path that swallows packets. ``open`` is whether a connection is let
    in or hung up on.
    """

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.port = 0
        self.accepted = 0
        self.open = True
        self.up, self.down = asyncio.Event(), asyncio.Event()
        self.up.set()
        self.down.set()
        self._lines: dict[asyncio.Task[None], Line] = {}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._lines, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    def cut(self) -> None:
        """Reset every connection at both ends, and lose what was on its way."""
        for line in self._lines.values():
            line.cut()

    def silence(self) -> None:
        """Let nothing through either way; the connections stay."""
        self.up.clear()
        self.down.clear()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        line = Line([writer])
        task = asyncio.create_task(self._relay(line, reader, writer))
        self._lines[task] = line
        task.add_done_callback(self._lines.pop)

    async def _relay(self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw = await self._reach() if self.open else None
        if raw is None:
            reset(writer)
            return
        up_reader, up_writer = await asyncio.open_connection(sock=raw)
        line.writers.append(up_writer)
        if not line.is_cut:
            line.pumps = [
                asyncio.create_task(_pump(reader, up_writer, self.up)),
                asyncio.create_task(_pump(up_reader, writer, self.down)),
            ]
            await asyncio.wait(line.pumps, return_when=asyncio.FIRST_COMPLETED)
            # A close goes through after what was said before it.
            await asyncio.wait(line.pumps, timeout=0.2)
        for pump in line.pumps:
            pump.cancel()
        for end in line.writers:
            end.transport.abort() if line.is_cut else end.close()

    async def _reach(self) -> socket.socket | None:
        """A connection to the server that takes little before it is read; None where nobody is there."""
        raw = socket.socket()
        raw.setblocking(False)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
        try:
            await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", self.target_port))
        except OSError:
            raw.close()
            return None
        return raw


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN, as a crashed peer or a stateful firewall does."""
    raw = writer.get_extra_info("socket")
    if raw is not None and raw.fileno() != -1:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, through: asyncio.Event) -> None:
    try:
        while chunk := await reader.read(65_536):
            await through.wait()
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()
    except OSError:
        return
