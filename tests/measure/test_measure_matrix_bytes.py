"""The row of the reliability matrix about streams that come in pieces, too large, or broken."""

import asyncio
import os
from typing import Any

import pytest
from matrix import calm, stage, talk
from tcp import until
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from toolkit.chat.client.refusals import TooBig
from toolkit.measure.faults.script import Step


def test_in_slices_of_one_byte_both_ends_understand_each_other(run: Any) -> None:
    async def scenario() -> None:
        async with stage() as here:
            here.proxy.do(Step(at_s=0, fault="slice", slice_bytes=1))
            await asyncio.sleep(0.02)
            ann, bob = await here.person(), await here.person()
            for data in ("short", "ä" * 100, "x" * 3000):
                await talk(ann, [bob], data)
                await talk(bob, [ann], data)
            assert (ann.losses, bob.losses) == ([], [])

    run(scenario())


def test_through_a_slow_and_unsteady_path_all_comes_in_order(run: Any) -> None:
    async def scenario() -> None:
        async with stage() as here:
            here.proxy.do(Step(at_s=0, fault="delay", delay_s=0.02, jitter_s=0.1))
            here.proxy.do(Step(at_s=0, fault="throttle", bytes_per_s=100_000.0))
            await asyncio.sleep(0.02)
            ann, bob = await here.person(), await here.person()
            await asyncio.gather(*(ann.client.publish("tea", number) for number in range(100)))
            await until(lambda: len(bob.data) == 100)
            assert (bob.data, bob.losses) == (list(range(100)), [])

    run(scenario())


def test_what_is_too_large_fails_at_its_sender_and_costs_nobody_else(run: Any) -> None:
    async def scenario() -> None:
        async with stage(calm(max_message_bytes=2000)) as here:
            ann, bob = await here.person(), await here.person()
            with pytest.raises(TooBig):
                await ann.client.publish("tea", "x" * 5000)
            await talk(ann, [bob], "still here")
            assert (ann.losses, bob.losses) == ([], [])

    run(scenario())


def masked(opcode: Opcode, payload: bytes) -> bytes:
    return Frame(opcode, payload).serialize(mask=True, extensions=[])


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (masked(Opcode.TEXT, b"x" * 70_000), 1009),
        (masked(Opcode.TEXT, b"\xff\xfe"), 1007),
        (b"\xc1\x80" + os.urandom(4), 1002),
        (b"\x83\x80" + os.urandom(4), 1002),
    ],
    ids=["huge", "bad UTF-8", "reserved bit", "reserved opcode"],
)
@pytest.mark.parametrize("slice_bytes", [None, 1])
def test_what_is_no_frame_closes_its_own_connection_with_its_code(
    frame: bytes, code: int, slice_bytes: int | None, run: Any
) -> None:
    async def scenario() -> None:
        async with stage() as here:
            if slice_bytes is not None:
                here.proxy.do(Step(at_s=0, fault="slice", slice_bytes=slice_bytes, connections=[0]))
                await asyncio.sleep(0.02)
            url = f"ws://127.0.0.1:{here.proxy.port}/ws"
            async with connect(url, proxy=None, compression=None, ping_interval=None) as rogue:
                ann, bob = await here.ann(), await here.person()
                rogue.transport.write(frame)
                with pytest.raises(ConnectionClosed):
                    while True:
                        await rogue.recv()
                assert rogue.close_code == code
            await talk(ann, [bob], "still here")
            assert (ann.losses, bob.losses, here.server.counts["errors"]) == ([], [], 0)

    run(scenario())
