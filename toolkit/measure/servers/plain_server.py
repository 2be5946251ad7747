"""A chat server without any of the fixes, to measure them against: no heartbeat, no timeout, only rooms.

Run as ``python -m toolkit.measure.servers.plain_server``. It speaks ``join`` and ``publish`` of
:mod:`toolkit.chat.protocol`, without ``hello``.
"""

import asyncio
from collections import defaultdict

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from toolkit.chat.protocol import decode, encode
from toolkit.measure.servers.child import announce, until_told

Rooms = defaultdict[str, set[ServerConnection]]


async def handle(socket: ServerConnection, rooms: Rooms) -> None:
    """Serve one connection until it is over."""
    joined: set[str] = set()
    try:
        async for frame in socket:
            message = decode(frame)
            room = str(message["room"])
            if message["type"] == "join":
                joined.add(room)
                rooms[room].add(socket)
                await socket.send(encode({"type": "joined", "room": room}))
            elif message["type"] == "publish":
                await _publish(socket, rooms[room], encode({"type": "message", "data": message["data"]}))
    except ConnectionClosed:
        pass
    finally:
        for room in joined:
            rooms[room].discard(socket)


async def _publish(sender: ServerConnection, members: set[ServerConnection], frame: str) -> None:
    """One after the other, as such servers do: the slowest recipient delays the rest."""
    for member in list(members):
        if member is not sender:
            try:
                await member.send(frame)
            except ConnectionClosed:
                continue


async def main() -> None:
    """Serve on a free port of loopback until the parent goes away."""
    rooms: Rooms = defaultdict(set)

    async def handler(socket: ServerConnection) -> None:
        await handle(socket, rooms)

    async with serve(handler, "127.0.0.1", 0, ping_interval=None, compression=None) as server:
        announce(next(iter(server.sockets)).getsockname()[1])
        await until_told()


if __name__ == "__main__":
    asyncio.run(main())
