"""Rows of the reliability matrix about connections that are closed, reset and dropped."""

import asyncio
from typing import Any

from matrix import BUSY_S, Stage, calm, stage, talk
from tcp import until

from toolkit.chat.client.events import StateChanged
from toolkit.chat.protocol import CLOSE_GOING_AWAY, CLOSE_RESTART
from toolkit.measure.faults.script import NetworkFaults, Step


async def empty(here: Stage, members: int) -> None:
    """Return once the server holds so many connections and no more."""
    await until(lambda: len(here.server.members) == members)


def test_a_client_that_closes_stays_away_and_its_slot_is_free_at_once(run: Any) -> None:
    async def scenario() -> None:
        async with stage() as here:
            bob = await here.person()
            await bob.client.close()
            await empty(here, 0)
            await asyncio.sleep(0.3)
            assert (here.proxy.counts.accepted, bob.client.connects) == (1, 1)
            assert len(here.server.rooms) == len(here.server.hub.sessions) == 0
            assert here.rows.ends == [(1000, "client", True)]

    run(scenario())


def test_a_client_comes_back_after_the_server_went_away_for_good_or_for_a_restart(run: Any) -> None:
    async def scenario() -> None:
        for code in (CLOSE_GOING_AWAY, CLOSE_RESTART):
            async with stage(calm(reconnect_spread_s=0.1)) as here, stage() as other:
                bob = await here.person()
                here.proxy.target_port = other.server.port
                await here.server.drain(code)
                await until(lambda client=bob.client: client.connects == 2)  # type: ignore[misc]
                assert bob.losses == [code]
                assert here.rows.ends == [(code, "server", False)]

    run(scenario())


def test_a_reset_amid_a_frame_delivers_no_part_of_it_and_the_whole_afterwards(run: Any) -> None:
    async def scenario() -> None:
        async with stage() as here:
            ann, bob = await here.ann(), await here.person()
            here.proxy.do(Step(at_s=0, fault="cut", way="to_client", after_bytes=500))
            await asyncio.sleep(0.02)
            data = "x" * 20_000
            await talk(ann, [bob], data)
            assert bob.data == [data]
            assert bob.losses == [1006]
            assert here.proxy.counts.cuts == 1
            await empty(here, 2)
            assert here.rows.ends == [(1006, "network", False)]
            assert here.server.counts["errors"] == 0

    run(scenario())


def test_a_reset_amid_a_publish_is_published_once_when_the_client_is_back(run: Any) -> None:
    async def scenario() -> None:
        async with stage() as here:
            ann, bob = await here.ann(), await here.person()
            here.proxy.do(Step(at_s=0, fault="cut", way="to_server", after_bytes=500))
            await asyncio.sleep(0.02)
            data = "y" * 20_000
            await talk(bob, [ann], data)
            assert ann.data == [data]
            assert bob.losses == [1006]

    run(scenario())


def test_a_server_that_accepts_and_drops_is_not_met_in_a_tight_loop(run: Any) -> None:
    # Nothing is stable here, so that the range of the delays doubles to its cap: 0.1, 0.2, 0.4, 0.8, 1.6 s.
    settings = calm(reconnect_base_s=0.1, reconnect_max_s=1.6, stable_after_s=10.0)
    faults = NetworkFaults(drop_share=1.0, drop_after_s=0.02)

    async def scenario() -> None:
        async with stage(settings, faults) as here:
            joining = asyncio.create_task(here.person())
            await asyncio.sleep(3.0)
            met = here.proxy.counts.accepted
            joining.cancel()
            await asyncio.gather(joining, return_exceptions=True)
            # Delays of 0.05 s on average, as after a stable connection, would be over 40 in that time.
            assert 3 <= met <= 20
            assert here.proxy.counts.drops >= met - 1

    run(scenario())


def test_a_wanted_close_is_no_failure_and_a_loss_is_one(run: Any) -> None:
    async def scenario() -> None:
        async with stage() as here:
            bob, eve = await here.person(), await here.person()
            await bob.client.close()
            here.proxy.reset_all()
            await until(lambda: eve.client.connects == 2)
            waits = [event for event in eve.of(StateChanged) if event.state == "waiting"]
            assert [(event.code, event.failure) for event in waits] == [(1006, None)]
            await until(lambda: len(here.rows.ends) == 2)
            assert [intended for _, _, intended in here.rows.ends] == [True, False]
            (seen,) = here.seen()
            assert (seen.fault, seen.connection) == ("reset", 1)

    run(scenario())


def test_no_reconnect_of_a_client_takes_longer_than_its_cap_once_the_server_is_back(run: Any) -> None:
    async def scenario() -> None:
        async with stage(calm(reconnect_max_s=0.2)) as here:
            people = [await here.person() for _ in range(8)]
            here.proxy.do(Step(at_s=0, fault="refuse", for_s=1.0))
            await asyncio.sleep(0.02)
            here.proxy.reset_all()
            await asyncio.sleep(1.0)
            await until(lambda: all(one.client.connects == 2 for one in people), within_s=0.2 + BUSY_S)
            assert all(one.client.failures["refused"] > 0 for one in people)

    run(scenario())
