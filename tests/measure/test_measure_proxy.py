"""The fault proxy: it relays bytes as they are, and cuts, resets and refuses as it was told."""

import asyncio
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.measure.proxy import FaultProxy, NetworkFaults, fate


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(4096):
            writer.write(chunk)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


def behind(run: Any, faults: NetworkFaults, scenario: Any) -> FaultProxy:
    """Run ``scenario`` with a proxy before an echo server; the proxy, for its counts."""

    async def body() -> FaultProxy:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        async with server, FaultProxy(server.sockets[0].getsockname()[1], faults, 1) as proxy:
            await scenario(proxy)
            return proxy

    found: FaultProxy = run(body())
    return found


def test_bytes_pass_unchanged_both_ways(run: Any) -> None:
    data = bytes(range(256)) * 4000

    async def scenario(proxy: FaultProxy) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(data)
        assert await reader.readexactly(len(data)) == data
        writer.close()

    assert behind(run, NetworkFaults(), scenario).counts.as_dict() == {
        "accepted": 1, "refused": 0, "idle_cuts": 0, "resets": 0,
    }  # fmt: skip


def test_a_silent_connection_is_closed_after_the_idle_time(run: Any) -> None:
    async def scenario(proxy: FaultProxy) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        for _ in range(4):
            writer.write(b"x")
            await reader.readexactly(1)
            await asyncio.sleep(0.2)
        last_s = time.monotonic() - 0.2
        assert await reader.read() == b""
        # The clock of the machine may be coarser than the proxy's; how late it may be is no matter here.
        assert time.monotonic() - last_s >= 0.35
        writer.close()

    assert behind(run, NetworkFaults(idle_s=0.4), scenario).counts.idle_cuts == 1


def test_a_reset_is_a_tcp_reset(run: Any) -> None:
    async def scenario(proxy: FaultProxy) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()

    assert behind(run, NetworkFaults(reset_per_connection_hour=36_000), scenario).counts.resets == 1


def test_a_refused_connection_gets_no_byte(run: Any) -> None:
    async def scenario(proxy: FaultProxy) -> None:
        for _ in range(5):
            with pytest.raises(ConnectionResetError):
                reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
                await reader.read()
            writer.close()

    assert behind(run, NetworkFaults(refuse_share=1.0), scenario).counts.refused == 5


def test_a_server_that_is_gone_looks_refused(run: Any) -> None:
    async def body() -> None:
        async with FaultProxy(1, NetworkFaults(), 1) as proxy:
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            with pytest.raises(ConnectionResetError):
                await reader.read()
            writer.close()

    run(body())


def test_an_end_on_one_side_ends_the_other(run: Any) -> None:
    async def scenario(proxy: FaultProxy) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.close()
        await writer.wait_closed()
        while proxy._relays:
            await asyncio.sleep(0.01)

    behind(run, NetworkFaults(), scenario)


@given(seed=st.integers(0), number=st.integers(0, 10**6))
def test_the_same_connection_always_meets_the_same_fate(seed: int, number: int) -> None:
    faults = NetworkFaults(reset_per_connection_hour=2, refuse_share=0.3)
    assert fate(faults, seed=seed, number=number) == fate(faults, seed=seed, number=number)


def test_fates_have_the_share_and_the_hazard_asked_for() -> None:
    faults = NetworkFaults(reset_per_connection_hour=2, refuse_share=0.3)
    fates = [fate(faults, seed=1, number=number) for number in range(20_000)]
    assert sum(one.refused for one in fates) / len(fates) == pytest.approx(0.3, abs=0.01)
    resets_s = [one.reset_after_s for one in fates if one.reset_after_s is not None]
    # The mean of an exponential law is one over its hazard: 1800 s at 2 an hour.
    assert sum(resets_s) / len(resets_s) == pytest.approx(1800, rel=0.03)


def test_without_faults_nothing_is_in_store() -> None:
    assert fate(NetworkFaults(), seed=0, number=0).reset_after_s is None
    assert not any(fate(NetworkFaults(), seed=0, number=number).refused for number in range(100))
