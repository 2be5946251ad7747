"""Connections in a hole: silent, not closed, and whoever closes or sends is seen."""

import asyncio
from typing import Any

import pytest
from tcp import lab, until

from toolkit.measure.faults.script import NetworkFaults, Step


async def silent(reader: asyncio.StreamReader, for_s: float = 0.15) -> bool:
    """Whether nothing comes, no byte and no end."""
    try:
        await asyncio.wait_for(reader.read(1), for_s)
    except TimeoutError:
        return True
    return False


def test_in_a_blackhole_nothing_passes_and_nothing_ends(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            reader, writer = await here.connect()
            here.proxy.blackhole()
            writer.write(b"x")
            assert await silent(reader)
            assert (here.echo.heard, here.echo.ends) == ([[]], {})
            writer.close()
            assert await silent(asyncio.StreamReader())
            assert here.echo.ends == {}

    run(scenario())


def test_one_way_the_other_still_works(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            reader, writer = await here.connect()
            here.proxy.blackhole("to_client")
            writer.write(b"x")
            await until(lambda: here.echo.heard == [[b"x"]])
            assert await silent(reader)
            writer.close()
            await until(lambda: here.echo.ends == {0: "fin"})

    run(scenario())


def test_once_it_has_healed_all_comes_late_and_in_order(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            reader, writer = await here.connect()
            here.proxy.blackhole("to_server")
            writer.write(b"ab")
            await asyncio.sleep(0.05)
            writer.write(b"cd")
            assert await silent(reader)
            here.proxy.heal()
            assert await reader.readexactly(4) == b"abcd"
            here.proxy.blackhole()
            writer.close()
            await asyncio.sleep(0.05)
            assert here.echo.ends == {}
            here.proxy.heal()
            await until(lambda: here.echo.ends == {0: "fin"})

    run(scenario())


def test_a_hole_that_swallowed_too_much_ends_in_a_reset(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            reader, writer = await here.connect()
            here.proxy.blackhole()
            writer.write(b"x" * 3_000_000)
            # It takes all of it, as otherwise it would not see the end.
            await asyncio.wait_for(writer.drain(), 5)
            await asyncio.sleep(0.1)
            here.proxy.heal()
            with pytest.raises(ConnectionResetError):
                await reader.read()

    run(scenario())


def test_a_half_open_connection_is_silent_until_an_end_sends(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            reader, writer = await here.connect()
            here.proxy.half_open()
            assert await silent(reader)
            writer.write(b"x")
            with pytest.raises(ConnectionResetError):
                await reader.read()
            # The other end was told nothing.
            await asyncio.sleep(0.1)
            assert here.echo.ends == {}
            here.echo.writers[0].write(b"y")
            await until(lambda: here.echo.ends == {0: "rst"})

    run(scenario())


def test_a_connection_in_a_hole_is_neither_cut_for_being_idle_nor_reset(run: Any) -> None:
    script = [Step(at_s=0, fault="blackhole"), Step(at_s=0.3, fault="reset")]
    faults = NetworkFaults(idle_s=0.2, script=script)

    async def scenario() -> None:
        async with lab(faults) as here:
            reader, writer = await here.connect()
            here.proxy.begin()
            assert await silent(reader, 0.6)
            counts = here.proxy.counts
            assert (counts.blackholes, counts.idle_cuts, counts.resets) == (1, 0, 0)
            here.proxy.heal()
            assert await reader.read() == b""
            writer.close()
            assert counts.idle_cuts == 1

    run(scenario())


def test_a_cut_that_meets_a_hole_does_nothing_and_what_follows_passes(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            _, writer = await here.connect()
            here.proxy.do(Step(at_s=0, fault="cut", way="to_server", after_bytes=3))
            await asyncio.sleep(0.02)
            here.proxy.blackhole("to_client")
            writer.write(b"abcdef")
            await until(lambda: b"".join(here.echo.heard[0]) == b"abcdef")
            assert here.proxy.counts.cuts == 0

    run(scenario())


def test_a_hole_for_a_while_heals_and_spares_those_that_come_later(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            early = await here.connect()
            here.proxy.do(Step(at_s=0, fault="blackhole", for_s=0.5))
            await asyncio.sleep(0.05)
            early[1].write(b"e")
            late = await here.connect()
            late[1].write(b"l")
            assert await late[0].readexactly(1) == b"l"
            assert await silent(early[0], 0.2)
            assert await early[0].readexactly(1) == b"e"

    run(scenario())
