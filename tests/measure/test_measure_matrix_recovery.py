"""Rows of the reliability matrix about what is said while a connection is lost, held against the history."""

import asyncio
import random
from typing import Any

from matrix import Account, Person, Stage, calm, short, stage, talk
from tcp import until

from toolkit.chat.client.events import NotRecovered, Recovered
from toolkit.measure.faults.script import NetworkFaults, Step, WayRates


async def cut_off(here: Stage, who: Person) -> None:
    """Reset somebody's connection and keep them away until the proxy heals."""
    here.proxy.do(Step(at_s=0, fault="refuse"))
    await asyncio.sleep(0.02)
    here.proxy.reset_all()
    refused = who.client.failures.total()
    await until(lambda: who.client.failures.total() > refused)


def test_who_comes_back_while_the_old_connection_still_lives_is_one_user_and_hears_once(run: Any) -> None:
    # The server would wait for ten seconds.
    async def scenario() -> None:
        async with stage(short(server_timeout_s=10.0)) as here:
            ann, bob = await here.ann(), await here.person()
            here.proxy.blackhole()
            await ann.client.publish("tea", "into the hole")
            await until(lambda: bob.client.connects == 2)
            await until(lambda: bob.data)
            await talk(ann, [bob], "after it")
            assert bob.data == ["into the hole", "after it"]
            assert await ann.client.who("tea") == sorted([ann.client.user or "", bob.client.user or ""])
            assert here.server.counts["taken_over"] == 1
            assert here.rows.ends == [(4409, "server", False)]
            # The ghost was told, so that the server's end of the dead connection is no more either.
            (seen,) = here.seen()
            assert seen.ends["server"].noticed_s is not None

    run(scenario())


def test_within_the_window_all_that_was_said_comes_in_order_and_once(run: Any) -> None:
    async def scenario() -> None:
        async with stage() as here:
            ann, bob, eve = await here.ann(), await here.person(), await here.ann()
            account = Account({"ann": ann, "bob": bob, "eve": eve})
            await account.say("ann", 0)
            await cut_off(here, bob)
            for number in range(1, 40):
                await account.say("ann" if number % 3 else "eve", number)
            here.proxy.heal()
            await until(account.complete)
            await asyncio.sleep(0.1)
            assert account.findings() == []
            assert len(bob.data) == 40
            assert [event.missed for event in bob.of(Recovered) if event.room == "tea"] == [39]
            assert bob.of(NotRecovered) == []

    run(scenario())


def test_beyond_the_window_the_loss_is_said_and_the_server_keeps_no_more_than_its_bound(run: Any) -> None:
    async def scenario() -> None:
        async with stage(calm(history_messages=10)) as here:
            ann, bob = await here.ann(), await here.person()
            await talk(ann, [bob], "before")
            await cut_off(here, bob)
            for number in range(30):
                await ann.client.publish("tea", number)
            kept = await ann.client.history("tea", 100)
            assert len(kept) == 10
            here.proxy.heal()
            await until(lambda: bob.of(NotRecovered))
            await talk(ann, [bob], "after")
            # Nothing of the gap is passed off as complete.
            assert bob.data == ["before", "after"]
            assert [event.room for event in bob.of(NotRecovered)] == ["tea"]

    run(scenario())


def test_two_quiet_reconnects_in_a_row_replay_nothing(run: Any) -> None:
    async def scenario() -> None:
        async with stage() as here:
            ann, bob = await here.ann(), await here.person()
            await talk(ann, [bob], "once")
            for connects in (2, 3):
                here.proxy.reset_all()
                await until(lambda least=connects: bob.client.connects == least)  # type: ignore[misc]
                await until(lambda count=connects - 1: len(bob.of(Recovered)) >= count)  # type: ignore[misc]
            await talk(ann, [bob], "twice")
            assert bob.data == ["once", "twice"]
            assert {event.missed for event in bob.of(Recovered)} == {0}

    run(scenario())


def test_a_publish_whose_acknowledgement_is_lost_is_delivered_once(run: Any) -> None:
    async def scenario() -> None:
        async with stage(short()) as here:
            ann, bob = await here.ann(), await here.person()
            here.proxy.blackhole("to_client")
            publishing = asyncio.create_task(bob.client.publish("tea", "said once"))
            await until(lambda: ann.data == ["said once"])
            here.proxy.reset_all()
            # It lies in the hole, where no reset comes through: its client has to find out.
            await publishing
            await asyncio.sleep(0.1)
            assert bob.client.connects == 2
            assert ann.data == ["said once"]
            assert here.server.counts["duplicates"] == 1

    run(scenario())


def test_whatever_the_network_does_nothing_acknowledged_is_lost_doubled_or_disordered(run: Any) -> None:
    faults = NetworkFaults(
        reset_per_connection_hour=1500.0,
        close_per_connection_hour=500.0,
        half_open_per_connection_hour=500.0,
        blackhole_per_connection_hour=WayRates(both=300.0, to_server=300.0, to_client=300.0),
        refuse_share=0.2,
        drop_share=0.1,
        drop_after_s=0.3,
        script=[
            Step(at_s=0, fault="slice", slice_bytes=100, share=0.3),
            Step(at_s=0, fault="delay", delay_s=0.01, jitter_s=0.02, share=0.5),
            Step(at_s=2.0, fault="cut", way="to_client", after_bytes=300),
            Step(at_s=3.0, fault="reset"),
            Step(at_s=3.0, fault="refuse", for_s=0.3),
            Step(at_s=4.0, fault="blackhole", for_s=0.4),
        ],
    )

    async def scenario() -> None:
        async with stage(short(), faults) as here:
            here.proxy.begin()
            names = ["ann", "bob", "eve", "joe", "kim"]
            account = Account({name: await here.person() for name in names})
            await asyncio.gather(*(_chat(account, name, for_s=5.0) for name in names))
            here.proxy.faults = NetworkFaults()
            here.proxy.heal()
            here.proxy.reset_all()
            await until(account.complete, within_s=15)
            await asyncio.sleep(0.2)
            assert account.findings() == []
            assert sum(message.acknowledged for message in account.sent) > 50
            assert here.proxy.counts.resets + here.proxy.counts.half_opens + here.proxy.counts.cuts > 5
            assert sum(one.client.connects for one in account.people.values()) > 15
            assert here.server.counts["errors"] == 0
            # No ghosts: everybody is in the room once.
            users = sorted(one.client.user or "" for one in account.people.values())
            assert await account.people["ann"].client.who("tea") == users

    run(scenario())


async def _chat(account: Account, name: str, *, for_s: float) -> None:
    """Say something now and then, waiting for each acknowledgement."""
    draw, loop = random.Random(f"1:{name}"), asyncio.get_running_loop()
    end_s, number = loop.time() + for_s, 0
    while loop.time() < end_s:
        await account.say(name, number)
        number += 1
        await asyncio.sleep(draw.uniform(0.0, 0.1))
