"""One public function a command; notebooks and the command line call these.

Each takes the decision folder as ``project``, returns a typed object or a pandas DataFrame, prints nothing.
Wrong input raises :class:`~toolkit.project.InputError`, and what the machine lacks
:class:`~toolkit.project.EnvironmentFault`. ``as_of`` is the UTC day that fixes data, prices and staleness;
None takes the folder's own, else today.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit import answers, changing, deciding, records, sidebyside
from toolkit.building import Built, build, fail_code
from toolkit.costing import (
    cost,
    cost_curve,
    decision_grid,
    decision_map,
    decision_maps,
    informed,
    team_maps,
    uptime_curve,
    vendor_bills,
)
from toolkit.fieldwork import compact, import_telemetry, serve
from toolkit.loading import (
    check_chat,
    check_recordings,
    examine,
    load,
    scenario_name,
)
from toolkit.measuring import bakeoff, capacity, probe, workload_of
from toolkit.opening import AsOf, Folderish, open_folder, pinned_day, read_project
from toolkit.project import Faults, InputError
from toolkit.reading import read_books, read_books_at, read_scenarios
from toolkit.starting import init

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.decide.backtest.result import Backtest
    from toolkit.decide.coverage.certificate import Certificate
    from toolkit.decide.decision import Decision
    from toolkit.metrics.result import MetricsResult
    from toolkit.metrics.rollups import Rollups
    from toolkit.metrics.windows import Period
    from toolkit.metrics.worth import Worth
    from toolkit.pricing.bill import Bill
    from toolkit.pricing.diff import PriceChanges
    from toolkit.sidebyside import SideBySide

__all__ = [
    "Built",
    "backtest",
    "bakeoff",
    "bill",
    "build",
    "capacity",
    "check",
    "claims",
    "compact",
    "cost",
    "cost_curve",
    "coverage",
    "decide",
    "decision_grid",
    "decision_map",
    "decision_maps",
    "fail_code",
    "file_record",
    "import_telemetry",
    "init",
    "metrics",
    "options",
    "price_changes",
    "probe",
    "rollups",
    "serve",
    "side_by_side",
    "team_maps",
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
    outage_minutes: Decimal | str | None = None,
    project: Folderish = "data",
) -> Bill:
    """The itemised charge of one month.

    Args:
        vendor: id of a price book.
        usage: the YAML file with the month's usage.
        plan: id of the plan. None takes the cheapest feasible one, and tells why the others are out.
        as_of: the UTC day whose prices hold.
        outage_minutes: of the month, also as text; the bill then tells the credit that the plan's SLA gives.
            None asks for none.
        project: the decision folder with the price books.
    """
    from toolkit.pricing.bill import asked_outage, other_plans, outage_credit
    from toolkit.pricing.bill import bill as exact_bill
    from toolkit.pricing.book import book_of
    from toolkit.pricing.usage import MOST_DAYS, read_usage

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
    if outage_minutes is not None:
        days = MOST_DAYS if month is None else month.days
        faults.attempt(lambda: asked_outage(outage_minutes, days=days))
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
    asked = None if as_of is None else faults.attempt(lambda: pinned_day(settings, as_of))
    faults.raise_errors()
    day = asked or newest_day(before, after)
    return compare(before, after, scenarios, as_of=day)


def options(project: Folderish = "data", *, as_of: AsOf = None) -> pd.DataFrame:
    """One row a figure of an option: option, figure, value, low, high, unit, grade, source, as_of, note."""
    from toolkit.cost.option import figure_table

    loaded = informed(project, as_of)
    return figure_table(loaded.options, as_of=loaded.as_of)


def side_by_side(
    project: Folderish = "data", *, environment: str | None = None, as_of: AsOf = None
) -> SideBySide:
    """Every option that a bake-off measured: deliveries, latencies, faults, servers, and the brief beside.

    Args:
        environment: under which name it was recorded. None takes that of grade lab in which most options were
            measured, as a bake-off runs in a lab.
    """
    loaded = load(project, as_of=as_of)
    return sidebyside.side_by_side(loaded, answers.counts(loaded), environment=environment)


def claims(project: Folderish = "data") -> pd.DataFrame:
    """The brief's statements, one a row, with the verdict that sources give on each; no row without any."""
    import pandas as pd

    from toolkit.cost.claims import Claim

    kept = [claim.model_dump() for claim in load(project).claims]
    return pd.DataFrame(kept, columns=list(Claim.model_fields))


def decide(
    project: Folderish = "data",
    *,
    scenario: str | None = None,
    as_of: AsOf = None,
    since: Folderish | None = None,
) -> Decision:
    """The verdict of every phase, the ranking, the flip points and what to measure next.

    Args:
        since: the folder of a published report of the same scenario, to tell what changed and why. None
            compares with none.
    """
    loaded = load(project, as_of=as_of)
    name = scenario_name(loaded, scenario)
    report = None if since is None else changing.report_at(Path(since), scenario=name)
    rolled = answers.counts(loaded)
    informed = answers.informed(loaded, rolled)
    decision = deciding.decided(informed, name, rolled, answers.costed(informed, name))
    return decision if report is None else changing.compared_now(loaded, rolled, decision, report)


def backtest(project: Folderish = "data", *, scenario: str | None = None, as_of: AsOf = None) -> Backtest:
    """What the gates would have said on every recorded day, and whether it was right by what followed."""
    loaded = load(project, as_of=as_of)
    return deciding.backtested(loaded, scenario_name(loaded, scenario), answers.counts(loaded))


def file_record(record: Folderish, *, project: Folderish = "data") -> Path:
    """The decision record of a report put among the folder's own, where every later build checks it again.

    Args:
        record: a report's ``decision-record.md``. A record that is filed already is not overwritten.
    """
    loaded = load(project)
    return records.file_record(loaded.folder, Path(record), scenarios=list(loaded.scenarios))


def coverage(project: Folderish = "data", *, events_a_day: float | None = None) -> Certificate:
    """How often each gate of the plan on field evidence is wrong, measured in simulated worlds.

    The truth lies just beside each threshold, failures are independent or come with outages, and somebody
    looks every day for 90 days. The same folder gives the same certificate.

    Args:
        events_a_day: of each metric. None takes 10,000.
    """
    return deciding.covered(load(project), events_a_day=events_a_day)
