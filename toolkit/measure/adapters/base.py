"""What the probe asks of every option."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from websockets.exceptions import InvalidStatus

from toolkit.chat.client.refusals import causes_of, kind_of
from toolkit.chat.settings import PresetName
from toolkit.measure.events import EndedBy

Payload = dict[str, Any]
Receive = Callable[[Payload], None]

OPEN_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class End:
    """How a connection ended.

    Args:
        code: the close code, 1006 where none came.
        by: who ended it.
        retry_s: seconds until the option's client comes again, where this end decides that. None: as after
            any other, see :meth:`Adapter.retry_s`.
    """

    code: int
    by: EndedBy
    retry_s: float | None = None


class Session(Protocol):
    """One open connection that has joined its room."""

    @property
    def local_port(self) -> int | None:
        """Its own TCP port, by which a proxy knows it. None where the library does not tell."""

    async def publish(self, payload: Payload) -> None:
        """Send to the others in the room.

        Raises:
            Exception: the connection is over; the message was not handed over.
        """

    async def ended(self) -> End:
        """Return when the connection is over, and why."""

    async def close(self) -> int:
        """Close on purpose; the close code."""


class Adapter(Protocol):
    """One way to carry the messages."""

    async def connect(self, url: str, *, room: str, receive: Receive, episode: str | None = None) -> Session:
        """Open one connection and join the room; one attempt, never a second.

        Args:
            url: of the endpoint.
            room: to join.
            receive: takes the payloads.
            episode: the same for all attempts of one session of the probe, so that an option which can go on
                where a connection broke does so. None: a session of one attempt.

        Raises:
            Exception: the attempt failed; :func:`outcome` names the reason.
        """

    def retry_s(self, retries: int, draw: random.Random) -> float:
        """Seconds from a loss or a failed attempt to the next one.

        Args:
            retries: attempts since there was a connection, 0 for the first.
            draw: the source of randomness.
        """

    async def close(self) -> None:
        """Free what all connections share."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One way to carry the messages: how to speak it, and how to serve it here.

    Args:
        speaks: a new adapter. Its argument is the preset with which ``current`` runs; the others ignore it.
        command: the command line of a local server, which announces its port as
            :mod:`toolkit.measure.servers.child` does and ends with its standard input. None: it is a managed
            service, which only its vendor serves.
        scheme, path: of the URL of the local server.
    """

    speaks: Callable[[PresetName], Adapter]
    command: Callable[[PresetName], list[str]] | None
    scheme: str = "ws"
    path: str = ""

    def local_url(self, port: int) -> str:
        """Where its local server answers."""
        return f"{self.scheme}://127.0.0.1:{port}{self.path}"


def outcome(error: BaseException) -> str:
    """The recorded outcome of an attempt that failed with ``error``."""
    causes = causes_of(error)
    for cause in causes:
        if isinstance(cause, InvalidStatus):
            return f"http_{cause.response.status_code}"
        status = getattr(cause, "status", None)
        if isinstance(status, int) and 100 <= status < 600:
            return f"http_{status}"
    return kind_of(causes)
