"""Starts the real servers on free loopback ports, waits until they answer, and stops them by process id."""

import asyncio
import os
import re
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import IO

from toolkit.chat.settings import PresetName
from toolkit.measure.adapters import kind
from toolkit.project.faults import EnvironmentFault

START_S = 20.0
STOP_S = 5.0


@dataclass(frozen=True)
class Serving:
    """A server that answers.

    Args:
        port: on 127.0.0.1.
        pid: of the process that serves; it may have children.
    """

    port: int
    pid: int


def command(option: str, preset: PresetName = "stable") -> list[str]:
    """The command line that serves an option.

    Args:
        preset: with which settings the server of ``current`` runs.

    Raises:
        EnvironmentFault: this machine lacks what the option needs, or it has no server here.
    """
    found = kind(option).command
    if found is None:
        raise EnvironmentFault(f"{option} is a managed service; only its vendor serves it")
    return found(preset)


@asynccontextmanager
async def running(option: str, preset: PresetName = "stable") -> AsyncIterator[Serving]:
    """The option's server once it answers; it is stopped at the end, whatever happens.

    Args:
        preset: with which settings the server of ``current`` runs.

    Raises:
        EnvironmentFault: it does not start here, or ended before its time; its last words are in the text.
    """
    with tempfile.TemporaryFile() as words:
        process = await asyncio.create_subprocess_exec(
            *command(option, preset),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=words,
            # A terminal's Ctrl-C goes to the whole group; the servers must outlive the probe's last rows.
            start_new_session=True,
        )
        reading = None
        try:
            serving = await _announced(process)
            if serving is None:
                await _stop(process)
                raise EnvironmentFault(f"the server of {option} did not start; it said: {_last(words)}")
            reading = asyncio.create_task(_drain(process))
            yield serving
            if process.returncode is not None:
                raise EnvironmentFault(f"the server of {option} ended on its own; it said: {_last(words)}")
        finally:
            await _stop(process)
            if reading is not None:
                await reading


def _last(words: IO[bytes]) -> str:
    """The end of what a server wrote to standard error."""
    words.seek(0)
    return words.read()[-2000:].decode(errors="replace").strip() or "nothing"


async def _announced(process: asyncio.subprocess.Process) -> Serving | None:
    """Where the server listens, as it announces. None where it ends or stays silent."""
    if process.stdout is None:
        return None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_S)
    except TimeoutError:
        return None
    said = re.fullmatch(r"listening (\d+)(?: (\d+))?", line.decode(errors="replace").strip())
    return Serving(int(said[1]), int(said[2] or process.pid)) if said else None


async def _drain(process: asyncio.subprocess.Process) -> None:
    """Read what else the server says on standard output: a full pipe would stop it."""
    if process.stdout is not None:
        while await process.stdout.read(65_536):
            pass


async def _stop(process: asyncio.subprocess.Process) -> None:
    """End the process: politely, then by force, and with it whatever it started and left."""
    with suppress(ProcessLookupError):
        if process.returncode is None:
            process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_S)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    with suppress(ProcessLookupError):
        # It leads a group of its own, so this is the group of what it started.
        os.killpg(process.pid, signal.SIGKILL)
