"""Ably's official client, in an environment of its own, before the stand-in: tells what it hears, and speaks.

Usage: ably_official_client.py PORT KEY CHANNEL. It publishes ``{"m": "official"}``, and ends
once it has heard ``{"m": "end"}``.
"""

import asyncio
import json
import sys

from ably import AblyRealtime


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main(port: str, key: str, channel: str) -> None:
    here = f"127.0.0.1:{port}"
    client = AblyRealtime(
        key=key, endpoint=here, tls=False, use_binary_protocol=False,
        connectivity_check_url=here,
    )  # fmt: skip
    over = asyncio.Event()

    def hear(message: object) -> None:
        tell(json.dumps(message.data))  # type: ignore[attr-defined]
        if message.data == {"m": "end"}:  # type: ignore[attr-defined]
            over.set()

    room = client.channels.get(channel)
    await room.subscribe("message", hear)
    await room.publish("message", {"m": "official"})
    tell("published")
    await over.wait()
    await client.close()


asyncio.run(main(*sys.argv[1:]))
