"""What the server processes share: saying their port, and ending with their parent."""

import asyncio
import signal
import sys


def announce(port: int, pid: int | None = None) -> None:
    """Tell the parent where this server listens; it takes free ports, so that none can be taken twice.

    Args:
        pid: of the process that serves. None: this one.
    """
    sys.stdout.write(f"listening {port}\n" if pid is None else f"listening {port} {pid}\n")
    sys.stdout.flush()


async def until_told() -> None:
    """Return on SIGTERM, on SIGINT, or when the parent is gone, even killed: then standard input ends."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    parent = asyncio.create_task(reader.read())
    told = asyncio.create_task(stop.wait())
    _, pending = await asyncio.wait({parent, told}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
