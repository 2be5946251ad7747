"""What the fixes and their timers are for, a minute in four seconds: who notices a dead path, and when.

One seed, one schedule and one fault script for a client without heartbeats and for both presets.
"""

import asyncio
from pathlib import Path
from typing import Any

from scaled import faster

from toolkit.chat.server import ChatServer
from toolkit.chat.settings import PRESETS
from toolkit.measure.adapters import adapter, kind
from toolkit.measure.adapters.base import Adapter
from toolkit.measure.adapters.current import ChatAdapter
from toolkit.measure.faults.noticing import Observation
from toolkit.measure.faults.proxy import FaultProxy
from toolkit.measure.faults.script import NetworkFaults, Step
from toolkit.measure.faults.times import Times, noticed
from toolkit.measure.probe import Probe
from toolkit.measure.recorder import Recorder
from toolkit.measure.servers.processes import running
from toolkit.measure.workload import Span, Workload

FACTOR = 15.0
CUT_S = 45.0 / FACTOR
SENT_S = 120.0 / FACTOR
"""When anybody sends the first message."""

WORKLOAD = Workload(
    clients=16,
    rooms_of=2,
    duration_s=SENT_S + 1.6,
    burst_messages=1,
    burst_interval_s=Span(low=0.01, high=0.01),
    pause_s=Span(low=SENT_S, high=SENT_S + 0.01),
    session_s=Span(low=600, high=600),
    away_s=Span(low=0, high=0.05),
    message_bytes=100,
    deadline_s=1.0,
    seed=5,
    faults=NetworkFaults(
        script=[
            Step(at_s=CUT_S, fault="blackhole", connections=list(range(8))),
            Step(at_s=CUT_S, fault="half_open", connections=list(range(8, 16))),
        ]
    ),
)


async def observed(name: str, speaks: Adapter, port: int, folder: Path) -> list[Observation]:
    """What a proxy before the server saw."""
    async with FaultProxy(port, WORKLOAD.faults, WORKLOAD.seed) as proxy:
        recorder = Recorder(folder, option=name, environment="lab", collector="one")
        proxy.begin()
        await Probe(
            kind("current").local_url(proxy.port),
            option=name,
            adapter=speaks,
            recorder=recorder,
            workload=WORKLOAD,
            observer=proxy.observer,
        ).run()
        return proxy.observer.noticing.observations


async def compared(folder: Path) -> dict[str, list[Observation]]:
    brief, stable = (faster(name, FACTOR, open_timeout_s=10.0) for name in PRESETS)
    async with running("current-unfixed") as plain, ChatServer(brief) as old, ChatServer(stable) as new:
        found = await asyncio.gather(
            observed("unfixed", adapter("current-unfixed"), plain.port, folder),
            observed("brief", ChatAdapter(brief), old.port, folder),
            observed("stable", ChatAdapter(stable), new.port, folder),
        )
    return dict(zip(("unfixed", "brief", "stable"), found, strict=True))


def median_s(times: Times) -> float:
    """In seconds of the presets, once all have noticed."""
    assert times.seen == times.n == 8
    assert times.median_s is not None
    return times.median_s * FACTOR


def test_dead_paths_are_noticed_within_the_timers_and_without_them_not(
    run: Any, tmp_path: Path, facts: Any
) -> None:
    every = run(compared(tmp_path))
    seen = {name: noticed(all_of_it) for name, all_of_it in every.items()}
    # A client of `stable` heard its server up to 20 s before the cut, and gives up 25 + 10 s after that: 15
    # to 35 s after the cut. One of `brief` heard it up to 25 s before, and waits for 45 + 15 s: 35 to 60 s.
    stable, brief = (median_s(seen[name]["blackhole"].client) for name in ("stable", "brief"))
    assert 14 < stable < brief < 90
    assert brief > 34
    # The servers wait for 60 s, or until the client is back and its session leaves the dead connection.
    assert all(median_s(seen[name]["blackhole"].server) < 90 for name in ("stable", "brief"))
    # A half-open connection answers whoever sends into it, so that asking is enough.
    assert median_s(seen["stable"]["half_open"].client) < stable
    # Without a heartbeat nobody notices a blackhole, not even by sending, and the half-open only by that.
    assert seen["unfixed"]["blackhole"].client.seen == seen["unfixed"]["blackhole"].server.seen == 0
    half = [one.ends["client"].noticed_s for one in every["unfixed"] if one.fault == "half_open"]
    by_sending = [noticed_s for noticed_s in half if noticed_s is not None]
    assert 0 < len(by_sending) < len(half) == 8
    assert min(by_sending) >= SENT_S - CUT_S - 0.1
    # Who noticed is soon back.
    for name in ("brief", "stable"):
        assert all(one.recovered_s is not None for one in every[name])
    rows = facts(tmp_path, "faults")
    assert {row["option"] for row in rows} == {"unfixed", "brief", "stable"}
    told = {row["connection"] for row in rows if row["option"] == "stable" and row["client_noticed_s"]}
    assert told == set(range(16))
