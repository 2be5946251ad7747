"""The stabilised chat server, as ``python -m toolkit.measure.servers.chat_server PRESET`` to be measured."""

import asyncio
import sys

from toolkit.chat.server import ChatServer, loop_factory
from toolkit.chat.settings import PRESETS, preset
from toolkit.measure.servers.child import announce, until_told


async def main(name: str) -> None:
    """Serve with the preset ``name`` on a free port of loopback until the parent goes away."""
    settings = preset(next(known for known in PRESETS if known == name))
    # All clients are on this machine, so the limit of one address is that of all.
    settings = settings.model_copy(update={"max_connections_per_address": settings.max_connections})
    async with ChatServer(settings) as server:
        announce(server.port)
        await until_told()


if __name__ == "__main__":
    # On the loop that `toolkit serve` runs on.
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(main(sys.argv[1]))
