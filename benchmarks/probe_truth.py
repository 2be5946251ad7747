"""A server with scripted stalls, and the 99th percentile that the probe and a closed loop tell of it."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, broadcast, serve

from toolkit.chat.protocol import decode, encode
from toolkit.measure.adapters import adapter
from toolkit.measure.clock import RunClock
from toolkit.measure.probe import Probe
from toolkit.measure.recorder import Recorder
from toolkit.measure.schedule import schedule
from toolkit.measure.workload import Bytes, RoomSize, Span, Workload

STALLS_S = ((3.0, 5.0), (10.0, 13.0), (20.0, 21.0))
EVERY_S = 0.01
WORKLOAD = Workload(
    clients=2, rooms_of=[RoomSize(value=2, weight=1)], duration_s=30, burst_messages=1,
    burst_interval_s=Span(low=0, high=0), pause_s=Span(low=EVERY_S, high=EVERY_S),
    session_s=Span(low=60, high=60), away_s=Span(low=0, high=0), message_bytes=[Bytes(value=100, weight=1)],
    deadline_s=4, seed=1, lag_limit_ms=10_000,
)  # fmt: skip


Stalls = Sequence[tuple[float, float]]
"""First and last second of each."""


class Stalling:
    """A server of the plain protocol that holds everything back during its stalls, and notes when it sent."""

    def __init__(self, stalls_s: Stalls = STALLS_S) -> None:
        self.clock = RunClock()
        self.stalls_s = stalls_s
        self.sent_s: dict[str, float] = {}
        self.members: set[ServerConnection] = set()

    async def handle(self, socket: ServerConnection) -> None:
        """Serve one connection."""
        async for frame in socket:
            message = decode(frame)
            if message["type"] == "join":
                self.members.add(socket)
                await socket.send(encode({"type": "joined"}))
                continue
            await asyncio.sleep(held_s(self.clock.now_s(), self.stalls_s))
            self.sent_s[message["data"].get("m")] = self.clock.now_s()
            broadcast(self.members - {socket}, encode({"type": "message", "data": message["data"]}))


def held_s(at_s: float, stalls_s: Stalls = STALLS_S) -> float:
    """How long the server holds back what comes at that second."""
    return next((end_s - at_s for start_s, end_s in stalls_s if start_s <= at_s < end_s), 0.0)


def p99_s(latencies_s: list[float]) -> float:
    """The 99th percentile, one of the values."""
    return float(np.quantile(latencies_s, 0.99, method="inverted_cdf"))


async def told() -> dict[str, float]:
    """The 99th percentile as scripted, as the probe tells it, and as a closed loop does."""
    found = {"as scripted": p99_s([held_s(message.due_s) for message in schedule(WORKLOAD).messages])}
    for name, measure in (("of the probe", _open_loop), ("of a closed loop", _closed)):
        server = Stalling()
        async with serve(server.handle, "127.0.0.1", 0, ping_interval=None) as listening:
            url = f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
            server.clock = RunClock()
            found[name] = p99_s(await measure(url))
    return found


async def _open_loop(url: str) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder), option="current", environment="lab", collector="one")
        speaks = adapter("current-unfixed")
        probe = Probe(url, option="current", adapter=speaks, recorder=recorder, workload=WORKLOAD)
        await probe.run()
        rows = [
            row
            for file in Path(folder).rglob("deliveries/*/*/*.parquet")
            for row in pq.ParquetFile(file).read(["latency_s"])["latency_s"].to_pylist()
        ]
    return [np.inf if row is None else row for row in rows]


async def _closed(url: str) -> list[float]:
    return await closed_loop(url, every_s=EVERY_S, duration_s=WORKLOAD.duration_s)


async def closed_loop(url: str, *, every_s: float, duration_s: float) -> list[float]:
    """As a client sees it that sends at the same pace, but not before the last message has come."""
    found: list[float] = []
    end_s = time.monotonic() + duration_s
    async with connect(url) as sender, connect(url) as receiver:
        for socket in (sender, receiver):
            await socket.send(encode({"type": "join", "room": "r"}))
            await socket.recv()
        while (sent_s := time.monotonic()) < end_s:
            await sender.send(encode({"type": "publish", "room": "r", "data": {}}))
            await receiver.recv()
            found.append(time.monotonic() - sent_s)
            await asyncio.sleep(max(0.0, sent_s + every_s - time.monotonic()))
    return found
