"""Runs the server until it is told to stop."""

import asyncio
import gc
import resource
import signal
from collections.abc import Callable

from toolkit.chat.protocol import CLOSE_GOING_AWAY, CLOSE_RESTART
from toolkit.chat.server.chatserver import ChatServer
from toolkit.chat.server.facts import ChatRecorder
from toolkit.chat.server.logs import write_json
from toolkit.chat.settings import Settings

OTHER_FILES = 200
"""Descriptors beside those of connections: sockets that listen, are refused, files."""

COLLECT_AFTER = (50_000, 20, 20)
"""Thresholds of the garbage collector's generations. A full collection among 10,000 connections stops the
loop for half a second, and Python's own thresholds, 700 and 10 and 10, come to one far more often."""


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
    _collect_rarely()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(serve(settings, host, port, recorder=recorder, ready=ready))


def _collect_rarely() -> None:
    """Keep the garbage collector from what lives as long as the process, and from looking too often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
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
