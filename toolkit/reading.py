"""Reads the options, price books and scenarios of a decision folder, each with all that is wrong with it."""

from pathlib import Path

from toolkit.cost.countable import growth_fault
from toolkit.cost.option import Option
from toolkit.pricing.book import PriceBook, books
from toolkit.pricing.scenario import Scenario
from toolkit.pricing.traffic import inconsistencies
from toolkit.project import Faults, Folder, Project, documents_in, read_yaml, validate


def read_books(folder: Folder, faults: Faults) -> dict[str, PriceBook]:
    """The price books by vendor id."""
    return books(folder.documents("pricing", faults), faults)


def read_books_at(path: Path, faults: Faults) -> dict[str, PriceBook]:
    """The price books of a file, of a folder of them, or of a decision folder, by vendor id."""
    if (path / "pricing").is_dir():
        return read_books(Folder(path), faults)
    if not path.is_dir():
        document = read_yaml(path, faults)
        return books([] if document is None else [document], faults)
    return books(documents_in(path, faults, right="name a price book, or a folder of them"), faults)


def read_options(folder: Folder, faults: Faults) -> dict[str, Option]:
    """The options by id; an id that is not the stem of its file is a fault."""
    options: dict[str, Option] = {}
    for document in folder.documents("options", faults):
        option = validate(document, Option, faults)
        if option is None:
            continue
        stem, line = document.path.stem, document.line(("id",))
        if option.id in options:
            wrong = f"{option.id!r} is the id of another option too"
            faults.error(document.path, line, "id", wrong, f"write id: {stem}, the name of the file")
        elif option.id != stem:
            wrong = f"{option.id!r} is not the name of the file"
            faults.error(document.path, line, "id", wrong, f"write id: {stem}, or rename the file")
        options[option.id] = option
    return options


def read_scenarios(folder: Folder, project: Project | None, faults: Faults) -> dict[str, Scenario]:
    """The scenarios by id, the default one first."""
    found: dict[str, Scenario] = {}
    for document in folder.documents("scenarios", faults):
        scenario = validate(document, Scenario, faults)
        if scenario is not None:
            for field, wrong, right in inconsistencies(scenario):
                faults.warn(document.path, document.line((field,)), field, wrong, right)
            if overflow := growth_fault(scenario):
                field, right = "growth_per_month", "lower the growth, the traffic or the horizon"
                faults.error(document.path, document.line((field,)), field, overflow, right)
            else:
                # Nothing can be computed of the others, not even what the plan asks of them.
                found[document.path.stem] = scenario
    first = project.default_scenario if project else None
    return dict(sorted(found.items(), key=lambda item: (item[0] != first, item[0])))
