"""Reads a decision folder with all its rooms' schemas, and finds everything that is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from toolkit.cost.claims import Claim, read_claims
from toolkit.cost.measurements import Known, Measurement, read_measurements
from toolkit.cost.option import Option
from toolkit.decide.plan import Plan
from toolkit.decide.planchecks import check_names, check_plan
from toolkit.decide.reachchecks import Circumstances
from toolkit.decide.record.filed import Filed, read_records
from toolkit.decide.usecases import UseCase, read_use_cases
from toolkit.decide.weights import Weighting, read_weights
from toolkit.opening import AsOf, open_folder, pinned_day, read_project
from toolkit.pricing.book import PriceBook, books, stale
from toolkit.pricing.scenario import Scenario
from toolkit.project import (
    Document,
    Fault,
    Faults,
    Folder,
    InputError,
    Project,
    near,
    read_yaml,
    validate,
)
from toolkit.project.reads import Noted, checking
from toolkit.reading import read_options, read_scenarios


@dataclass(frozen=True)
class Loaded:
    """A decision folder without faults.

    Args:
        folder: where it lies.
        project: its ``project.yaml``.
        as_of: the UTC day of the question, all of it.
        plan: its phases.
        options: by id, in the order of their files.
        books: price books by vendor id.
        scenarios: by id, the default one first.
        claims: the brief's statements with what the sources say. Empty where the folder has none.
        warnings: what does not stop anything but should be read.
        records: decision records that people filed, by the names of their files.
        use_cases: of the brief. Empty where the folder has none.
        weightings: the team's weights, the newest last. Empty where it gives none.
        measurements: what could be measured next. Empty where the folder does not say.
    """

    folder: Folder
    project: Project
    as_of: date
    plan: Plan
    options: Mapping[str, Option]
    books: Mapping[str, PriceBook]
    scenarios: Mapping[str, Scenario]
    claims: list[Claim]
    warnings: list[Fault]
    records: Sequence[Filed] = ()
    use_cases: list[UseCase] = field(default_factory=list)
    weightings: list[Weighting] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)


def scenario_name(loaded: Loaded, scenario: str | None) -> str:
    """The scenario asked for, or the folder's default one.

    Raises:
        InputError: the folder has no such scenario.
    """
    name = loaded.project.default_scenario if scenario is None else scenario
    if name not in loaded.scenarios:
        path = loaded.folder.root / "scenarios"
        raise InputError(
            f"{path}:1: scenario: there is no scenario {name!r}; {near(name, list(loaded.scenarios))}"
        )
    return name


def load(root: Path | str, *, as_of: AsOf = None) -> Loaded:
    """The decision folder, whole.

    Args:
        root: the folder.
        as_of: the UTC day of the question. None takes the folder's own, else today.

    Raises:
        InputError: with every fault of every YAML file.
    """
    folder, faults = open_folder(root), Faults()
    with checking():
        loaded = examine(folder, faults, as_of=as_of)
    if faults.errors:
        # Whoever has to mend one file wants to know of the others too.
        check_recordings(folder, faults)
    faults.raise_errors()
    if loaded is None:
        raise InputError(faults)
    return loaded


def check_chat(folder: Folder, faults: Faults) -> None:
    """Note what is wrong with the chat server's settings, where the folder has any."""
    from toolkit.chat.settingsfile import read_settings

    if folder.chat.exists():
        read_settings(folder.chat, faults)


def check_recordings(folder: Folder, faults: Faults) -> None:
    """Note what is wrong with the recorded facts, as far as ``project.yaml`` can be read."""
    from toolkit.metrics.rollups import check_files

    settings = read_project(folder, Faults())
    if settings is not None:
        check_files(folder.metrics, list(settings.environments), faults, recordings=settings.recordings)


