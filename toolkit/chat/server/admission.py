"""Who may come in: origins, tokens, and the limits on connections and handshakes."""

import math
import random
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from websockets.datastructures import Headers, MultipleValuesError

from toolkit.chat.protocol import BEARER
from toolkit.chat.server.addresses import client_address, is_trusted, networks, place
from toolkit.chat.server.ratelimit import Bucket, Buckets
from toolkit.chat.server.tokens import Tokens
from toolkit.chat.settings import Settings

Reason = Literal[
    "draining", "address_rate", "rate", "origin", "token", "address_full", "full", "unfinished"
]  # fmt: skip
REASONS: tuple[Reason, ...] = (
    "draining", "address_rate", "rate", "origin", "token", "address_full", "full", "unfinished",
)  # fmt: skip


@dataclass(frozen=True)
class Refusal:
    """Why a handshake is refused, as HTTP tells it.

    Args:
        retry_after_s: whole seconds after which it is worth another try. None: there is no such time.
    """

    status: int
    reason: Reason
    text: str
    retry_after_s: int | None = None


@dataclass(frozen=True)
class Admitted:
    """A handshake that may go on.

    Args:
        address: where it comes from, as limits count it.
        user: whom its token speaks for. None: tokens are not asked for.
    """

    address: str
    user: str | None


class Admission:
    """Decides on each handshake, and counts who is in.

    Args:
        settings: every limit.
        tokens: checks them. None: none is needed.
        draw: spreads the return of clients that are refused while the server goes away.
    """

    def __init__(self, settings: Settings, tokens: Tokens | None, draw: random.Random) -> None:
        self._settings, self._tokens, self._draw = settings, tokens, draw
        self._trusted = networks(settings.trusted_proxies)
        self._rate = Bucket(per_s=settings.handshakes_per_s, burst=settings.handshake_burst)
        self._address_rates = Buckets(
            per_s=settings.handshakes_per_address_per_s, burst=settings.handshake_burst_per_address
        )
        self._connected: Counter[str] = Counter()
        self._unfinished: Counter[str] = Counter()
        self._unfinished_total = 0
        self.connections = 0
        self.draining = False

    def arrive(self, peer: str) -> bool:
        """Whether a socket may begin its handshake; those that never finish it must not take them all."""
        address = place(peer)
        most = self._settings.handshake_burst_per_address
        # All clients of a proxy share its address.
        if self._unfinished[address] >= most and not is_trusted(peer, self._trusted):
            return False
        if self._unfinished_total >= self._settings.handshake_burst:
            return False
        self._unfinished[address] += 1
        self._unfinished_total += 1
        return True

    def finish(self, peer: str) -> None:
        """A socket that arrived has finished its handshake, or is gone."""
        _subtract(self._unfinished, place(peer))
        self._unfinished_total -= 1

    def decide(
        self, peer: str, headers: Headers, now_s: float, *, upgrade: bool = True
    ) -> Admitted | Refusal:
        """Whether a handshake may go on.

        Args:
            peer: the other end of the connection.
            headers: of its request.
            now_s: monotonic.
            upgrade: whether it is a handshake. Else somebody only asks how one would be answered, and
                uses up nothing.
        """
        address = client_address(peer, headers.get_all("X-Forwarded-For"), self._trusted)
        refusal = self._closed() or self._address_rate(address, now_s, take=upgrade)
        refusal = refusal or self._origin(headers, upgrade=upgrade)
        if refusal is not None:
            return refusal
        user = None
        if self._tokens is not None:
            user = self._tokens.user(_token(headers) or "")
            if user is None:
                return Refusal(401, "token", "a valid token is needed\n")
        refusal = self._full(address) or self._overall_rate(now_s, take=upgrade)
        return refusal or Admitted(address, user)

    def enter(self, address: str) -> None:
        """Count a connection that was admitted."""
        self._connected[address] += 1
        self.connections += 1

    def leave(self, address: str) -> None:
        """One of them is gone."""
        _subtract(self._connected, address)
        self.connections -= 1

    def prune(self, now_s: float) -> None:
        """Forget addresses that have used up nothing."""
        self._address_rates.prune(now_s)

    def _closed(self) -> Refusal | None:
        if not self.draining:
            return None
        # Drawn for each, because all that are refused now must not come back at one time.
        retry_after_s = math.ceil(self._draw.uniform(0, self._settings.reconnect_spread_s)) or 1
        return Refusal(503, "draining", "the server is going away\n", retry_after_s)

    def _address_rate(self, address: str, now_s: float, *, take: bool) -> Refusal | None:
        rates = self._address_rates
        wait_s = rates.try_take(address, now_s) if take else rates.wait_s(address, now_s)
        text = "too many handshakes from this address\n"
        return Refusal(429, "address_rate", text, math.ceil(wait_s)) if wait_s else None

    def _overall_rate(self, now_s: float, *, take: bool) -> Refusal | None:
        wait_s = self._rate.wait_s(now_s)
        if wait_s:
            return Refusal(503, "rate", "too many handshakes\n", math.ceil(wait_s))
        if take:
            self._rate.take(now_s)
        return None

    def _origin(self, headers: Headers, *, upgrade: bool) -> Refusal | None:
        allowed = self._settings.allowed_origins
        if allowed is None or _origins(headers, upgrade=upgrade) & set(allowed):
            return None
        return Refusal(403, "origin", "this origin may not connect\n")

    def _full(self, address: str) -> Refusal | None:
        if self._connected[address] >= self._settings.max_connections_per_address:
            return Refusal(429, "address_full", "too many connections from this address\n")
        if self.connections >= self._settings.max_connections:
            return Refusal(503, "full", "the server is full\n")
        return None


def _subtract(counts: Counter[str], key: str) -> None:
    counts[key] -= 1
    if counts[key] <= 0:
        del counts[key]


def _origins(headers: Headers, *, upgrade: bool) -> set[str]:
    """Where a request comes from; empty where it does not say.

    A page that fetches from its own server sends no Origin, which is why that server's address counts.
    """
    said = headers.get_all("Origin")
    if said or upgrade:
        return set(said) if len(said) == 1 else set()
    host = headers.get_all("Host")
    return {f"http://{host[0]}", f"https://{host[0]}"} if len(host) == 1 else set()


def _token(headers: Headers) -> str | None:
    """The token that a handshake brings, in a header or as a subprotocol."""
    try:
        scheme, _, token = headers.get("Authorization", "").partition(" ")
    except MultipleValuesError:
        return None
    if scheme.lower() == "bearer":
        return token.strip()
    offered = ",".join(headers.get_all("Sec-WebSocket-Protocol")).split(",")
    found = [name.strip() for name in offered if name.strip().startswith(BEARER)]
    return found[0].removeprefix(BEARER) if len(found) == 1 else None
