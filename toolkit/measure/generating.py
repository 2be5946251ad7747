"""One process of the load generator, as ``python -m toolkit.measure.generating``; see :mod:`generators`."""

import asyncio
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from toolkit.chat.server import loop_factory
from toolkit.chat.settings import PRESETS
from toolkit.measure.adapters import adapter
from toolkit.measure.clock import RunClock
from toolkit.measure.events import NetworkFault
from toolkit.measure.generators import Job
from toolkit.measure.probe import Probe
from toolkit.measure.recorder import Recorder
from toolkit.measure.schedule import Part
from toolkit.project.faults import ToolkitError


def tell(**said: Any) -> None:
    """Tell the parent, on one line."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


class _Teller:
    """Tells the parent, which has the proxy, what the clients say of their connections."""

    def joined(self, client: str, port: int | None) -> None:
        tell(joined=[client, port])

    def lost(self, client: str) -> None:
        tell(lost=client)

    def leaving(self, client: str) -> None:
        tell(leaving=client)

    def finish(self) -> None:
        tell(finish=True)

    def facts(self) -> Iterable[NetworkFault]:
        return ()


async def main() -> None:
    """Do the job that stands on standard input, at the time that is told there; end with it."""
    words = await _input()
    job = Job.model_validate_json(await words.readline())
    preset = next(known for known in PRESETS if known == job.preset)
    recorder = Recorder(job.where, option=job.option, environment=job.environment, collector=job.collector)
    speaks = adapter(job.option, preset)
    part = Part(job.index, job.of)
    probe = Probe(
        job.url, option=job.option, adapter=speaks, recorder=recorder, workload=job.workload,
        observer=_Teller(), part=part,
    )  # fmt: skip
    tell(ready=True)
    if not (line := await words.readline()):
        return
    start = json.loads(line)
    probe.start_with(RunClock(start["start_s"], datetime.fromisoformat(start["start"])))
    stop = asyncio.Event()
    told = asyncio.create_task(_until_told(words, stop))
    # Where the parent is gone nobody reads that, and the rows are written all the same.
    tell(result=asdict(await probe.run(stop)))
    told.cancel()


async def _until_told(words: asyncio.StreamReader, stop: asyncio.Event) -> None:
    """Set the event when the parent says so, or is gone."""
    await words.readline()
    stop.set()


async def _input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=2**22)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    return reader


if __name__ == "__main__":
    try:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(main())
    except ToolkitError as error:
        tell(failed=str(error))
