"""The row of the reliability matrix about long runs: minutes of a bad network, held against the history.

The server's own growth under churn is ``tests/chat/test_soak_churn.py``.
"""

import asyncio
import gc
import os
import random
from pathlib import Path
from typing import Any

import pytest
from matrix import Account, short, stage
from tcp import until

from toolkit.measure.faults.script import NetworkFaults, WayRates

SECONDS = float(os.environ.get("TOOLKIT_SOAK_S", "180"))
PEOPLE = [f"p{number:02d}" for number in range(20)]

FAULTS = NetworkFaults(
    idle_s=5.0,
    reset_per_connection_hour=120.0,
    close_per_connection_hour=60.0,
    half_open_per_connection_hour=60.0,
    blackhole_per_connection_hour=WayRates(both=60.0, to_server=30.0, to_client=30.0),
    refuse_share=0.1,
    drop_share=0.05,
)


def files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.soak
def test_minutes_of_a_bad_network_lose_nothing_and_leave_nothing_behind() -> None:
    async def say(account: Account, name: str, end_s: float) -> None:
        draw, loop, number = random.Random(f"1:{name}"), asyncio.get_running_loop(), 0
        while loop.time() < end_s:
            await account.say(name, number)
            number += 1
            await asyncio.sleep(draw.expovariate(2.0))

    async def scenario() -> None:
        before = files()
        async with stage(short(), FAULTS) as here:
            account = Account({name: await here.person() for name in PEOPLE})
            end_s = asyncio.get_running_loop().time() + SECONDS
            await asyncio.gather(*(say(account, name, end_s) for name in PEOPLE))
            here.proxy.faults = NetworkFaults()
            here.proxy.heal()
            here.proxy.reset_all()
            await until(account.complete, within_s=30)
            await asyncio.sleep(1.0)
            assert account.findings() == []
            counts: dict[str, Any] = here.proxy.counts.as_dict()
            assert min(counts[name] for name in ("resets", "closes", "half_opens", "blackholes", "drops")) > 0
            assert here.server.counts["errors"] == 0
            assert len(here.server.members) == len(here.server.hub.sessions) == len(PEOPLE)
            assert len(here.proxy.lines) == len(PEOPLE)
        gc.collect()
        await asyncio.sleep(0.5)
        assert files() <= before + 5

    asyncio.run(scenario())
