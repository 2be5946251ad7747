"""One WebSocket of the plain client, read by a compiled library.

So what a delivery costs is mostly the probe's own accounts. The rules of WebSocket that the library leaves to
its user are kept here: fragments, reserved bits, the answer to a close.
"""

import asyncio
import logging
import socket
from contextlib import suppress
from functools import lru_cache

from picows import WSCloseCode, WSFrame, WSHandshakeError, WSListener, WSMsgType, WSTransport, ws_connect
from picows.url import WSParsedURL

from toolkit.chat.protocol import Refused, decode
from toolkit.measure.adapters.base import OPEN_TIMEOUT_S, Payload, Receive
from toolkit.measure.adapters.frames import BadFrame, payload_of

CLOSE_S = 10.0
"""How long the server may take to answer a close and to hang up."""

MAX_BYTES = 2**20
"""Of a message; a larger one ends the connection."""

_TEXT = WSMsgType.TEXT
_FRAGMENTS = (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION)

# What the library has to say is told by how the attempt or the connection ended.
_QUIET = logging.getLogger(f"{__name__}.picows")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class HttpAnswer(ConnectionError):
    """The server answered the handshake with another HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the server answered HTTP {status}")
        self.status = status


@lru_cache(maxsize=256)
def _read(frame: bytes) -> tuple[str, Payload]:
    """What a message is, and what it carries; read once for all clients of a room, who get the same bytes.

    Raises:
        BadFrame: it makes no sense.
    """
    try:
        message = decode(frame.decode())
    except Refused as refused:
        raise BadFrame(str(refused)) from None
    kind: str = message["type"]
    return kind, payload_of(message.get("data")) if kind == "message" else {}


class PlainLine(WSListener):
    """Takes what one connection reads as soon as it is read, so the time of receipt is that of reading."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._parts: list[bytes] = []
        self.port: int | None = None
        self.joined = False
        self.answered = asyncio.Event()
        self.writable = asyncio.Event()
        self.writable.set()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.port = int(transport.underlying_transport.get_extra_info("sockname")[1])

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        plain = frame.msg_type is _TEXT and frame.fin and not self._parts
        try:
            if frame.rsv1 or frame.rsv2 or frame.rsv3:
                raise BadFrame("reserved bits without an extension")
            if plain:
                self._take(frame.get_payload_as_bytes())
            else:
                self._other(transport, frame)
        except UnicodeDecodeError:
            self._refuse(transport, WSCloseCode.INVALID_TEXT, "no UTF-8")
        except BadFrame as bad:
            self._refuse(transport, WSCloseCode.PROTOCOL_ERROR, str(bad))

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.answered.set()
        self.writable.set()

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def _take(self, message: bytes) -> None:
        kind, payload = _read(message)
        if kind == "message":
            self._receive(payload)
        elif kind == "joined":
            self.joined = True
            self.answered.set()

    def _other(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take in what is no whole text: a part of one, or a frame about the connection."""
        if frame.msg_type is WSMsgType.CLOSE:
            _answer(transport, frame)
        elif frame.msg_type in _FRAGMENTS:
            self._gather(transport, frame)

    def _gather(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.BINARY:
            raise BadFrame("binary frames are not understood")
        if (frame.msg_type is _TEXT) == bool(self._parts):
            raise BadFrame("a fragment out of place")
        # An empty first fragment opens a message as well.
        self._parts.append(frame.get_payload_as_bytes())
        if sum(map(len, self._parts)) > MAX_BYTES:
            self._refuse(transport, WSCloseCode.MESSAGE_TOO_BIG, f"more than {MAX_BYTES} bytes")
        elif frame.fin:
            whole, self._parts = b"".join(self._parts), []
            self._take(whole)

    def _refuse(self, transport: WSTransport, code: WSCloseCode, why: str) -> None:
        """End a connection that says what makes no sense. The first reason counts, and nothing after it."""
        self._receive = _ignore
        if not transport.is_close_frame_sent:
            transport.send_close(code, why.encode()[:100].decode(errors="ignore"))
            _hang_up_later(transport)


def _ignore(payload: Payload) -> None:
    """Take what came too late."""


def _answer(transport: WSTransport, frame: WSFrame) -> None:
    """Answer a close alike; hanging up is the server's part."""
    if transport.is_close_frame_sent:
        return
    if code := frame.get_close_code():
        transport.send_close(code, frame.get_close_message())
    else:
        transport.send(WSMsgType.CLOSE, None)
    _hang_up_later(transport)


def _hang_up_later(transport: WSTransport) -> None:
    asyncio.get_running_loop().call_later(CLOSE_S, transport.disconnect, False)


class _Sockets:
    """Connects the sockets of one attempt and knows them, so that one that is given up leaves none."""

    def __init__(self) -> None:
        self._made: list[socket.socket] = []

    async def make(self, url: WSParsedURL) -> socket.socket:
        """A socket that is connected, to the first address of the host that takes it."""
        loop = asyncio.get_running_loop()
        failed: OSError | None = None
        for family, type_, number, _, address in await loop.getaddrinfo(
            url.host, url.port, type=socket.SOCK_STREAM
        ):
            made = socket.socket(family, type_, number)
            made.setblocking(False)
            try:
                await loop.sock_connect(made, address)
            except BaseException as error:
                made.close()
                if not isinstance(error, OSError):
                    raise
                failed = failed or error
                continue
            self._made.append(made)
            return made
        raise failed or OSError(f"{url.host} has no address")

    def shut(self) -> None:
        """End them all; whoever reads them closes them then."""
        for made in self._made:
            with suppress(OSError):
                made.shutdown(socket.SHUT_RDWR)


async def open_plain(url: str, line: PlainLine) -> WSTransport:
    """One connection whose handshake is done; what it reads goes to the line from then on.

    Raises:
        Exception: the attempt failed.
    """
    sockets = _Sockets()
    try:
        async with asyncio.timeout(OPEN_TIMEOUT_S):
            transport, listener = await ws_connect(
                lambda request, response: line, url, socket_factory=sockets.make, logger_name=_QUIET,
                websocket_handshake_timeout=None, max_frame_size=MAX_BYTES, use_aiofastnet=False,
            )  # fmt: skip
    except WSHandshakeError as error:
        if error.response is None or error.response.status == 101:
            raise
        raise HttpAnswer(int(error.response.status)) from error
    except BaseException:
        sockets.shut()
        raise
    if listener is None:
        raise ConnectionResetError("the server hung up before it answered")
    return transport
