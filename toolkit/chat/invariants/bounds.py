"""How long each thing takes at most, worked out from the settings: what the rules compare."""

from math import ceil

from toolkit.chat.settings import Settings

MARGIN_S = 10.0
"""Room for a slow round trip and a late timer. Ably closes after 25 s where its heartbeat is 15 s, Stream
after interval + 10 s (ably/docs@c20d2c4 docs/connect; GetStream/stream-chat-js#698)."""

ROUND_TRIP_S = MARGIN_S / 2
"""A slow round trip; the other half of the margin is for late timers."""

SAME_INSTANT_S = 2.0
"""Ends that give up so close to each other collide: the close of one crosses the reconnect of the other."""

DRAIN_LIMIT_S = 15.0
"""The process is gone so long after SIGTERM, whatever its clients do."""

LAST_ROWS_S = 2.0
"""How long a server that stops tries to write its last recorded rows."""

EXIT_S = 1.0
"""What is left of the drain limit for cutting the rest and ending the process."""


def client_gives_up_s(settings: Settings) -> float:
    """Seconds of silence after which a client gives the server up."""
    return settings.client_interval_s + settings.client_wait_s


def ping_at_most_s(settings: Settings) -> float:
    """The longest time between two heartbeats of the server, which sends those that are due as it sweeps."""
    return settings.server_ping_s + settings.sweep_s


def silence_at_most_s(settings: Settings) -> float:
    """The longest silence of a healthy connection whose client's timers fire when they should."""
    return min(ping_at_most_s(settings), settings.client_interval_s)


def server_notices_s(settings: Settings) -> float:
    """Seconds of silence after which, at the latest, the server starts to close a connection."""
    return settings.server_timeout_s + settings.sweep_s


def closed_at_most_s(settings: Settings) -> float:
    """Seconds of silence after which, at the latest, a dead client's connection is gone from the server."""
    return server_notices_s(settings) + settings.close_timeout_s


def away_at_most_s(settings: Settings) -> float:
    """The longest time from a cut to the client's return over a path that is whole again.

    It notices, waits the longest step of its backoff, and opens a connection. In a hidden tab, whose timers
    fire once a minute, it takes longer: what was missed for good is told then.
    """
    return client_gives_up_s(settings) + settings.reconnect_max_s + settings.open_timeout_s


def gone_at_most_s(settings: Settings) -> float:
    """Seconds from SIGTERM to the end of the process."""
    return settings.drain_s + LAST_ROWS_S + EXIT_S


def heartbeats_that_may_be_lost(settings: Settings) -> int:
    """How many heartbeats in a row may be lost and the next one come late; -1 where not even one may be late.

    >>> heartbeats_that_may_be_lost(Settings(server_ping_s=20, sweep_s=1, server_timeout_s=60))
    1
    """
    return ceil((settings.server_timeout_s - MARGIN_S) / ping_at_most_s(settings)) - 2


def collision_share(settings: Settings) -> float:
    """The share of cuts that both ends notice within :data:`SAME_INSTANT_S` of each other, while users speak.

    Both count from the last exchange before the cut, which falls anywhere between two sweeps. The client
    gives up after a fixed time and the server at the first sweep after its timeout.
    """
    early = client_gives_up_s(settings) - SAME_INSTANT_S
    late = client_gives_up_s(settings) + SAME_INSTANT_S
    first, last = settings.server_timeout_s, server_notices_s(settings)
    return max(0.0, min(late, last) - max(early, first)) / settings.sweep_s


def let_in(burst: int, per_s: float, seconds: float) -> float:
    """How many handshakes a limit admits in so many seconds: a full bucket, and what flows into it."""
    return burst + per_s * seconds
