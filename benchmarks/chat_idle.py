"""Connections that do nothing: what one takes of the server's memory, and what holding ten thousand costs."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

from chat_dialects import BARE, Dialect, ours, socketio
from chat_processes import Server
from chat_rounds import ROOM
from chat_wire import Peer, Tally, connect_many, disconnect

WARM = 200
"""Connections opened before the first reading: what a server makes once is not a connection's."""

SETTLE_S = 1.5

IDLE: dict[str, Dialect] = {
    "bare": BARE,
    "silent": BARE,
    "ours": ours(None),
    "ours in a room": ours(ROOM),
    "socketio": socketio(None),
    "socketio in a room": socketio(ROOM),
}


@dataclass(frozen=True)
class Memory:
    """Bytes of the server for one connection more."""

    connections: int
    rss_bytes: float
    pss_bytes: float


@dataclass(frozen=True)
class Held:
    """What holding connections was like.

    Args:
        connections: how many at the start.
        seconds: how long.
        lost: connections that ended meanwhile, by close code; each one is a false disconnect.
        heartbeats: answered by the clients.
        cpu_share: of one core, by the server.
        driver_cpu_share: of one core, by the clients.
    """

    connections: int
    seconds: float
    lost: dict[int, int]
    heartbeats: int
    cpu_share: float
    driver_cpu_share: float


async def crowd(kind: str, server: Server, count: int) -> tuple[list[Peer], Tally, Memory]:
    """So many idle connections beside a few that were there before, and what they take."""
    tally = Tally()
    peers = await connect_many(IDLE[kind], tally, server.port, WARM)
    await asyncio.sleep(SETTLE_S)
    rss_bytes, pss_bytes = server.rss_bytes(), server.pss_bytes()
    peers += await connect_many(IDLE[kind], tally, server.port, count - WARM)
    await asyncio.sleep(SETTLE_S)
    more = count - WARM
    return peers, tally, Memory(
        count, (server.rss_bytes() - rss_bytes) / more, (server.pss_bytes() - pss_bytes) / more
    )  # fmt: skip


async def hold(server: Server, peers: list[Peer], tally: Tally, seconds: float) -> Held:
    """Keep the connections for so long; nobody says anything but heartbeats."""
    tally.heartbeats = 0
    gone, cpu_s, own_s, started_s = len(tally.ended), server.cpu_s(), time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    elapsed_s = time.perf_counter() - started_s
    return Held(
        len(peers), elapsed_s, dict(Counter(tally.ended[gone:])), tally.heartbeats,
        (server.cpu_s() - cpu_s) / elapsed_s, (time.process_time() - own_s) / elapsed_s,
    )  # fmt: skip


async def memory(kind: str, server: Server, count: int) -> Memory:
    """What an idle connection takes; they are gone afterwards."""
    peers, _, found = await crowd(kind, server, count)
    await disconnect(peers)
    return found
