"""How each kind of server is spoken to, as data for the driver."""

import json
from dataclasses import dataclass

UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
)


@dataclass(frozen=True)
class Dialect:
    """How one kind of server is spoken to.

    Args:
        path: what to ask for.
        subprotocol: what to offer. None: nothing.
        steps: what frames to wait for in turn (how they begin) and what to say to each. After the last one
            the connection is ready.
        heartbeat: the server's heartbeat and its answer.
        message: how a message of others begins, or whatever else is to be counted.
    """

    path: str
    message: bytes
    steps: tuple[tuple[bytes, str | None], ...] = ()
    heartbeat: tuple[bytes, str] = (b"\0", "")
    subprotocol: str | None = None

    @property
    def upgrade(self) -> bytes:
        """The opening handshake."""
        offer = f"Sec-WebSocket-Protocol: {self.subprotocol}\r\n" if self.subprotocol else ""
        return UPGRADE.format(path=self.path, more=offer).encode()


def ours(room: str | None, *, counts: str = "message", session: str | None = None) -> Dialect:
    """The chat server.

    Args:
        room: to join. None: none.
        counts: type of the messages to be counted.
        session: secret of the session to resume. None: a new one.
    """
    awaited = [b'{"type":"hello"']
    said: list[str | None] = []
    if session is not None:
        said.append(json.dumps({"type": "resume", "session": session}))
        awaited.append(b'{"type":"resumed"')
    if room is not None:
        said.append(json.dumps({"type": "join", "room": room}))
        awaited.append(b'{"type":"joined"')
    return Dialect(
        path="/ws",
        subprotocol="chat.v1",
        steps=tuple(zip(awaited, [*said, None], strict=True)),
        heartbeat=(b'{"type":"ping"', '{"type":"pong"}'),
        message=f'{{"type":"{counts}"'.encode(),
    )


BARE = Dialect(path="/ws", message=b'{"type":"message"')
ECHO = Dialect(path="/echo", message=b'{"type":"publish"')


def socketio(room: str | None) -> Dialect:
    """A Socket.IO server of version 4, over WebSocket from the start."""
    joined = (b"40", f"420{json.dumps(['join', room])}"), (b"430", None)
    return Dialect(
        path="/socket.io/?EIO=4&transport=websocket",
        steps=((b"0", "40"), *(joined if room is not None else ((b"40", None),))),
        heartbeat=(b"2", "3"),
        message=b'42["message"',
    )
