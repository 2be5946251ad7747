"""The stabilised server: rooms over WebSocket at ``/ws``, with sessions that survive their connections.

The messages are described in :mod:`toolkit.chat.protocol`. Beside them: ``/health`` (JSON), ``/metrics``
(Prometheus text) and a demo page at ``/``.
"""

import asyncio
import resource
import signal
from collections.abc import Callable

from toolkit.chat.chatserver import ChatServer
from toolkit.chat.facts import ChatRecorder
from toolkit.chat.logs import write_json
from toolkit.chat.protocol import CLOSE_GOING_AWAY, CLOSE_RESTART
from toolkit.chat.settings import Settings

__all__ = ["ChatRecorder", "ChatServer", "run_server", "serve"]

OTHER_FILES = 200
"""Descriptors beside those of connections: sockets that listen, are refused, files."""


async def serve(
    settings: Settings,
    host: str,
    port: int,
    *,
    recorder: ChatRecorder | None = None,
    ready: Callable[[int], None] = lambda port: None,
) -> None:
    """Serve until SIGTERM or SIGINT, then close every client and return soon after ``drain_s`` at the latest.

    Args:
        settings: every timer and limit.
        host, port: where to listen; port 0 takes a free one.
        recorder: see :class:`ChatServer`.
        ready: called with the port once the server answers.

    Raises:
        InputError: the files of TLS are wrong.
        EnvironmentFault: the address is taken or not this machine's, or the secret of tokens is not there.
    """
    told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def stop(code: int) -> None:
        if not told.done():
            told.set_result(code)

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop, CLOSE_RESTART)
    loop.add_signal_handler(signal.SIGINT, stop, CLOSE_GOING_AWAY)
    async with ChatServer(settings, recorder, host=host, port=port) as server:
        ready(server.port)
        await server.drain(await told)


def run_server(
    settings: Settings,
    host: str,
    port: int,
    *,
    recorder: ChatRecorder | None = None,
    ready: Callable[[int], None] = lambda port: None,
) -> None:
    """Run :func:`serve` as a process does: on the fastest event loop there is, logging JSON lines.

    Args and errors are those of :func:`serve`.
    """
    write_json()
    _allow_files(settings.max_connections + OTHER_FILES)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve(settings, host, port, recorder=recorder, ready=ready))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """That of uvloop where it is installed. None: Python's own."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _allow_files(count: int) -> None:
    """Raise this process's own limit on open files as far as it may be; many systems begin with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
