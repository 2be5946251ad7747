"""PubNub with the requests of its official client, which long-polls over HTTP.

There is no connection in PubNub's protocol, so this says what stands for one: it opens when the first
subscribe is answered, lives while the next one waits or is answered, and is lost with the first that fails.
The probe asks again in the client's place, so that every attempt is counted.
"""

# No types are published for the client.

import asyncio
import os
import random
import uuid
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from typing import Any

import httpx
from pubnub.endpoints.presence.leave import Leave
from pubnub.endpoints.pubsub.publish import Publish
from pubnub.endpoints.pubsub.subscribe import Subscribe
from pubnub.exceptions import PubNubException
from pubnub.managers import ExponentialDelay, SubscriptionManager
from pubnub.pnconfiguration import PNConfiguration
from pubnub.pubnub_asyncio import PubNubAsyncio

from toolkit.measure.adapters.base import OPEN_TIMEOUT_S, End, Kind, Payload, Receive, outcome
from toolkit.measure.adapters.managed import (
    Frame,
    Handover,
    NotTaken,
    Place,
    VendorRefusal,
    keys_of,
    silence,
    wordless,
)
from toolkit.measure.events import EndedBy

GOODBYE_S = 2.0
"""How long the announcement that a client leaves may take."""

INTENDED, LOST = 1000, 1006
"""HTTP has no close codes: these stand for an end on purpose and for any other."""


def place(environment: Mapping[str, str]) -> Place:
    """Where PubNub answers: its default, or the host of ``PUBNUB_ORIGIN``, which must be PubNub's too."""
    origin = environment.get("PUBNUB_ORIGIN") or "ps.pndsn.com"
    own = r"([a-z0-9-]+\.)+(pndsn|pubnub|pubnubapi)\.com"
    keys_of({"PUBNUB_ORIGIN": origin}, "pubnub", {"PUBNUB_ORIGIN": own})
    return Place(origin)


def from_environment(environment: Mapping[str, str]) -> "PubNubAdapter":
    """The adapter with the keys of ``PUBNUB_PUBLISH_KEY`` and ``PUBNUB_SUBSCRIBE_KEY``."""
    forms = {"PUBNUB_PUBLISH_KEY": r"[\w-]+", "PUBNUB_SUBSCRIBE_KEY": r"[\w-]+"}
    publish_key, subscribe_key = keys_of(environment, "pubnub", forms)
    return PubNubAdapter(publish_key, subscribe_key, place(environment))


class Episode:
    """What outlives a connection: the client with its HTTP connections, and how far it has read."""

    def __init__(self, client: PubNubAsyncio, channel: str) -> None:
        self.client, self.channel = client, channel
        self.cursor: Frame = {"t": 0, "r": None}
        self.handover = Handover(self.post)

    async def post(self, payload: Payload) -> None:
        """Publish, and return once PubNub has acknowledged it."""
        await _asked(Publish(self.client).channel(self.channel).message(payload).should_store(False).result())

    async def poll(self) -> list[Any]:
        """The messages of the next answer to a subscribe; the cursor moves on."""
        asked = Subscribe(self.client).channels([self.channel])
        answer = await _asked(asked.timetoken(self.cursor["t"]).region(self.cursor["r"]).result())
        cursor, messages = _read(answer)
        self.cursor = cursor
        return messages

    async def close(self) -> None:
        """Give up what is under way."""
        await self.handover.close()
        with suppress(Exception):
            await self.client.stop()


class PubNubSession:
    """One subscribe loop.

    Args:
        episode: what is known from earlier ones.
        receive: takes the payloads, those missed meanwhile too.
        adapter: which is told of its end.
        key: of the episode among those of the adapter.
    """

    def __init__(self, episode: Episode, receive: Receive, *, adapter: "PubNubAdapter", key: str) -> None:
        self._episode, self._receive = episode, receive
        self._adapter, self._key = adapter, key
        self._over = False

    @property
    def local_port(self) -> int | None:
        return None

    async def open(self) -> None:
        """Have the first subscribe answered: at once without a cursor, else once there is something new."""
        known = self._episode.cursor
        self._episode.cursor = {"t": 0, "r": None}
        try:
            await self._episode.poll()
        finally:
            if known["t"]:
                self._episode.cursor = known

    async def publish(self, payload: Payload) -> None:
        if self._over:
            raise ConnectionResetError("the connection is over")
        await self._episode.handover.publish(payload)

    async def ended(self) -> End:
        try:
            while True:
                for message in await self._episode.poll():
                    self._take(message)
        except Exception as error:
            self._over = True
            return End(LOST, _ended_by(error))

    def _take(self, message: object) -> None:
        """One message; PubNub sends a client's own back to it."""
        if not isinstance(message, dict) or message.get("i") == self._episode.client.uuid:
            return
        if isinstance(payload := message.get("d"), dict):
            self._receive(payload)

    async def close(self) -> int:
        self._over = True
        with suppress(Exception):
            async with asyncio.timeout(GOODBYE_S):
                await _asked(Leave(self._episode.client).channels([self._episode.channel]).result())
        await self._adapter.forget(self._key)
        return INTENDED


