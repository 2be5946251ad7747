"""One public function a command; notebooks and the command line call these.

Each takes the decision folder as ``project``, returns a typed object or a pandas DataFrame, prints nothing.
Wrong input raises :class:`~toolkit.project.InputError`, and what the machine lacks
:class:`~toolkit.project.EnvironmentFault`. ``as_of`` is the UTC day that fixes data, prices and staleness;
None takes the folder's own, else today.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit import answers
from toolkit.building import Built, build, fail_code
from toolkit.loading import (
    AsOf,
    examine,
    load,
    open_folder,
    pinned_day,
    read_books,
    read_options,
    read_project,
    scenario_name,
)
from toolkit.project import Faults, Folder, InputError, near, shipped

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.chat.settings import PresetName
    from toolkit.cost.curves import Curve
    from toolkit.cost.result import CostResult
    from toolkit.decide.decision import Decision
    from toolkit.measure.importers import ImportResult
    from toolkit.measure.totals import BakeoffResult
    from toolkit.metrics.key import MetricsResult
    from toolkit.metrics.rollups import Rollups
    from toolkit.pricing.bill import Bill

Folderish = Path | str

__all__ = [
    "Built",
    "bakeoff",
    "bill",
    "build",
    "check",
    "claims",
    "cost",
    "cost_curve",
    "decide",
    "fail_code",
    "import_telemetry",
    "init",
    "left_out",
    "metrics",
    "options",
    "probe",
    "rollups",
    "serve",
    "uptime_curve",
]


def check(project: Folderish = "data", *, as_of: AsOf = None) -> Faults:
    """Everything that is wrong with a decision folder, and what should be read: errors and warnings."""
    from toolkit.metrics.rollups import check_files

    folder, faults = open_folder(project), Faults()
    examine(folder, faults, as_of=as_of)
    settings = read_project(folder, Faults())
    if settings is not None:
        check_files(folder.metrics, list(settings.environments), faults)
    return faults


def rollups(project: Folderish = "data", *, as_of: AsOf = None, engine: str = "duckdb") -> Rollups:
    """Hourly counts of what the folder's metrics record, by ``duckdb`` or ``spark``."""
    return answers.counts(load(project, as_of=as_of), engine=engine)


def metrics(project: Folderish = "data", *, as_of: AsOf = None, engine: str = "duckdb") -> MetricsResult:
    """The key metrics of every option in every environment, with intervals and alerts."""
    loaded = load(project, as_of=as_of)
    return answers.measured(loaded, answers.counts(loaded, engine=engine))


def left_out(project: Folderish = "data", *, as_of: AsOf = None) -> list[str]:
    """What the counts do not hold, in words: rows after the as-of day, and rows that make no sense."""
    loaded = load(project, as_of=as_of)
    return answers.left_out(loaded, answers.counts(loaded))


def bill(
    vendor: str,
    *,
    usage: Folderish,
    plan: str | None = None,
    as_of: AsOf = None,
    project: Folderish = "data",
) -> Bill:
    """The itemised charge of one month.

    Args:
        vendor: id of a price book.
        usage: the YAML file with the month's usage.
        plan: id of the plan. None takes the cheapest feasible one.
        as_of: the UTC day whose prices hold.
        project: the decision folder with the price books.
    """
    from toolkit.pricing.bill import bill as exact_bill
    from toolkit.pricing.book import book_of
    from toolkit.pricing.usage import read_usage

    folder, faults = open_folder(project), Faults()
    settings = read_project(folder, faults)
    books = read_books(folder, faults)
    faults.raise_errors()
    book = book_of(books, vendor)
    return exact_bill(book, read_usage(Path(usage)), plan=plan, as_of=pinned_day(settings, as_of))


def options(project: Folderish = "data", *, as_of: AsOf = None) -> pd.DataFrame:
    """One row a figure of an option: option, figure, value, low, high, unit, grade, source, as_of, note."""
    from toolkit.cost.option import figure_table

    loaded = load(project, as_of=as_of)
    return figure_table(loaded.options, as_of=loaded.as_of)


def claims(project: Folderish = "data") -> pd.DataFrame:
    """The brief's statements, one a row, with the verdict that sources give on each."""
    import pandas as pd

    return pd.DataFrame([claim.model_dump() for claim in load(project).claims])


