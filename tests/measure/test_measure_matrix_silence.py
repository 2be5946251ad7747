"""Rows of the reliability matrix about connections that are dead and do not say so."""

import asyncio
from typing import Any

import pytest
from matrix import BUSY_S, CLIENT_BOUND_S, SERVER_BOUND_S, Person, Rows, Stage, calm, short, stage, talk
from tcp import until

from toolkit.chat.client import ChatClient
from toolkit.chat.server import ChatServer
from toolkit.measure.faults.noticing import Observation
from toolkit.measure.faults.packets import Namespace
from toolkit.measure.faults.script import Step, Way
from toolkit.project.faults import EnvironmentFault


async def struck(here: Stage, way: Way) -> tuple[Person, Observation]:
    """Somebody whose connection has just fallen into a hole."""
    bob = await here.person()
    here.proxy.blackhole(way)
    (seen,) = here.seen()
    return bob, seen


async def decided(seen: Observation) -> None:
    """Return once both ends have begun to close."""
    await until(lambda: all(end.noticed_s is not None for end in seen.ends.values()))


def test_a_dead_connection_is_noticed_by_both_ends_within_their_bounds(run: Any) -> None:
    async def scenario() -> None:
        async with stage(short()) as here:
            # A client that never comes back, so that the server is on its own.
            here.proxy.do(Step(at_s=0.05, fault="refuse"))
            bob, seen = await struck(here, "both")
            await decided(seen)
            client_s, server_s = (seen.ends[end].noticed_s or 0 for end in ("client", "server"))
            # The last heartbeat came at most a ping's interval before the cut.
            assert CLIENT_BOUND_S - 0.6 < client_s < CLIENT_BOUND_S + BUSY_S
            assert SERVER_BOUND_S - 0.7 < server_s < SERVER_BOUND_S + BUSY_S
            assert bob.losses == [1006]
            await until(lambda: len(here.server.members) == 0)
            assert here.server.counts["timed_out"] == 1
            assert here.rows.ends == [(4408, "server", False)]

    run(scenario())


def test_a_client_that_hears_nothing_notices_though_what_it_sends_goes_out(run: Any) -> None:
    async def scenario() -> None:
        async with stage(short()) as here:
            ann = await here.ann()
            bob, seen = await struck(here, "to_client")
            for number in range(20):
                publishing = asyncio.create_task(bob.client.publish("tea", number))
                await asyncio.sleep(0.05)
            await decided(seen)
            assert (seen.ends["client"].noticed_s or 99) < CLIENT_BOUND_S + BUSY_S
            # The old connection is told to close, or its session goes on over another one: no ghost stays.
            await until(lambda: bob.client.connects == 2 and len(here.server.members) == 2)
            await publishing
            assert await ann.client.who("tea") == sorted([ann.client.user or "", bob.client.user or ""])
            # What went out without an answer was sent again, and heard once.
            await until(lambda: len(ann.data) == 20)
            assert ann.data == list(range(20))

    run(scenario())


def test_a_client_that_is_not_heard_is_closed_by_the_server_and_comes_back(run: Any) -> None:
    async def scenario() -> None:
        async with stage(short()) as here:
            bob, seen = await struck(here, "to_server")
            await decided(seen)
            # The client hears heartbeats all the time, so only the server can tell.
            assert SERVER_BOUND_S - 0.7 < (seen.ends["server"].noticed_s or 0) < SERVER_BOUND_S + BUSY_S
            await until(lambda: bob.client.connects == 2)
            assert bob.losses == [4408]
            assert here.server.counts["timed_out"] == 1

    run(scenario())


def test_a_half_open_connection_is_noticed_as_soon_as_either_end_asks(run: Any) -> None:
    async def scenario() -> None:
        async with stage(short()) as here:
            bob = await here.person()
            here.proxy.half_open()
            (seen,) = here.seen()
            await until(lambda: bob.client.connects == 2)
            await decided(seen)
            # No wait for an answer, as the path itself says no: the server's next heartbeat and the client's
            # next question find it out.
            assert (seen.ends["client"].noticed_s or 99) < 0.6 + BUSY_S
            assert (seen.ends["server"].noticed_s or 99) < 0.5 + BUSY_S
            assert here.server.counts["timed_out"] == 0

    run(scenario())


def test_one_lost_heartbeat_and_its_answer_cost_nobody_the_connection(run: Any) -> None:
    # Longer than one heartbeat of 0.5 s, and shorter than anybody waits.
    settings = calm()

    async def scenario() -> None:
        async with stage(settings) as here:
            ann, bob = await here.ann(), await here.person()
            for way in ("to_server", "to_client", "both"):
                here.proxy.do(Step(at_s=0, fault="blackhole", way=way, for_s=0.6))
                await asyncio.sleep(0.7)
                await talk(ann, [bob], way)
            assert bob.data == ["to_server", "to_client", "both"]
            assert (bob.losses, here.rows.ends) == ([], [])
            assert here.server.counts["pings"] >= 3
            assert all(seen.healed_s is not None for seen in here.seen())

    run(scenario())


def test_a_path_that_comes_back_in_time_brings_what_was_said_meanwhile(run: Any) -> None:
    async def scenario() -> None:
        async with stage() as here:
            ann, bob = await here.ann(), await here.person()
            here.proxy.blackhole()
            for number in range(10):
                await ann.client.publish("tea", number)
            assert bob.data == []
            here.proxy.heal()
            await until(lambda: len(bob.data) == 10)
            assert (bob.data, bob.losses) == (list(range(10)), [])

    run(scenario())


def test_with_real_packets_dropped_both_ends_notice_as_with_the_proxy(run: Any) -> None:
    async def scenario(space: Namespace) -> None:
        rows, events = Rows(), []
        loop = asyncio.get_running_loop()
        async with ChatServer(short(), rows) as server:
            client = ChatClient(f"ws://127.0.0.1:{server.port}/ws", settings=short(), listener=events.append)
            async with client:
                await client.join("tea")
                bob, began_s = Person(client, events), loop.time()
                space.drop(server.port)
                try:
                    await until(lambda: bob.losses)
                    assert loop.time() - began_s < CLIENT_BOUND_S + BUSY_S
                    await until(lambda: rows.ends)
                    assert rows.ends[0] == (4408, "server", False)
                    assert loop.time() - began_s < SERVER_BOUND_S + BUSY_S
                finally:
                    space.heal()
                await until(lambda: client.connects == 2)

    try:
        with Namespace() as space, space.entered():
            run(scenario(space))
    except EnvironmentFault as fault:
        # Not skipped: a machine without namespaces must be told what it lacks.
        with pytest.raises(EnvironmentFault, match=r"install the Debian package|run as root|namespaces"):
            raise fault
