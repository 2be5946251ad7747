"""Broadcasts and echoes in a closed window: the next message leaves when the last ones have come."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from chat_dialects import BARE, ECHO, Dialect, ours, socketio
from chat_processes import Server
from chat_wire import Peer, Tally, connect, connect_many, frame

ROOM = "benchmark"
TEXT = "Lunch at one? The place on the corner has the soup that everybody talks about. " * 2
IN_FLIGHT = 8
"""Messages on their way to everybody; few, so that no limit for slow clients is met."""

LIMIT_S = 60.0


@dataclass(frozen=True)
class Rate:
    """What one round gave: events a second, and microseconds of the server's processor for one."""

    per_s: float
    cpu_us: float


@dataclass
class Audience:
    """Connections of one server, and how its publisher says a message."""

    server: Server
    tally: Tally
    receivers: list[Peer]
    publisher: Peer
    publish: Callable[[int], str]


def as_delivered(number: int) -> str:
    """The message as our server delivers it, for the server that passes on what it gets."""
    return json.dumps(
        {"type": "message", "room": ROOM, "from": "0123456789abcdef", "data": TEXT, "epoch": "0123456789ab",
         "offset": number}, separators=(",", ":"),
    )  # fmt: skip


def as_published(number: int) -> str:
    """The message as a client publishes it."""
    return json.dumps({"type": "publish", "room": ROOM, "data": TEXT}, separators=(",", ":"))


def to_socketio(number: int) -> str:
    """The same as an event; without position, which Socket.IO does not have."""
    return f"42{json.dumps(['publish', ROOM, {'from': '0123456789abcdef', 'data': TEXT}])}"


SPOKEN: dict[str, tuple[Dialect, Callable[[int], str]]] = {
    "bare": (BARE, as_delivered),
    "ours": (ours(ROOM), as_published),
    "recording": (ours(ROOM), as_published),
    "socketio": (socketio(ROOM), to_socketio),
}


async def gather_audience(kind: str, server: Server, receivers: int) -> Audience:
    """So many receivers and a publisher, all in one room."""
    dialect, publish = SPOKEN[kind]
    tally = Tally()
    peers = await connect_many(dialect, tally, server.port, receivers)
    if kind == "recording":
        for peer in peers:
            peer.heard = acknowledge
    publisher = await connect(dialect, Tally(), server.port)
    return Audience(server, tally, peers, publisher, publish)


def acknowledge(peer: Peer, data: bytes, start: int, end: int) -> None:
    """Say that a message came, as clients do where the server asks for it."""
    offset = data[data.rindex(b'"offset":', start, end) + 9 : end - 1].split(b",")[0].decode()
    peer.say(f'{{"type":"received","room":"{ROOM}","offsets":[{offset}]}}')


async def broadcast_round(audience: Audience, seconds: float) -> Rate:
    """Deliveries a second while messages are published for so long and until all have come."""
    tally, size, done = audience.tally, len(audience.receivers), asyncio.Event()
    tally.counted, tally.goal, sent = 0, size, 0
    started_s, cpu_s = time.perf_counter(), audience.server.cpu_s()

    def publish() -> None:
        nonlocal sent
        sent += 1
        audience.publisher.say(audience.publish(sent))

    def reached() -> None:
        while tally.counted >= tally.goal:
            if time.perf_counter() - started_s < seconds:
                publish()
            elif tally.counted == sent * size:
                tally.goal = 2**62
                return done.set()
            tally.goal += size
        return None

    tally.reached = reached
    for _ in range(IN_FLIGHT):
        publish()
    async with asyncio.timeout(seconds + LIMIT_S):
        await done.wait()
    elapsed_s, spent_s = time.perf_counter() - started_s, audience.server.cpu_s() - cpu_s
    return Rate(tally.counted / elapsed_s, 1e6 * spent_s / tally.counted)


@dataclass
class Callers:
    """Connections that each send the next message when the last one was answered."""

    server: Server
    tally: Tally
    peers: list[Peer]


async def gather_callers(kind: str, server: Server, count: int) -> Callers:
    """So many, each in a room of its own where there are rooms."""
    tally = Tally()
    spoken = (ECHO if kind == "bare" else ours(f"r-{number}", counts="ack") for number in range(count))
    return Callers(server, tally, [await connect(dialect, tally, server.port) for dialect in spoken])


async def echo_round(callers: Callers, seconds: float) -> Rate:
    """Round trips a second; to both kinds of servers go the same bytes."""
    tally, waiting, done, sent = callers.tally, len(callers.peers), asyncio.Event(), 0
    rooms = {id(peer): number for number, peer in enumerate(callers.peers)}
    run = f"{time.time_ns():x}"

    def call(peer: Peer) -> None:
        nonlocal sent
        sent += 1
        peer.transport.write(
            frame(
                f'{{"type":"publish","room":"r-{rooms[id(peer)]}","data":"{TEXT[:60]}","id":"{run}-{sent}"}}'
            )
        )

    def answered(peer: Peer, data: bytes, start: int, end: int) -> None:
        nonlocal waiting
        if time.perf_counter() - started_s < seconds:
            call(peer)
        else:
            waiting -= 1
            if not waiting:
                done.set()

    tally.counted, started_s, cpu_s = 0, time.perf_counter(), callers.server.cpu_s()
    for peer in callers.peers:
        peer.heard = answered
        call(peer)
    async with asyncio.timeout(seconds + LIMIT_S):
        await done.wait()
    elapsed_s, spent_s = time.perf_counter() - started_s, callers.server.cpu_s() - cpu_s
    return Rate(tally.counted / elapsed_s, 1e6 * spent_s / tally.counted)
