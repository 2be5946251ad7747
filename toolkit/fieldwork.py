"""What acts on the world: imports telemetry, measures endpoints, runs servers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.loading import read_options
from toolkit.opening import open_folder, read_project
from toolkit.project import Faults, Folder, InputError, Project, near

if TYPE_CHECKING:
    from toolkit.chat.settings import PresetName, Settings
    from toolkit.measure.compaction import Compacted
    from toolkit.measure.importers import ImportResult
    from toolkit.measure.served import ServedFacts
    from toolkit.measure.totals import BakeoffResult

Folderish = Path | str


def import_telemetry(
    kind: str,
    file: Folderish,
    *,
    option: str,
    environment: str,
    project: Folderish = "data",
    mapping: Folderish | None = None,
) -> ImportResult:
    """Foreign telemetry as recorded facts where the folder has its recordings; says what was set aside."""
    from toolkit.measure.importers import import_file
    from toolkit.measure.importers.elsewhere import import_elsewhere

    folder, settings = _known(project, option, environment)
    path, names = Path(file), None if mapping is None else Path(mapping)
    if settings.recordings is not None:
        return import_elsewhere(
            kind, path, option=option, environment=environment, recordings=settings.recordings,
            metrics_dir=folder.metrics, mapping=names,
        )  # fmt: skip
    return import_file(
        kind, path, option=option, environment=environment, metrics_dir=folder.metrics, mapping=names
    )


def compact(project: Folderish = "data") -> Compacted:
    """What was merged in the folder's recordings; safe beside collectors, readers and other compactions."""
    from toolkit.measure.compaction import compact_partitions

    folder, faults = open_folder(project), Faults()
    settings = read_project(folder, faults)
    faults.raise_errors()
    assert settings is not None
    return compact_partitions(settings.recordings or folder.metrics)


def _known(project: Folderish, option: str | None, environment: str) -> tuple[Folder, Project]:
    """The folder and its settings, once the option and the environment are known to be among its own."""
    folder, faults = open_folder(project), Faults()
    settings, known = read_project(folder, faults), read_options(folder, faults)
    faults.raise_errors()
    assert settings is not None
    if environment not in settings.environments:
        faults.error(folder.project, 1, "environments", f"there is no environment {environment!r}",
                     near(environment, list(settings.environments)))  # fmt: skip
    if option is not None and option not in known:
        faults.error(
            folder.root / "options", 1, "option", f"there is no option {option!r}", near(option, list(known))
        )
    faults.raise_errors()
    return folder, settings


def probe(
    option: str,
    *,
    environment: str,
    url: str | None = None,
    workload: Folderish | None = None,
    project: Folderish = "data",
    tell: Callable[[str], None] | None = None,
) -> BakeoffResult:
    """Totals of one endpoint's measurement; the facts are where the folder has its recordings.

    Args:
        option: what to measure; its kind of server must be known here.
        environment: where it runs, as ``project.yaml`` names it.
        url: the endpoint. None starts a server of that kind on 127.0.0.1, behind the workload's faults, or
            measures a managed service where its vendor has it, with the keys of the environment.
        workload: YAML file. None takes one of two minutes, without injected faults.
        project: the decision folder.
        tell: takes, of a managed service, what the facts will count as and what the run will use.
    """
    from toolkit.measure.adapters import MANAGED
    from toolkit.measure.bakeoff import probe_option
    from toolkit.measure.workload import read_workload

    folder, settings = _known(project, option, environment)
    if tell is not None and option in MANAGED:
        tell(f"{option}: recorded as evidence of grade {settings.environments[environment]} ({environment})")
    return probe_option(
        option,
        environment=environment,
        metrics_dir=settings.recordings or folder.metrics,
        url=url,
        workload=read_workload("probe" if workload is None else Path(workload)),
        tell=tell,
    )


