"""The proof that the timers of both ends and of the path between them fit together."""

from toolkit.chat.settings import Settings

MARGIN_S = 10.0
"""Room for a slow round trip and a late timer: Ably's own is 25 - 15 = 10 s (docs/connect, 2026-08-03)."""

DRAIN_LIMIT_S = 14.0
"""Leaves a second of the 15 in which the process must be gone after SIGTERM."""


def problems(settings: Settings, *, proxy_idle_s: float | None = 60.0) -> list[str]:
    """How the timers contradict each other: what that causes, and the mend. Empty where they fit.

    Args:
        settings: of both ends.
        proxy_idle_s: the shortest idle timeout of the proxies on the path; nginx and AWS ALB have 60 s where
            nothing is set. None: there is no proxy.
    """
    found = [
        _client_waits_too_long(settings),
        _same_instant(settings),
        _ping_too_rare(settings),
        _own_timer(settings),
        _idle_proxy(settings, proxy_idle_s),
        _slow_drain(settings),
    ]
    return [problem for problem in found if problem is not None]


def client_gives_up_s(settings: Settings) -> float:
    """Seconds of silence after which a client gives the server up."""
    return settings.client_interval_s + settings.client_wait_s


def ping_at_most_s(settings: Settings) -> float:
    """The longest time between two heartbeats of the server, which sends them when it sweeps."""
    return settings.server_ping_s + settings.sweep_s


def _client_waits_too_long(settings: Settings) -> str | None:
    interval_s, wait_s, limit_s = (
        settings.client_interval_s,
        settings.client_wait_s,
        settings.server_timeout_s,
    )
    if interval_s + wait_s + MARGIN_S < limit_s:
        return None
    return (
        f"client_interval_s {interval_s:g} + client_wait_s {wait_s:g} + margin {MARGIN_S:g} = "
        f"{interval_s + wait_s + MARGIN_S:g} is not below server_timeout_s {limit_s:g}: the server may close "
        f"a connection whose client still waits for an answer; shorten the client's two, or set "
        f"server_timeout_s above {interval_s + wait_s + MARGIN_S:g}"
    )


def _same_instant(settings: Settings) -> str | None:
    client_s, server_s = client_gives_up_s(settings), settings.server_timeout_s
    if abs(client_s - server_s) > settings.sweep_s:
        return None
    return (
        f"both ends give up a silent peer at the same instant, client_interval_s + client_wait_s = "
        f"{client_s:g} and server_timeout_s = {server_s:g}: the server's close and the client's reconnect "
        f"collide, seen as double sessions and presence; the client should give up {MARGIN_S:g} s earlier"
    )


def _ping_too_rare(settings: Settings) -> str | None:
    total_s, limit_s = ping_at_most_s(settings) + MARGIN_S, settings.server_timeout_s
    if total_s < limit_s:
        return None
    return (
        f"server_ping_s + sweep_s + margin = {total_s:g} is not below server_timeout_s {limit_s:g}: "
        f"one late answer closes a healthy connection; ping more often or wait longer"
    )


def _own_timer(settings: Settings) -> str | None:
    ping_s, interval_s = ping_at_most_s(settings), settings.client_interval_s
    if ping_s < interval_s:
        return None
    return (
        f"server_ping_s + sweep_s = {ping_s:g} is not below client_interval_s {interval_s:g}: the client "
        f"depends on its own timer, which browsers slow to one a minute in hidden tabs; ping more often"
    )


def _idle_proxy(settings: Settings, proxy_idle_s: float | None) -> str | None:
    silence_s = min(ping_at_most_s(settings), settings.client_interval_s)
    if proxy_idle_s is None or silence_s <= proxy_idle_s / 2:
        return None
    return (
        f"a healthy connection may be silent for {silence_s:g} s, over half of the shortest proxy idle time "
        f"{proxy_idle_s:g}: one lost heartbeat and the proxy cuts it; make server_ping_s + sweep_s at most "
        f"{proxy_idle_s / 2:g}"
    )


def _slow_drain(settings: Settings) -> str | None:
    if settings.drain_s <= DRAIN_LIMIT_S:
        return None
    return (
        f"drain_s {settings.drain_s:g} is above {DRAIN_LIMIT_S:g}: the process is not gone within 15 s of "
        f"SIGTERM; set drain_s to at most {DRAIN_LIMIT_S:g}"
    )
