"""Measures the real servers one after another, in rounds, under one schedule and one fault script."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from toolkit.chat.settings import PresetName
from toolkit.measure.adapters import LOCAL, MANAGED, adapter
from toolkit.measure.compaction import compact
from toolkit.measure.faults.times import noticed
from toolkit.measure.observed import observations_in
from toolkit.measure.openfiles import allow_files
from toolkit.measure.place import is_url
from toolkit.measure.runstate import RunState, UnitState, opened, plan_of
from toolkit.measure.serveruse import record
from toolkit.measure.staging import publish
from toolkit.measure.store import Store
from toolkit.measure.totals import BakeoffResult, OptionResult, added
from toolkit.measure.unit import Unit, UnitResult, measure_unit
from toolkit.measure.workload import Workload
from toolkit.project.faults import EnvironmentFault, InputError

Progress = Callable[[int, int, str], None]
"""Is told how many units are done, of how many, and what is measured now."""


@dataclass(frozen=True)
class _Run:
    """What all units of one run share."""

    options: list[str]
    workload: Workload
    environment: str
    preset: PresetName
    store: Store
    state: RunState

    def units(self) -> list[tuple[str, int, str]]:
        """Name, round and option of each unit: in each round all options, another one first each time."""
        found = []
        for number in range(self.workload.rounds):
            turn = number % len(self.options)
            for option in self.options[turn:] + self.options[:turn]:
                found.append((f"{number + 1}-{option}", number, option))
        return found


def run_bakeoff(
    options: Sequence[str] | None = None,
    *,
    workload: Workload,
    metrics_dir: Path | str,
    environment: str = "lab",
    preset: PresetName = "stable",
    state_dir: Path | None = None,
    anew: bool = False,
    progress: Progress = lambda done, total, text: None,
) -> BakeoffResult:
    """Totals per option; the facts are recorded.

    The options take turns, so that no server disturbs another and a noisy hour hurts all alike. A round of an
    option is recorded once it is done and known to be valid; a run that was killed goes on with the first
    that is not. Every server and every proxy that it starts is stopped at the end, on Ctrl-C and on a crash
    too.

    Args:
        options: which ones. None: all that this version can start.
        workload: what the clients and the network do; one seed for all options.
        metrics_dir: the folder, or the URL of the place, where the facts go.
        environment: under which name they are recorded.
        preset: with which settings server and client of ``current`` run.
        state_dir: a local folder for what is not done yet. None: ``metrics_dir``, which must be local then.
        anew: do not go on with an unfinished run of the same plan.
        progress: is told how far it is.

    Raises:
        EnvironmentFault: there is no adapter for an option, or nothing can be recorded.
        InputError: an option is named twice.
    """
    chosen = _chosen(options)
    allow_files(workload, proxied=True)
    store = Store.at(metrics_dir)
    _check_writable(store)
    plan = plan_of(chosen, workload, environment=environment, preset=preset)
    with opened(local_folder(metrics_dir, state_dir), plan, anew=anew) as state:
        run = _Run(chosen, workload, environment, preset, store, state)
        for done, (unit, number, option) in enumerate(units := run.units()):
            told = f"{option}, round {number + 1} of {workload.rounds}"
            progress(done, len(units), told)
            _settle(run, unit, number, option)
        progress(len(units), len(units), "compacting")
        result = _result(run)
        if all(unit.status == "failed" for unit in state.units().values()):
            # Not one was measured, so that there is nothing to go on with and nothing to merge.
            _forget(state.folder)
        else:
            compact(metrics_dir)
        return result


def _chosen(options: Sequence[str] | None) -> list[str]:
    chosen = list(LOCAL if options is None else options)
    if len(set(chosen)) < len(chosen) or not chosen:
        raise InputError(f"options: {', '.join(chosen) or 'none'}; name one or more, each once")
    if bought := [option for option in chosen if option in MANAGED]:
        right = "measure it with toolkit probe; a bake-off starts its servers here"
        raise InputError.of_argument("options", f"{', '.join(bought)} is a managed service", right)
    for option in chosen:
        adapter(option)
    return chosen


def local_folder(metrics_dir: Path | str, state_dir: Path | None) -> Path:
    """Where to keep what is not recorded yet.

    Raises:
        InputError: the recordings lie elsewhere, and no folder is named.
    """
    if state_dir is not None:
        return state_dir
    if isinstance(metrics_dir, str) and is_url(metrics_dir):
        raise InputError.of_argument("state_dir", "is missing", "name a local folder beside a remote place")
    return Path(metrics_dir)


def _check_writable(store: Store) -> None:
    try:
        store.check_writable()
    except OSError as error:
        why = store.told(error)
        message = f"{store}: recording failed: {why}; free the disk or choose another place"
        raise EnvironmentFault(message) from error


def _settle(run: _Run, unit: str, number: int, option: str) -> None:
    """Measure and record a unit, unless that was done before."""
    known = run.state.units().get(unit)
    if known is None or known.status in ("invalid", "failed"):
        known = _measure(run, unit, number, option)
    if known.status == "measured":
        publish(run.state.staged(unit), run.store)
        if known.use is not None:
            record(run.store, known.use)
        run.state.recorded(unit)


def _measure(run: _Run, unit: str, number: int, option: str) -> UnitState:
    asked = Unit(
        option=option,
        workload=run.workload.of_round(number),
        environment=run.environment,
        collector=f"{run.state.collector}-{number + 1}",
        preset=run.preset,
        where=run.state.begin(unit),
    )
    try:
        result: UnitResult = asyncio.run(measure_unit(asked))
    except (EnvironmentFault, TimeoutError) as error:
        # One server that fails must not cost the others their measurement.
        return run.state.failed(unit, str(error) or "something of it hangs")
    return run.state.done(unit, result)


def _result(run: _Run) -> BakeoffResult:
    units, states = run.units(), run.state.units()
    of_option = {
        option: {unit: states[unit] for unit, _, one in units if one == option} for option in run.options
    }
    return BakeoffResult(
        environment=run.environment,
        collector=run.state.collector,
        preset=run.preset,
        workload=run.workload,
        options={option: _totals(run, option, tried) for option, tried in of_option.items()},
        facts=[run.state.staged(unit) for unit in states if states[unit].status == "recorded"],
        finish=lambda: _forget(run.state.folder),
    )


def _totals(run: _Run, option: str, tried: dict[str, UnitState]) -> OptionResult:
    recorded = {unit: state for unit, state in tried.items() if state.status == "recorded"}
    seen = [one for unit in recorded for one in observations_in(run.state.staged(unit))]
    struck: dict[str, int] = {}
    for state in recorded.values():
        for fault, count in (state.faults or {}).items():
            struck[fault] = struck.get(fault, 0) + count
    totals = [state.totals for state in recorded.values() if state.totals is not None]
    return OptionResult(
        probe=added(totals) if totals else None,
        faults=struck if recorded else None,
        noticed=noticed(seen) if recorded else None,
        rounds=len(recorded),
        failures=[
            f"round {unit.partition('-')[0]} {state.status}: {state.why}"
            for unit, state in tried.items()
            if state.status != "recorded"
        ],
        uses=[state.use for state in recorded.values() if state.use is not None],
    )


def _forget(folder: Path) -> None:
    """Remove what was kept to go on."""
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        folder.parent.rmdir()
