"""The commands that answer questions about a decision folder, and publish the answers."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from toolkit.commands.options import DATA, AsOf, Json, ProjectDir, ScenarioName, note, print_json

FailOn = Literal["no-go", "hold"]
Layout = Literal["table", "focus"]
Items = Literal["table", "csv", "focus", "map-csv"]
Period = Literal["hour", "day"]


def check(project: ProjectDir = DATA, as_of: AsOf = None) -> None:
    """Validate every file and every invariant of a decision folder; all findings, not just the first."""
    from toolkit import api

    faults = api.check(project, as_of=as_of)
    for fault in faults:
        note(str(fault))
    if faults.errors:
        raise typer.Exit(2)
    print(f"{project}: no errors, {len(faults.warnings)} warnings")


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
        note(line)
    if as_json:
        return print_json(result.to_document())
    from toolkit.report.metrics_terminal import show_metrics

    show_metrics(result.to_document())


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

    result = api.bill(
        vendor, usage=usage, plan=plan, as_of=as_of, outage_minutes=outage_minutes, project=project
    )
    if layout == "focus":
        from toolkit.pricing import focus
        from toolkit.report import terminal

        for line in terminal.beside_focus(result.to_document()):
            note(line)

        if as_json:
            return print_json(focus.focus_document(result))
        return print(focus.focus_csv(result), end="")
    if as_json:
        return print_json(result.to_document())
    from toolkit.report import terminal

    terminal.show_bill(result.to_document())


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
        return print_json(result.to_document())
    from toolkit.report import terminal

    terminal.show_price_changes(result.to_document())


def cost(
    project: ProjectDir = DATA,
    scenario: ScenarioName = None,
    as_of: AsOf = None,
    layout: Annotated[
        Items,
        typer.Option(
            "--format",
            help="csv: line items a month. focus: the same under the FOCUS columns. map-csv: decision maps.",
        ),
    ] = "table",
    as_json: Json = False,
) -> None:
    """Total cost per option over the scenario's horizon, with its uncertainty."""
    from toolkit import api

    if layout == "map-csv" and not as_json:
        from toolkit.cost.decisionmap import maps_csv

        return print(maps_csv(api.decision_maps(project, scenario=scenario, as_of=as_of)), end="")
    result = api.cost(project, scenario=scenario, as_of=as_of)
    if layout == "focus":
        from toolkit.cost import focus

        return print_json(focus.focus_document(result)) if as_json else print(focus.focus_csv(result), end="")
    if layout == "csv" and not as_json:
        from toolkit.cost.items import items_csv

        return print(items_csv(result), end="")
    if as_json:
        maps = api.decision_maps(project, scenario=scenario, as_of=as_of)
        drawn = {against: found.to_document() for against, found in maps.items()}
        return print_json({**result.to_document(), "decision_map": drawn})
    from toolkit.report import terminal

    terminal.show_cost(result.to_document())


def decide(
    project: ProjectDir = DATA,
    scenario: ScenarioName = None,
    as_of: AsOf = None,
    since: Annotated[
        Path | None, typer.Option(metavar="REPORT", help="Tell what changed since this report, and why.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File this decision record of a report first.")
    ] = None,
    as_json: Json = False,
) -> None:
    """GO, NO-GO or HOLD per phase, the ranking, flip points and what to measure next."""
    from toolkit import api

    if record is not None:
        note(f"filed as {api.file_record(record, project=project)}")
    result = api.decide(project, scenario=scenario, as_of=as_of, since=since)
    for line in result.left_out:
        note(line)
    if as_json:
        return print_json(result.to_document())
    from toolkit.report import terminal

    terminal.show_decision(result.to_document())


def backtest(
    project: ProjectDir = DATA, scenario: ScenarioName = None, as_of: AsOf = None, as_json: Json = False
) -> None:
    """Replay every recorded day: what would have been said, and was it right by what followed?"""
    from toolkit import api

    result = api.backtest(project, scenario=scenario, as_of=as_of)
    for line in result.left_out:
        note(line)
    if as_json:
        return print_json(result.to_document())
    from toolkit.report.backtest_terminal import show_backtest

    show_backtest(result.to_document())


def build(
    project: ProjectDir = DATA,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where reports are published.")] = Path("reports"),
    scenario: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="May be given several times.")
    ] = None,
    as_of: AsOf = None,
    fail_on: Annotated[FailOn | None, typer.Option("--fail-on")] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print the page as report.pdf too.")] = False,
) -> None:
    """Notebooks and models become one published report; prints its path."""
    # Not through api, which brings along all that computes: an unchanged report is found without it.
    from toolkit import building

    built = building.build(project, out=out, scenarios=scenario or [], as_of=as_of, pdf=pdf)
    for line in built.notes:
        note(line)
    print(built.path / "index.html")
    raise typer.Exit(building.fail_code(built.path, fail_on))
