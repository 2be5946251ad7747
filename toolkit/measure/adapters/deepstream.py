"""deepstream as its own client speaks it in its JSON mode: events, which nobody acknowledges or keeps.

Here ``data`` is JSON within JSON. The server sends an event to the other subscribers only.
"""

import asyncio
import json
import random
from typing import Any

from toolkit.measure.adapters.base import Kind, Payload, Receive
from toolkit.measure.adapters.frames import BadFrame, Frame, FrameSession, fields_of, open_line, payload_of
from toolkit.measure.servers.node_servers import serves
from toolkit.project.faults import shortened

# The real client's defaults: deepstreamIO/deepstream.io-client-js@7e52532 src/client-options.ts:169-172.
HEARTBEAT_S = 30.0
RETRY_INCREMENT_S = 4.0
RETRY_MAX_S = 180.0
RETRIES_MAX = 5


# What is said: topic and action, as @deepstream/protobuf 1.0.8 numbers them.
PING, ACCEPT, CHALLENGE = (2, 2), (2, 4), (2, 5)
SIGN_IN, SIGNED_IN = (3, 2), (3, 3)
EMIT, SUBSCRIBE = (4, 2), (4, 3)


class DeepstreamSession(FrameSession):
    """One connection; the client pings, and two intervals without a word are a loss."""

    async def open(self) -> None:
        await self._ask(CHALLENGE, {"url": "bake-off", "protocolVersion": "0.1a"}, ACCEPT)
        await self._ask(SIGN_IN, {"data": "{}"}, SIGNED_IN)
        await self._ask(SUBSCRIBE, {"names": [self._room], "correlationId": 1}, SUBSCRIBE)

    async def publish(self, payload: Payload) -> None:
        await self._say(EMIT, {"name": self._room, "data": json.dumps(payload)})

    async def hear(self, frame: Frame) -> None:
        self._silence.broken()
        fields = fields_of(frame)
        if _meaning(fields) == EMIT:
            self._receive(payload_of(_unpacked(fields.get("data"))))

    async def watch(self) -> None:
        # The same, src/connection/connection.ts:440-459 and socket-factory-shared.ts:59-65. What a browser
        # takes to close a connection that it has given up is not counted.
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            if self._silence.lasted_s > 2 * HEARTBEAT_S:
                return
            await self._say(PING, {})

    async def _ask(self, asked: tuple[int, int], said: Payload, wanted: tuple[int, int]) -> None:
        """Return once the server answered as it does where nothing is wrong."""
        await self._say(asked, said)
        answer = await self.expect(lambda frame: fields_of(frame).get("topic") == asked[0])
        if _meaning(fields_of(answer)) != wanted:
            raise BadFrame(f"{asked} was not answered by {wanted}: {shortened(repr(answer))}")

    async def _say(self, meaning: tuple[int, int], said: Payload) -> None:
        topic, action = meaning
        await self._socket.send(json.dumps({"topic": topic, "action": action, **said}))


def _meaning(fields: Payload) -> tuple[Any, Any]:
    return fields.get("topic"), fields.get("action")


def _unpacked(data: object) -> object:
    """What the JSON within the JSON says."""
    try:
        return json.loads(data) if isinstance(data, str) else None
    except ValueError:
        return None


class DeepstreamAdapter:
    """Speaks to the ``ws-json`` endpoint of a deepstream server."""

    async def connect(
        self, url: str, *, room: str, receive: Receive, episode: str | None = None
    ) -> DeepstreamSession:
        return await open_line(url, lambda socket: DeepstreamSession(socket, room, receive))

    def retry_s(self, retries: int, draw: random.Random) -> float:
        """The real client's delay: none, then 4 s more each time, without any spread.

        Where that client gives up, after its fifth, a user would start it again; this one keeps its pace.
        """
        return min(RETRY_MAX_S, RETRY_INCREMENT_S * min(retries, RETRIES_MAX - 1))

    async def close(self) -> None:
        """Nothing is shared."""


KIND = Kind(speaks=lambda preset: DeepstreamAdapter(), command=serves("deepstream"), path="/deepstream-json")
