"""One public function a command; notebooks and the command line call these.

Each takes the decision folder as ``project``, returns a typed object or a pandas DataFrame, prints nothing.
Wrong input raises :class:`~toolkit.project.InputError`, and what the machine lacks
:class:`~toolkit.project.EnvironmentFault`. ``as_of`` is the UTC day that fixes data, prices and staleness;
None takes the folder's own, else today.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit import answers
from toolkit.building import Built, build, fail_code
from toolkit.fieldwork import compact, import_telemetry, serve
from toolkit.loading import (
    AsOf,
    check_chat,
    check_recordings,
    examine,
    load,
    open_folder,
    pinned_day,
    read_books,
    read_books_at,
    read_project,
    read_scenarios,
    scenario_name,
)
from toolkit.measuring import bakeoff, capacity, probe, workload_of
from toolkit.project import Faults, InputError, shipped

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.cost.curves import Curve
    from toolkit.cost.result import CostResult
    from toolkit.decide.decision import Decision
    from toolkit.metrics.result import MetricsResult
    from toolkit.metrics.rollups import Rollups
    from toolkit.metrics.windows import Period
    from toolkit.metrics.worth import Worth
    from toolkit.pricing.bill import Bill
    from toolkit.pricing.diff import PriceChanges
    from toolkit.pricing.quotes import Quote

Folderish = Path | str

__all__ = [
    "Built",
    "bakeoff",
    "bill",
    "build",
    "capacity",
    "check",
    "claims",
    "compact",
    "cost",
    "cost_curve",
    "decide",
    "fail_code",
    "import_telemetry",
    "init",
    "metrics",
    "options",
    "price_changes",
    "probe",
    "rollups",
    "serve",
    "uptime_curve",
    "vendor_bills",
    "workload_of",
    "worth",
]


def check(project: Folderish = "data", *, as_of: AsOf = None) -> Faults:
    """Everything that is wrong with a decision folder, and what should be read: errors and warnings."""
    folder, faults = open_folder(project), Faults()
    examine(folder, faults, as_of=as_of)
    check_chat(folder, faults)
    check_recordings(folder, faults)
    return faults


def rollups(
    project: Folderish = "data", *, as_of: AsOf = None, engine: str = "duckdb", master: str | None = None
) -> Rollups:
    """Hourly counts of what the folder's metrics record.

    Args:
        engine: ``duckdb`` or ``spark``; both give the same counts.
        master: of the Spark cluster. None: this machine.
    """
    return answers.counts(load(project, as_of=as_of), engine=engine, master=master)


def metrics(
    project: Folderish = "data",
    *,
    as_of: AsOf = None,
    engine: str = "duckdb",
    master: str | None = None,
    by: Period | None = None,
) -> MetricsResult:
    """The key metrics of every option in every environment, with intervals and alerts.

    Args:
        engine, master: see :func:`rollups`.
        by: ``hour`` or ``day`` tells them for each hour or UTC day too.
    """
    loaded = load(project, as_of=as_of)
    return answers.measured(loaded, answers.counts(loaded, engine=engine, master=master), by=by)


def worth(
    project: Folderish = "data",
    *,
    option: str | None = None,
    against: str | None = None,
    environment: str | None = None,
    against_environment: str | None = None,
    as_of: AsOf = None,
) -> Worth:
    """How many of a baseline's disconnections an option does without, and what else changes, with intervals.

    Args:
        option: None takes ``current``, the server with the fixes.
        against: the baseline. None takes ``current-unfixed``, the server without them.
        environment, against_environment: where the option and the baseline were recorded; one alone stands
            for both. None of both: every environment that holds both, and beside them those of the same
            grade that hold the option.
    """
    loaded = load(project, as_of=as_of)
    return answers.worth(
        loaded,
        answers.counts(loaded),
        option=option,
        against=against,
        environment=environment,
        against_environment=against_environment,
    )


def bill(
    vendor: str,
    *,
    usage: Folderish,
    plan: str | None = None,
    as_of: AsOf = None,
    outage_minutes: Decimal | None = None,
    project: Folderish = "data",
) -> Bill:
    """The itemised charge of one month.

    Args:
        vendor: id of a price book.
        usage: the YAML file with the month's usage.
        plan: id of the plan. None takes the cheapest feasible one, and tells why the others are out.
        as_of: the UTC day whose prices hold.
        outage_minutes: of the month; the bill then tells the credit that the plan's SLA gives. None asks for
            none.
        project: the decision folder with the price books.
    """
    from toolkit.pricing.bill import bill as exact_bill
    from toolkit.pricing.bill import other_plans, outage_credit
    from toolkit.pricing.book import book_of
    from toolkit.pricing.usage import read_usage

    folder, faults = open_folder(project), Faults()
    settings = read_project(folder, faults)
    books = read_books(folder, faults)
    # A vendor whose book has faults is not told as unknown on top of them.
    sound = not faults.errors
    book = faults.attempt(lambda: book_of(books, vendor)) if sound else books.get(vendor)
    month = faults.attempt(lambda: read_usage(Path(usage)))
    day = faults.attempt(lambda: pinned_day(settings, as_of))
    if book is not None and day is not None and plan is not None:
        faults.attempt(lambda: book.plan(plan, as_of=day))
    faults.raise_errors()
    if book is None or month is None or day is None:
        raise InputError(faults)
    made = exact_bill(book, month, plan=plan, as_of=day)
    if plan is None:
        made = replace(made, others=other_plans(book, month, than=made.plan, as_of=day))
    if outage_minutes is not None:
        credit = outage_credit(book, made, outage_minutes=outage_minutes, days=month.days)
        made = replace(made, sla_credit=credit)
    return made


def price_changes(
    old: Folderish, new: Folderish, *, project: Folderish = "data", as_of: AsOf = None
) -> PriceChanges:
    """What changed between two states of the price books, and what it does to each scenario's bill.

    Args:
        old, new: a price book, a folder of them, or a decision folder.
        project: the decision folder with the scenarios.
        as_of: the UTC day whose prices hold. None takes the newest day that either state names.
    """
    from toolkit.pricing.diff import compare, newest_day

    folder, faults = open_folder(project), Faults()
    settings = read_project(folder, faults)
    scenarios = read_scenarios(folder, settings, faults)
    before, after = (read_books_at(Path(path), faults) for path in (old, new))
    faults.raise_errors()
    day = newest_day(before, after) if as_of is None else pinned_day(settings, as_of)
    return compare(before, after, scenarios, as_of=day)


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


def vendor_bills(
    project: Folderish = "data", *, scenario: str | None = None, as_of: AsOf = None
) -> list[Quote]:
    """What every vendor would bill for the scenario's first month, beside what the brief quotes."""
    loaded = load(project, as_of=as_of)
    return answers.quoted(loaded, scenario_name(loaded, scenario))


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


def init(folder: Folderish) -> Path:
    """A new decision folder to edit, with the brief's options, plan, prices and scenarios and no recordings.

    Beside them lie settings for a chat server of one's own, to start from.

    Raises:
        InputError: where the folder is there already and not empty.
    """
    from toolkit.chat.settingsfile import STARTING

    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{target}:1: folder: is there already and not empty; name a new one")
    source = shipped("data")
    target.mkdir(parents=True, exist_ok=True)
    for name in ("options", "pricing", "scenarios"):
        shutil.copytree(source / name, target / name)
    for name in ("plan.yaml", "claims.yaml", "use-cases.yaml"):
        shutil.copyfile(source / name, target / name)
    shutil.copyfile(STARTING, target / "chat.yaml")
    text = (source / "project.yaml").read_text(encoding="utf-8")
    # A new folder follows the calendar; only the one that ships is pinned to its recordings' day.
    kept = [line for line in text.splitlines() if not line.startswith(("as_of:", "# Pins data"))]
    (target / "project.yaml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    return target
