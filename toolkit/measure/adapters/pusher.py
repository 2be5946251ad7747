"""Pusher Channels: published with the official HTTP library, received by its WebSocket protocol, version 7.

Protocol: pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol. Timers of the client:
pusher/pusher-js@f53faf9, src/core/defaults.ts and connection_manager.ts.
"""

import asyncio
import json
import os
import random
import uuid
from collections.abc import Mapping
from contextlib import suppress

from websockets.asyncio.client import ClientConnection

from toolkit.measure.adapters.base import End, Kind, Payload, Receive
from toolkit.measure.adapters.frames import port_of
from toolkit.measure.adapters.managed import (
    Frame,
    Handover,
    Place,
    VendorRefusal,
    dialed,
    end_of_life,
    hear,
    keys_of,
)
from toolkit.measure.adapters.pusher_client import at_once_where_told, retry_after_s
from toolkit.measure.adapters.pusher_http import EVENT, PusherHttp

ACTIVITY_TIMEOUT_S, PONG_TIMEOUT_S = 120.0, 30.0
"""After how long a silence the client asks, and how long it waits for the answer."""


def places(environment: Mapping[str, str]) -> tuple[Place, Place]:
    """Where the cluster takes WebSockets, and where it takes publishes."""
    (cluster,) = keys_of(environment, "pusher", {"PUSHER_CLUSTER": r"[a-z0-9]+(-[a-z0-9]+)*"})
    return Place(f"ws-{cluster}.pusher.com"), Place(f"api-{cluster}.pusher.com:443")


def from_environment(environment: Mapping[str, str]) -> "PusherAdapter":
    """The adapter with the keys of ``PUSHER_APP_ID``, ``PUSHER_KEY`` and ``PUSHER_SECRET``."""
    forms = {"PUSHER_APP_ID": r"[0-9]+", "PUSHER_KEY": r"\w+", "PUSHER_SECRET": r"\w+"}
    cluster = {"PUSHER_CLUSTER": r"[a-z0-9]+(-[a-z0-9]+)*"}
    app_id, key, secret, _ = keys_of(environment, "pusher", forms | cluster)
    return PusherAdapter(app_id, key, secret, *places(environment))


class PusherSession:
    """One WebSocket that has subscribed to the private channel of its room."""

    def __init__(
        self,
        socket: ClientConnection,
        channel: str,
        receive: Receive,
        *,
        adapter: "PusherAdapter",
        episode: str,
    ) -> None:
        self._socket, self._channel, self._receive = socket, channel, receive
        self._adapter, self._episode = adapter, episode
        self._activity_timeout_s = ACTIVITY_TIMEOUT_S
        self._over = False

    @property
    def local_port(self) -> int | None:
        return port_of(self._socket)

    async def open(self) -> None:
        """Be connected and subscribed; the channel's signature proves the secret."""
        established = _data(await self._until("pusher:connection_established"))
        asked_s = established.get("activity_timeout", ACTIVITY_TIMEOUT_S)
        self._activity_timeout_s = min(ACTIVITY_TIMEOUT_S, float(asked_s))
        socket_id = str(established.get("socket_id"))
        auth = self._adapter.connected(self._episode, self._channel, socket_id)
        await self._say("pusher:subscribe", {"channel": self._channel, **auth})
        await self._until("pusher_internal:subscription_succeeded")

    async def publish(self, payload: Payload) -> None:
        if self._over:
            raise ConnectionResetError("the connection is over")
        await self._adapter.handover(self._episode).publish(payload)

    async def ended(self) -> End:
        end = await end_of_life(self._socket, self._live())
        self._over = True
        self._adapter.lost(self)
        return at_once_where_told(end)

    async def _live(self) -> End:
        """Hear until the connection is over; ask after a silence, and give up where no answer comes."""
        while True:
            try:
                async with asyncio.timeout(self._activity_timeout_s):
                    frame = await hear(self._socket)
            except TimeoutError:
                await self._say("pusher:ping", {})
                async with asyncio.timeout(PONG_TIMEOUT_S):
                    frame = await hear(self._socket)
            # An error is told before the server closes; what it closes with is what counts.
            with suppress(VendorRefusal):
                await self._hear(frame)

    async def close(self) -> int:
        self._over = True
        self._adapter.lost(self)
        await self._adapter.forget(self._episode)
        await self._socket.close()
        return self._socket.close_code or 1006

    async def _until(self, event: str) -> Frame:
        while True:
            frame = await hear(self._socket)
            await self._hear(frame)
            if frame.get("event") == event:
                return frame

    async def _hear(self, frame: Frame) -> None:
        match frame.get("event"):
            case "pusher:ping":
                await self._say("pusher:pong", {})
            case "pusher:error" | "pusher:subscription_error":
                data = _data(frame)
                raise VendorRefusal(_number(data.get("status")), _number(data.get("code")))
            case event if (event, frame.get("channel")) == (EVENT, self._channel):
                self._receive(_data(frame))

    async def _say(self, event: str, data: Frame) -> None:
        await self._socket.send(json.dumps({"event": event, "data": data}, separators=(",", ":")))