def bakeoff(
    options: Sequence[str] | None = None,
    *,
    quick: bool = False,
    workload: Folderish | None = None,
    environment: str = "lab",
    preset: PresetName = "stable",
    project: Folderish = "data",
) -> BakeoffResult:
    """Totals of all options measured side by side; the facts are where the folder has its recordings.

    Args:
        options: which ones. None takes all that this version can start.
        quick: take the workload of a minute and a half.
        workload: YAML file. None takes the one of the recordings that ship, an hour long.
        environment: under which name the facts are recorded.
        preset: with which settings server and client of ``current`` run.
        project: the decision folder.
    """
    from toolkit.measure.bakeoff import run_bakeoff
    from toolkit.measure.workload import Shipped, read_workload

    folder, settings = _known(project, None, environment)
    known: Shipped = "quick" if quick else "recording"
    chosen = read_workload(known if workload is None else Path(workload))
    return run_bakeoff(
        options,
        workload=chosen,
        metrics_dir=settings.recordings or folder.metrics,
        environment=environment,
        preset=preset,
    )


def serve(
    *,
    host: str,
    port: int,
    preset: PresetName | None = None,
    settings: Folderish | None = None,
    project: Folderish | None = None,
    environment: str | None = None,
    option: str | None = None,
    warn: Callable[[str], None],
    ready: Callable[[str], None],
) -> None:
    """Run the stabilised chat server until SIGTERM or Ctrl-C, and tell how it fares as JSON lines.

    Args:
        host, port: where to listen; port 0 takes a free one.
        preset: ``brief`` or ``stable``. None: what the settings name, else ``stable``.
        settings: YAML file over the preset. None: the decision folder's ``chat.yaml`` where it has one.
        project: decision folder where what the server sees is recorded. None: nothing is.
        environment: where the server runs, as ``project.yaml`` names it; goes with ``project``.
        option: which option it is. None: ``current``.
        warn: takes each warning about the settings, before anything starts.
        ready: takes the address once the server answers.

    Raises:
        InputError: the settings cannot work, or names are wrong; nothing was started.
        EnvironmentFault: the address is taken, or nothing can be recorded.
    """
    from toolkit.chat.server import run_server

    folder = None if project is None else open_folder(project)
    chosen = _chat_settings(settings, folder, preset, warn)
    facts = None
    if folder is not None or environment is not None or option is not None:
        facts = _served_facts(folder, environment, option or "current", chosen)
    scheme, shown = "https" if chosen.tls_certificate else "http", f"[{host}]" if ":" in host else host
    try:
        run_server(chosen, host, port, recorder=facts, ready=lambda at: ready(f"{scheme}://{shown}:{at}/"))
    finally:
        if facts is not None:
            facts.close()


def _chat_settings(
    file: Folderish | None, folder: Folder | None, asked: PresetName | None, warn: Callable[[str], None]
) -> Settings:
    """The settings that were asked for, once they can work; what is risky is told."""
    from toolkit.chat.settingsfile import preset_settings, read_settings

    faults = Faults()
    chosen: Settings | None
    if file is None and folder is not None and folder.chat.exists():
        file = folder.chat
    if file is None:
        chosen = preset_settings(asked or "stable", faults)
    else:
        chosen = read_settings(Path(file), faults, asked=asked)
    faults.raise_errors()
    assert chosen is not None
    for fault in faults:
        warn(str(fault))
    return chosen


def _served_facts(
    folder: Folder | None, environment: str | None, option: str, settings: Settings
) -> ServedFacts:
    """What takes the facts of a running server to where the folder has its recordings."""
    from toolkit.chat.invariants.bounds import DRAIN_LIMIT_S, EXIT_S, LAST_ROWS_S
    from toolkit.measure.recorder import Recorder
    from toolkit.measure.served import ServedFacts

    if folder is None:
        raise InputError.of_argument("project", "is missing", "name the decision folder to record into")
    if environment is None:
        right = "say where the server runs, as project.yaml names it"
        raise InputError.of_argument("environment", "is missing", right)
    _, project = _known(folder.root, option, environment)
    recorder = Recorder(
        project.recordings or folder.metrics,
        option=option,
        environment=environment,
        collector=f"serve-{uuid.uuid4().hex[:8]}",
    )
    # A disk of this machine writes the last rows; a place far away may hang, and the process must end.
    left_s = max(LAST_ROWS_S, DRAIN_LIMIT_S - settings.drain_s - EXIT_S)
    return ServedFacts(
        recorder,
        session_s=settings.session_s,
        patience_s=LAST_ROWS_S,
        limit_s=None if project.recordings is None else left_s,
    )
