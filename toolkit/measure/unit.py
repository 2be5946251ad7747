"""One option in one round: its server is started, measured under its load, and stopped."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from toolkit.chat.settings import PresetName
from toolkit.measure.adapters import adapter, kind
from toolkit.measure.adapters.base import Adapter, End, Session, outcome
from toolkit.measure.events import Connection, NetworkFault
from toolkit.measure.faults.observing import Observer
from toolkit.measure.faults.proxy import FaultProxy
from toolkit.measure.generators import Job, generate
from toolkit.measure.machine import machine, versions
from toolkit.measure.meter import BYTES_A_KIB, Meter
from toolkit.measure.probe import Probe
from toolkit.measure.recorder import Recorder
from toolkit.measure.servers.processes import running
from toolkit.measure.serveruse import Idle, ServerUse
from toolkit.measure.totals import ProbeResult
from toolkit.measure.workload import Workload
from toolkit.project.faults import EnvironmentFault

AT_ONCE = 50
"""Idle connections that are opened at the same time."""

SETTLE_S = 0.5
"""After that long a server has taken the memory for connections that it just accepted."""


@dataclass(frozen=True)
class Unit:
    """What is measured once.

    Args:
        workload: of one round.
        collector: by whom; unique for the round.
        where: the folder that takes the facts.
    """

    option: str
    workload: Workload
    environment: str
    collector: str
    preset: PresetName
    where: Path

    def recorder(self) -> Recorder:
        """Takes the facts."""
        return Recorder(
            self.where, option=self.option, environment=self.environment, collector=self.collector
        )


@dataclass(frozen=True)
class UnitResult:
    """What came of it.

    Args:
        faults: how often the proxy did what. None: there was none.
        use: what the server took. None: it is not ours.
    """

    probe: ProbeResult
    faults: dict[str, int] | None
    use: ServerUse | None


async def measure_unit(unit: Unit) -> UnitResult:
    """Start the server, measure it behind the workload's faults, stop it.

    Raises:
        EnvironmentFault: the server does not start, or does not live to the end, or nothing can be recorded.
    """
    workload = unit.workload
    async with running(unit.option, unit.preset) as server:
        meter = Meter(unit.option, server.pid)
        url = kind(unit.option).local_url(server.port)
        idle = await _until_gone(meter, _idle(unit, url, meter))
        await _until_gone(meter, warm_up(unit, url))
        async with FaultProxy(server.port, workload.faults, workload.seed) as proxy:
            at = datetime.now(UTC)

            def begin() -> None:
                meter.begin()
                proxy.begin()

            through = kind(unit.option).local_url(proxy.port)
            probe = await _until_gone(meter, load(unit, through, proxy.observer, begin=begin))
            use = _use(unit, at, meter, idle, probe)
        return UnitResult(probe, proxy.observer.counts.as_dict(), use)


def _use(unit: Unit, at: datetime, meter: Meter, idle: Idle | None, probe: ProbeResult) -> ServerUse:
    return ServerUse(
        option=unit.option,
        preset=unit.preset,
        environment=unit.environment,
        collector=unit.collector,
        at=at,
        machine=machine(),
        versions=versions(unit.option),
        idle=idle,
        measured_s=meter.elapsed_s(),
        cpu_s=meter.cpu_s(),
        rss_peak_kib=meter.rss_peak_kib,
        deliveries=probe.received,
        opened=probe.opened,
    )


async def _until_gone(meter: Meter, work: Coroutine[Any, Any, Any]) -> Any:
    """What the work comes to; it ends as soon as the server has."""
    task, watch = asyncio.create_task(work), asyncio.create_task(meter.watch())
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if watch.done():
            watch.result()
        return await task
    finally:
        for one in (task, watch):
            one.cancel()
        await asyncio.gather(task, watch, return_exceptions=True)


async def load(
    unit: Unit,
    url: str,
    observer: Observer | None,
    *,
    begin: Callable[[], None] = lambda: None,
    stop: asyncio.Event | None = None,
) -> ProbeResult:
    """The totals of the load, made by as many processes as the workload says.

    Args:
        observer: of the proxy. None: there is none.
        begin: is called at second 0 of the run.
        stop: once it is set the run ends in good order, before its time. None: it never is.
    """
    recorder, workload = unit.recorder(), unit.workload
    if workload.processes == 1:
        speaks = adapter(unit.option, unit.preset)
        probe = Probe(
            url, option=unit.option, adapter=speaks, recorder=recorder, workload=workload, observer=observer
        )
        begin()
        return await probe.run(stop)
    jobs = [
        Job(
            url=url, option=unit.option, preset=unit.preset, where=str(unit.where),
            environment=unit.environment, collector=unit.collector, workload=workload,
            index=index, of=workload.processes,
        )
        for index in range(workload.processes)
    ]  # fmt: skip
    try:
        return await generate(jobs, observer, recorder, begin=begin, stop=stop)
    finally:
        recorder.close()


class _Nobody:
    """Takes the facts of a server that warms up: what is not recorded is not counted."""

    observer = {"environment": "none", "collector": "none"}

    def connection(self, row: Connection) -> None:
        pass

    def deliveries(self, day: date, rows: pa.Table) -> None:
        pass

    def fault(self, row: NetworkFault) -> None:
        pass

    def end_session(self, client: str, session: str, *, at: datetime) -> None:
        pass

    def close(self, *, at: datetime | None = None) -> None:
        pass


async def warm_up(unit: Unit, url: str) -> None:
    """Put the workload's load on the server for a while, without faults and without a record."""
    seconds = unit.workload.warm_up_s
    if not seconds:
        return
    # The last messages need no deadline, as nobody looks at them.
    deadline_s = min(unit.workload.deadline_s, seconds / 10)
    calm = unit.workload.model_copy(update={"duration_s": seconds, "deadline_s": deadline_s})
    speaks = adapter(unit.option, unit.preset)
    await Probe(url, option=unit.option, adapter=speaks, recorder=_Nobody(), workload=calm).run()


