"""One end of a relayed connection, as the proxy holds it."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Literal, cast

End = Literal["client", "server"]

LINGER_S = 5.0
"""An end that was told of the close and does not close itself is cut after so long."""


BUFFER_BYTES = 65_536
"""What the kernel keeps of what an end sent, before the proxy has read it."""


class Side(asyncio.Protocol):
    """The socket towards one end.

    It goes on reading whatever happens, as nothing else shows when the end closes.

    Args:
        heard: called with what the end sends.
        ended: called once the end closes (False) or resets (True) its side.
        gone: called once the socket is.
    """

    def __init__(
        self, *, heard: Callable[[bytes], None], ended: Callable[[bool], None], gone: Callable[[], None]
    ) -> None:
        self._heard, self._ended, self._gone = heard, ended, gone
        self._transport: asyncio.Transport | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._finished = False
        self.made = asyncio.Event()
        """Whether there is a connection, or was one."""
        self.closed = False
        """Whether the end closed or reset its side."""
        self.lost = False
        """Whether the socket is gone."""

    @property
    def port(self) -> int | None:
        """The end's own port. None before there is a connection."""
        peer = self._transport.get_extra_info("peername") if self._transport is not None else None
        return int(peer[1]) if peer else None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        # The kernel's own would take megabytes before the other end could notice that the path is slow.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        self.made.set()

    def data_received(self, data: bytes) -> None:
        self._heard(data)

    def eof_received(self) -> bool:
        self._end(reset=False)
        if self._finished and self._transport is not None:
            self._transport.close()
        # Kept open otherwise: what the other end still sends may go out.
        return True

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
        self._writable.set()
        if error is not None:
            self._end(reset=True)
        self._gone()

    def _end(self, *, reset: bool) -> None:
        if not self.closed:
            self.closed = True
            self._ended(reset)

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    async def drained(self) -> None:
        """Return when more may be written."""
        await self._writable.wait()

    def write(self, data: bytes) -> None:
        """Send to the end; where it is gone, nobody misses it."""
        if self._transport is not None and not self._transport.is_closing() and not self._finished:
            self._transport.write(data)

    def pause(self) -> None:
        """Read no more for now."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def finish(self) -> None:
        """Send FIN, and close once the end has closed too, after ``LINGER_S`` in any case."""
        transport = self._transport
        if transport is None or transport.is_closing() or self._finished:
            return
        self._finished = True
        self.resume()
        if self.closed:
            transport.close()
            return
        transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER_S, self.abort)

    def abort(self) -> None:
        """Close at once, without a word to whoever still sends."""
        if self._transport is not None:
            self._transport.abort()

    def reset(self) -> None:
        """Close with RST instead of FIN, as a crashed peer or a stateful firewall does."""
        if self._transport is None:
            return
        raw = self._transport.get_extra_info("socket")
        if raw is not None and raw.fileno() != -1:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
