"""What measures options: one endpoint, or all of them in turns, and what that run alone says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from toolkit.fieldwork import known
from toolkit.opening import Folderish, open_folder, read_project
from toolkit.project import EnvironmentFault, Faults, InputError, near
from toolkit.reading import read_options, read_scenarios

if TYPE_CHECKING:
    from toolkit.chat.settings import PresetName
    from toolkit.cost.briefcheck import Row
    from toolkit.cost.option import Option
    from toolkit.evidence import Figure
    from toolkit.measure.totals import BakeoffResult
    from toolkit.measure.workload import Workload
    from toolkit.metrics.key import MetricValue

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Measured:
    """What one run measured.

    Args:
        run: its totals.
        values: its key metrics with intervals, by option and metric; percentiles are exact.
        brief: what it says to the brief's figures.
    """

    run: BakeoffResult
    values: dict[str, dict[str, MetricValue]]
    brief: list[Row]

    def to_document(self) -> dict[str, Any]:
        """The result as a JSON document."""
        document = self.run.to_document()
        for option, totals in document["options"].items():
            values = self.values.get(option, {})
            totals["metrics"] = {name: asdict(one) for name, one in values.items()}
        document["brief"] = [asdict(row) for row in self.brief]
        return document

    def raise_failures(self) -> None:
        """Return if every round of every option was measured and is valid.

        Raises:
            EnvironmentFault: the message says what was not.
        """
        if self.run.failures:
            raise EnvironmentFault("\n".join(self.run.failures))


def probe(
    option: str,
    *,
    environment: str,
    url: str | None = None,
    workload: Folderish | Workload | None = None,
    project: Folderish = "data",
    tell: Callable[[str], None] | None = None,
) -> Measured:
    """What one endpoint does; the facts are where the folder has its recordings.

    Args:
        option: what to measure; its kind of server must be known here.
        environment: where it runs, as ``project.yaml`` names it.
        url: the endpoint. None starts a server of that kind on 127.0.0.1, behind the workload's faults, or
            measures a managed service where its vendor has it, with the keys of the environment.
        workload: YAML file, or the name of one that ships. None takes one of two minutes, without injected
            faults.
        project: the decision folder.
        tell: takes, of a managed service, what the facts will count as and what the run will use.
    """
    from toolkit.measure.adapters import MANAGED
    from toolkit.measure.endpoint import probe_option

    folder, settings = known(project, option, environment)
    if tell is not None and option in MANAGED:
        tell(f"{option}: recorded as evidence of grade {settings.environments[environment]} ({environment})")
    result = probe_option(
        option,
        environment=environment,
        metrics_dir=settings.recordings or folder.metrics,
        state_dir=folder.metrics,
        url=url,
        workload=_workload(workload, "probe"),
        tell=tell,
    )
    return _joined(result, project)


def bakeoff(
    options: Sequence[str] | None = None,
    *,
    quick: bool = False,
    workload: Folderish | Workload | None = None,
    environment: str = "lab",
    preset: PresetName = "stable",
    anew: bool = False,
    project: Folderish = "data",
    progress: Progress = lambda done, total, text: None,
) -> Measured:
    """What all options do, measured in turns; the facts are where the folder has its recordings.

    A run of the same plan that was killed, or in which something failed, goes on where it stopped.

    Args:
        options: which ones. None takes all that this version can start.
        quick: take the workload of under two minutes.
        workload: YAML file, the name of one that ships (:data:`toolkit.measure.workload.Shipped`), or one
            made by :func:`workload_of`. None takes that of the recordings that ship.
        environment: under which name the facts are recorded.
        preset: with which settings server and client of ``current`` run.
        anew: start over instead.
        project: the decision folder.
        progress: is told how many units are done, of how many, and what is measured now.
    """
    from toolkit.measure.bakeoff import run_bakeoff

    folder, settings = known(project, None, environment)
    result = run_bakeoff(
        options,
        workload=_workload(workload, "quick" if quick else "recording"),
        metrics_dir=settings.recordings or folder.metrics,
        state_dir=folder.metrics,
        environment=environment,
        preset=preset,
        anew=anew,
        progress=progress,
    )
    return _joined(result, project)


def _workload(asked: Folderish | Workload | None, shipped: Any) -> Workload:
    from toolkit.measure.workload import Shipped, Workload, read_workload

    if isinstance(asked, Workload):
        return asked
    if asked is None:
        return read_workload(shipped)
    ships = str(asked) in get_args(Shipped) and not Path(asked).exists()
    return read_workload(cast(Shipped, str(asked)) if ships else Path(asked))


def _joined(result: BakeoffResult, project: Folderish) -> Measured:
    """The run with its key metrics and beside the brief; what was kept to go on is removed if all is done."""
    from toolkit.cost.briefcheck import against_brief
    from toolkit.runvalues import run_values

    options = _options(project)
    values = run_values(result)
    brief = against_brief(values, options, as_of=datetime.now(UTC).date())
    if not result.failures:
        result.finish()
    return Measured(result, values, brief)


def _options(project: Folderish) -> dict[str, Option]:
    faults = Faults()
    found = read_options(open_folder(project), faults)
    faults.raise_errors()
    return dict(found)


def workload_of(
    scenario: str,
    *,
    project: Folderish = "data",
    scale: float | None = None,
    duration_s: float = 300.0,
    rounds: int = 1,
    seed: int = 1,
) -> Workload:
    """The traffic of a scenario's busiest hour as a workload; ``stands_for`` says at what scale.

    A user connected sends ``messages_per_user_day`` in ``connected_hours_per_user_day``, times
    ``busiest_day_factor``; at the peak ``peak_concurrent_users`` are. Ranges count with their medians. A room
    holds a sender and ``recipients_per_message``; a session takes from half to one and a half of the hours of
    a day, as if a user connected once a day.

    Args:
        scenario: its id in the folder.
        scale: share of the peak's users, 0 to 1. None: as many as one machine can do.
        duration_s, rounds, seed: of the workload.

    Raises:
        InputError: there is no such scenario, or nobody in it is ever connected.
    """
    from toolkit.busiesthour import busiest_hour

    faults = Faults()
    folder = open_folder(project)
    scenarios = read_scenarios(folder, read_project(folder, faults), faults)
    faults.raise_errors()
    if scenario not in scenarios:
        raise InputError.of_argument(
            "scenario", f"there is no scenario {scenario!r}", near(scenario, list(scenarios))
        )
    return busiest_hour(scenario, scenarios[scenario], scale, duration_s, rounds, seed)


def capacity(option: str, *, project: Folderish = "data") -> dict[str, Figure]:
    """What the recorded bake-offs say of a node that serves an option, as its option file takes it.

    Args:
        option: its id in the folder.

    Raises:
        InputError: there is no such option, or no bake-off of it was recorded.
    """
    from toolkit.measure.serveruse import capacity_figures, recorded

    folder, faults = open_folder(project), Faults()
    settings, options = read_project(folder, faults), read_options(folder, faults)
    faults.raise_errors()
    assert settings is not None
    if option not in options:
        raise InputError.of_argument("option", f"there is no option {option!r}", near(option, list(options)))
    uses = recorded(settings.recordings or folder.metrics, option)
    if not uses:
        wrong = f"no bake-off of {option} was recorded"
        raise InputError.of_argument("option", wrong, f"run toolkit bakeoff --options {option}")
    # One run at a time: another day is another machine, or other versions.
    newest = uses[-1].collector.rpartition("-")[0]
    return capacity_figures([use for use in uses if use.collector.rpartition("-")[0] == newest])