def cost(project: Folderish = "data", *, scenario: str | None = None, as_of: AsOf = None) -> CostResult:
    """The total cost of every option over the scenario's horizon, with its uncertainty."""
    loaded = load(project, as_of=as_of)
    return answers.costed(loaded, scenario_name(loaded, scenario))


def cost_curve(project: Folderish = "data", *, scenario: str | None = None, as_of: AsOf = None) -> Curve:
    """Monthly cost of every option against message volume, with the crossovers of the cheapest."""
    loaded = load(project, as_of=as_of)
    return answers.against_volume(loaded, scenario_name(loaded, scenario))


def uptime_curve(
    project: Folderish = "data", *, scenario: str | None = None, as_of: AsOf = None
) -> pd.DataFrame:
    """The cheapest option that reaches each uptime need, by experience and by promise."""
    loaded = load(project, as_of=as_of)
    return answers.against_uptime(loaded, scenario_name(loaded, scenario))


def decide(project: Folderish = "data", *, scenario: str | None = None, as_of: AsOf = None) -> Decision:
    """The verdict of every phase, the ranking, the flip points and what to measure next."""
    loaded = load(project, as_of=as_of)
    name = scenario_name(loaded, scenario)
    return answers.decided(loaded, name, answers.counts(loaded), answers.costed(loaded, name))


def import_telemetry(
    kind: str,
    file: Folderish,
    *,
    option: str,
    environment: str,
    project: Folderish = "data",
    mapping: Folderish | None = None,
) -> ImportResult:
    """Foreign telemetry as recorded facts in the folder's metrics; says what was set aside and where."""
    from toolkit.measure.importers import import_file

    folder = _known(project, option, environment)
    return import_file(
        kind,
        Path(file),
        option=option,
        environment=environment,
        metrics_dir=folder.metrics,
        mapping=None if mapping is None else Path(mapping),
    )


def _known(project: Folderish, option: str | None, environment: str) -> Folder:
    """The folder, once the option and the environment are known to be among its own."""
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
    return folder


def probe(
    option: str,
    *,
    environment: str,
    url: str | None = None,
    workload: Folderish | None = None,
    project: Folderish = "data",
) -> BakeoffResult:
    """Totals of one endpoint's measurement; the facts are in the folder's metrics.

    Args:
        option: what to measure; its kind of server must be known here.
        environment: where it runs, as ``project.yaml`` names it.
        url: the endpoint. None starts a server of that kind on 127.0.0.1, behind the workload's faults.
        workload: YAML file. None takes one of two minutes, without injected faults.
        project: the decision folder.
    """
    from toolkit.measure.bakeoff import probe_option
    from toolkit.measure.workload import read_workload

    folder = _known(project, option, environment)
    return probe_option(
        option,
        environment=environment,
        metrics_dir=folder.metrics,
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
    """Totals of all options measured side by side; the facts are in the folder's metrics.

    Args:
        options: which ones. None takes all that this version can start.
        quick: take the workload of a minute and a half.
        workload: YAML file. None takes the one of the recordings that ship, an hour long.
        environment: under which name the facts are recorded.
        project: the decision folder.
    """
    from toolkit.measure.bakeoff import run_bakeoff
    from toolkit.measure.workload import Shipped, read_workload

    folder = _known(project, None, environment)
    known: Shipped = "quick" if quick else "recording"
    chosen = read_workload(known if workload is None else Path(workload))
    return run_bakeoff(options, workload=chosen, metrics_dir=folder.metrics, environment=environment)


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


def init(folder: Folderish) -> Path:
    """A new decision folder to edit, with the brief's options, plan, prices and scenarios and no recordings.

    Raises:
        InputError: where the folder is there already and not empty.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{target}:1: folder: is there already and not empty; name a new one")
    source = shipped("data")
    target.mkdir(parents=True, exist_ok=True)
    for name in ("options", "pricing", "scenarios"):
        shutil.copytree(source / name, target / name)
    for name in ("plan.yaml", "claims.yaml"):
        shutil.copyfile(source / name, target / name)
    text = (source / "project.yaml").read_text(encoding="utf-8")
    # A new folder follows the calendar; only the one that ships is pinned to its recordings' day.
    kept = [line for line in text.splitlines() if not line.startswith(("as_of:", "# Pins data"))]
    (target / "project.yaml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    return target
