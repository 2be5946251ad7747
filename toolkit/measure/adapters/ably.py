"""Ably by its documented realtime protocol, version 5, in JSON over a WebSocket.

Its official client wants an older websockets than this project. Numbers such as RTN15b are those of the
client library specification (ably/specification@7ae7662, specifications/features.md).
"""

import asyncio
import json
import os
import random
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from toolkit.measure.adapters.ably_frames import Action, Episode, details_of, payload_of, refusal_of
from toolkit.measure.adapters.base import OPEN_TIMEOUT_S, End, Kind, Payload, Receive
from toolkit.measure.adapters.frames import port_of
from toolkit.measure.adapters.managed import (
    GOODBYE_S,
    Frame,
    Place,
    VendorRefusal,
    dialed,
    end_of_life,
    hear,
    keys_of,
)

REQUEST_TIMEOUT_S = 10.0
"""realtimeRequestTimeout: added to the longest silence that the server announces (RTN23a)."""

IDLE_S = 15.0
"""The longest silence where the server announces none."""

RETRY_S, SUSPENDED_RETRY_S = 15.0, 30.0
"""disconnectedRetryTimeout and suspendedRetryTimeout (TO3l1, TO3l2)."""

SHORT_LIFE_S = 1.0
"""A connection that lived no longer is not followed at once: a server that hangs up must not be hammered."""


def place(environment: Mapping[str, str]) -> Place:
    """Where Ably answers: its default, or the routing policy of ``ABLY_ENDPOINT`` (REC1b4)."""
    policy = environment.get("ABLY_ENDPOINT") or "main"
    keys_of({"ABLY_ENDPOINT": policy}, "ably", {"ABLY_ENDPOINT": r"[a-z0-9]+(-[a-z0-9]+)*"})
    return Place(f"{policy}.realtime.ably.net")


def from_environment(environment: Mapping[str, str]) -> "AblyAdapter":
    """The adapter with the key of ``ABLY_API_KEY``."""
    (key,) = keys_of(environment, "ably", {"ABLY_API_KEY": r"[^.:\s]+\.[^.:\s]+:[^:\s]+"})
    return AblyAdapter(key, place(environment))


class AblySession:
    """One connection, over which an episode begins or goes on.

    Args:
        socket: open.
        channel: of the room.
        receive: takes the payloads, those that are sent again too.
        episode: what is known from earlier connections.
        adapter: which is told of its end.
        key: of the episode among those of the adapter. None: it has no other connection.
    """

    def __init__(
        self,
        socket: ClientConnection,
        channel: str,
        receive: Receive,
        episode: Episode,
        *,
        adapter: "AblyAdapter",
        key: str | None,
    ) -> None:
        self._socket, self._channel, self._receive, self._episode = socket, channel, receive, episode
        self._adapter, self._key = adapter, key
        self._idle_s: float | None = IDLE_S + REQUEST_TIMEOUT_S
        self._since_s = asyncio.get_running_loop().time()
        self._settled = asyncio.Event()
        self._refused: VendorRefusal | None = None
        self._over = False

    @property
    def local_port(self) -> int | None:
        return port_of(self._socket)

    async def open(self) -> None:
        """Be connected and attached; what was not acknowledged goes out again (RTN19a)."""
        connected = await self._until(Action.CONNECTED)
        self._episode.connected(connected)
        silence_ms = details_of(connected).get("maxIdleInterval", IDLE_S * 1000)
        self._idle_s = silence_ms / 1000 + REQUEST_TIMEOUT_S if silence_ms else None
        await self._attach()
        await self._until(Action.ATTACHED)
        for serial in sorted(self._episode.pending):
            await self._send(serial)

    async def _attach(self) -> None:
        frame: Frame = {"action": Action.ATTACH, "channel": self._channel}
        if self._episode.channel_serial is not None:
            # What was said since is sent again (RTL4c1).
            frame["channelSerial"] = self._episode.channel_serial
        await self._say(frame)

    async def publish(self, payload: Payload) -> None:
        if self._over:
            raise ConnectionResetError("the connection is over")
        if payload == self._episode.newest:
            return  # It was taken over an earlier connection, although its sender was stopped meanwhile.
        serial = self._episode.take(payload)
        try:
            await self._send(serial)
        except ConnectionClosed:
            if self._key is None:
                raise

    async def prove(self, payload: Payload) -> None:
        """Publish, and return once Ably has acknowledged it.

        Raises:
            VendorRefusal: it refused.
        """
        await self.publish(payload)
        while not self._settled.is_set():
            await self._hear(await hear(self._socket))
        if self._refused is not None:
            raise self._refused

    async def ended(self) -> End:
        end = await end_of_life(self._socket, self._live())
        self._over = True
        self._adapter.lost(self)
        lived_s = asyncio.get_running_loop().time() - self._since_s
        # At once after a loss (RTN15h3), but a server that hangs up at once is not hammered.
        return replace(end, retry_s=0.0 if lived_s >= SHORT_LIFE_S else SHORT_LIFE_S)

    async def _live(self) -> End:
        while True:
            async with asyncio.timeout(self._idle_s):
                frame = await hear(self._socket)
            try:
                await self._hear(frame)
            except VendorRefusal:
                return await self._dismissed()

    async def _dismissed(self) -> End:
        """Ably said that this connection is over, and closes it (RTN15h)."""
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await self._socket.wait_closed()
        self._socket.transport.abort()
        return End(self._socket.close_code or 1006, "server")

    async def close(self) -> int:
        self._over = True
        self._adapter.left(self, self._key)
        with suppress(ConnectionClosed):
            await self._say({"action": Action.CLOSE})
        await self._socket.close()
        return self._socket.close_code or 1006

    async def _until(self, action: int) -> Frame:
        while True:
            frame = await hear(self._socket)
            await self._hear(frame)
            if frame.get("action") == action:
                return frame

    async def _hear(self, frame: Frame) -> None:
        match frame.get("action"):
            case _ if frame.get("channel", self._channel) != self._channel:
                return
            case Action.ACK | Action.NACK as answer:
                self._episode.settled(frame)
                self._refused = refusal_of(frame) if answer == Action.NACK else None
                self._settled.set()
            case Action.DISCONNECTED | Action.ERROR:
                raise refusal_of(frame)
            case Action.ATTACHED | Action.MESSAGE:
                self._take(frame)
            case Action.DETACHED:
                await self._attach()

    def _take(self, frame: Frame) -> None:
        """The payloads of a frame; each is counted, and how far we are is kept (RTL15b)."""
        if isinstance(serial := frame.get("channelSerial"), str):
            self._episode.channel_serial = serial
        messages = frame.get("messages")
        for message in messages if isinstance(messages, list) else []:
            if (payload := payload_of(message)) is not None:
                self._receive(payload)

    async def _send(self, serial: int) -> None:
        data = json.dumps(self._episode.pending[serial], separators=(",", ":"))
        message = {"name": "message", "data": data, "encoding": "json"}
        await self._say(
            {"action": Action.MESSAGE, "channel": self._channel, "msgSerial": serial, "messages": [message]}
        )

    async def _say(self, frame: Frame) -> None:
        await self._socket.send(json.dumps(frame, separators=(",", ":")))