class PubNubAdapter:
    """Speaks to PubNub.

    A session of the probe is one client: its next attempt reads on from where the last one was, and PubNub
    holds some 100 messages for that. A publish is acknowledged by its HTTP answer.

    Args:
        publish_key, subscribe_key: of the keyset.
        at: where PubNub answers.
    """

    def __init__(self, publish_key: str, subscribe_key: str, at: Place) -> None:
        silence("pubnub", "httpx", "httpcore")
        self._keys, self._at = (publish_key, subscribe_key), at
        # Two probes of one keyset must not hear each other.
        self._prefix = f"toolkit-probe-{uuid.uuid4().hex[:8]}"
        self._episodes: dict[str, Episode] = {}

    @property
    def host(self) -> str:
        return self._at.host

    async def connect(
        self, url: str, *, room: str, receive: Receive, episode: str | None = None
    ) -> PubNubSession:
        key = uuid.uuid4().hex if episode is None else episode
        if key not in self._episodes:
            self._episodes[key] = Episode(self._client(key), f"{self._prefix}-{room}")
        session = PubNubSession(self._episodes[key], receive, adapter=self, key=key)
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                await session.open()
        except BaseException:
            if episode is None:
                await self.forget(key)
            raise
        return session

    def _client(self, key: str) -> PubNubAsyncio:
        settings = PNConfiguration()
        settings.publish_key, settings.subscribe_key = self._keys
        # PubNub bills by distinct user: one a client of the probe, the same in every run.
        settings.user_id = f"toolkit-probe-{key.partition('/')[0]}"
        settings.origin, settings.ssl = self._at.host, self._at.tls
        settings.disable_config_locking = False
        # The plain manager subscribes to nothing by itself; the default one leaves an event loop open.
        return PubNubAsyncio(settings, subscription_manager=SubscriptionManager)

    async def check(self) -> None:
        session = await self.connect("", room="check", receive=lambda payload: None, episode="check")
        try:
            await self._episodes["check"].post({"m": "check"})
        finally:
            await session.close()

    async def forget(self, key: str) -> None:
        """Keep nothing of an episode that is over."""
        if (episode := self._episodes.pop(key, None)) is not None:
            await episode.close()

    def retry_s(self, retries: int, draw: random.Random) -> float:
        """The client's delay: 4 s and doubling to 150 s, and up to a second more."""
        delay_s = ExponentialDelay.MIN_DELAY * 2.0 ** min(retries + 1, 60)
        capped_s: float = min(ExponentialDelay.MAX_BACKOFF, delay_s)
        return capped_s + draw.random()

    async def close(self) -> None:
        for key in list(self._episodes):
            await self.forget(key)


KIND = Kind(speaks=lambda chosen: from_environment(os.environ), command=None)


async def _asked(request: Awaitable[Any]) -> Any:
    """The answer to a request of the client's, whose errors hold the address with the keys."""
    failed: Exception
    try:
        return await request
    except PubNubException as error:
        failed = VendorRefusal(error.get_status_code() or None)
    except TimeoutError:
        failed = wordless("timeout")
    except httpx.TimeoutException as error:
        early = isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout)
        failed = NotTaken("timeout") if early else wordless("timeout")
    except httpx.ConnectError as error:
        failed = NotTaken(outcome(error))
    except httpx.TransportError:
        failed = wordless("refused")
    except Exception:
        failed = wordless("error")
    raise failed


def _ended_by(error: Exception) -> EndedBy:
    """Who ended a subscribe loop: the server that refused, the client that gave up, or neither."""
    if isinstance(error, VendorRefusal):
        return "server"
    gave_up = outcome(error) == "timeout" and not isinstance(error, NotTaken)
    return "client" if gave_up else "network"


def _read(answer: object) -> tuple[Frame, list[Any]]:
    """The cursor and the messages of an answer to a subscribe.

    Raises:
        VendorRefusal: it is none.
    """
    cursor = answer.get("t") if isinstance(answer, dict) else None
    messages = answer.get("m") if isinstance(answer, dict) else None
    if not isinstance(cursor, dict) or not str(cursor.get("t")).isdecimal() or not isinstance(messages, list):
        raise VendorRefusal(None)
    return {"t": cursor["t"], "r": cursor.get("r")}, messages
