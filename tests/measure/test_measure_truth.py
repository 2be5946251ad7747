"""The probe beside a scripted truth, and beside a client that waits for each answer before it sends again."""

import asyncio
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, broadcast, serve

from toolkit.chat.protocol import decode, encode
from toolkit.measure.adapters import adapter
from toolkit.measure.clock import RunClock
from toolkit.measure.probe import Probe
from toolkit.measure.recorder import Recorder
from toolkit.measure.schedule import schedule
from toolkit.measure.workload import Span

STALL_S = (1.5, 4.5)
EVERY_S = 0.02


class Stalling:
    """A server of the plain protocol that holds everything back during the stall, and notes when it sent."""

    def __init__(self) -> None:
        self.clock = RunClock()
        self.sent_s: dict[str, float] = {}
        self.members: set[ServerConnection] = set()

    async def handle(self, socket: ServerConnection) -> None:
        async for frame in socket:
            message = decode(frame)
            if message["type"] == "join":
                self.members.add(socket)
                await socket.send(encode({"type": "joined"}))
                continue
            if STALL_S[0] <= self.clock.now_s() < STALL_S[1]:
                await self.clock.until(STALL_S[1])
            self.sent_s[message["data"].get("m")] = self.clock.now_s()
            broadcast(self.members - {socket}, encode({"type": "message", "data": message["data"]}))


def p99_s(latencies_s: list[float]) -> float:
    return float(np.quantile(latencies_s, 0.99, method="inverted_cdf"))


def test_the_probe_tells_the_truth_where_a_closed_loop_is_off_by_an_order_of_magnitude(
    run: Any, small: Any, tmp_path: Path, facts: Any
) -> None:
    workload = small(
        clients=2, rooms_of=2, duration_s=11.0, deadline_s=4.0, burst_messages=1,
        burst_interval_s=Span(low=0, high=0), pause_s=Span(low=EVERY_S, high=EVERY_S),
        away_s=Span(low=0, high=0),
    )  # fmt: skip
    sent_s, closed_s = run(measured(workload, tmp_path))
    # What comes while a client still connects is sent when it can be.
    truth_s = p99_s([sent_s[message.id] - message.due_s for message in schedule(workload).messages])
    assert truth_s > 0.9 * (STALL_S[1] - STALL_S[0])
    open_s = p99_s([row["latency_s"] or np.inf for row in facts(tmp_path, "deliveries")])
    assert open_s == pytest.approx(truth_s, rel=0.05)
    assert p99_s(closed_s) < truth_s / 10
    # It saw the stall, as one slow message among hundreds.
    assert max(closed_s) > 0.9 * (STALL_S[1] - STALL_S[0])
    assert len(closed_s) > 100


async def measured(workload: Any, folder: Path) -> tuple[dict[str, float], list[float]]:
    """Let the probe measure, and a closed loop at a server of its own; the truth, and what that one saw."""
    servers = [Stalling(), Stalling()]
    async with (
        serve(servers[0].handle, "127.0.0.1", 0, ping_interval=None) as probed,
        serve(servers[1].handle, "127.0.0.1", 0, ping_interval=None) as looped,
    ):
        urls = [f"ws://127.0.0.1:{one.sockets[0].getsockname()[1]}/" for one in (probed, looped)]
        recorder = Recorder(folder, option="current", environment="lab", collector="one")
        speaks = adapter("current-unfixed")
        probe = Probe(urls[0], option="current", adapter=speaks, recorder=recorder, workload=workload)
        for server in servers:
            server.clock = RunClock()
        probe.start_with(servers[0].clock)
        _, closed_s = await asyncio.gather(probe.run(), closed_loop(urls[1], workload.duration_s))
        return servers[0].sent_s, list(closed_s)


async def closed_loop(url: str, duration_s: float) -> list[float]:
    """What a client sees that sends at the same pace, but not before the last message has come."""
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
            await asyncio.sleep(max(0.0, sent_s + EVERY_S - time.monotonic()))
    return found