class AblyAdapter:
    """Speaks to Ably.

    A session of the probe is one connection to Ably: its next attempt resumes the last one, for which Ably
    holds two minutes of messages, and sends again what was not acknowledged.

    Args:
        key: ``APP.KEY:SECRET``.
        at: where Ably answers.
    """

    def __init__(self, key: str, at: Place) -> None:
        self._api_key, self._at = key, at
        # Two probes of one application must not hear each other.
        self._prefix = f"toolkit-probe-{uuid.uuid4().hex[:8]}"
        self._episodes: dict[str, Episode] = {}
        self._open: set[AblySession] = set()

    @property
    def host(self) -> str:
        return self._at.host

    async def connect(
        self, url: str, *, room: str, receive: Receive, episode: str | None = None
    ) -> AblySession:
        known = Episode() if episode is None else self._episodes.setdefault(episode, Episode())
        channel = f"{self._prefix}-{room}"
        session = await dialed(
            self._url(known),
            lambda socket: AblySession(socket, channel, receive, known, adapter=self, key=episode),
        )
        self._open.add(session)
        return session

    def _url(self, episode: Episode) -> str:
        query = {"key": self._api_key, "v": "5", "format": "json", "heartbeats": "true", "echo": "false"}
        if episode.connection_key is not None:
            query["resume"] = episode.connection_key
        return f"{self._at.url('ws')}/?{urlencode(query)}"

    async def check(self) -> None:
        session = await self.connect("", room="check", receive=lambda payload: None)
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                await session.prove({"m": "check"})
        finally:
            await session.close()

    def lost(self, session: AblySession) -> None:
        """Take note that a connection is over."""
        self._open.discard(session)

    def left(self, session: AblySession, episode: str | None) -> None:
        """Keep nothing of an episode that is over."""
        self._open.discard(session)
        if episode is not None:
            self._episodes.pop(episode, None)

    def retry_s(self, retries: int, draw: random.Random) -> float:
        """15 to 30 s with jitter (RTB1), after two minutes 30 s; an end says itself when to come again."""
        if retries > 5:
            return SUSPENDED_RETRY_S
        return RETRY_S * min((max(retries, 1) + 2) / 3, 2) * draw.uniform(0.8, 1)

    async def close(self) -> None:
        """Say goodbye on all connections, or Ably would keep them, and meter them, for two minutes."""
        await asyncio.gather(*(session.close() for session in list(self._open)), return_exceptions=True)


KIND = Kind(speaks=lambda chosen: from_environment(os.environ), command=None)
