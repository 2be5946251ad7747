"""One public function a command; notebooks and the command line call these.

Each takes the decision folder as ``project``, returns a typed object or a pandas DataFrame, prints nothing, and
raises :class:`~toolkit.project.InputError` for wrong input or :class:`~toolkit.project.EnvironmentFault` for what
the machine lacks. ``as_of`` is the UTC day that fixes data, prices and staleness; None takes the folder's own day,
else today.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.loading import Loaded, examine, load, open_folder, pinned_day, read_books, read_options, read_project
from toolkit.project import Faults, InputError, near, shipped

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.cost.model import CostResult
    from toolkit.cost.curves import Curve
    from toolkit.decide.decision import Decision
    from toolkit.measure.bakeoff import BakeoffResult
    from toolkit.measure.importers import ImportResult
    from toolkit.metrics.key import MetricsResult
    from toolkit.metrics.rollups import Rollups
    from toolkit.pricing.bill import Bill

Folderish = Path | str


def check(project: Folderish = "data", *, as_of: date | None = None) -> Faults:
    """Everything that is wrong with a decision folder, and what should be read: errors and warnings."""
    from toolkit.metrics.rollups import check_files

    folder, faults = open_folder(project), Faults()
    examine(folder, faults, as_of=as_of)
    settings = read_project(folder, Faults())
    if settings is not None:
        check_files(folder.metrics, list(settings.environments), faults)
    return faults


def rollups(project: Folderish = "data", *, as_of: date | None = None, engine: str = "duckdb") -> Rollups:
    """Hourly counts of what the folder's metrics record."""
    from toolkit.metrics.rollups import roll_up

    folder, faults = open_folder(project), Faults()
    settings = read_project(folder, faults)
    faults.raise_errors()
    assert settings is not None
    day = pinned_day(settings, as_of)
    rolled = roll_up(folder.metrics, as_of=day, environments=list(settings.environments), faults=faults, engine=engine)
    faults.raise_errors()
    return rolled


def metrics(
    project: Folderish = "data",
    *,
    as_of: date | None = None,
    engine: str = "duckdb",
    counts: Rollups | None = None,
) -> MetricsResult:
    """The key metrics of every option in every environment, with intervals and alerts.

    Args:
        project: the decision folder.
        as_of: the UTC day of the question.
        engine: ``duckdb`` or ``spark``.
        counts: rollups of the same folder and day, where they are at hand. None rolls up.
    """
    from toolkit.metrics.key import measure_options

    folder, faults = open_folder(project), Faults()
    settings, options = read_project(folder, faults), read_options(folder, faults)
    faults.raise_errors()
    assert settings is not None
    counts = counts if counts is not None else rollups(project, as_of=as_of, engine=engine)
    return measure_options(
        counts,
        options=list(options),
        environments=dict(settings.environments),
        as_of=pinned_day(settings, as_of),
    )


def bill(
    vendor: str,
    *,
    usage: Folderish,
    plan: str | None = None,
    as_of: date | None = None,
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
    from toolkit.pricing.usage import read_usage

    folder, faults = open_folder(project), Faults()
    settings = read_project(folder, faults)
    books = read_books(folder, faults)
    faults.raise_errors()
    if vendor not in books:
        raise InputError(f"{folder.root / 'pricing'}:1: vendor: there is no price book {vendor!r}; "
                         f"{near(vendor, sorted(books))}")  # fmt: skip
    return exact_bill(books[vendor], read_usage(Path(usage)), plan=plan, as_of=pinned_day(settings, as_of))


def options(project: Folderish = "data", *, as_of: date | None = None) -> pd.DataFrame:
    """One row a figure of an option: option, figure, value, low, high, unit, grade, source, as_of, note."""
    from toolkit.cost.option import figure_table

    loaded = load(project, as_of=as_of)
    return figure_table(loaded.options, as_of=loaded.as_of)


def claims(project: Folderish = "data") -> pd.DataFrame:
    """The brief's statements, one a row, with the verdict that sources give on each."""
    import pandas as pd

    return pd.DataFrame([claim.model_dump() for claim in load(project).claims])


def scenario_name(loaded: Loaded, scenario: str | None) -> str:
    """The scenario asked for, or the folder's default one.

    Raises:
        InputError: where the folder has no such scenario.
    """
    name = scenario or loaded.project.default_scenario
    if name not in loaded.scenarios:
        path = loaded.folder.root / "scenarios"
        raise InputError(f"{path}:1: scenario: there is no scenario {name!r}; {near(name, list(loaded.scenarios))}")
    return name


def cost(
    project: Folderish = "data", *, scenario: str | None = None, as_of: date | None = None
) -> CostResult:
    """The total cost of every option over the scenario's horizon, with its uncertainty."""
    loaded = load(project, as_of=as_of)
    return _cost(loaded, scenario_name(loaded, scenario))


def _cost(loaded: Loaded, name: str) -> CostResult:
    from toolkit.cost.model import cost_options

    return cost_options(
        list(loaded.options.values()),
        loaded.books,
        loaded.scenarios[name],
        scenario_id=name,
        as_of=loaded.as_of,
    )


def cost_curve(project: Folderish = "data", *, scenario: str | None = None, as_of: date | None = None) -> Curve:
    """Monthly cost of every option against message volume, with the crossovers of the cheapest."""
    from toolkit.cost.curves import cost_against_volume

    loaded = load(project, as_of=as_of)
    chosen = loaded.scenarios[scenario_name(loaded, scenario)]
    return cost_against_volume(list(loaded.options.values()), loaded.books, chosen, as_of=loaded.as_of)


def uptime_curve(
    project: Folderish = "data", *, scenario: str | None = None, as_of: date | None = None
) -> pd.DataFrame:
    """The cheapest option that reaches each uptime need, by experience and by promise."""
    from toolkit.cost.curves import cost_against_uptime

    loaded = load(project, as_of=as_of)
    chosen = loaded.scenarios[scenario_name(loaded, scenario)]
    return cost_against_uptime(list(loaded.options.values()), loaded.books, chosen, as_of=loaded.as_of)


def decide(
    project: Folderish = "data", *, scenario: str | None = None, as_of: date | None = None
) -> Decision:
    """The verdict of every phase, the ranking, the flip points and what to measure next."""
    loaded = load(project, as_of=as_of)
    return _decide(loaded, scenario_name(loaded, scenario), rollups(project, as_of=as_of))


def _decide(loaded: Loaded, name: str, counts: Rollups) -> Decision:
    from toolkit.decide.decision import decide as judge

    return judge(
        loaded.plan,
        options=loaded.options,
        scenario=loaded.scenarios[name],
        scenario_id=name,
        cost=_cost(loaded, name),
        rollups=counts,
        project=loaded.project,
        as_of=loaded.as_of,
    )


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


def _known(project: Folderish, option: str | None, environment: str) -> "Folder":
    """The folder, once the option and the environment are known to be among its own."""
    folder, faults = open_folder(project), Faults()
    settings, known = read_project(folder, faults), read_options(folder, faults)
    faults.raise_errors()
    assert settings is not None
    if environment not in settings.environments:
        faults.error(folder.project, 1, "environments", f"there is no environment {environment!r}",
                     near(environment, list(settings.environments)))  # fmt: skip
    if option is not None and option not in known:
        faults.error(folder.root / "options", 1, "option", f"there is no option {option!r}", near(option, list(known)))
    faults.raise_errors()
    return folder


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
