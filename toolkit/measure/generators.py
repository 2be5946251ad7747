"""The load of one run made by several processes of this machine, which share its monotonic clock.

Each is ``python -m toolkit.measure.generating`` with a :class:`Job` on its standard input, and ends when that
ends. It tells on its standard output when it is ready, what its clients say of their connections, and its
totals.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from toolkit.evidence import Strict
from toolkit.measure.clock import RunClock
from toolkit.measure.faults.observing import Observer
from toolkit.measure.recorder import FLUSH_S, Recorder
from toolkit.measure.totals import ProbeResult, added
from toolkit.measure.workload import Workload
from toolkit.project.faults import EnvironmentFault

READY_S = 60.0
"""How long a process may take to import what it needs and to draw its schedule."""

LEAD_S = 0.3
"""The run begins so long after all are ready."""

END_S = 30.0
"""How much longer than the run a process may take to write its last rows."""


class Job(Strict):
    """What one of the processes has to do.

    Args:
        url, option, preset: the endpoint, and how to speak to it.
        where, environment, collector: of the recorder.
        index, of: which part of the clients it has.
    """

    url: str
    option: str
    preset: str
    where: str
    environment: str
    collector: str
    workload: Workload
    index: int
    of: int


@asynccontextmanager
async def _started(job: Job) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process once it is ready; ended at the end, whatever happens."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "toolkit.measure.generating",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**22,
        # A terminal's Ctrl-C goes to the whole group; the parent tells its children itself.
        start_new_session=True,
    )  # fmt: skip
    try:
        await _tell(process, job.model_dump(mode="json", exclude_unset=True))
        async with asyncio.timeout(READY_S):
            if (await _hear(process)).get("ready") is not True:
                raise EnvironmentFault("a process of the load generator did not start")
        yield process
    finally:
        if process.stdin is not None:
            process.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), END_S)
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _tell(process: asyncio.subprocess.Process, said: dict[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(said).encode() + b"\n")
    await process.stdin.drain()


async def _hear(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """The next line of the process.

    Raises:
        EnvironmentFault: it ended before it said how its run went.
    """
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        code = await process.wait()
        raise EnvironmentFault(f"a process of the load generator ended before its time (exit code {code})")
    heard: dict[str, Any] = json.loads(line)
    return heard


async def generate(
    jobs: Sequence[Job],
    observer: Observer | None,
    recorder: Recorder,
    *,
    begin: Callable[[], None] = lambda: None,
    stop: asyncio.Event | None = None,
) -> ProbeResult:
    """The totals of all jobs, run together.

    Args:
        begin: is called at second 0 of the run.
        stop: once it is set all of them end in good order, before their time. None: it never is.
        observer: is told what the clients say. None: there is no proxy.
        recorder: takes what the observer saw of faults.

    Raises:
        EnvironmentFault: a process failed.
    """
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(_started(job)) for job in jobs]
        clock = RunClock.starting_in(LEAD_S)
        start = {"start_s": clock.start_s, "start": clock.start.isoformat()}
        for process in processes:
            await _tell(process, start)
        beginning = asyncio.get_running_loop().call_later(-clock.now_s(), begin)
        taking = asyncio.create_task(_take_faults(observer, recorder))
        stopping = asyncio.create_task(_stop(stop or asyncio.Event(), processes))
        try:
            async with asyncio.timeout(jobs[0].workload.duration_s + LEAD_S + END_S):
                results = await asyncio.gather(*(_result(process, observer) for process in processes))
        except TimeoutError:
            raise EnvironmentFault("a process of the load generator hangs") from None
        finally:
            beginning.cancel()
            taking.cancel()
            stopping.cancel()
            if observer is not None:
                observer.finish()
                _take(observer, recorder)
        return added(results)


async def _stop(stop: asyncio.Event, processes: Sequence[asyncio.subprocess.Process]) -> None:
    """End all processes in good order once it is set."""
    await stop.wait()
    for process in processes:
        await _tell(process, {"stop": True})


async def _result(process: asyncio.subprocess.Process, observer: Observer | None) -> ProbeResult:
    """The totals of one process, once it has them; what it says before goes to the observer."""
    while True:
        heard = await _hear(process)
        if "failed" in heard:
            raise EnvironmentFault(str(heard["failed"]))
        if "result" in heard:
            return ProbeResult(**heard["result"])
        if observer is not None:
            _note(heard, observer)


def _note(heard: dict[str, Any], observer: Observer) -> None:
    match heard:
        case {"joined": [client, port]}:
            observer.joined(client, port)
        case {"lost": client}:
            observer.lost(client)
        case {"leaving": client}:
            observer.leaving(client)
        case {"finish": _}:
            observer.finish()


async def _take_faults(observer: Observer | None, recorder: Recorder) -> None:
    while observer is not None:
        await asyncio.sleep(FLUSH_S)
        _take(observer, recorder)


def _take(observer: Observer, recorder: Recorder) -> None:
    for row in observer.facts():
        recorder.fault(row)
