"""Starts the real servers behind the same bad network and measures them all alike, at the same time."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from toolkit.chat.settings import PresetName
from toolkit.measure.adapters import LOCAL, MANAGED, adapter, kind
from toolkit.measure.adapters.base import outcome
from toolkit.measure.adapters.managed import ManagedAdapter, check_keys
from toolkit.measure.compaction import compact
from toolkit.measure.faults.observing import Observer
from toolkit.measure.faults.proxy import FaultProxy
from toolkit.measure.faults.script import NetworkFaults
from toolkit.measure.faults.times import noticed
from toolkit.measure.metered import check_limits, use_of
from toolkit.measure.probe import Probe
from toolkit.measure.recorder import Recorder
from toolkit.measure.servers.processes import running
from toolkit.measure.totals import BakeoffResult, OptionResult, ProbeResult
from toolkit.measure.workload import Workload, schedule
from toolkit.project.faults import EnvironmentFault, InputError


@dataclass(frozen=True)
class _Run:
    """What all options of one run share."""

    workload: Workload
    metrics_dir: Path | str
    environment: str
    collector: str
    preset: PresetName


def run_bakeoff(
    options: Sequence[str] | None = None,
    *,
    workload: Workload,
    metrics_dir: Path | str,
    environment: str = "lab",
    preset: PresetName = "stable",
) -> BakeoffResult:
    """Totals per option; the facts are recorded.

    The options run side by side, so that a noisy machine hurts all alike. Every server and every proxy that
    it starts is stopped at the end, on Ctrl-C and on a crash too.

    Args:
        options: which ones. None: all that this version can start.
        workload: what the clients and the network do; one seed for all options.
        metrics_dir: the folder, or the URL of the place, where the facts go.
        environment: under which name they are recorded.
        preset: with which settings server and client of ``current`` run.

    Raises:
        EnvironmentFault: an option is not available here, or nothing can be recorded.
        InputError: an option is named twice.
    """
    chosen = list(LOCAL if options is None else options)
    if len(set(chosen)) < len(chosen) or not chosen:
        raise InputError(f"options: {', '.join(chosen) or 'none'}; name one or more, each once")
    if bought := [option for option in chosen if option in MANAGED]:
        right = "measure it with toolkit probe; a bake-off starts its servers here"
        raise InputError.of_argument("options", f"{', '.join(bought)} is a managed service", right)
    for option in chosen:
        adapter(option)
    run = _Run(workload, metrics_dir, environment, uuid.uuid4().hex[:8], preset)
    return _finish(run, asyncio.run(_side_by_side(chosen, run)))


def probe_option(
    option: str,
    *,
    environment: str,
    metrics_dir: Path | str,
    workload: Workload,
    url: str | None = None,
    preset: PresetName = "stable",
    tell: Callable[[str], None] | None = None,
) -> BakeoffResult:
    """Totals of one option at one endpoint; the facts are recorded.

    Args:
        option: which one; it decides the protocol.
        environment: where it runs; the facts are recorded under that name.
        metrics_dir: the folder, or the URL of the place, where the facts go.
        workload: what the clients do.
        url: of the endpoint. None: a local server is started, behind the workload's faults; a managed service
            is measured where its vendor has it.
        preset: with which settings a local server of ``current`` runs, and its client.
        tell: takes what a managed service will be used for, before it is.

    Raises:
        EnvironmentFault: there is no adapter for the option, nothing answers, or nothing can be recorded.
        InputError: the URL is none, or the workload asks for faults, which only a local server can be given,
            or for more than a managed service may be used for.
    """
    run = _Run(workload, metrics_dir, environment, uuid.uuid4().hex[:8], preset)
    if option in MANAGED:
        return _finish(run, asyncio.run(_managed(option, url, run, tell)))
    adapter(option)
    _check_url(url)
    if url is None:
        return _finish(run, asyncio.run(_side_by_side([option], run)))
    if workload.faults != NetworkFaults():
        raise InputError("workload: faults: are for local servers; leave them out, or leave out the URL")
    return _finish(run, asyncio.run(_remote(option, url, run)))


async def _managed(
    option: str, url: str | None, run: _Run, tell: Callable[[str], None] | None
) -> dict[str, OptionResult]:
    """The result of a managed service, at the vendor's own hosts."""
    if url is not None:
        right = "leave it out: only the vendor's own hosts give evidence about the vendor"
        raise InputError.of_argument("url", f"is not for {option}, a managed service", right)
    if run.workload.faults != NetworkFaults():
        raise InputError("workload: faults: are for local servers; leave them out for a managed service")
    planned = schedule(run.workload)
    check_limits(option, run.workload, planned)
    service = adapter(option)
    assert isinstance(service, ManagedAdapter)
    if tell is not None:
        tell(f"{option}: about to use at {service.host}: {use_of(option, run.workload, planned)}")
    await check_keys(option, service)
    return {option: OptionResult(probe=await _probe(option, "", run), faults=None, noticed=None)}


