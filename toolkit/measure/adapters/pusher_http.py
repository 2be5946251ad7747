"""Publishing to Pusher Channels and signing for it, with the official HTTP library in threads of its own."""

# No types are published for the library.

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import requests
from pusher.authentication_client import AuthenticationClient
from pusher.errors import PusherBadAuth, PusherBadRequest, PusherError, PusherForbidden
from pusher.pusher_client import PusherClient
from urllib3.exceptions import NewConnectionError

from toolkit.chat.client.refusals import causes_of
from toolkit.measure.adapters.base import Payload, outcome
from toolkit.measure.adapters.managed import Frame, NotTaken, Place, VendorRefusal, silence, wordless

EVENT = "message"

PUBLISH_TIMEOUT_S = 5
"""The library's own."""

MOST_PUBLISHES = 10
"""At the same time: as many connections as the library keeps open."""


class PusherHttp:
    """The two halves of the library's Pusher, which has no way to close them.

    Args:
        app_id, key, secret: of the application.
        at: where publishes are taken, with a port.
    """

    def __init__(self, app_id: str, key: str, secret: str, at: Place) -> None:
        silence("urllib3", "requests")
        host, _, port = at.host.rpartition(":")
        there = {"ssl": at.tls, "host": host, "port": int(port), "timeout": PUBLISH_TIMEOUT_S}
        self._api = PusherClient(app_id, key, secret, **there)
        self._signs = AuthenticationClient(app_id, key, secret, **there)
        self._threads = ThreadPoolExecutor(MOST_PUBLISHES, thread_name_prefix="pusher")

    def signature(self, channel: str, socket_id: str) -> Frame:
        """What proves that a socket may subscribe to a private channel."""
        signed: Frame = self._signs.authenticate(channel, socket_id)
        return signed

    async def publish(self, channel: str, socket_id: str, payload: Payload) -> None:
        """Publish to all in a channel but one socket, and return once Pusher has answered.

        Raises:
            NotTaken: Pusher surely has it not.
            VendorRefusal: Pusher refused it.
            Exception: it failed, and nobody knows whether Pusher has it.
        """
        loop = asyncio.get_running_loop()
        failed = await loop.run_in_executor(self._threads, self._trigger, channel, socket_id, payload)
        if failed is not None:
            raise failed

    def _trigger(self, channel: str, socket_id: str, payload: Payload) -> Exception | None:
        """Why the publish failed, without the library's own words. None where it did not."""
        try:
            self._api.trigger(channel, EVENT, payload, socket_id=socket_id)
        except requests.exceptions.RequestException as error:
            return _on_the_way(error)
        except PusherError as error:
            return VendorRefusal(_status(error))
        return None

    def close(self) -> None:
        """Free the connections; what is under way ends within the library's timeout."""
        for client in (self._api, self._signs):
            client.http.session.close()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _on_the_way(error: requests.exceptions.RequestException) -> Exception:
    """What failed before there was an answer; the library's text holds the signed address."""
    kind = outcome(error)
    early = (requests.exceptions.SSLError, requests.exceptions.ConnectTimeout, NewConnectionError)
    return NotTaken(kind) if any(isinstance(cause, early) for cause in causes_of(error)) else wordless(kind)


def _status(error: PusherError) -> int | None:
    """The HTTP status that an error of the library stands for; for some it is in the text only."""
    for kind, status in ((PusherBadRequest, 400), (PusherBadAuth, 401), (PusherForbidden, 403)):
        if isinstance(error, kind):
            return status
    told = re.match(r"(\d{3}):", str(error))
    return int(told[1]) if told else None
