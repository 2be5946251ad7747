"""The real servers: started on free ports, and gone whatever happens to who started them."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from toolkit.chat.protocol import decode
from toolkit.chat.settings import PRESETS, PresetName, preset
from toolkit.measure.adapters import LOCAL, kind
from toolkit.measure.servers import processes
from toolkit.project.faults import EnvironmentFault

PARENT = """
import asyncio, os, sys
from toolkit.measure.servers import processes
async def main():
    async with processes.running(sys.argv[1]) as server:
        print(server.port, flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


async def answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@pytest.mark.parametrize("option", LOCAL)
def test_it_answers_while_it_is_needed_and_not_after(run: Any, option: str) -> None:
    async def scenario() -> None:
        async with processes.running(option) as server:
            assert await answers(server.port)
        assert not await answers(server.port)

    run(scenario())


@pytest.mark.parametrize("option", LOCAL)
def test_it_goes_when_its_parent_is_killed(run: Any, option: str) -> None:
    async def scenario() -> None:
        with subprocess.Popen(
            [sys.executable, "-c", PARENT, option], stdout=subprocess.PIPE, text=True
        ) as parent:
            assert parent.stdout is not None
            port = int(await asyncio.to_thread(parent.stdout.readline))
            assert await answers(port)
            parent.kill()
        while await answers(port):
            await asyncio.sleep(0.05)

    run(scenario())


@pytest.mark.parametrize("chosen", PRESETS)
def test_the_server_with_the_fixes_runs_with_the_preset_asked_for(run: Any, chosen: PresetName) -> None:
    async def scenario() -> None:
        async with (
            processes.running("current", chosen) as server,
            connect(kind("current").local_url(server.port), proxy=None) as socket,
        ):
            hello = decode(await socket.recv())
        for name in ("server_ping_s", "server_timeout_s", "client_interval_s", "client_wait_s"):
            assert hello[name] == getattr(preset(chosen), name)

    run(scenario())


def test_a_server_that_says_much_is_not_stopped_by_a_full_pipe(
    run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done = tmp_path / "done"
    chatty = (
        "import pathlib, time; print('listening 1', flush=True); print('x' * 1_000_000, flush=True); "
        f"pathlib.Path({str(done)!r}).touch(); time.sleep(60)"
    )
    monkeypatch.setattr(processes, "command", lambda option, preset: [sys.executable, "-c", chatty])

    async def scenario() -> None:
        async with processes.running("current"):
            while not done.exists():
                await asyncio.sleep(0.01)

    run(scenario())


def test_what_a_server_leaves_behind_ends_with_it(
    run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    note = tmp_path / "pid"
    careless = (
        "import pathlib, subprocess, sys; "
        "left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        f"pathlib.Path({str(note)!r}).write_text(str(left.pid)); "
        "print('listening 1', flush=True); sys.stdin.read()"
    )
    monkeypatch.setattr(processes, "command", lambda option, preset: [sys.executable, "-c", careless])

    async def scenario() -> None:
        async with processes.running("current"):
            os.kill(int(note.read_text()), 0)
        while Path(f"/proc/{note.read_text()}/stat").exists() and " Z " not in _stat(note.read_text()):
            await asyncio.sleep(0.01)

    run(scenario())


def _stat(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return " Z "


def test_an_unknown_option_has_no_server(run: Any) -> None:
    with pytest.raises(EnvironmentFault, match="no adapter for ably in this version"):
        processes.command("ably")


def test_a_server_that_dies_at_once_is_told_with_its_last_words(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = [sys.executable, "-c", "import sys; sys.exit('no room at the inn')"]
    monkeypatch.setattr(processes, "command", lambda option, preset: dying)

    async def scenario() -> None:
        with pytest.raises(EnvironmentFault, match=r"current did not start; it said: no room at the inn"):
            async with processes.running("current"):
                pass

    run(scenario())


def test_a_server_that_ends_before_its_time_is_told(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    brief = [sys.executable, "-c", "import sys; print('listening 1', flush=True); sys.exit('out of memory')"]
    monkeypatch.setattr(processes, "command", lambda option, preset: brief)

    async def scenario() -> None:
        with pytest.raises(EnvironmentFault, match=r"current ended on its own; it said: out of memory"):
            async with processes.running("current"):
                await asyncio.sleep(1.0)

    run(scenario())


def test_a_server_that_hangs_is_told_and_ended(
    run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    note = tmp_path / "pid"
    deaf = (
        "import os, pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"pathlib.Path({str(note)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    monkeypatch.setattr(processes, "command", lambda option, preset: [sys.executable, "-c", deaf])
    monkeypatch.setattr(processes, "START_S", 1.0)
    monkeypatch.setattr(processes, "STOP_S", 0.5)

    async def scenario() -> None:
        with pytest.raises(EnvironmentFault, match="did not start; it said: nothing"):
            async with processes.running("current"):
                pass

    run(scenario())
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), signal.SIGCONT)
