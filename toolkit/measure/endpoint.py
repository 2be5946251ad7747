"""Measures one endpoint: somebody's server at a URL, or a local one that is started for it."""

import asyncio
import shutil
import signal
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from toolkit.chat.server import loop_factory
from toolkit.chat.settings import PresetName
from toolkit.measure.adapters import MANAGED, adapter
from toolkit.measure.adapters.base import OPEN_TIMEOUT_S, outcome
from toolkit.measure.adapters.managed import ManagedAdapter, check_keys
from toolkit.measure.bakeoff import local_folder, run_bakeoff
from toolkit.measure.compaction import compact
from toolkit.measure.faults.script import NetworkFaults
from toolkit.measure.metered import check_limits, use_of
from toolkit.measure.openfiles import allow_files
from toolkit.measure.schedule import schedule
from toolkit.measure.staging import publish, staged_folder
from toolkit.measure.store import Store
from toolkit.measure.totals import BakeoffResult, OptionResult, ProbeResult
from toolkit.measure.unit import Unit, load, warm_up
from toolkit.measure.workload import Workload
from toolkit.project.faults import EnvironmentFault, InputError


def probe_option(
    option: str,
    *,
    environment: str,
    metrics_dir: Path | str,
    workload: Workload,
    url: str | None = None,
    preset: PresetName = "stable",
    state_dir: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> BakeoffResult:
    """Totals of one option at one endpoint; the facts are recorded once the run is known to be valid.

    Until then they lie in a folder of their own below ``state_dir``, where a killed run leaves them.

    Args:
        option: which one; it decides the protocol.
        environment: where it runs; the facts are recorded under that name.
        metrics_dir: the folder, or the URL of the place, where the facts go.
        workload: what the clients do.
        url: of the endpoint. None: a local server is started, behind the workload's faults; a managed service
            is measured where its vendor has it.
        preset: with which settings a local server of ``current`` runs, and its client.
        state_dir: a local folder for what is not judged yet. None: ``metrics_dir``, which must be local then.
        tell: takes what a managed service will be used for, before it is.

    Raises:
        EnvironmentFault: there is no adapter for the option, nothing answers, or nothing can be recorded.
        InputError: the URL is none, or the workload asks for what only a local server can be given, or for
            more than a managed service may be used for.
        KeyboardInterrupt: it was stopped. What was measured until then is recorded.
    """
    if option not in MANAGED:
        adapter(option)
        _check_url(url)
        if url is None:
            return run_bakeoff(
                [option], workload=workload, metrics_dir=metrics_dir, environment=environment, preset=preset,
                state_dir=state_dir, anew=True,
            )  # fmt: skip
    elif url is not None:
        right = "leave it out: only the vendor's own hosts give evidence about the vendor"
        raise InputError.of_argument("url", f"is not for {option}, a managed service", right)
    _check_foreign(workload)
    allow_files(workload, proxied=False)
    local = local_folder(metrics_dir, state_dir)
    asyncio.run(_meet(option, workload, tell) if url is None else _knock(option, url))
    collector = uuid.uuid4().hex[:8]
    unit = Unit(
        option=option, workload=workload.of_round(0), environment=environment, collector=collector,
        preset=preset, where=staged_folder(local, collector),
    )  # fmt: skip
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        result, stopped = runner.run(_measure(unit, url or ""))
    found = _judge(unit, result, Store.at(metrics_dir))
    if stopped:
        found.finish()
        raise KeyboardInterrupt
    return found


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


def _check_foreign(workload: Workload) -> None:
    """Refuse what needs a server or a network of one's own."""
    if workload.faults != NetworkFaults():
        raise InputError("workload: faults: are for local servers; leave them out, or leave out the URL")
    if workload.idle_connections:
        wrong = "workload: idle_connections: tell of the memory of local servers"
        raise InputError(f"{wrong}; leave them out, or leave out the URL")
    if workload.rounds > 1:
        raise InputError("workload: rounds: are for several options in turns; leave them out, or the URL")


async def _meet(option: str, workload: Workload, tell: Callable[[str], None] | None) -> None:
    """Return if a managed service lets us in and may be used so much; that is told before."""
    if workload.warm_up_s:
        raise InputError("workload: warm_up_s: would be metered and never recorded; leave it out")
    planned = schedule(workload)
    check_limits(option, workload, planned)
    service = adapter(option)
    assert isinstance(service, ManagedAdapter)
    if tell is not None:
        tell(f"{option}: about to use at {service.host}: {use_of(option, workload, planned)}")
    await check_keys(option, service)


async def _knock(option: str, url: str) -> None:
    """Return if the option is at the URL: a mistyped one must not be recorded as an outage."""
    visitor = adapter(option)
    try:
        async with asyncio.timeout(2 * OPEN_TIMEOUT_S):
            await (await visitor.connect(url, room="knock", receive=lambda payload: None)).close()
    except Exception as error:
        raise EnvironmentFault(
            f"{url}: {option} does not answer there ({outcome(error)}: {error}); check the URL and the option"
        ) from error
    finally:
        await visitor.close()


async def _measure(unit: Unit, url: str) -> tuple[ProbeResult, bool]:
    """The totals, and whether somebody stopped it before its time."""
    await warm_up(unit, url)
    stop = asyncio.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return await load(unit, url, None, stop=stop), stop.is_set()


def _judge(unit: Unit, result: ProbeResult, store: Store) -> BakeoffResult:
    """Record what is valid; what is not stays where it is, and the result says where."""
    failures = []
    if result.invalid is None:
        publish(unit.where, store)
        compact(store)
    else:
        failures = [f"invalid: {result.invalid}; its facts are set aside in {unit.where}"]
    found = OptionResult(
        probe=result, faults=None, noticed=None, rounds=0 if failures else 1, failures=failures
    )
    return BakeoffResult(
        environment=unit.environment,
        collector=unit.collector,
        preset=unit.preset,
        workload=unit.workload,
        options={unit.option: found},
        facts=[unit.where],
        finish=(lambda: None) if failures else lambda: shutil.rmtree(unit.where, ignore_errors=True),
    )
