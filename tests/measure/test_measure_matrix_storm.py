"""The row of the reliability matrix about a server that loses all its clients at once."""

import asyncio
from typing import Any

from matrix import Person, Stage, calm, stage
from scipy.stats import kstest
from tcp import until

from toolkit.chat.client.events import StateChanged
from toolkit.chat.protocol import CLOSE_RESTART

CLIENTS = 80
OVER_S = 3.0


async def crowd(here: Stage) -> list[Person]:
    """Clients with seeds of their own, so that their draws are the same in every run."""
    return list(await asyncio.gather(*(here.person(seed=seed) for seed in range(CLIENTS))))


async def back(here: Stage, people: list[Person], since_s: float) -> list[float]:
    """When each was met again, once all are there."""
    await until(lambda: all(one.client.connects == 2 for one in people), within_s=20)
    times_s = sorted(line.opened_s - since_s for line in here.proxy.lines if line.number >= CLIENTS)
    assert len(times_s) == CLIENTS
    return times_s


def waited_s(people: list[Person]) -> list[float]:
    """What each had made up its mind to wait, which no busy machine bends."""
    waits = [event.wait_s for one in people for event in one.of(StateChanged) if event.wait_s is not None]
    assert len(waits) == CLIENTS
    return waits


def busiest(times_s: list[float], window_s: float) -> int:
    """The most that came within any window."""
    return max(sum(start <= one < start + window_s for one in times_s) for start in times_s)


def test_clients_of_a_server_that_crashed_spread_by_their_own_jitter(run: Any) -> None:
    settings = calm(reconnect_base_s=OVER_S, reconnect_max_s=OVER_S, stable_after_s=0.01)

    async def scenario() -> None:
        async with stage(settings) as here:
            people = await crowd(here)
            since_s = asyncio.get_running_loop().time()
            here.proxy.reset_all()
            times_s = await back(here, people, since_s)
            # 80 draws lie so far from uniform once in 400 times; the seeds make them the same ones always.
            assert kstest([one / OVER_S for one in waited_s(people)], "uniform").statistic < 0.2
            # All at once would be all of them; a busy machine puts some together.
            assert busiest(times_s, OVER_S / 20) < CLIENTS / 2
            await until(lambda: here.server.counts["resumed"] == CLIENTS)
            assert len(here.server.members) == len(here.server.hub.sessions) == CLIENTS

    run(scenario())


def test_clients_of_a_server_that_restarts_come_back_when_it_told_each(run: Any) -> None:
    settings = calm(reconnect_spread_s=OVER_S, stable_after_s=0.01)

    async def scenario() -> None:
        async with stage(settings) as here, stage(settings) as other:
            people = await crowd(here)
            here.proxy.target_port = other.server.port
            since_s = asyncio.get_running_loop().time()
            draining = asyncio.create_task(here.server.drain(CLOSE_RESTART))
            times_s = await back(here, people, since_s)
            await draining
            assert all(one.losses == [CLOSE_RESTART] for one in people)
            # One in each equal part of the time: that is nearer to even than any draws.
            assert kstest([one / OVER_S for one in waited_s(people)], "uniform").statistic < 0.03
            assert busiest(times_s, OVER_S / 20) < CLIENTS / 2
            await until(lambda: len(other.server.members) == CLIENTS)
            # Nothing of the old sessions is there, and nobody is in the room twice.
            assert len(other.server.hub.sessions) == CLIENTS
            assert (len(here.server.members), here.server.counts["timed_out"]) == (0, 0)

    run(scenario())
