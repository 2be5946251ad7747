"""The server's end of one WebSocket, which can be written to and closed without waiting."""

import asyncio
import time
from typing import TYPE_CHECKING, Any, Protocol

from websockets.asyncio.server import Server, ServerConnection
from websockets.frames import TEXT, Frame
from websockets.protocol import OPEN, Event
from websockets.server import ServerProtocol

if TYPE_CHECKING:
    from toolkit.chat.server.members import Member


FAIR_BYTES = 65_536
"""After so many bytes of one connection in a row, the others get their turn;"""

MESSAGE_BYTES = 1_024
"""beside its own length, a message counts as so many."""

_HEADS = [bytes([0x81, length]) for length in range(126)]


def text_frame(text: str) -> bytes:
    """A message as it goes to any number of sockets; without compression it is the same for all.

    Source: RFC 6455, section 5.2. The library's own way to it takes ten times as long, which counts where
    each answer is one.
    """
    payload = text.encode()
    length = len(payload)
    if length < 126:
        return _HEADS[length] + payload
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload


def payload_of(frame: bytes) -> str:
    """The message within a frame of :func:`text_frame`."""
    # The length stands in the second byte, or in the 2 or 8 bytes after it (RFC 6455, section 5.2).
    length = frame[1]
    return frame[2 if length < 126 else 4 if length == 126 else 10 :].decode()


class Door(Protocol):
    """Hears of every socket's first moment and of its last."""

    def arrived(self, socket: "Socket") -> bool:
        """Whether the socket may begin its handshake."""

    def lost(self, socket: "Socket") -> None:
        """The socket is gone."""


class Reader(Protocol):
    """Takes messages as they come."""

    def heard(self, socket: "Socket", text: str) -> bool:
        """Whether the message was dealt with at once; else it waits for :meth:`Socket.recv`."""

    def drained(self, socket: "Socket") -> None:
        """The other end has read most of what was written."""


class Socket(ServerConnection):
    """A connection that notes when it was heard, and whose frames are written in the order of the calls.

    The library's ``send`` and ``close`` wait for the other end, so that two answers could change places and
    each close would need a task of its own. A message that comes while :attr:`idle` is set is given to the
    reader without waking the task that reads, which takes longer than most messages do.
    """

    # The library's own attributes fill a dictionary that instances share; one more would make it theirs.
    __slots__ = (
        "_door", "_in_a_row", "_reader", "address", "arrived_s", "code_sent", "heard_s", "idle", "member",
        "peer", "unfinished", "user",
    )  # fmt: skip

    def __init__(
        self, protocol: ServerProtocol, server: Server, *, door: Door, reader: Reader, **options: Any
    ) -> None:
        super().__init__(protocol, server, **options)
        self._door, self._reader = door, reader
        self._in_a_row = 0
        self.arrived_s = self.heard_s = time.monotonic()
        self.idle = self.unfinished = False
        self.peer = ""
        self.address: str | None = None
        self.user: str | None = None
        self.member: Member | None = None
        self.code_sent: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = self.remote_address
        self.peer = str(peer[0]) if isinstance(peer, tuple) else ""
        if not self._door.arrived(self):
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._door.lost(self)

    def data_received(self, data: bytes) -> None:
        self.heard_s = time.monotonic()
        self._in_a_row = 0
        super().data_received(data)

    def process_event(self, event: Event) -> None:
        if (
            self.idle
            and isinstance(event, Frame)
            and event.opcode is TEXT
            and event.fin
            # A message must not overtake one that waits.
            and not self.recv_messages.frames.queue
            and not self.paused
            and self._in_a_row < FAIR_BYTES
            and self._hear(event)
        ):
            return
        super().process_event(event)

    def _hear(self, event: Frame) -> bool:
        try:
            text = str(event.data, "utf-8")
        except UnicodeDecodeError:
            # Whoever reads it will end the connection with 1007.
            return False
        self._in_a_row += len(text) + MESSAGE_BYTES
        return self._reader.heard(self, text)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._reader.drained(self)

    @property
    def is_open(self) -> bool:
        return self.protocol.state is OPEN

    def unsent_bytes(self) -> int:
        """How much was written that the other end's system has not taken yet."""
        return self.transport.get_write_buffer_size()

    def write(self, frame: bytes) -> None:
        """Write a frame of :func:`text_frame`; nothing happens if the connection is over."""
        if self.protocol.state is OPEN:
            self.transport.write(frame)

    def start_close(self, code: int, reason: str) -> None:
        """Send a close frame; whoever sweeps cuts the connection once :attr:`close_deadline` is past."""
        if self.protocol.state is not OPEN:
            return
        self.code_sent = code
        self.protocol.send_close(code, reason)
        self.close_deadline = self.loop.time() + (self.close_timeout or 0.0)
        self.send_data()

    def is_overdue(self, now_s: float) -> bool:
        """Whether the closing handshake takes too long."""
        return self.close_deadline is not None and now_s >= self.close_deadline
