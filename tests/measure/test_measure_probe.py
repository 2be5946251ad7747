"""The probe against real servers: it hides no stall, counts every attempt, and claims only what it saw."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, broadcast, serve

from toolkit.chat.protocol import decode, encode
from toolkit.measure.adapters import adapter
from toolkit.measure.probe import Probe
from toolkit.measure.recorder import Recorder
from toolkit.measure.totals import ProbeResult
from toolkit.measure.workload import LAG_LIMIT_MS, Span, Workload


class Scripted:
    """A server of the plain protocol that delivers nothing while it is stalled, and then all at once."""

    def __init__(self, *, stall_s: tuple[float, float] = (0, 0), copies: int = 1) -> None:
        self.stall_s, self.copies = stall_s, copies
        self.rooms: dict[str, set[ServerConnection]] = {}
        self.started_s = time.monotonic()

    async def handle(self, socket: ServerConnection) -> None:
        try:
            await self.serve(socket)
        finally:
            for members in self.rooms.values():
                members.discard(socket)

    async def serve(self, socket: ServerConnection) -> None:
        async for frame in socket:
            message = decode(frame)
            members = self.rooms.setdefault(message["room"], set())
            if message["type"] == "join":
                members.add(socket)
                await socket.send(encode({"type": "joined"}))
                continue
            now_s = time.monotonic() - self.started_s
            if self.stall_s[0] <= now_s < self.stall_s[1]:
                await asyncio.sleep(self.stall_s[1] - now_s)
            for member in members - {socket}:
                for _ in range(self.copies):
                    broadcast({member}, encode({"type": "message", "data": message["data"]}))


def measure(run: Any, server: Any, workload: Workload, folder: Path) -> ProbeResult:
    async def body() -> ProbeResult:
        async with serve(server.handle, "127.0.0.1", 0, ping_interval=None) as listening:
            port = next(iter(listening.sockets)).getsockname()[1]
            recorder = Recorder(folder, option="current", environment="lab", collector="one")
            server.started_s = time.monotonic()
            return await Probe(
                f"ws://127.0.0.1:{port}/ws",
                option="current",
                adapter=adapter("current-unfixed"),
                recorder=recorder,
                workload=workload,
            ).run()

    found: ProbeResult = run(body())
    return found


def once_all_are_there(deliveries: Any, connections: Any) -> list[Any]:
    """The deliveries due once every client was connected: what is due before is owed, and may be lost."""
    since = max(row["started_at"] + timedelta(seconds=row["handshake_s"]) for row in connections)
    return [row for row in deliveries if row["scheduled_at"] > since]


def test_a_healthy_server_delivers_all_in_order_and_once(
    run: Any, small: Any, tmp_path: Path, facts: Any
) -> None:
    result = measure(run, Scripted(), small(), tmp_path)
    assert (result.duplicated, result.out_of_order, result.outcomes) == (0, 0, {"open": 6})
    rows = facts(tmp_path, "deliveries")
    assert len(rows) == result.expected
    all_there = once_all_are_there(rows, facts(tmp_path, "connections"))
    assert len(all_there) > 20
    assert all(row["in_order"] and row["copies"] == 1 and not row["round_trip"] for row in all_there)
    assert all(row["sender"] != row["recipient"] for row in rows)


def test_a_stalled_server_cannot_hide_its_queue(run: Any, small: Any, tmp_path: Path, facts: Any) -> None:
    # Messages due at a steady rate meet a stall from 0.8 to 2.0 s: one due at t is late by 2.0 - t. A client
    # that waits for each answer before the next send would see one slow message instead of the whole queue.
    stall_s = (0.8, 2.0)
    workload = small(duration_s=5.0, deadline_s=2.5, pause_s=Span(low=0.05, high=0.1))
    measure(run, Scripted(stall_s=stall_s), workload, tmp_path)
    rows = facts(tmp_path, "deliveries", "scheduled_at")
    start = min(row["started_at"] for row in facts(tmp_path, "connections"))
    slow = 0
    for row in rows:
        due_s = (row["scheduled_at"] - start).total_seconds()
        if stall_s[0] + 0.1 < due_s < stall_s[1] - 0.2:
            slow += 1
            assert row["latency_s"] == pytest.approx(stall_s[1] - due_s, abs=0.3)
    assert slow >= 20
    latencies_s = [row["latency_s"] for row in once_all_are_there(rows, facts(tmp_path, "connections"))]
    assert np.quantile(latencies_s, 0.99) == pytest.approx(stall_s[1] - stall_s[0], rel=0.25)


def test_copies_and_losses_are_counted(run: Any, small: Any, tmp_path: Path, facts: Any) -> None:
    doubled = measure(run, Scripted(copies=2), small(), tmp_path / "doubled")
    assert doubled.duplicated == doubled.received > 0
    rows, lines = [facts(tmp_path / "doubled", table) for table in ("deliveries", "connections")]
    assert all(row["copies"] == 2 for row in once_all_are_there(rows, lines))
    mute = measure(run, Scripted(copies=0), small(), tmp_path / "mute")
    assert (mute.received, mute.expected > 0) == (0, True)
    for row in facts(tmp_path / "mute", "deliveries"):
        assert (row["latency_s"], row["copies"], row["in_order"]) == (None, 0, None)


def test_what_comes_after_the_deadline_is_lost(run: Any, small: Any, tmp_path: Path) -> None:
    workload = small(duration_s=4.0, deadline_s=0.5)
    result = measure(run, Scripted(stall_s=(0.5, 2.5)), workload, tmp_path)
    assert 0 < result.received < result.expected


def test_an_unreachable_server_still_owes_every_delivery(
    run: Any, small: Any, tmp_path: Path, facts: Any
) -> None:
    async def body() -> ProbeResult:
        recorder = Recorder(tmp_path, option="current", environment="lab", collector="one")
        speaks = adapter("current-unfixed")
        return await Probe(
            "ws://127.0.0.1:1/ws", option="current", adapter=speaks, recorder=recorder, workload=small()
        ).run()

    result = run(body())
    assert (result.opened, result.received) == (0, 0)
    assert result.expected > 20
    assert result.outcomes == {"refused": result.attempts}
    rows = facts(tmp_path, "connections", "client, attempt, observed_until")
    assert {row["attempt"] for row in rows if row["client"] == "c0000"} >= {1, 2, 3}
    for row in rows:
        assert row["outcome"] == "refused"
        for name in ("handshake_s", "ended_at", "close_code", "ended_by", "intended"):
            assert row[name] is None


def test_churn_makes_new_sessions_that_end_on_purpose(
    run: Any, small: Any, tmp_path: Path, facts: Any
) -> None:
    result = measure(run, Scripted(), small(session_s=Span(low=0.5, high=1.0)), tmp_path)
    assert result.sessions > 12
    rows = facts(tmp_path, "connections", "client, session, observed_until")
    last = {row["session"]: row for row in rows}
    ended = [row for row in last.values() if row["ended_at"] is not None]
    assert len(ended) == result.ends["intended"]
    assert all(row["intended"] and row["ended_by"] == "client" and row["close_code"] == 1000 for row in ended)
    assert {row["attempt"] for row in rows} == {1}
    still_open = [row for row in last.values() if row["ended_at"] is None]
    assert all(row["intended"] is None and row["close_code"] is None for row in still_open)


def test_connections_that_the_server_drops_are_attempted_again(
    run: Any, small: Any, tmp_path: Path, facts: Any
) -> None:
    class Dropping(Scripted):
        async def handle(self, socket: ServerConnection) -> None:
            asyncio.get_running_loop().call_later(0.7, socket.transport.abort)
            await super().handle(socket)

    result = measure(run, Dropping(), small(duration_s=5.0), tmp_path)
    assert result.ends["network"] >= 6
    rows = facts(tmp_path, "connections", "client, attempt, observed_until")
    last = {(row["client"], row["attempt"]): row for row in rows}
    first, second = last["c0000", 1], last["c0000", 2]
    assert (first["close_code"], first["ended_by"], first["intended"]) == (1006, "network", False)
    assert first["session"] == second["session"]
    assert 0.9 <= (second["started_at"] - first["ended_at"]).total_seconds() <= 3


def test_an_overloaded_probe_calls_its_own_run_invalid(run: Any, small: Any, tmp_path: Path) -> None:
    class Hogging(Scripted):
        async def handle(self, socket: ServerConnection) -> None:
            # The server shares the probe's event loop here, so that its work is the probe's overload.
            async for frame in socket:
                if decode(frame)["type"] == "join":
                    await socket.send(encode({"type": "joined"}))
                time.sleep(2 * LAG_LIMIT_MS / 1000)

    result = measure(run, Hogging(), small(lag_limit_ms=LAG_LIMIT_MS), tmp_path)
    assert result.lag_p99_ms > LAG_LIMIT_MS
    assert result.invalid is not None
    assert "ms late" in result.invalid
