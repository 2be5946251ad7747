"""The servers of the chat benchmarks, each a process of its own on uvloop.

    python benchmarks/chat_servers.py KIND [PORT] [SETTINGS]

KIND is ``ours`` or ``recording`` (the chat server as ``toolkit serve`` runs it, without and with a recorder,
with SETTINGS in JSON over the preset ``stable``), or ``bare`` or ``silent`` (the websockets library with
nothing around it: at ``/echo`` it echoes, elsewhere it broadcasts to all others; ``silent`` has no
keepalive). All say their port on standard output, answer a line on standard input with the number of their
tasks, and end when their parent is gone.
"""

import asyncio
import gc
import os
import sys
import tempfile
import threading
from pathlib import Path

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast
from websockets.asyncio.server import serve as listen
from websockets.exceptions import ConnectionClosed

from toolkit.measure.servers.child import announce

BACKLOG = 4_096


def ready(port: int) -> None:
    """Say the port, answer what the parent asks, and end with it, even with a killed one."""
    loop = asyncio.get_running_loop()

    def answer() -> None:
        gc.collect()
        print(len(asyncio.all_tasks(loop)), flush=True)

    def follow() -> None:
        for _ in sys.stdin:
            loop.call_soon_threadsafe(answer)
        os._exit(0)

    threading.Thread(target=follow, daemon=True).start()
    announce(port)


async def echo(socket: ServerConnection) -> None:
    """What the library's own example does."""
    async for message in socket:
        await socket.send(message)


async def relay(socket: ServerConnection, members: set[ServerConnection]) -> None:
    """Broadcast what comes to all others."""
    members.add(socket)
    try:
        async for message in socket:
            broadcast((member for member in members if member is not socket), message)
    finally:
        members.discard(socket)


async def bare(port: int, keepalive_s: float | None) -> None:
    """The library alone, with all its defaults but compression."""
    members: set[ServerConnection] = set()

    async def handle(socket: ServerConnection) -> None:
        try:
            where = socket.request.path if socket.request is not None else ""
            await (echo(socket) if where == "/echo" else relay(socket, members))
        except ConnectionClosed:
            pass

    async with listen(
        handle, "127.0.0.1", port, compression=None, ping_interval=keepalive_s, backlog=BACKLOG
    ) as server:
        ready(next(iter(server.sockets)).getsockname()[1])
        await asyncio.get_running_loop().create_future()


def ours(port: int, values: str, *, recording: bool) -> None:
    """The chat server; what it records is gone afterwards."""
    from toolkit.chat.server import run_server
    from toolkit.chat.settings import Settings
    from toolkit.measure.recorder import Recorder
    from toolkit.measure.served import ServedFacts

    settings = Settings.model_validate_json(values)
    if not recording:
        return run_server(settings, "127.0.0.1", port, ready=ready)
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder), option="current", environment="lab", collector="benchmark")
        facts = ServedFacts(recorder, session_s=settings.session_s, patience_s=1.0)
        settings = settings.model_copy(update={"acknowledge": True})
        run_server(settings, "127.0.0.1", port, recorder=facts, ready=ready)
    return None


def main(kind: str, port: str = "0", values: str = "{}") -> None:
    """Serve until it is killed."""
    if kind in ("ours", "recording"):
        ours(int(port), values, recording=kind == "recording")
    else:
        uvloop.run(bare(int(port), 20.0 if kind == "bare" else None))


if __name__ == "__main__":
    main(*sys.argv[1:])
