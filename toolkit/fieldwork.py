"""What acts on the world: imports telemetry, measures endpoints, runs servers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.loading import open_folder, read_options, read_project
from toolkit.project import Faults, Folder, Project, near

if TYPE_CHECKING:
    from toolkit.chat.settings import PresetName
    from toolkit.measure.compaction import Compacted
    from toolkit.measure.importers import ImportResult
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
) -> BakeoffResult:
    """Totals of one endpoint's measurement; the facts are where the folder has its recordings.

    Args:
        option: what to measure; its kind of server must be known here.
        environment: where it runs, as ``project.yaml`` names it.
        url: the endpoint. None starts a server of that kind on 127.0.0.1, behind the workload's faults.
        workload: YAML file. None takes one of two minutes, without injected faults.
        project: the decision folder.
    """
    from toolkit.measure.bakeoff import probe_option
    from toolkit.measure.workload import read_workload

    folder, settings = _known(project, option, environment)
    return probe_option(
        option,
        environment=environment,
        metrics_dir=settings.recordings or folder.metrics,
        url=url,
        workload=read_workload("probe" if workload is None else Path(workload)),
    )


def bakeoff(
    options: Sequence[str] | None = None,
    *,
    quick: bool = False,
    workload: Folderish | None = None,
    environment: str = "lab",
    project: Folderish = "data",
) -> BakeoffResult:
    """Totals of all options measured side by side; the facts are where the folder has its recordings.

    Args:
        options: which ones. None takes all that this version can start.
        quick: take the workload of a minute and a half.
        workload: YAML file. None takes the one of the recordings that ship, an hour long.
        environment: under which name the facts are recorded.
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
    )


def serve(
    *,
    host: str,
    port: int,
    preset: PresetName,
    settings: Folderish | None,
    ready: Callable[[int, list[str]], None],
) -> None:
    """Run the stabilised chat server until SIGTERM or Ctrl-C.

    Args:
        host, port: where to listen; port 0 takes a free one.
        preset: ``brief`` or ``stable``.
        settings: YAML file over the preset. None takes the preset as it is.
        ready: called once the server answers, with its port and how its timers contradict each other.
    """
    import asyncio

    from toolkit.chat.server import serve as run
    from toolkit.chat.settings import load as read_settings
    from toolkit.chat.settings import preset as preset_of
    from toolkit.chat.timers import problems

    base = preset_of(preset)
    chosen = base if settings is None else read_settings(Path(settings), base=base)
    asyncio.run(run(chosen, host, port, ready=lambda at: ready(at, problems(chosen))))
