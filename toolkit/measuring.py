"""What measures options: one endpoint, or all of them in turns, and what that run alone says."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from toolkit.fieldwork import known
from toolkit.loading import read_options, read_scenarios
from toolkit.opening import Folderish, open_folder, read_project
from toolkit.project import EnvironmentFault, Faults, InputError, near

if TYPE_CHECKING:
    from toolkit.chat.settings import PresetName
    from toolkit.cost.briefcheck import Row
    from toolkit.cost.option import Option
    from toolkit.evidence import Figure
    from toolkit.measure.totals import BakeoffResult
    from toolkit.measure.workload import Workload
    from toolkit.metrics.key import MetricValue
    from toolkit.pricing.scenario import Scenario

Progress = Callable[[int, int, str], None]

MOST_CLIENTS = 500
MOST_DELIVERIES_PER_S = 1_000.0
"""What the load generator, the proxy and any of the servers can do together on two cores."""


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

    options = _options(project)
    values = _values(result)
    brief = against_brief(values, options, as_of=datetime.now(UTC).date())
    if not result.failures:
        result.finish()
    return Measured(result, values, brief)


def _options(project: Folderish) -> dict[str, Option]:
    faults = Faults()
    found = read_options(open_folder(project), faults)
    faults.raise_errors()
    return dict(found)


def _values(result: BakeoffResult) -> dict[str, dict[str, MetricValue]]:
    """The key metrics of this run alone, by option."""
    from toolkit.metrics.key import key_metrics
    from toolkit.metrics.rollups import roll_up

    usable = [name for name, one in result.options.items() if one.probe is not None]
    with tempfile.TemporaryDirectory() as folder:
        for number, facts in enumerate(result.facts):
            _gather(facts, Path(folder), f"{number:04d}-")
        faults = Faults()
        # A clock that was set back leaves rows of tomorrow.
        as_of = datetime.now(UTC).date() + timedelta(days=1)
        rolled = roll_up(Path(folder), as_of=as_of, environments=[result.environment], faults=faults)
        faults.raise_errors()
        found = {}
        for option in usable:
            values = key_metrics(rolled, option=option, environment=result.environment)
            found[option] = {**values, **_exact(Path(folder), rolled, option, result, values)}
        return found


def _gather(facts: Path, folder: Path, prefix: str) -> None:
    """Put the facts of one round beside those of the others, without copying them where that is possible."""
    for file in facts.rglob("*.parquet"):
        target = folder / file.relative_to(facts).parent / (prefix + file.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, target)
        except OSError:
            shutil.copyfile(file, target)


def _exact(
    folder: Path, rolled: Any, option: str, result: BakeoffResult, values: dict[str, MetricValue]
) -> dict[str, MetricValue]:
    """The latency percentiles from the rows instead of from histograms; none without deliveries."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from toolkit.metrics.key import PERCENTILES
    from toolkit.metrics.latency import latencies_of
    from toolkit.metrics.runlatency import exact_percentile

    files = sorted(folder.glob(f"deliveries/option={option}/*/*.parquet"))
    if not files:
        return {}
    rows = pa.concat_tables([pq.ParquetFile(file).read(["latency_s"]) for file in files])
    latencies_s = rows["latency_s"].to_numpy().astype(np.float64)
    found = {}
    for name, percent in PERCENTILES.items():
        known_by = latencies_of(rolled, option=option, environment=result.environment, percent=percent)
        if known_by is not None:
            one = exact_percentile(
                latencies_s, percent, deadline_s=result.workload.deadline_s, n_effective=known_by.n_effective
            )
            found[name] = replace(values[name], estimate=one.estimate, low=one.low, high=one.high)
    return found


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
    faults = Faults()
    folder = open_folder(project)
    scenarios = read_scenarios(folder, read_project(folder, faults), faults)
    faults.raise_errors()
    if scenario not in scenarios:
        raise InputError.of_argument(
            "scenario", f"there is no scenario {scenario!r}", near(scenario, list(scenarios))
        )
    return _scaled_workload(scenario, scenarios[scenario], scale, duration_s, rounds, seed)


def _scaled_workload(
    name: str, scenario: Scenario, scale: float | None, duration_s: float, rounds: int, seed: int
) -> Workload:
    from toolkit.measure.workload import Bytes, RoomSize, Span, Workload
    from toolkit.pricing.traffic import traffic_of

    traffic = traffic_of(scenario)
    hours = float(traffic.connected_hours_per_user_day)
    peak = float(traffic.peak_concurrent_users)
    if hours <= 0 or peak <= 0:
        raise InputError.of_argument("scenario", f"nobody is connected in {name}", "choose another one")
    per_user_s = float(traffic.messages_per_user_day) * float(traffic.busiest_day_factor) / (hours * 3600)
    recipients = max(1, round(float(traffic.recipients_per_message)))
    if scale is None:
        deliveries_per_s = max(peak * per_user_s * recipients, 1e-9)
        scale = min(1.0, MOST_CLIENTS / peak, MOST_DELIVERIES_PER_S / deliveries_per_s)
    if not 0 < scale <= 1:
        raise InputError.of_argument("scale", f"{scale:g} is no share of the users", "write 0 to 1")
    clients = max(recipients + 1, round(peak * scale))
    # Bursts of one, so that a room's messages come at its members' rate.
    gap_s = 1 / max((recipients + 1) * per_user_s, 1e-9)
    return Workload(
        clients=clients,
        rooms_of=[RoomSize(value=recipients + 1, weight=1)],
        duration_s=duration_s,
        rounds=rounds,
        burst_messages=1,
        burst_interval_s=Span(low=0, high=0),
        pause_s=Span(low=0, high=2 * gap_s),
        session_s=Span(low=hours * 1800, high=hours * 5400),
        away_s=Span(low=0, high=5),
        message_bytes=[Bytes(value=min(32_768, max(1, round(float(traffic.message_bytes)))), weight=1)],
        seed=seed,
        stands_for=(
            f"scenario {name}: {clients:,} of its {peak:,.0f} users at the peak of the busiest day "
            f"({clients / peak:.3g}), {clients * per_user_s:.3g} messages and "
            f"{clients * per_user_s * recipients:.3g} deliveries a second"
        ),
    )


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
