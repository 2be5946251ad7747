"""A server that answers as it is told to, to see what an adapter makes of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from websockets.asyncio.server import ServerConnection, serve

from toolkit.measure.adapters import kind

Answers = Callable[[str], list[str]]


def socketcluster(frame: str) -> list[str]:
    """What a SocketCluster server says to a client that connects, whose silence is a loss after 0.3 s."""
    if not frame:
        return []
    said = json.loads(frame)
    data = (
        {"id": "me", "pingTimeout": 300, "isAuthenticated": False} if said["event"] == "#handshake" else None
    )
    return [json.dumps({"rid": said["cid"], "data": data})]


def deepstream(frame: str) -> list[str]:
    """What a deepstream server says to a client that connects; to a ping it says nothing."""
    said = json.loads(frame)
    answers = {
        (2, 5): {"topic": 2, "action": 4},
        (3, 2): {"topic": 3, "action": 3},
        (4, 3): {"topic": 4, "action": 3},
    }
    found = answers.get((said["topic"], said["action"]))
    return [json.dumps(found)] if found else []


class Nats:
    """What a NATS server says to a client that connects; it answers two pings and no more."""

    def __init__(self) -> None:
        self._pongs = 2

    def __call__(self, frame: str) -> list[str]:
        if not frame:
            return ['INFO {"server_id":"x","version":"2"}\r\n']
        if "PING" in frame and self._pongs:
            self._pongs -= 1
            return ["PONG\r\n"]
        return []


def soketi(frame: str) -> list[str]:
    """What a server of the Pusher protocol says to a client that connects; to a ping it says nothing."""
    if not frame:
        told = json.dumps({"socket_id": "1.2", "activity_timeout": 0.1})
        return [json.dumps({"event": "pusher:connection_established", "data": told})]
    if "pusher:subscribe" in frame:
        return [json.dumps({"event": "pusher_internal:subscription_succeeded", "channel": "private-tea"})]
    return []


SCRIPTS: dict[str, Callable[[], Answers]] = {
    "socketcluster": lambda: socketcluster,
    "deepstream": lambda: deepstream,
    "nats": Nats,
    "soketi": lambda: soketi,
}
GREET = ("nats", "soketi")
"""These servers speak first."""


@asynccontextmanager
async def scripted(
    option: str, *, first: str | None = None, then: tuple[str, ...] = ()
) -> AsyncIterator[str]:
    """The URL of a server of ``option``.

    Args:
        first: all that it ever says, at once. None: what such a server says.
        then: what it says once the client has joined, and again when that says more; each a frame.
    """

    async def handle(socket: ServerConnection) -> None:
        if first is not None:
            await socket.send(first)
            await socket.wait_closed()
            return
        answers, told = SCRIPTS[option](), 0
        for frame in answers("") if option in GREET else []:
            await socket.send(frame)
        async for frame in socket:
            for answer in answers(frame if isinstance(frame, str) else frame.decode()):
                await socket.send(answer)
                told += 1
            if told >= JOINED_AFTER[option] and then:
                await asyncio.sleep(0.02)
                for word in then:
                    await socket.send(word)

    async with serve(handle, "127.0.0.1", 0, ping_interval=None) as server:
        yield kind(option).local_url(next(iter(server.sockets)).getsockname()[1])


JOINED_AFTER = {"socketcluster": 2, "deepstream": 3, "nats": 2, "soketi": 1}
"""So many answers take a client into its room."""
