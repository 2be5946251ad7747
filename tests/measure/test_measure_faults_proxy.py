"""The fault proxy relays bytes as they are, and refuses, closes and resets as it was told."""

import asyncio
import time
from typing import Any

import pytest
from tcp import Lab, lab, until

from toolkit.measure.faults.proxy import FaultProxy
from toolkit.measure.faults.script import NetworkFaults, Step


async def says(lab: Lab, data: bytes) -> bytes:
    """What comes back over a new connection that sends ``data``, to its end."""
    reader, writer = await lab.dial()
    writer.write(data)
    return await reader.read()


def test_bytes_pass_unchanged_both_ways(run: Any) -> None:
    data = bytes(range(256)) * 4000

    async def scenario() -> None:
        async with lab() as here:
            reader, writer = await here.connect()
            writer.write(data)
            assert await reader.readexactly(len(data)) == data
            writer.close()
            told = here.proxy.counts.as_dict()
            assert told.pop("accepted") == 1
            assert not any(told.values())

    run(scenario())


def test_an_end_of_one_side_ends_the_other_and_nothing_stays(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            _, writer = await here.connect()
            writer.close()
            await until(lambda: not here.proxy.lines)
            assert here.echo.ends == {0: "fin"}

    run(scenario())


def test_what_was_sent_before_the_end_arrives(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            reader, writer = await here.connect()
            writer.write(b"x" * 100_000)
            writer.write_eof()
            assert len(await reader.read()) == 100_000
            writer.close()

    run(scenario())


def test_a_reset_of_one_side_is_a_reset_at_the_other(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            reader, _ = await here.connect()
            here.echo.writers[0].transport.get_extra_info("socket").setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")
            here.echo.writers[0].transport.abort()
            with pytest.raises(ConnectionResetError):
                await reader.read()

    run(scenario())


def test_a_silent_connection_is_closed_after_the_idle_time(run: Any) -> None:
    async def scenario() -> None:
        async with lab(NetworkFaults(idle_s=0.4)) as here:
            reader, writer = await here.connect()
            for _ in range(4):
                writer.write(b"x")
                await reader.readexactly(1)
                await asyncio.sleep(0.2)
            last_s = time.monotonic() - 0.2
            assert await reader.read() == b""
            # The clock of the machine may be coarser than the proxy's; how late it may be is no matter here.
            assert time.monotonic() - last_s >= 0.35
            writer.close()
            await until(lambda: here.echo.ends == {0: "fin"})
            assert here.proxy.counts.idle_cuts == 1

    run(scenario())


def test_a_reset_is_a_tcp_reset_at_both_ends(run: Any) -> None:
    async def scenario() -> None:
        async with lab(NetworkFaults(reset_per_connection_hour=36_000)) as here:
            reader, _ = await here.connect()
            with pytest.raises(ConnectionResetError):
                await reader.read()
            await until(lambda: here.echo.ends == {0: "rst"})
            assert here.proxy.counts.resets == 1

    run(scenario())


def test_a_refused_connection_gets_no_byte(run: Any) -> None:
    async def scenario() -> None:
        async with lab(NetworkFaults(refuse_share=1.0)) as here:
            for _ in range(5):
                with pytest.raises(ConnectionResetError):
                    await says(here, b"x")
            assert (here.proxy.counts.refused, here.echo.heard) == (5, [])

    run(scenario())


def test_a_dropped_connection_works_until_it_is_closed(run: Any) -> None:
    async def scenario() -> None:
        async with lab(NetworkFaults(drop_share=1.0, drop_after_s=0.3)) as here:
            assert await says(here, b"hello") == b"hello"
            await until(lambda: here.echo.ends == {0: "fin"})
            assert here.proxy.counts.drops == 1

    run(scenario())


def test_refusing_hanging_and_dropping_may_be_for_a_while(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            for fault, after_s in (("refuse", None), ("drop", 0.0)):
                values = {} if after_s is None else {"after_s": after_s}
                here.proxy.do(Step.model_validate({"at_s": 0, "fault": fault, "for_s": 0.3, **values}))
                await asyncio.sleep(0.05)
                with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
                    reader, writer = await here.dial()
                    writer.write(b"x")
                    await reader.readexactly(2)
                await asyncio.sleep(0.4)
            here.proxy.do(Step(at_s=0, fault="hang", for_s=0.3))
            await asyncio.sleep(0.05)
            reader, writer = await here.dial()
            writer.write(b"x")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(), 0.2)
            await asyncio.sleep(0.2)
            await here.connect()
            counts = here.proxy.counts
            assert (counts.refused, counts.drops, counts.hung) == (1, 1, 1)

    run(scenario())


def test_a_server_that_is_gone_looks_refused(run: Any) -> None:
    async def scenario() -> None:
        async with FaultProxy(1, NetworkFaults(), 1) as proxy:
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            with pytest.raises(ConnectionResetError):
                await reader.read()
            writer.close()

    run(scenario())


def test_a_cut_comes_in_the_midst_of_what_is_sent(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            reader, writer = await here.connect()
            here.proxy.do(Step(at_s=0, fault="cut", way="to_server", after_bytes=3))
            await asyncio.sleep(0.05)
            writer.write(b"abcdef")
            with pytest.raises(ConnectionResetError):
                await reader.read()
                await reader.read()
            await until(lambda: here.echo.ends == {0: "rst"})
            assert b"".join(here.echo.heard[0]) == b"abc"
            assert here.proxy.counts.cuts == 1

    run(scenario())


def test_a_script_does_each_thing_in_its_time(run: Any) -> None:
    script = [
        Step(at_s=0.2, fault="close", connections=[0]),
        Step(at_s=0.5, fault="reset", connections=[1]),
    ]

    async def scenario() -> None:
        async with lab(NetworkFaults(script=script)) as here:
            first, second, third = [await here.connect() for _ in range(3)]
            here.proxy.begin()
            assert await first[0].read() == b""
            assert (here.proxy.counts.closes, here.proxy.counts.resets) == (1, 0)
            first[1].close()
            with pytest.raises(ConnectionResetError):
                await second[0].read()
            third[1].write(b"x")
            assert await third[0].readexactly(1) == b"x"

    run(scenario())
