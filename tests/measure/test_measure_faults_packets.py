"""Faults of packets inside a namespace of their own; where none may be made, that is said clearly."""

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from tcp import Echo

from toolkit.measure.faults import packets
from toolkit.measure.faults.packets import Namespace
from toolkit.project.faults import EnvironmentFault

WHY_NOT = r"install the Debian package (iproute2|nftables)|run as root|does not allow namespaces"

Scenario = Callable[[Namespace, int, asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


def within(run: Any, scenario: Scenario) -> None:
    """Run a scenario on a connection to an echo server, both in a namespace."""

    async def body(space: Namespace) -> None:
        server = await asyncio.start_server(Echo().serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                await scenario(space, port, reader, writer)
            finally:
                space.heal()
                writer.transport.abort()

    try:
        with Namespace() as space, space.entered():
            run(body(space))
    except EnvironmentFault as fault:
        # Not skipped: such a machine must be told what it lacks.
        with pytest.raises(EnvironmentFault, match=WHY_NOT):
            raise fault


async def round_trip_s(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> float:
    started_s = time.monotonic()
    writer.write(b"x")
    await reader.readexactly(1)
    return time.monotonic() - started_s


def test_dropped_packets_are_silence_and_come_late_once_it_has_healed(run: Any) -> None:
    async def scenario(
        space: Namespace, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        space.drop(port)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(round_trip_s(reader, writer), 0.3)
        space.heal()
        # The kernel sends again after 0.2, 0.4, 0.8 s …
        assert await asyncio.wait_for(reader.readexactly(1), 10) == b"x"

    within(run, scenario)


def test_one_way_the_server_hears_and_the_client_does_not(run: Any) -> None:
    async def scenario(
        space: Namespace, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        space.drop(port, "to_client")
        writer.write(b"x")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(1), 0.3)

    within(run, scenario)


def test_a_forgotten_connection_is_reset_when_its_client_sends(run: Any) -> None:
    async def scenario(
        space: Namespace, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        space.reset(port)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.2)
        writer.write(b"x")
        with pytest.raises(ConnectionResetError):
            await reader.read(1)

    within(run, scenario)


def test_lost_packets_cost_time_and_no_bytes(run: Any) -> None:
    async def scenario(
        space: Namespace, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        space.lose(port, percent=20)
        # The kernel waits 0.2 s before it sends again; without loss a round trip takes less than 5 ms.
        while await round_trip_s(reader, writer) < 0.1:
            pass

    within(run, scenario)


def test_nothing_is_left_of_a_namespace(run: Any) -> None:
    async def scenario(
        space: Namespace, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        assert Path(f"/run/netns/{space.name}").exists()

    before = Path("/proc/thread-self/ns/net").readlink()
    within(run, scenario)
    assert Path("/proc/thread-self/ns/net").readlink() == before
    left = Path("/run/netns")
    assert not left.exists() or not list(left.glob("toolkit-*"))


@pytest.mark.parametrize(("program", "package"), [("ip", "iproute2"), ("nft", "nftables")])
def test_a_missing_program_is_told_with_its_package(
    program: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = shutil.which
    monkeypatch.setattr(
        packets.shutil, "which", lambda name: None if name == program else found(name) or name
    )
    with pytest.raises(EnvironmentFault, match=f"need {program}; install the Debian package {package}"):
        Namespace().__enter__()


def test_who_is_not_root_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packets.shutil, "which", lambda name: name)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(EnvironmentFault, match="run as root"):
        Namespace().__enter__()


def test_what_the_kernel_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(command: list[str], **how: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(
            command, 1, "", 'mount of "/run/netns" failed:\n Permission denied'
        )

    monkeypatch.setattr(packets.shutil, "which", lambda name: name)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(packets.subprocess, "run", refuse)
    with pytest.raises(
        EnvironmentFault, match='"/run/netns" failed: Permission denied; this machine does not'
    ):
        Namespace().__enter__()