def examine(folder: Folder, faults: Faults, *, as_of: AsOf) -> Loaded | None:
    """The folder as far as it can be read, or None; ``faults`` has all that is wrong with its YAML files."""
    project = read_project(folder, faults)
    day = pinned_day(project, as_of)
    options = read_options(folder, faults)
    priced = folder.documents("pricing", faults)
    price_books = books(priced, faults)
    scenarios = read_scenarios(folder, project, faults)
    # Known by their files' names, so that a file with a fault of its own does not make others look wrong.
    option_ids = [path.stem for path in folder.files("options")]
    claims = read_claims(folder.root / "claims.yaml", faults, options=option_ids)
    use_cases = read_use_cases(
        folder.root / "use-cases.yaml",
        faults,
        options=option_ids,
        scenarios=[path.stem for path in folder.files("scenarios")],
        claims=[claim.id for claim in claims],
    )
    known = None if project is None else list(project.environments)
    weightings = read_weights(folder.root / "weights.yaml", faults, environments=known)
    measurements = read_measurements(
        folder.measurements, faults, known=Known(option_ids, project.environments if project else None)
    )
    plan = _read_plan(folder, project, option_ids, scenarios, faults)
    _check_books(folder, priced, price_books, options, day, faults)
    _check_recorded_options(folder, option_ids, faults)
    records = read_records(folder.records, faults)
    _check_records(folder, records, faults)
    if project is not None:
        _check_default_scenario(folder, project, faults)
    if project is None or plan is None or faults.errors:
        return None
    return Loaded(
        folder, project, day, plan, options, price_books, Noted(scenarios, folder.root / "scenarios"), claims,
        faults.warnings, records,
        use_cases, weightings, measurements,
    )  # fmt: skip


def _read_plan(
    folder: Folder,
    project: Project | None,
    option_ids: list[str],
    scenarios: Mapping[str, Scenario],
    faults: Faults,
) -> Plan | None:
    document = read_yaml(folder.plan, faults)
    plan = None if document is None else validate(document, Plan, faults)
    environments = project.environments if project is not None else None
    if plan is not None and document is not None and project is not None:
        default = scenarios.get(project.default_scenario)
        check_plan(
            plan,
            document,
            options=option_ids,
            environments=project.environments,
            faults=faults,
            deadline_ms=project.delivery_deadline_s * 1000,
            known=None
            if default is None
            else Circumstances(default, project.default_scenario, project.outage_hours),
        )
    elif document is not None:
        check_names(document, options=option_ids, environments=environments, faults=faults)
    return plan


def _check_records(folder: Folder, records: Sequence[Filed], faults: Faults) -> None:
    """A record of a scenario that is gone can be checked by nobody."""
    names = [path.stem for path in folder.files("scenarios")]
    for filed in records:
        if filed.stands and filed.record.scenario not in names:
            wrong = (
                f"there is no scenario {filed.record.scenario!r} any more, so that nobody checks this record"
            )
            right = "set its status to deprecated, or bring the scenario back"
            faults.warn(folder.root / filed.file, 1, "scenario", wrong, right)


def _check_recorded_options(folder: Folder, option_ids: list[str], faults: Faults) -> None:
    """Recordings of something that is no option are read by nobody: most likely a name is mistyped."""
    for path in sorted(folder.metrics.glob("*/option=*")):
        name = path.name.removeprefix("option=")
        if path.parent.name in ("connections", "deliveries", "faults") and name not in option_ids:
            faults.warn(path, 1, "option", f"{name!r} is recorded and is no option", near(name, option_ids))


def _check_default_scenario(folder: Folder, project: Project, faults: Faults) -> None:
    names = [path.stem for path in folder.files("scenarios")]
    if project.default_scenario not in names:
        line = _line(folder.project, "default_scenario")
        wrong = f"there is no scenario {project.default_scenario!r}"
        faults.error(folder.project, line, "default_scenario", wrong, near(project.default_scenario, names))


def _check_books(
    folder: Folder,
    documents: Sequence[Document],
    price_books: Mapping[str, PriceBook],
    options: Mapping[str, Option],
    day: date,
    faults: Faults,
) -> None:
    """Every option finds its price book, and old books are told."""
    # Of two books of one vendor the first is used.
    named = [document for document in documents if isinstance(document.data.get("vendor"), str)]
    files = {str(document.data["vendor"]): document for document in reversed(named)}
    # One that cannot be read, or does not say whose it is, may be the one that an option asks for.
    every_vendor_is_known = len(named) == len(folder.files("pricing"))
    for option_id, option in options.items():
        vendor = option.price_book
        if vendor is not None and vendor not in files and every_vendor_is_known:
            path = folder.root / "options" / f"{option_id}.yaml"
            wrong = f"there is no price book {vendor!r}"
            faults.error(path, _line(path, "price_book"), "price_book", wrong, near(vendor, list(files)))
    for vendor, book in price_books.items():
        if age := stale(book, day):
            document = files[vendor]
            right = f"check its prices again and date them. {book.recheck(day)}"
            faults.warn(document.path, document.line(("vendor",)), "as_of", age, right)


def _line(path: Path, field: str) -> int:
    document: Document | None = read_yaml(path, Faults())
    return document.line((field,)) if document else 1
