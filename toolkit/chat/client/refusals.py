"""What can go wrong for a client, by class: an attempt that failed, a request that was refused, the end."""

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidStatus

Kind = Literal["refused", "dns", "tls", "timeout", "http", "error"]

FINAL_STATUSES = frozenset({401, 403, 404})
"""The server knows this client, and it will say the same again."""

CLOSE_POLICY = 1008


class ChatError(Exception):
    """What a :class:`toolkit.chat.client.ChatClient` raises."""


class RequestRefused(ChatError):
    """The server refused one request; the connection goes on.

    Args:
        code: an :data:`toolkit.chat.protocol.ErrorCode`.
        message: what the server said.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class TooBig(RequestRefused):
    """A message is larger than the server takes, or an answer larger than the client does."""

    def __init__(self, message: str) -> None:
        super().__init__("too_big", message)


class ChatEnded(ChatError):
    """The client is over and does not come back; the text says why."""


_KINDS: list[tuple[type[BaseException], Kind]] = [
    (ssl.SSLError, "tls"),
    (socket.gaierror, "dns"),
    # A host name that cannot be written as one, which is found before anybody is asked.
    (UnicodeError, "dns"),
    (TimeoutError, "timeout"),
    # A peer that accepts and then hangs up before it answers refuses as well.
    (ConnectionError, "refused"),
    (EOFError, "refused"),
]


@dataclass(frozen=True)
class Refusal:
    """An attempt to connect that failed.

    Args:
        kind: its class.
        text: for a reader.
        status: of the HTTP response, None where there was none.
        code: the close code where the server closed before it said hello, else None.
        retry_after_s: how long the server asked to stay away, None where it did not.
    """

    kind: Kind
    text: str
    status: int | None = None
    code: int | None = None
    retry_after_s: float | None = None

    @property
    def name(self) -> str:
        """The class, with the status where it is ``http``."""
        return f"http_{self.status}" if self.kind == "http" else self.kind

    @property
    def final(self) -> bool:
        """Whether another attempt would fail likewise."""
        return self.status in FINAL_STATUSES or self.code == CLOSE_POLICY


def refusal_of(error: Exception, *, now: datetime) -> Refusal:
    """The class of a failed attempt.

    Args:
        error: what opening the connection raised.
        now: UTC, for a ``Retry-After`` that names a date; where the response has a ``Date``, that counts.
    """
    causes = causes_of(error)
    for cause in causes:
        if isinstance(cause, InvalidStatus):
            status, headers = cause.response.status_code, cause.response.headers
            after_s = retry_after_s(headers, now=now) if status in (429, 503) else None
            text = f"the server answered HTTP {status}"
            return Refusal("http", text, status, retry_after_s=after_s)
    closed = next((cause for cause in causes if isinstance(cause, ConnectionClosed)), None)
    code = closed.rcvd.code if closed is not None and closed.rcvd is not None else None
    return Refusal(kind_of(causes), f"{type(error).__name__}: {error}", code=code)


def retry_after_s(headers: Headers, *, now: datetime) -> float | None:
    """Seconds of a ``Retry-After`` in either form; None where there is none that can be read.

    Args:
        headers: of the response.
        now: UTC.

    Source: RFC 9110, section 10.2.3.
    """
    text = headers.get_all("Retry-After")[:1]
    if not text:
        return None
    if text[0].strip().isdecimal():
        return float(text[0])
    until = _date(text[0])
    if until is None:
        return None
    # By the server's own clock, because the client's may be wrong by more than the wait.
    here = [date for date in map(_date, headers.get_all("Date")[:1]) if date is not None]
    return max(timedelta(0), until - (here[0] if here else now)).total_seconds()


def kind_of(causes: list[BaseException]) -> Kind:
    """The class of a failed attempt that no HTTP response ended."""
    for type_, kind in _KINDS:
        if any(isinstance(cause, type_) for cause in causes):
            return kind
    return "error"


def causes_of(error: BaseException | None) -> list[BaseException]:
    """An error, what it came from, and so on; each once, although libraries tie them into rings."""
    found: list[BaseException] = []
    while error is not None and all(error is not known for known in found):
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
