"""What the adapters of managed services share: keys, hosts, refusals without a secret, publishing over HTTP.

The libraries of vendors put keys into addresses, and addresses into errors and logs. Here no text of theirs
is shown: a failure is told by its class and by the number that the vendor gave it.
"""

import asyncio
import json
import logging
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from toolkit.measure.adapters.base import OPEN_TIMEOUT_S, Adapter, End, Payload, outcome
from toolkit.measure.adapters.frames import end_of
from toolkit.project.faults import EnvironmentFault

PATIENCE_S = 5.0
"""How long a publish that the vendor surely did not take is tried again."""

AGAIN_S = 1.0
"""Seconds between two such tries."""

TRY_LATER = frozenset({429, 503})
"""Answers by which a vendor says that it did not take a publish now."""

GOODBYE_S = 1.0
"""How long a connection may take to go."""

SILENT = logging.getLogger("toolkit.measure.managed.silent")
"""For libraries that log what they send: takes nothing, whatever the process has set up."""
SILENT.disabled = True

Frame = dict[str, Any]


class Opens(Protocol):
    """A session that is not open yet."""

    async def open(self) -> None:
        """Be connected and join the room."""


Line = TypeVar("Line", bound=Opens)


class VendorRefusal(Exception):
    """A vendor said no.

    Args:
        status: of its HTTP answer, or the like that its protocol has. None: it has none.
        code: the vendor's own number for it. None: it gave none.
    """

    def __init__(self, status: int | None, code: int | None = None) -> None:
        super().__init__(", ".join(_numbers(status, code)) or "no reason given")
        self.status, self.code = status, code


def _numbers(status: int | None, code: int | None) -> list[str]:
    named = {"HTTP status": status, "error": code}
    return [f"{name} {number}" for name, number in named.items() if number is not None]


class NotTaken(Exception):
    """A publish surely did not reach the vendor's service, so that it may be tried again.

    Args:
        kind: why, as :func:`toolkit.measure.adapters.base.outcome` names it.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.__cause__ = wordless(kind)


def wordless(kind: str) -> Exception:
    """An error of that outcome that holds nothing else: neither a text nor the error that it stands for."""
    return _KINDS.get(kind, Exception)()


_KINDS: dict[str, type[Exception]] = {
    "refused": ConnectionError,
    "dns": socket.gaierror,
    "tls": ssl.SSLError,
    "timeout": TimeoutError,
}


@dataclass(frozen=True)
class Place:
    """Where a service answers.

    Args:
        host: its name, with a port where it is not the usual one.
        tls: False for a stand-in on this machine only.
    """

    host: str
    tls: bool = True

    def url(self, scheme: str) -> str:
        """The address of ``ws`` or ``http``, over TLS where there is some."""
        return f"{scheme}{'s' if self.tls else ''}://{self.host}"


@runtime_checkable
class ManagedAdapter(Adapter, Protocol):
    """An adapter that knows where its service is, and whose keys let it in."""

    @property
    def host(self) -> str:
        """The host that it measures."""

    async def check(self) -> None:
        """Return if the keys let a client connect, subscribe and publish; one message is sent.

        Raises:
            Exception: they do not, or nobody answers.
        """


def keys_of(environment: Mapping[str, str], option: str, forms: Mapping[str, str]) -> list[str]:
    """The values of the variables, in their order.

    Args:
        environment: of the process.
        option: that needs them.
        forms: a regular expression for each variable's whole value.

    Raises:
        EnvironmentFault: one is missing or has another form. All such are named, and no value is shown.
    """
    missing = [name for name in forms if not environment.get(name)]
    if missing:
        raise EnvironmentFault(
            f"{option}: the environment lacks {', '.join(missing)}; "
            "copy what is missing from the vendor's dashboard (docs/how-to.md, Measure a managed service)"
        )
    odd = [name for name, form in forms.items() if not re.fullmatch(form, environment[name])]
    if odd:
        raise EnvironmentFault(
            f"{option}: {', '.join(odd)} in the environment cannot be right; "
            "copy the value from the vendor's dashboard, without quotes or spaces"
        )
    return [environment[name] for name in forms]


def silence(*loggers: str) -> None:
    """Take nothing from these loggers or their children: they tell addresses that hold keys."""
    for name in loggers:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


async def check_keys(option: str, service: ManagedAdapter) -> None:
    """Return if the service answers and lets us in: wrong keys must not be recorded as an outage.

    Raises:
        EnvironmentFault: it does not. Neither it nor a traceback holds a text of the vendor's library.
    """
    failed: str | None = None
    try:
        await service.check()
    except Exception as error:
        failed = _why(option, service.host, error)
    finally:
        await service.close()
    if failed is not None:
        raise EnvironmentFault(failed)


def _why(option: str, host: str, error: BaseException) -> str:
    if isinstance(error, VendorRefusal):
        return f"{option}: {host} refused ({error}); check the keys in the environment and what they may do"
    return f"{option}: {host} does not answer ({outcome(error)}); check the network from here"


async def dialed(url: str, make: Callable[[ClientConnection], Line]) -> Line:
    """A session that has joined its room, over one connection that was tried once and told no log.

    Raises:
        Exception: the attempt failed; nothing is left of it.
    """
    async with asyncio.timeout(OPEN_TIMEOUT_S):
        line = await connect(
            url,
            compression=None,
            ping_interval=None,
            open_timeout=None,
            close_timeout=GOODBYE_S,
            logger=SILENT,
        )
        session = make(line)
        try:
            await session.open()
        except BaseException:
            line.transport.abort()
            raise
    return session


async def end_of_life(line: ClientConnection, life: Awaitable[End]) -> End:
    """How a connection ended, once its life is over; a silence that its client does not bear ends it too."""
    try:
        return await life
    except ConnectionClosed:
        return end_of(line)
    except TimeoutError:
        line.transport.abort()
        return End(1006, "client")


async def hear(line: ClientConnection) -> Frame:
    """The next frame that makes sense. One that does not is left out, as the vendors' clients do."""
    while True:
        try:
            frame = json.loads(await line.recv())
        except ValueError:
            continue
        if isinstance(frame, dict):
            return frame


class Handover:
    """Publishes one message after the other over HTTP, each once, although whoever asks may be cancelled.

    A message that the vendor surely did not take is tried again for :data:`PATIENCE_S`. Any other failure
    loses it, as nobody knows whether the vendor has it, and another try might double it.

    Args:
        post: publishes; raises :class:`NotTaken` or :class:`VendorRefusal`, or anything else.
    """

    def __init__(self, post: Callable[[Payload], Awaitable[None]]) -> None:
        self._post = post
        self._payload: Payload | None = None
        self._under_way: asyncio.Task[None] | None = None

    async def publish(self, payload: Payload) -> None:
        """Return once the message is with the vendor, or lost. The same message again waits for the first."""
        if self._under_way is None or payload != self._payload:
            self._payload = payload
            self._under_way = asyncio.create_task(self._try(payload))
        await asyncio.shield(self._under_way)

    async def close(self) -> None:
        """Give up what is under way."""
        if self._under_way is not None:
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)

    async def _try(self, payload: Payload) -> None:
        clock = asyncio.get_running_loop()
        end_s = clock.time() + PATIENCE_S
        while True:
            try:
                return await self._post(payload)
            except Exception as error:
                if not _again(error) or clock.time() + AGAIN_S > end_s:
                    return
            await asyncio.sleep(AGAIN_S)


def _again(error: Exception) -> bool:
    refused = isinstance(error, VendorRefusal) and error.status in TRY_LATER
    return refused or isinstance(error, NotTaken)
