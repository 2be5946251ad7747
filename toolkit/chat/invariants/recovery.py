"""Rules on coming back: backoff, sessions, histories, and the return of everybody at once."""

from collections.abc import Iterator
from math import ceil

from toolkit.chat.invariants.bounds import away_at_most_s, client_gives_up_s, let_in
from toolkit.chat.invariants.finding import Finding, named
from toolkit.chat.settings import Settings


def backoff_has_a_range(settings: Settings) -> Iterator[Finding]:
    """The first range of the backoff is not above its cap (full jitter: AWS architecture blog, 2015)."""
    base_s, cap_s = settings.reconnect_base_s, settings.reconnect_max_s
    if base_s <= cap_s:
        return
    yield Finding(
        fields=named("reconnect_base_s", "reconnect_max_s"),
        wrong=f"reconnect_base_s {base_s:g} is above reconnect_max_s {cap_s:g}, the cap of what it grows to",
        right=f"set reconnect_base_s to {cap_s:g} or less",
        severity="error",
    )


def stable_is_longer_than_the_backoff(settings: Settings) -> Iterator[Finding]:
    """A server that accepts and drops again does not start the backoff anew each time.

    MetaMask reset its backoff at each open and looped without pause (MetaMask/core#6861).
    """
    stable_s, cap_s = settings.stable_after_s, settings.reconnect_max_s
    if stable_s >= cap_s:
        return
    yield Finding(
        fields=named("stable_after_s", "reconnect_max_s"),
        wrong=f"stable_after_s {stable_s:g} is below reconnect_max_s {cap_s:g}, so a server that drops its "
        f"clients every {stable_s:g} s is asked more often than one that refuses them",
        right=f"set stable_after_s to {cap_s:g} or more",
    )


def session_outlives_an_absence(settings: Settings) -> Iterator[Finding]:
    """A session is still there when a client that noticed its cut late comes back.

    The server may notice at once and the client last, so that all of the client's absence counts. Ably and
    Socket.IO keep a session for 2 min (ably/docs@c20d2c4 docs/connect/states; socket.io-website@ffb3288
    connection-state-recovery.md).
    """
    yield from _covers(settings, "session_s", settings.session_s, "the session is over")


def history_reaches_back(settings: Settings) -> Iterator[Finding]:
    """What was said since the last message before a cut is still there when the client comes back.

    Ably: 2 min of history, then no replay (docs/connect/states). Centrifugo: recovery needs the whole gap
    (centrifugal.dev@910fa94 docs/server/history_and_recovery.md:36-72).
    """
    yield from _covers(settings, "history_s", settings.history_s, "the messages since are gone")


def _covers(settings: Settings, name: str, seconds: float, lost: str) -> Iterator[Finding]:
    notices_s, away_s = client_gives_up_s(settings), away_at_most_s(settings)
    if seconds >= away_s:
        return
    never = seconds < notices_s
    causes = f"{lost} before the client has noticed" if never else f"{lost} when the client is late to return"
    yield Finding(
        fields=named(name, "client_interval_s", "client_wait_s", "reconnect_max_s", "open_timeout_s"),
        wrong=f"{name} {seconds:g} is below client_interval_s + client_wait_s + reconnect_max_s + "
        f"open_timeout_s = {away_s:g}, how long a client may be away: {causes}, and nothing is recovered",
        right=f"set {name} to {away_s:g} or more",
        severity="error" if never else "warning",
    )


def everybody_can_come_back(settings: Settings) -> Iterator[Finding]:
    """The handshake limit lets all clients of a restarted server back in while they return.

    Mass returns froze Mattermost (mattermost-webapp#10960), Coder (coder/coder#24096) and Firezone at each
    deploy (firezone#11493).
    """
    burst, per_s = settings.handshake_burst, settings.handshakes_per_s
    yield from _return(settings, "", settings.max_connections, burst, per_s)


def an_address_can_come_back(settings: Settings) -> Iterator[Finding]:
    """The handshake limit of one address lets all its clients back in likewise."""
    burst, per_s = settings.handshake_burst_per_address, settings.handshakes_per_address_per_s
    many = min(settings.max_connections_per_address, settings.max_connections)
    yield from _return(settings, "_per_address", many, burst, per_s)


def _return(settings: Settings, of: str, many: int, burst: int, per_s: float) -> Iterator[Finding]:
    spread_s = settings.reconnect_spread_s
    admitted = let_in(burst, per_s, spread_s)
    if many <= admitted:
        return
    pace = "handshakes_per_address_per_s" if of else "handshakes_per_s"
    yield Finding(
        fields=named("reconnect_spread_s", pace, f"handshake_burst{of}", f"max_connections{of}"),
        wrong=f"after a restart {many} clients of max_connections{of} come back within reconnect_spread_s "
        f"{spread_s:g}, and handshake_burst{of} {burst} + {pace} {per_s:g} x {spread_s:g} s let in "
        f"{admitted:g}: the others are refused and come again in waves",
        right=f"set reconnect_spread_s to {ceil((many - burst) / per_s)} or more, or {pace} to "
        f"{ceil((many - burst) / spread_s)} or more",
    )
