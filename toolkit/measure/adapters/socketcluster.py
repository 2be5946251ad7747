"""SocketCluster as its own client speaks it: protocol 2, publishes that the server acknowledges.

The server sends what a member publishes back to that member as well, so each payload travels with the id of
its sender.
"""

import asyncio
import json
import random
from typing import Any

from websockets.asyncio.client import ClientConnection

from toolkit.measure.adapters.base import Kind, Payload, Receive
from toolkit.measure.adapters.frames import (
    BadFrame,
    Frame,
    FrameSession,
    fields_of,
    open_line,
    payload_of,
)
from toolkit.measure.servers.node_servers import serves

# The real client's defaults: SocketCluster/socketcluster-client@134b9d9 lib/clientsocket.js:118-129.
DELAY_S = 10.0
RANDOMNESS_S = 10.0
MULTIPLIER = 1.5
DELAY_MAX_S = 60.0


class SocketClusterSession(FrameSession):
    """One connection; the server pings, and its silence is a loss after the time that it told."""

    # The same, lib/transport.js:326-330 and lib/clientsocket.js:689-694: then it comes again at once.
    silence_code = 4000
    silence_retry_s = 0.0

    def __init__(self, socket: ClientConnection, room: str, receive: Receive) -> None:
        super().__init__(socket, room, receive)
        self._calls: dict[int, asyncio.Future[Any]] = {}
        self._id = ""
        self._ping_timeout_s = 0.0

    async def open(self) -> None:
        told = await self._first("#handshake", {"authToken": None}, 1)
        try:
            self._id = str(told["id"])
            self._ping_timeout_s = float(told["pingTimeout"]) / 1000
        except (KeyError, TypeError, ValueError):
            raise BadFrame(f"no handshake: {told!r}") from None
        self._silence.broken()
        await self._first("#subscribe", {"channel": self._room}, 2)

    async def watch(self) -> None:
        await self._silence.reaching(self._ping_timeout_s)

    async def publish(self, payload: Payload) -> None:
        """Send, and return once the server has taken it."""
        call = max(self._calls, default=2) + 1
        taken = self._calls[call] = asyncio.get_running_loop().create_future()
        said = {"channel": self._room, "data": {"by": self._id, "said": payload}}
        try:
            await self._say({"event": "#publish", "data": said, "cid": call})
            await taken
        finally:
            del self._calls[call]

    async def hear(self, frame: Frame) -> None:
        if not frame:
            self._silence.broken()
            await self._socket.send("")
            return
        fields = fields_of(frame)
        if fields.get("event") == "#publish":
            self._take(fields.get("data"))
        elif (call := self._calls.get(fields.get("rid", 0))) is not None and not call.done():
            if "error" in fields:
                call.set_exception(BadFrame(f"refused: {fields['error']}"))
            else:
                call.set_result(fields.get("data"))

    def _take(self, said: Any) -> None:
        envelope = payload_of(payload_of(said).get("data"))
        if envelope.get("by") != self._id:
            self._receive(payload_of(envelope.get("said")))

    async def _first(self, event: str, data: Payload, call: int) -> Any:
        """The answer to a call while nobody else reads yet."""
        await self._say({"event": event, "data": data, "cid": call})
        frame = await self.expect(lambda frame: bool(frame) and fields_of(frame).get("rid") == call)
        answer = fields_of(frame)
        if "error" in answer:
            raise BadFrame(f"{event} refused: {answer['error']}")
        return answer.get("data")

    async def _say(self, message: Payload) -> None:
        await self._socket.send(json.dumps(message))


class SocketClusterAdapter:
    """Speaks to a SocketCluster server of protocol 2."""

    async def connect(
        self, url: str, *, room: str, receive: Receive, episode: str | None = None
    ) -> SocketClusterSession:
        return await open_line(url, lambda socket: SocketClusterSession(socket, room, receive))

    def retry_s(self, retries: int, draw: random.Random) -> float:
        """The real client's delay: 10 to 20 s, half as much again each time, capped."""
        delay_s = DELAY_S + draw.uniform(0, RANDOMNESS_S)
        return min(DELAY_MAX_S, delay_s * MULTIPLIER ** min(retries, 60))

    async def close(self) -> None:
        """Nothing is shared."""


KIND = Kind(
    speaks=lambda preset: SocketClusterAdapter(), command=serves("socketcluster"), path="/socketcluster/"
)
