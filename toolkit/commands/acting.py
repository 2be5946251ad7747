"""The commands that act on the world: import telemetry, measure endpoints, run servers, make folders."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from toolkit.commands.options import DATA, Json, ProjectDir, note, print_json
from toolkit.project.faults import InputError

if TYPE_CHECKING:
    from toolkit.measuring import Measured

Preset = Literal["brief", "stable"]


def import_(
    kind: Annotated[
        str,
        typer.Argument(help="k6, k6-summary, artillery, alb, nginx, haproxy, prometheus or csv."),
    ],
    file: Annotated[Path, typer.Argument(help="The file to import.")],
    option: Annotated[str, typer.Option(metavar="NAME", help="The option that it measured.")],
    environment: Annotated[str, typer.Option(metavar="ENV", help="Where it was measured.")],
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="YAML: their names for ours; see the documents.")
    ] = None,
    project: ProjectDir = DATA,
) -> None:
    """Foreign telemetry becomes recorded facts; says which metrics they can give."""
    from toolkit import api

    result = api.import_telemetry(
        kind, file, option=option, environment=environment, project=project, mapping=mapping
    )
    from toolkit.report.fieldwork_terminal import about_import

    print(f"{result.rows} rows imported, {result.set_aside} set aside")
    for line in about_import(result):
        note(line)


def compact(project: ProjectDir = DATA) -> None:
    """Merge the many small files of recordings, and remove what stands twice; safe beside all else."""
    from toolkit import api
    from toolkit.report.fieldwork_terminal import about_compaction

    result = api.compact(project)
    print(f"{result.partitions} partitions merged, {result.files} files less")
    for line in about_compaction(result):
        note(line)


def probe(
    option: Annotated[str, typer.Argument(help="The option to measure.")],
    environment: Annotated[str, typer.Option(metavar="ENV", help="Where it runs.")],
    url: Annotated[
        str | None,
        typer.Option(help="Its endpoint. Default: a local server is started; a managed service has its own."),
    ] = None,
    workload: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="YAML, or the name of one that ships. Default: two quiet minutes."),
    ] = None,
    project: ProjectDir = DATA,
) -> None:
    """Measure one endpoint, open loop, and record the facts."""
    from toolkit import api

    result = api.probe(
        option, environment=environment, url=url, workload=workload, project=project, tell=note
    )
    _show(result)


def bakeoff(
    options: Annotated[str | None, typer.Option(metavar="A,B", help="Default: all that run here.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Under two minutes.")] = False,
    workload: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="YAML, or the name of one that ships. Default: recording."),
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(metavar="NAME", help="The workload is a scenario's busiest hour, scaled.")
    ] = None,
    scale: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Of the scenario's users. Default: what runs here.")
    ] = None,
    environment: Annotated[str, typer.Option(metavar="ENV")] = "lab",
    preset: Annotated[Preset, typer.Option(help="The timers of current: the brief's, or ours.")] = "stable",
    anew: Annotated[bool, typer.Option("--anew", help="Do not go on with an unfinished run.")] = False,
    project: ProjectDir = DATA,
    as_json: Json = False,
) -> None:
    """Start the real servers one after another, measure all alike, record the facts; a killed run goes on."""
    from toolkit import api
    from toolkit.report.progress import progress_bar

    if scenario is not None and (quick or workload is not None):
        raise InputError.of_argument("scenario", "is a workload too", "leave out --quick and --workload")
    if scale is not None and scenario is None:
        raise InputError.of_argument("scale", "is of a scenario", "name one with --scenario")
    names = None if options is None else [name.strip() for name in options.split(",") if name.strip()]
    chosen = workload if scenario is None else api.workload_of(scenario, project=project, scale=scale)
    with progress_bar() as progress:
        result = api.bakeoff(
            names, quick=quick, workload=chosen, environment=environment, preset=preset, anew=anew,
            project=project, progress=progress,
        )  # fmt: skip
    _show(result, as_json=as_json)


def _show(result: "Measured", *, as_json: bool = False) -> None:
    """Print what was measured; then say what was not, by the exit code too."""
    from toolkit.report.fieldwork_terminal import show_bakeoff

    if as_json:
        print_json(result.to_document())
    else:
        show_bakeoff(result.to_document())
    result.raise_failures()


def capacity(
    option: Annotated[str, typer.Argument(help="The option whose bake-offs to read.")],
    project: ProjectDir = DATA,
) -> None:
    """What the recorded bake-offs say of a node, as YAML for the figures of the option's file."""
    from toolkit import api
    from toolkit.report.fieldwork_terminal import figures_yaml

    print(figures_yaml(api.capacity(option, project=project)), end="")


def serve(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8765,
    preset: Annotated[
        Preset | None, typer.Option(help="The brief's timers, or ours. Default: the settings', else stable.")
    ] = None,
    settings: Annotated[Path | None, typer.Option(metavar="FILE", help="YAML over the preset.")] = None,
    project: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Record into this decision folder."),
    ] = None,
    environment: Annotated[str | None, typer.Option(metavar="ENV", help="Where it runs.")] = None,
    option: Annotated[str | None, typer.Option(metavar="NAME", help="Default: current.")] = None,
) -> None:
    """Run the stabilised chat server: WebSocket at /ws, /health, /metrics, the demo page at /."""
    from toolkit import api

    api.serve(
        host=host,
        port=port,
        preset=preset,
        settings=settings,
        project=project,
        environment=environment,
        option=option,
        warn=note,
        ready=note,
    )


def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new folder.")]) -> None:
    """Make a new decision folder to edit."""
    from toolkit import api

    print(api.init(folder))
