"""Every timer and limit of both ends and of the path between them, and the presets."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from toolkit.evidence import Strict
from toolkit.project.faults import InputError, shortened

PresetName = Literal["brief", "stable"]
PRESETS: tuple[PresetName, ...] = ("brief", "stable")

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
PerSecond = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
Name = Annotated[str, Field(min_length=1, max_length=200)]

ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\s]+|null")


def _origin(text: str) -> str:
    if not ORIGIN.fullmatch(text):
        raise ValueError(f"{text!r} is no origin|write scheme, host and port alone, as https://chat.example")
    return text


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        right = "write an address or a network, as 10.0.0.7 or 10.0.0.0/8"
        raise ValueError(f"{text!r} is no address and no network|{right}") from None
    return text


def _tuple(value: Any) -> Any:
    """The list of a YAML file, which has no tuples."""
    if not isinstance(value, list | tuple | None):
        raise ValueError(f"{shortened(repr(value))} is no list|write a list, in [ ] or a line each after -")
    return tuple(value) if isinstance(value, list) else value


def _path(value: Any) -> Any:
    if not isinstance(value, str | Path | None) or value == "":
        raise ValueError(f"{shortened(repr(value))} is no file|write the path of a file")
    return Path(value) if isinstance(value, str) else value


Origin = Annotated[Name, AfterValidator(_origin)]
Network = Annotated[Name, AfterValidator(_network)]
File = Annotated[Path, BeforeValidator(_path)]


class Proxy(Strict):
    """Something between the two ends that cuts connections on which nothing moves.

    Args:
        name: what it is called.
        idle_s: after so long without a byte either way it cuts.
    """

    name: Name
    idle_s: Seconds


UNKNOWN_PROXY = Proxy(name="a proxy nobody configured", idle_s=60.0)
"""nginx (``proxy_read_timeout``) and AWS ALB cut at 60 s where nothing is set."""


class Settings(Strict):
    """Timers and limits; the defaults are the preset ``stable``.

    Heartbeats:
        server_ping_s: the server sends a heartbeat message so often; clients answer it.
        server_timeout_s: the server closes a connection that was silent for so long. Any frame resets it.
        sweep_s: the server looks for due heartbeats and silent connections so often.
        client_interval_s: a client that heard nothing for so long asks the server for a sign of life.
        client_wait_s: and waits so long for any frame before it gives the server up.

    Opening and closing:
        open_timeout_s: longest opening handshake.
        close_timeout_s: longest closing handshake.
        drain_s: on SIGTERM clients have so long to close before they are cut.

    Reconnecting:
        reconnect_base_s: the first reconnect comes after a uniform draw from 0 to this.
        reconnect_max_s: cap of that range, which doubles with each failure.
        stable_after_s: a connection that lived so long starts the doubling anew.
        reconnect_spread_s: a server that goes away spreads its clients' return over so long.

    Sessions:
        session_s: a session whose connection is gone can be resumed so long.
        history_s: a room's message can be fetched again so long,
        history_messages: while it is among so many newest of its room,
        history_bytes: and the messages kept of all rooms together take no more than this.
        dedup_messages: of a session's publishes so many newest are recognised when they are retried.

    Sizes and rates:
        max_message_bytes: a larger message closes the connection with 1009.
        max_buffer_bytes: a client with more than this unsent is too slow.
        slow_client: what becomes of it. ``close`` ends the connection with 4413, ``drop`` leaves out
            messages, which the client sees as a gap and fetches from the history.
        messages_per_s: a connection's messages are read no faster than this,
        message_burst: after so many at any speed.

    Connections:
        max_connections: further handshakes get HTTP 503.
        max_connections_per_address: further handshakes from that address get HTTP 429.
        max_rooms_per_connection: further joins are refused.
        handshakes_per_s: of all addresses together; more get HTTP 503 with Retry-After,
        handshake_burst: after so many at any speed.
        handshakes_per_address_per_s: of one address; more get HTTP 429 with Retry-After,
        handshake_burst_per_address: after so many at any speed.

    Access:
        allowed_origins: origins that browsers may come from, such as ``https://chat.example``; others get
            HTTP 403. None: any, and clients that send none.
        require_token: whether a handshake needs a signed token; without one it gets HTTP 401. The secret
            comes from the environment.
        trusted_proxies: addresses or networks whose X-Forwarded-For is believed. Empty: nobody's.
        tls_certificate, tls_key: PEM files, relative to the settings file. None: no TLS; a proxy ends it.

    Deliveries:
        acknowledge: whether clients acknowledge what they receive, so that deliveries can be recorded.
        deadline_s: a delivery that is not acknowledged by then counts as lost.

    Monitoring:
        log_burst: log records let through in each ``log_period_s``; the rest is counted.
        log_period_s: length of that period.
        lag_warning_s: an event loop that was blocked for longer is logged.

    The path:
        proxies: what lies between the ends. Empty: nothing does.
    """

    server_ping_s: Seconds = 20.0
    server_timeout_s: Seconds = 60.0
    sweep_s: Seconds = 1.0
    client_interval_s: Seconds = 25.0
    client_wait_s: Seconds = 10.0

    open_timeout_s: Seconds = 10.0
    close_timeout_s: Seconds = 10.0
    drain_s: Seconds = 10.0

    reconnect_base_s: Seconds = 1.0
    reconnect_max_s: Seconds = 30.0
    stable_after_s: Seconds = 60.0
    reconnect_spread_s: Seconds = 10.0

    session_s: Seconds = 120.0
    history_s: Seconds = 120.0
    history_messages: Count = 1_000
    history_bytes: Count = 67_108_864
    dedup_messages: Count = 1_000

    max_message_bytes: Count = 65_536
    max_buffer_bytes: Count = 1_048_576
    slow_client: Literal["close", "drop"] = "close"
    messages_per_s: PerSecond = 1_000.0
    message_burst: Count = 5_000

    max_connections: Count = 10_000
    max_connections_per_address: Count = 1_000
    max_rooms_per_connection: Count = 100
    handshakes_per_s: PerSecond = 2_000.0
    handshake_burst: Count = 10_000
    handshakes_per_address_per_s: PerSecond = 500.0
    handshake_burst_per_address: Count = 2_000

    allowed_origins: Annotated[tuple[Origin, ...] | None, BeforeValidator(_tuple)] = None
    require_token: bool = False
    trusted_proxies: Annotated[tuple[Network, ...], BeforeValidator(_tuple)] = ()
    tls_certificate: File | None = None
    tls_key: File | None = None

    acknowledge: bool = False
    deadline_s: Seconds = 5.0

    log_burst: Count = 20
    log_period_s: Seconds = 10.0
    lag_warning_s: Seconds = 1.0

    proxies: Annotated[tuple[Proxy, ...], BeforeValidator(_tuple)] = (UNKNOWN_PROXY,)


_PRESETS: dict[PresetName, Settings] = {
    "brief": Settings(
        server_ping_s=25.0, server_timeout_s=60.0, sweep_s=5.0, client_interval_s=45.0, client_wait_s=15.0
    ),
    "stable": Settings(),
}


def preset(name: PresetName) -> Settings:
    """The settings of a preset: ``brief`` has the brief's timers, ``stable`` ones that fit together.

    Raises:
        InputError: there is no such preset.
    """
    if name not in _PRESETS:
        raise InputError(f"preset: {name!r} is not known; use one of {', '.join(PRESETS)}")
    return _PRESETS[name]