async def _idle(unit: Unit, url: str, meter: Meter) -> Idle | None:
    """What connections that are left alone take of the server."""
    wanted, speaks = unit.workload.idle_connections, adapter(unit.option, unit.preset)
    if not wanted:
        return None
    before_kib = meter.rss_kib()
    lines: list[Session] = []
    readers: list[asyncio.Task[End]] = []
    try:
        for first in range(0, wanted, AT_ONCE):
            opened = await _opened(speaks, url, range(first, min(first + AT_ONCE, wanted)), lines)
            readers += [asyncio.create_task(line.ended()) for line in opened]
        await asyncio.sleep(SETTLE_S)
        settled = meter.now()
        await asyncio.sleep(unit.workload.idle_s)
        held = meter.now()
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        await _close(lines)
        await speaks.close()
    return Idle(
        connections=wanted, rss_before_kib=before_kib, rss_kib=held.rss_bytes / BYTES_A_KIB,
        held_s=unit.workload.idle_s, cpu_s=held.cpu_s - settled.cpu_s,
    )  # fmt: skip


async def _opened(speaks: Adapter, url: str, numbers: range, lines: list[Session]) -> list[Session]:
    """Connections opened at the same time; they are added to ``lines``, even where one of them fails."""
    connecting = (
        speaks.connect(url, room=f"idle{number // 5}", receive=lambda payload: None) for number in numbers
    )
    done = await asyncio.gather(*connecting, return_exceptions=True)
    opened = [one for one in done if not isinstance(one, BaseException)]
    lines += opened
    for error in done:
        if isinstance(error, BaseException):
            raise EnvironmentFault(
                f"idle connection {len(lines) + 1:,} was not taken ({outcome(error)}: {error}); "
                "lower idle_connections in the workload, or raise the limits of the server"
            ) from error
    return opened


async def _close(lines: list[Session]) -> None:
    for first in range(0, len(lines), AT_ONCE):
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                closing = (line.close() for line in lines[first : first + AT_ONCE])
                await asyncio.gather(*closing, return_exceptions=True)
