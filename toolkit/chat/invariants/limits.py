"""Rules on sizes, on stopping, on deliveries, and on what stands in front of the server."""

from collections.abc import Iterator

from toolkit.chat.invariants.bounds import DRAIN_LIMIT_S, EXIT_S, LAST_ROWS_S, gone_at_most_s
from toolkit.chat.invariants.finding import Finding, named
from toolkit.chat.settings import UNKNOWN_PROXY, Settings

LONGEST_FRAME = 4
"""What is sent may be three times as long as what came, since JSON writes ``é`` as ``\\u00e9``, and has an
envelope."""


def buffer_takes_a_message(settings: Settings) -> Iterator[Finding]:
    """A message that may be sent does not make those who receive it too slow."""
    message, buffer = settings.max_message_bytes, settings.max_buffer_bytes
    if buffer >= LONGEST_FRAME * message:
        return
    never = buffer < message
    yield Finding(
        fields=named("max_buffer_bytes", "max_message_bytes"),
        wrong=f"max_buffer_bytes {buffer} is below "
        + (f"max_message_bytes {message}" if never else f"{LONGEST_FRAME} x max_message_bytes {message}")
        + ", so one long message makes every client that receives it too slow",
        right=f"set max_buffer_bytes to {LONGEST_FRAME * message} or more",
        severity="error" if never else "warning",
    )


def history_takes_a_message(settings: Settings) -> Iterator[Finding]:
    """A message that may be sent can be kept."""
    message, kept = settings.max_message_bytes, settings.history_bytes
    if kept >= LONGEST_FRAME * message:
        return
    yield Finding(
        fields=named("history_bytes", "max_message_bytes"),
        wrong=f"history_bytes {kept} is below {LONGEST_FRAME} x max_message_bytes {message}, so one long "
        f"message drives all others out of the history",
        right=f"set history_bytes to {LONGEST_FRAME * message} or more",
    )


def gone_in_time(settings: Settings) -> Iterator[Finding]:
    """The process is gone within 15 s of SIGTERM."""
    if gone_at_most_s(settings) <= DRAIN_LIMIT_S:
        return
    most_s = DRAIN_LIMIT_S - LAST_ROWS_S - EXIT_S
    yield Finding(
        fields=named("drain_s"),
        wrong=f"drain_s {settings.drain_s:g} + {LAST_ROWS_S:g} for the last rows + {EXIT_S:g} to exit = "
        f"{gone_at_most_s(settings):g} is above {DRAIN_LIMIT_S:g} s, so whoever sent SIGTERM may kill the "
        f"server with rows unwritten",
        right=f"set drain_s to {most_s:g} or less",
    )


def deadline_within_the_session(settings: Settings) -> Iterator[Finding]:
    """A delivery is decided while its recipient can still acknowledge it."""
    deadline_s, session_s = settings.deadline_s, settings.session_s
    if not settings.acknowledge or deadline_s <= session_s:
        return
    yield Finding(
        fields=named("deadline_s", "session_s"),
        wrong=f"deadline_s {deadline_s:g} is above session_s {session_s:g}, so deliveries to sessions that "
        f"are over are waited for",
        right=f"set deadline_s to {session_s:g} or less; 5 s is what options are compared at",
    )


def both_tls_files(settings: Settings) -> Iterator[Finding]:
    """A certificate comes with its key."""
    pair = {"tls_certificate": settings.tls_certificate, "tls_key": settings.tls_key}
    missing = [name for name, file in pair.items() if file is None]
    if len(missing) != 1:
        return
    given = next(name for name in pair if name not in missing)
    yield Finding(
        fields=named(given, missing[0]),
        wrong=f"{given} is there and {missing[0]} is not, so no TLS can be spoken",
        right=f"add {missing[0]}, or leave both out where a proxy ends TLS",
        severity="error",
    )


def addresses_behind_a_proxy(settings: Settings) -> Iterator[Finding]:
    """Clients behind a proxy are told apart, or the limits of one address do not bind."""
    known = [proxy for proxy in settings.proxies if proxy != UNKNOWN_PROXY]
    most, of_all = settings.max_connections_per_address, settings.max_connections
    if not known or settings.trusted_proxies or most >= of_all:
        return
    yield Finding(
        fields=named("trusted_proxies", "max_connections_per_address", "proxies"),
        wrong=f"all clients come from the address of {known[-1].name}, as nobody's X-Forwarded-For is "
        f"believed, so max_connections_per_address {most} is the limit of all, not max_connections {of_all}",
        right=f"name its addresses in trusted_proxies, or, where it keeps the clients' addresses, set "
        f"max_connections_per_address to {of_all}",
    )
