"""Rules on the heartbeats of both ends and the proxies between them."""

from collections.abc import Iterator

from toolkit.chat.invariants.bounds import (
    MARGIN_S,
    ROUND_TRIP_S,
    SAME_INSTANT_S,
    client_gives_up_s,
    collision_share,
    heartbeats_that_may_be_lost,
    ping_at_most_s,
    server_notices_s,
    silence_at_most_s,
)
from toolkit.chat.invariants.finding import Finding, either, named
from toolkit.chat.settings import Settings


def client_gives_up_first(settings: Settings) -> Iterator[Finding]:
    """The client hears the answer, or gives up, well before the server closes.

    Ably: 15 s + 10 s (ably/docs@c20d2c4 docs/connect). Stream: 25 s + 10 s (GetStream/stream-chat-js#698).
    Phoenix: the server waits twice the client's heartbeat, 60 s to 30 s (hexdocs, phoenix_gen_socket_client).
    """
    interval_s, wait_s = settings.client_interval_s, settings.client_wait_s
    total_s, timeout_s = client_gives_up_s(settings) + MARGIN_S, settings.server_timeout_s
    if total_s < timeout_s:
        return
    room_s = timeout_s - MARGIN_S
    yield Finding(
        fields=named("client_interval_s", "client_wait_s", "server_timeout_s"),
        wrong=f"client_interval_s {interval_s:g} + client_wait_s {wait_s:g} + margin {MARGIN_S:g} = "
        f"{total_s:g} is not below server_timeout_s {timeout_s:g}, so the server may close a connection "
        f"whose client still waits for an answer",
        right=either(
            f"make client_interval_s + client_wait_s less than {room_s:g}" if room_s > 0 else None,
            f"set server_timeout_s above {total_s:g}",
        ),
    )


def not_in_the_same_instant(settings: Settings) -> Iterator[Finding]:
    """The two ends do not give up together: the close of one would cross the reconnect of the other.

    The brief's 45 + 15 = 60 beside a timeout of 60. Of 200,000 simulated cuts both ends as the brief has them
    (client beats at fixed times, no sweep) gave up within 2 s of each other in 32 %, and without the server's
    heartbeat in all. PubNub's Dart SDK used one value for both and saw timeouts of living clients
    (pubnub/dart#33). A new connection that meets its old session: socket.io#5419, firezone#11493.
    """
    client_s = client_gives_up_s(settings)
    first_s, last_s = settings.server_timeout_s, server_notices_s(settings)
    if not first_s - SAME_INSTANT_S <= client_s <= last_s + SAME_INSTANT_S:
        return
    share, room_s = 100 * collision_share(settings), first_s - MARGIN_S
    yield Finding(
        fields=named("server_timeout_s", "client_interval_s", "client_wait_s", "sweep_s"),
        wrong=f"both ends give a dead connection up at the same instant, the client after "
        f"client_interval_s + client_wait_s = {client_s:g} s and the server after server_timeout_s = "
        f"{first_s:g} to {last_s:g} s: while users speak, in {share:.0f} % of cuts within "
        f"{SAME_INSTANT_S:g} s of each other (with the brief's own ends in 32 %), so that the close of one "
        f"and the reconnect of the other collide, seen as double sessions and presence",
        right=either(
            f"let the client give up {MARGIN_S:g} s earlier, after less than {room_s:g} s"
            if room_s > 0
            else None,
            f"set server_timeout_s above {client_s + MARGIN_S:g}",
        ),
    )


def heartbeat_before_timeout(settings: Settings) -> Iterator[Finding]:
    """A healthy idle connection is heard of before the server's timeout.

    websockets, Engine.IO and SocketCluster wait 20 s, 20 s and 12 s beyond their heartbeat (websockets
    docs/topics/keepalive.rst@04e599c; engine.io/lib/server.ts@d2d753f; socketcluster server.js@1e8c43f).
    """
    gap_s, timeout_s = ping_at_most_s(settings), settings.server_timeout_s
    if heartbeats_that_may_be_lost(settings) >= 0:
        return
    dead, room_s = silence_at_most_s(settings) >= timeout_s, timeout_s - MARGIN_S
    causes = "every idle connection is closed" if dead else "one late answer closes a healthy connection"
    yield Finding(
        fields=named("server_ping_s", "server_timeout_s", "sweep_s"),
        wrong=f"server_ping_s + sweep_s + margin {MARGIN_S:g} = {gap_s + MARGIN_S:g} is not below "
        f"server_timeout_s {timeout_s:g}, so {causes}",
        right=either(
            f"make server_ping_s + sweep_s less than {room_s:g}" if room_s > 0 else None,
            f"set server_timeout_s above {gap_s + MARGIN_S:g}",
        ),
        severity="error" if dead else "warning",
    )


