"""How bytes travel under conditions: later, one after the other, slowly, in slices."""

import asyncio
import time
from typing import Any

import pytest
from tcp import lab, until

from toolkit.measure.faults.drawing import Shape, shape
from toolkit.measure.faults.script import NetworkFaults, Step


async def round_trip_s(streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], data: bytes) -> float:
    reader, writer = streams
    started_s = time.monotonic()
    writer.write(data)
    assert await reader.readexactly(len(data)) == data
    return time.monotonic() - started_s


def test_delays_add_up_and_of_limits_the_lowest_counts() -> None:
    steps = [
        Step(at_s=0, fault="delay", delay_s=0.1, jitter_s=0.2),
        Step(at_s=0, fault="delay", delay_s=0.3, way="to_client"),
        Step(at_s=0, fault="throttle", bytes_per_s=100.0),
        Step(at_s=0, fault="throttle", bytes_per_s=50.0, way="to_server"),
        Step(at_s=0, fault="slice", slice_bytes=7),
    ]
    assert shape(steps, "to_client") == Shape(0.4, 0.2, 100.0, 7)
    assert shape(steps, "to_server") == Shape(0.1, 0.2, 50.0, 7)
    assert shape([], "to_server") == Shape()


def test_a_delay_is_added_each_way_and_ends_with_its_step(run: Any) -> None:
    faults = NetworkFaults(script=[Step(at_s=0, fault="delay", delay_s=0.1, for_s=0.5)])

    async def scenario() -> None:
        async with lab(faults) as here:
            here.proxy.begin()
            await asyncio.sleep(0.05)
            streams = await here.connect()
            assert 0.2 <= await round_trip_s(streams, b"x") < 2.0
            await asyncio.sleep(0.5)
            assert await round_trip_s(streams, b"x") < 0.2

    run(scenario())


def test_jitter_keeps_the_order(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            reader, writer = await here.connect()
            here.proxy.do(Step(at_s=0, fault="delay", jitter_s=0.1))
            data = bytes(range(200))
            for value in data:
                writer.write(bytes([value]))
                await asyncio.sleep(0.001)
            assert await reader.readexactly(200) == data

    run(scenario())


def test_a_throttled_way_takes_its_time_and_the_other_does_not(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            reader, writer = await here.connect()
            here.proxy.do(Step(at_s=0, fault="throttle", bytes_per_s=20_000.0, way="to_client"))
            await asyncio.sleep(0.05)
            started_s = time.monotonic()
            writer.write(b"x" * 10_000)
            await until(lambda: sum(map(len, here.echo.heard[0])) == 10_000)
            assert time.monotonic() - started_s < 0.4
            await reader.readexactly(10_000)
            # Half a second at that rate, but for the last piece, after which nobody waits.
            assert 0.44 <= time.monotonic() - started_s < 3.0

    run(scenario())


def test_a_throttled_way_holds_its_source_back(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            _, writer = await here.connect()
            here.proxy.do(Step(at_s=0, fault="throttle", bytes_per_s=1000.0, way="to_server"))
            await asyncio.sleep(0.05)
            writer.write(b"x" * 30_000_000)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(writer.drain(), 0.3)

    run(scenario())


@pytest.mark.parametrize("size", [1, 3])
def test_slices_arrive_one_by_one(run: Any, size: int) -> None:
    async def scenario() -> None:
        async with lab(NetworkFaults(script=[Step(at_s=0, fault="slice", slice_bytes=size)])) as here:
            here.proxy.begin()
            await asyncio.sleep(0.02)
            reader, writer = await here.connect()
            writer.write(b"abcdef" * 50)
            assert await reader.readexactly(300) == b"abcdef" * 50
            # The kernel may put some together before they are read.
            assert len(here.echo.heard[0]) > 300 / size / 4

    run(scenario())


def test_a_condition_may_be_for_some(run: Any) -> None:
    async def scenario() -> None:
        async with lab() as here:
            here.proxy.do(Step(at_s=0, fault="delay", delay_s=0.2, connections=[1]))
            await asyncio.sleep(0.02)
            spared, hit = await here.connect(), await here.connect()
            assert await round_trip_s(spared, b"x") < 0.2
            assert await round_trip_s(hit, b"x") >= 0.4

    run(scenario())