class PusherAdapter:
    """Speaks to Pusher Channels.

    Pusher keeps nothing for a client that is away: a lost connection loses what was said meanwhile. A publish
    is acknowledged by its HTTP answer, and goes to all others, since the sender's socket is left out.

    Args:
        app_id, key, secret: of the application.
        sockets: where WebSockets are taken.
        api: where publishes are taken, with a port.
    """

    def __init__(self, app_id: str, key: str, secret: str, sockets: Place, api: Place) -> None:
        self._key, self._sockets = key, sockets
        self._http = PusherHttp(app_id, key, secret, api)
        # Two probes of one application must not hear each other.
        self._prefix = f"private-toolkit-probe-{uuid.uuid4().hex[:8]}"
        self._handovers: dict[str, Handover] = {}
        self._sockets_of: dict[str, tuple[str, str]] = {}
        self._open: set[PusherSession] = set()

    @property
    def host(self) -> str:
        return self._sockets.host

    async def connect(
        self, url: str, *, room: str, receive: Receive, episode: str | None = None
    ) -> PusherSession:
        channel = f"{self._prefix}-{room}"
        known = uuid.uuid4().hex if episode is None else episode
        session = await dialed(
            self._url(), lambda socket: PusherSession(socket, channel, receive, adapter=self, episode=known)
        )
        self._open.add(session)
        return session

    def _url(self) -> str:
        return f"{self._sockets.url('ws')}/app/{self._key}?protocol=7&client=toolkit-probe&version=1"

    async def check(self) -> None:
        session = await self.connect("", room="check", receive=lambda payload: None, episode="check")
        try:
            await self._post("check", {"m": "check"})
        finally:
            await session.close()

    def connected(self, episode: str, channel: str, socket_id: str) -> Frame:
        """The signature with which the socket of an episode subscribes; publishes leave that socket out."""
        self._sockets_of[episode] = (channel, socket_id)
        return self._http.signature(channel, socket_id)

    def handover(self, episode: str) -> Handover:
        """What publishes for an episode, whichever of its connections is the current one."""
        if episode not in self._handovers:
            self._handovers[episode] = Handover(lambda payload: self._post(episode, payload))
        return self._handovers[episode]

    def lost(self, session: PusherSession) -> None:
        """Take note that a connection is over."""
        self._open.discard(session)

    async def forget(self, episode: str) -> None:
        """Keep nothing of an episode that is over."""
        if (handover := self._handovers.pop(episode, None)) is not None:
            await handover.close()
        self._sockets_of.pop(episode, None)

    async def _post(self, episode: str, payload: Payload) -> None:
        channel, socket_id = self._sockets_of[episode]
        await self._http.publish(channel, socket_id, payload)

    def retry_s(self, retries: int, draw: random.Random) -> float:
        return retry_after_s(retries)

    async def close(self) -> None:
        await asyncio.gather(*(session.close() for session in list(self._open)), return_exceptions=True)
        for handover in self._handovers.values():
            await handover.close()
        self._http.close()


KIND = Kind(speaks=lambda chosen: from_environment(os.environ), command=None)


def _data(frame: Frame) -> Frame:
    """The data of an event, which the server writes as a string of JSON. Empty where there is none."""
    data = frame.get("data")
    if isinstance(data, str):
        with suppress(ValueError):
            data = json.loads(data)
    return data if isinstance(data, dict) else {}


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