def one_heartbeat_may_be_lost(settings: Settings) -> Iterator[Finding]:
    """A healthy connection outlives one lost heartbeat without the client's own timer.

    PubNub: heartbeat = timeout / 2 - 1 (its documentation of presence). Phoenix: 30 s to 60 s. Native calls
    that held the interpreter cost 19 living connections in 5.7 h at 20 s (DEMON#248).
    """
    gap_s, timeout_s = ping_at_most_s(settings), settings.server_timeout_s
    if heartbeats_that_may_be_lost(settings) != 0:
        return
    need_s = 2 * gap_s + MARGIN_S
    yield Finding(
        fields=named("server_ping_s", "server_timeout_s", "sweep_s"),
        wrong=f"2 x (server_ping_s {settings.server_ping_s:g} + sweep_s {settings.sweep_s:g}) + margin "
        f"{MARGIN_S:g} = {need_s:g} is not below server_timeout_s {timeout_s:g}, so one lost heartbeat and a "
        f"late one after it close a healthy connection",
        right=f"make server_ping_s + sweep_s less than {(timeout_s - MARGIN_S) / 2:g}, or set "
        f"server_timeout_s above {need_s:g}",
    )


def clients_own_timer_is_not_needed(settings: Settings) -> Iterator[Finding]:
    """The server's heartbeat, which is answered as a message, comes before any timer of the client is due.

    Chrome lets timers of hidden tabs fire once a minute (developer.chrome.com/blog,
    timer-throttling-in-chrome-88). Socket.IO lost minimised tabs after 5 min (socketio/socket.io#4040), WeTTY
    too (butlerx/wetty#579).
    """
    ping_s, interval_s = ping_at_most_s(settings), settings.client_interval_s
    if ping_s < interval_s:
        return
    room_s = interval_s - settings.sweep_s
    yield Finding(
        fields=named("client_interval_s", "server_ping_s", "sweep_s"),
        wrong=f"server_ping_s + sweep_s = {ping_s:g} is not below client_interval_s {interval_s:g}, so the "
        f"client needs its own timer, which browsers slow to one a minute in hidden tabs",
        right=either(
            f"set client_interval_s above {ping_s:g}",
            f"server_ping_s below {room_s:g}" if room_s > 0 else None,
        ),
    )


def wait_takes_a_slow_round_trip(settings: Settings) -> Iterator[Finding]:
    """The client waits for an answer as long as a slow network may take.

    The shortest in the field is Centrifugo's 8 s (centrifugal.dev@910fa94 docs/transports/overview.md:48-56);
    websockets and Engine.IO wait 20 s (docs/topics/keepalive.rst@04e599c; engine.io/lib/server.ts@d2d753f).
    """
    wait_s = settings.client_wait_s
    if wait_s >= ROUND_TRIP_S:
        return
    yield Finding(
        fields=named("client_wait_s"),
        wrong=f"client_wait_s {wait_s:g} is below {ROUND_TRIP_S:g} s, so the client gives up a living server "
        f"whose answer takes a slow round trip",
        right=f"set client_wait_s to {ROUND_TRIP_S:g} or more",
    )


def wait_is_shorter_than_the_heartbeat(settings: Settings) -> Iterator[Finding]:
    """An answer is due before the next heartbeat.

    Centrifugo refuses to start where ping_interval is not above pong_timeout (centrifugal.dev@910fa94
    docs/transports/overview.md:48-56).
    """
    wait_s, ping_s = settings.client_wait_s, settings.server_ping_s
    if wait_s < ping_s:
        return
    yield Finding(
        fields=named("client_wait_s", "server_ping_s"),
        wrong=f"client_wait_s {wait_s:g} is not below server_ping_s {ping_s:g}, so the client waits for an "
        f"answer longer than a living server is ever silent, and notices a dead one that much later",
        right=f"set client_wait_s below {ping_s:g}",
    )


def heartbeat_outpaces_the_proxies(settings: Settings) -> Iterator[Finding]:
    """No proxy cuts a healthy connection, not even after one lost heartbeat.

    Mattermost pinged every 60 s behind an ALB with 60 s idle: 61 % of requests timed out at 600 users; behind
    nginx with 90 s none at 1,500 (mattermost/docs#8929). Centrifugo: proxies must idle out above the ping
    interval (centrifugal.dev@910fa94 docs/server/load_balancing.md).
    """
    gap_s, silence_s = ping_at_most_s(settings), silence_at_most_s(settings)
    for index, proxy in enumerate(settings.proxies):
        if gap_s <= proxy.idle_s / 2:
            continue
        cuts = silence_s >= proxy.idle_s
        causes = "every idle connection" if cuts else "a healthy connection after one lost heartbeat"
        room_s = proxy.idle_s / 2 - settings.sweep_s
        yield Finding(
            fields=(("proxies", index, "idle_s"), *named("server_ping_s", "sweep_s")),
            wrong=f"server_ping_s + sweep_s = {gap_s:g} is over half of the {proxy.idle_s:g} s after which "
            f"{proxy.name} cuts what is idle, so it cuts {causes}",
            right=either(
                f"set its idle time to {2 * gap_s:g} s or more",
                f"server_ping_s to {room_s:g} or less" if room_s > 0 else None,
            ),
            severity="error" if cuts else "warning",
        )
