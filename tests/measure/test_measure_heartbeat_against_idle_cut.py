"""What the fixes are for, in scaled time: a quiet connection lives with a heartbeat and is cut without."""

import asyncio
from typing import Any

from toolkit.chat.server import ChatServer
from toolkit.chat.settings import Settings
from toolkit.measure.adapters import adapter, kind
from toolkit.measure.adapters.base import Session
from toolkit.measure.adapters.current import ChatAdapter
from toolkit.measure.faults.proxy import FaultProxy
from toolkit.measure.faults.script import NetworkFaults
from toolkit.measure.servers.processes import running

# The idle cut of 60 s and the brief's heartbeat of 25 s, thirty times as fast.
CUT = NetworkFaults(idle_s=2.0)
HEARTBEAT = Settings(
    server_ping_s=25 / 30, server_timeout_s=5, sweep_s=0.1, client_interval_s=4, client_wait_s=1
)


async def lives_for(line: Session, wanted_s: float) -> bool:
    ended = asyncio.create_task(line.ended())
    done, _ = await asyncio.wait({ended}, timeout=wanted_s)
    if done:
        return False
    ended.cancel()
    await line.close()
    return True


def test_without_a_heartbeat_a_quiet_connection_is_cut(run: Any) -> None:
    async def scenario() -> None:
        async with running("current-unfixed") as server, FaultProxy(server.port, CUT, 1) as proxy:
            speaks = adapter("current-unfixed")
            line = await speaks.connect(kind("current").local_url(proxy.port), room="tea", receive=print)
            assert not await lives_for(line, 5.0)
            assert proxy.counts.idle_cuts == 1

    run(scenario())


def test_with_the_heartbeat_it_lives_on(run: Any) -> None:
    async def scenario() -> None:
        async with ChatServer(HEARTBEAT) as server, FaultProxy(server.port, CUT, 1) as proxy:
            speaks = ChatAdapter(HEARTBEAT)
            line = await speaks.connect(kind("current").local_url(proxy.port), room="tea", receive=print)
            assert await lives_for(line, 7.0)
            assert proxy.counts.idle_cuts == 0
            assert server.counts["timed_out"] == 0

    run(scenario())


def test_a_heartbeat_slower_than_the_cut_saves_nothing(run: Any) -> None:
    slow = HEARTBEAT.model_copy(update={"server_ping_s": 3.0})

    async def scenario() -> None:
        async with ChatServer(slow) as server, FaultProxy(server.port, CUT, 1) as proxy:
            speaks = ChatAdapter(slow)
            line = await speaks.connect(kind("current").local_url(proxy.port), room="tea", receive=print)
            assert not await lives_for(line, 5.0)
            assert proxy.counts.idle_cuts == 1

    run(scenario())
