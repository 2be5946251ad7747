"""soketi, a server of the Pusher protocol, version 7: members publish client events to a private channel.

Nobody acknowledges a client event and nobody keeps it; the server leaves its sender out.
"""

import hashlib
import hmac
import json
import random
from typing import Any
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection

from toolkit.chat.settings import PresetName
from toolkit.measure.adapters.base import End, Kind, Payload, Receive
from toolkit.measure.adapters.frames import BadFrame, Frame, FrameSession, fields_of, open_line, payload_of
from toolkit.measure.adapters.pusher_client import at_once_where_told, retry_after_s
from toolkit.measure.servers.node_servers import serves
from toolkit.measure.servers.soketi_needs import need_soketi

# The real client's defaults: pusher/pusher-js@f53faf9 src/core/defaults.ts:48-49 and
# src/core/connection/connection_manager.ts:242-287.
ACTIVITY_S, PONG_S = 120.0, 30.0

# Of the server that the bake-off starts and nobody else reaches; soketi/server.js has the same.
KEY = SECRET = "bakeoff"
EVENT = "client-message"


class PusherSession(FrameSession):
    """One connection; after a silence the client pings, and no answer is a loss."""

    # The same, connection_manager.ts:242-245: then it comes again at once.
    silence_retry_s = 0.0

    def __init__(self, socket: ClientConnection, room: str, receive: Receive) -> None:
        super().__init__(socket, room, receive)
        # Names of channels have no percent sign.
        self._channel = f"private-{quote(room, safe='').replace('%', '=')}"
        self._activity_s = ACTIVITY_S

    async def open(self) -> None:
        told = _data(await self._until("pusher:connection_established"))
        try:
            self._activity_s = min(ACTIVITY_S, float(told.get("activity_timeout", ACTIVITY_S)))
        except (TypeError, ValueError):
            raise BadFrame(f"no time of silence: {told!r}") from None
        signed = f"{told.get('socket_id')}:{self._channel}".encode()
        auth = f"{KEY}:{hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()}"
        await self._say("pusher:subscribe", {"channel": self._channel, "auth": auth})
        await self._until("pusher_internal:subscription_succeeded")

    async def publish(self, payload: Payload) -> None:
        event = {"event": EVENT, "channel": self._channel, "data": payload}
        await self._socket.send(json.dumps(event))

    async def hear(self, frame: Frame) -> None:
        self._silence.broken()
        fields = fields_of(frame)
        if fields.get("event") == EVENT and fields.get("channel") == self._channel:
            self._receive(_data(fields))
        elif fields.get("event") == "pusher:ping":
            await self._say("pusher:pong", {})

    async def watch(self) -> None:
        while True:
            await self._silence.reaching(self._activity_s)
            await self._say("pusher:ping", {})
            if await self._silence.going_on(PONG_S):
                return

    async def ended(self) -> End:
        return at_once_where_told(await super().ended())

    async def _until(self, event: str) -> Payload:
        """The first such event while nobody else reads yet."""
        fields: Payload = {}

        def wanted(frame: Frame) -> bool:
            fields.clear()
            fields.update(fields_of(frame))
            if str(fields.get("event")) in ("pusher:error", "pusher:subscription_error"):
                raise BadFrame(f"refused: {fields.get('data')}")
            return bool(fields.get("event") == event)

        await self.expect(wanted)
        return fields

    async def _say(self, event: str, data: Payload) -> None:
        await self._socket.send(json.dumps({"event": event, "data": data}))


def _data(fields: Payload) -> Payload:
    """What an event carries: an object, or JSON within the JSON.

    Raises:
        BadFrame: it carries neither.
    """
    data: Any = fields.get("data")
    return fields_of(data) if isinstance(data, str) else payload_of(data)


class SoketiAdapter:
    """Speaks to the soketi server that the bake-off starts."""

    async def connect(
        self, url: str, *, room: str, receive: Receive, episode: str | None = None
    ) -> PusherSession:
        return await open_line(url, lambda socket: PusherSession(socket, room, receive))

    def retry_s(self, retries: int, draw: random.Random) -> float:
        return retry_after_s(retries)

    async def close(self) -> None:
        """Nothing is shared."""


_serves_soketi = serves("soketi")


def _command(preset: PresetName) -> list[str]:
    need_soketi()
    return _serves_soketi(preset)


KIND = Kind(
    speaks=lambda preset: SoketiAdapter(),
    command=_command,
    path=f"/app/{KEY}?protocol=7&client=toolkit&version=1",
)
