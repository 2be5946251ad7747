"""The command line: parses, calls :mod:`toolkit.api`, prints. Each command imports what it needs itself."""

import io
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer

from toolkit.project.faults import EnvironmentFault, ToolkitError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Says GO, NO-GO or HOLD for each phase of a chat migration, from measurements, prices and traffic.",
)

debug = False


ProjectDir = Annotated[Path, typer.Option("--project", help="The decision folder.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="The UTC day of the question.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
ScenarioName = Annotated[
    str | None, typer.Option("--scenario", metavar="NAME", help="Default: the folder's own.")
]
DATA = Path("data")

FailOn = Literal["no-go", "hold"]
Layout = Literal["table", "focus"]
Preset = Literal["brief", "stable"]
Period = Literal["hour", "day"]


def _print_json(document: dict[str, Any]) -> None:
    ascii_only = (sys.stdout.encoding or "ascii").lower().replace("-", "") != "utf8"
    print(json.dumps(document, indent=2, ensure_ascii=ascii_only, allow_nan=False))


def _minutes(name: str, text: str) -> Decimal:
    from toolkit.pricing.amounts import exact_number
    from toolkit.project import InputError

    try:
        number: Decimal = exact_number(text)
    except ValueError as error:
        raise InputError.of_argument(
            name, str(error).partition("|")[0], "write minutes such as 43.2"
        ) from None
    return number


def _note(text: str) -> None:
    print(text, file=sys.stderr)


@app.callback()
def _options(
    debug_: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    global debug
    debug = debug_


@app.command()
def check(project: ProjectDir = DATA, as_of: AsOf = None) -> None:
    """Validate every file and every invariant of a decision folder; all findings, not just the first."""
    from toolkit import api

    faults = api.check(project, as_of=as_of)
    for fault in faults:
        _note(str(fault))
    if faults.errors:
        raise typer.Exit(2)
    print(f"{project}: no errors, {len(faults.warnings)} warnings")


@app.command()
def metrics(
    project: ProjectDir = DATA,
    as_of: AsOf = None,
    engine: Annotated[str, typer.Option(help="duckdb or spark.")] = "duckdb",
    master: Annotated[
        str | None, typer.Option(metavar="URL", help="Of the Spark cluster. Default: this machine.")
    ] = None,
    by: Annotated[Period | None, typer.Option(help="Tell them for each hour or UTC day too.")] = None,
    as_json: Json = False,
) -> None:
    """Key metrics per option and environment, with intervals and alerts."""
    from toolkit import api

    result = api.metrics(project, as_of=as_of, engine=engine, master=master, by=by)
    for line in result.left_out:
        _note(line)
    if as_json:
        return _print_json(result.to_document())
    from toolkit.report.metrics_terminal import show_metrics

    show_metrics(result.to_document())


@app.command()
def bill(
    vendor: Annotated[str, typer.Argument(help="Id of a price book.")],
    usage: Annotated[Path, typer.Option("--usage", metavar="FILE", help="YAML with the month's usage.")],
    plan: Annotated[str | None, typer.Option(help="Default: the cheapest feasible plan.")] = None,
    project: ProjectDir = DATA,
    as_of: AsOf = None,
    layout: Annotated[Layout, typer.Option("--format", help="focus: under the FOCUS columns.")] = "table",
    outage_minutes: Annotated[
        str | None, typer.Option(metavar="N", help="Tell the SLA credit of such an outage.")
    ] = None,
    as_json: Json = False,
) -> None:
    """The itemised monthly charge of a vendor's plan for a usage."""
    from toolkit import api

    outage = None if outage_minutes is None else _minutes("outage-minutes", outage_minutes)
    result = api.bill(vendor, usage=usage, plan=plan, as_of=as_of, outage_minutes=outage, project=project)
    if layout == "focus":
        from toolkit.pricing import focus
        from toolkit.report import terminal

        for line in terminal.beside_focus(result.to_document()):
            _note(line)

        if as_json:
            return _print_json(focus.focus_document(result))
        return print(focus.focus_csv(result), end="")
    if as_json:
        return _print_json(result.to_document())
    from toolkit.report import terminal

    terminal.show_bill(result.to_document())


prices = typer.Typer(no_args_is_help=True, help="Keeping the price books true.")
app.add_typer(prices, name="prices")


@prices.command("diff")
def prices_diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A price book, or a folder of them.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The same, as it is now.")],
    project: ProjectDir = DATA,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """What changed between two states of the price books, and what it does to each scenario's bill."""
    from toolkit import api

    result = api.price_changes(old, new, project=project, as_of=as_of)
    if as_json:
        return _print_json(result.to_document())
    from toolkit.report import terminal

    terminal.show_price_changes(result.to_document())


@app.command()
def cost(
    project: ProjectDir = DATA, scenario: ScenarioName = None, as_of: AsOf = None, as_json: Json = False
) -> None:
    """Total cost per option over the scenario's horizon, with its uncertainty."""
    from toolkit import api

    result = api.cost(project, scenario=scenario, as_of=as_of)
    if as_json:
        return _print_json(result.to_document())
    from toolkit.report import terminal

    terminal.show_cost(result.to_document())


@app.command()
def decide(
    project: ProjectDir = DATA, scenario: ScenarioName = None, as_of: AsOf = None, as_json: Json = False
) -> None:
    """GO, NO-GO or HOLD per phase, the ranking, flip points and what to measure next."""
    from toolkit import api

    result = api.decide(project, scenario=scenario, as_of=as_of)
    for line in result.left_out:
        _note(line)
    if as_json:
        return _print_json(result.to_document())
    from toolkit.report import terminal

    terminal.show_decision(result.to_document())


@app.command()
def build(
    project: ProjectDir = DATA,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where reports are published.")] = Path("reports"),
    scenario: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="May be given several times.")
    ] = None,
    as_of: AsOf = None,
    fail_on: Annotated[FailOn | None, typer.Option("--fail-on")] = None,
) -> None:
    """Notebooks and models become one published report; prints its path."""
    from toolkit import api

    built = api.build(project, out=out, scenarios=scenario or [], as_of=as_of)
    for line in built.notes:
        _note(line)
    print(built.path / "index.html")
    raise typer.Exit(api.fail_code(built.path, fail_on))


@app.command("import")
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
        _note(line)


@app.command()
def compact(project: ProjectDir = DATA) -> None:
    """Merge the many small files of recordings, and remove what stands twice; safe beside all else."""
    from toolkit import api
    from toolkit.report.fieldwork_terminal import about_compaction

    result = api.compact(project)
    print(f"{result.partitions} partitions merged, {result.files} files less")
    for line in about_compaction(result):
        _note(line)


@app.command()
def probe(
    option: Annotated[str, typer.Argument(help="The option to measure.")],
    environment: Annotated[str, typer.Option(metavar="ENV", help="Where it runs.")],
    url: Annotated[str | None, typer.Option(help="Its endpoint. Default: a local server is started.")] = None,
    workload: Annotated[
        Path | None, typer.Option(metavar="FILE", help="YAML. Default: two quiet minutes.")
    ] = None,
    project: ProjectDir = DATA,
) -> None:
    """Measure one endpoint, open loop, and record the facts."""
    from toolkit import api

    _note_totals(api.probe(option, environment=environment, url=url, workload=workload, project=project))


@app.command()
def bakeoff(
    options: Annotated[str | None, typer.Option(metavar="A,B", help="Default: all that run here.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Under two minutes.")] = False,
    workload: Annotated[
        Path | None, typer.Option(metavar="FILE", help="YAML. Default: the recording's.")
    ] = None,
    environment: Annotated[str, typer.Option(metavar="ENV")] = "lab",
    project: ProjectDir = DATA,
    as_json: Json = False,
) -> None:
    """Start the real servers, measure all alike, record the facts."""
    from toolkit import api

    names = [name.strip() for name in options.split(",")] if options else None
    result = api.bakeoff(names, quick=quick, workload=workload, environment=environment, project=project)
    if as_json:
        return _print_json(result.to_document())
    _note_totals(result)


def _note_totals(result: Any) -> None:
    from toolkit.report.fieldwork_terminal import show_bakeoff

    show_bakeoff(result.to_document())


@app.command()
def serve(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8765,
    preset: Annotated[Preset, typer.Option(help="The brief's timers, or ours.")] = "stable",
    settings: Annotated[Path | None, typer.Option(metavar="FILE", help="YAML over the preset.")] = None,
) -> None:
    """Run the stabilised chat server: WebSocket at /ws, /health, /metrics, the demo page at /."""
    from toolkit import api

    def ready(at: int, problems: list[str]) -> None:
        for problem in problems:
            _note(f"warning: {problem}")
        _note(f"http://{host}:{at}/")

    api.serve(host=host, port=port, preset=preset, settings=settings, ready=ready)


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new folder.")]) -> None:
    """Make a new decision folder to edit."""
    from toolkit import api

    print(api.init(folder))


def main() -> NoReturn:
    """Run the command; every error becomes one message and its exit code."""
    try:
        _write_any_name()
        app(standalone_mode=True)
    except ToolkitError as error:
        _fail(str(error), error.exit_code)
    except SystemExit:
        # Click wraps standard output and ends with 1 where the reader of a pipe has left; nothing to act on.
        if type(sys.stdout).__name__ == "PacifyFlushWrapper":
            sys.exit(0)
        raise
    except KeyboardInterrupt:
        _fail("stopped", 130)
    except OSError as error:
        _fail(f"{error.filename or 'file'}: {error.strerror or error}", EnvironmentFault.exit_code)
    except Exception as error:
        _fail(f"internal error: {type(error).__name__}: {error}; run with --debug and report it", 3)
    sys.exit(0)


def _write_any_name() -> None:
    """Escape what a terminal or a pipe of another encoding cannot take, instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _fail(message: str, code: int) -> NoReturn:
    if debug:
        raise
    print(message, file=sys.stderr)
    sys.exit(code)
