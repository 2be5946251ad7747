"""What acts on the world: imports telemetry, compacts recordings, runs servers."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.opening import Folderish, open_folder, read_project
from toolkit.project import Faults, Folder, InputError, Project, near
from toolkit.reading import read_options

if TYPE_CHECKING:
    from toolkit.chat.settings import PresetName, Settings
    from toolkit.measure.compaction import Compacted
    from toolkit.measure.importers import ImportResult
    from toolkit.measure.served import ServedFacts


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

    folder, settings = known(project, option, environment)
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


def known(project: Folderish, option: str | None, environment: str) -> tuple[Folder, Project]:
    """The folder and its settings, once the option and the environment are known to be among its own."""
    folder, faults = open_folder(project), Faults()
    settings, options = read_project(folder, faults), read_options(folder, faults)
    faults.raise_errors()
    assert settings is not None
    if environment not in settings.environments:
        faults.error(folder.project, 1, "environments", f"there is no environment {environment!r}",
                     near(environment, list(settings.environments)))  # fmt: skip
    if option is not None and option not in options:
        faults.error(
            folder.root / "options",
            1,
            "option",
            f"there is no option {option!r}",
            near(option, list(options)),
        )
    faults.raise_errors()
    return folder, settings


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
    _, project = known(folder.root, option, environment)
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
