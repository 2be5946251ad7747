"""The opening of a client's connection: what is said before anything else, and the server's hello."""

import asyncio
import logging
import re
import ssl
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from toolkit.chat.protocol import SUBPROTOCOL, Message, decode
from toolkit.chat.settings import Settings

MAX_FRAME_BYTES = 16_777_216
"""What a server may send in one frame; the answer to ``history`` holds many messages."""

# At its debug level the library writes every header and frame down, the token and the session's secret too.
library_log = logging.getLogger("toolkit.chat.client.websockets")
library_log.setLevel(logging.INFO)


@dataclass(frozen=True)
class Opening:
    """Where to connect and as whom.

    Args:
        url: of the server, such as ``ws://127.0.0.1:8765/ws``.
        token: proves who the user is; it travels in a header. None: none is sent.
        tls: for ``wss``. None: the default context, which trusts what this machine trusts.

    Raises:
        InvalidURI: the address is none of a WebSocket.
        ValueError: the token has a character that no header may carry, or the address wants no TLS.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        if not parse_uri(self.url).secure and self.tls is not None:
            raise ValueError("a TLS context is for an address that begins with wss")
        if self.token is not None and not re.fullmatch(r"[!-~]+", self.token):
            raise ValueError("the token has a character that no header may carry")

    async def open(self, settings: Settings) -> tuple[ClientConnection, Message]:
        """An open connection and the server's hello.

        Raises:
            OSError, TimeoutError, WebSocketException: the server cannot be reached or is no WebSocket server.
        """
        # The library refuses ssl=None for wss, so that the default is to leave it out.
        chosen: dict[str, Any] = {} if self.tls is None else {"ssl": self.tls}
        socket = await connect(
            self.url,
            proxy=None,
            compression=None,
            ping_interval=None,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers={} if self.token is None else {"Authorization": f"Bearer {self.token}"},
            open_timeout=settings.open_timeout_s,
            close_timeout=settings.close_timeout_s,
            max_size=MAX_FRAME_BYTES,
            logger=library_log,
            **chosen,
        )
        try:
            async with asyncio.timeout(settings.open_timeout_s):
                return socket, _hello(await socket.recv())
        except (ConnectionClosed, ValueError) as error:
            socket.transport.abort()
            raise ConnectionResetError("the server sent no hello") from error
        except BaseException:
            socket.transport.abort()
            raise


def _hello(frame: str | bytes) -> Message:
    message = decode(frame)
    if message["type"] != "hello":
        raise ValueError("the first message is no hello")
    return message