def _check_url(url: str | None) -> None:
    try:
        parts = urlsplit(url or "ws://localhost")
        usable = parts.scheme in ("ws", "wss", "http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise InputError(
            f"url: {url!r} is no address; write ws://HOST:PORT/PATH, or http://HOST:PORT for socketio"
        )


def _finish(run: _Run, options: dict[str, OptionResult]) -> BakeoffResult:
    compact(run.metrics_dir)
    return BakeoffResult(
        environment=run.environment, collector=run.collector, preset=run.preset, options=options
    )


async def _remote(option: str, url: str, run: _Run) -> dict[str, OptionResult]:
    await _knock(option, url)
    return {option: OptionResult(probe=await _probe(option, url, run), faults=None, noticed=None)}


async def _knock(option: str, url: str) -> None:
    """Return if the option is at the URL: a mistyped one must not be recorded as an outage."""
    visitor = adapter(option)
    try:
        await (await visitor.connect(url, room="knock", receive=lambda payload: None)).close()
    except Exception as error:
        raise EnvironmentFault(
            f"{url}: {option} does not answer there ({outcome(error)}: {error}); check the URL and the option"
        ) from error
    finally:
        await visitor.close()


async def _side_by_side(options: list[str], run: _Run) -> dict[str, OptionResult]:
    async with AsyncExitStack() as stack:
        proxies = {}
        for option in options:
            server = await stack.enter_async_context(running(option, run.preset))
            proxy = FaultProxy(server.port, run.workload.faults, run.workload.seed)
            proxies[option] = await stack.enter_async_context(proxy)
        found = await _all(proxies, run)
        return {option: _result(found[option], proxy.observer) for option, proxy in proxies.items()}


def _result(probe: ProbeResult, observer: Observer) -> OptionResult:
    return OptionResult(
        probe=probe, faults=observer.counts.as_dict(), noticed=noticed(observer.noticing.observations)
    )


async def _all(proxies: dict[str, FaultProxy], run: _Run) -> dict[str, ProbeResult]:
    """Probe all at the same time; the first failure ends all."""
    for proxy in proxies.values():
        proxy.begin()
    tasks = {
        option: asyncio.create_task(_probe(option, kind(option).local_url(proxy.port), run, proxy.observer))
        for option, proxy in proxies.items()
    }
    try:
        results = await asyncio.gather(*tasks.values())
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
    return dict(zip(tasks, results, strict=True))


async def _probe(option: str, url: str, run: _Run, observer: Observer | None = None) -> ProbeResult:
    recorder = Recorder(run.metrics_dir, option=option, environment=run.environment, collector=run.collector)
    speaks = adapter(option, run.preset)
    probe = Probe(
        url, option=option, adapter=speaks, recorder=recorder, workload=run.workload, observer=observer
    )
    return await probe.run()
