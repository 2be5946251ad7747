"""Which table a CSV file holds, and which of its columns is which of ours."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from toolkit.measure.events import Table
from toolkit.measure.importers.columns import COLUMNS
from toolkit.project.faults import Faults, near
from toolkit.project.yamlfile import read_yaml

FROM_PATH = ("option", "environment", "date")
"""Columns that a file may have although the command and the partition say them."""


@dataclass(frozen=True)
class Header:
    """The columns of a file.

    Args:
        table: what its rows are.
        positions: our column to its position in a row, 0 for the first.
        ignored: their columns that mean nothing to us.
    """

    table: Table
    positions: dict[str, int]
    ignored: tuple[str, ...]


def read_mapping(path: Path | None, faults: Faults) -> dict[str, str]:
    """Their column to ours, as a YAML file says. Empty where there is none."""
    document = read_yaml(path, faults) if path is not None else None
    if path is None or document is None:
        return {}
    known = sorted({*COLUMNS["connections"], *COLUMNS["deliveries"]})
    for theirs, ours in document.data.items():
        if ours not in known:
            wrong = f"{ours!r} is not one of our columns"
            faults.error(path, document.line([theirs]), theirs, wrong, near(str(ours), known))
    return {theirs: str(ours) for theirs, ours in document.data.items()}


def read_header(path: Path, theirs: list[str], mapping: dict[str, str], faults: Faults) -> Header | None:
    """The columns of a file. None, and faults, where they are not those of one table."""
    for name in mapping:
        if name not in theirs:
            faults.error(path, 1, name, "the mapping names a column that the file lacks", near(name, theirs))
    named = [mapping.get(name, name) for name in theirs]
    for name in sorted({name for name in named if named.count(name) > 1}):
        faults.error(path, 1, name, "the column stands twice", "keep one of the two")
    table = _table(named)
    columns = COLUMNS[table]
    for name, column in columns.items():
        if column.required and name not in named:
            right = "add it, or map one of theirs to it" + _did_you_mean(name, named)
            faults.error(path, 1, name, f"the column is missing for {table}", right)
    _typos(path, named, table, faults)
    if faults.errors:
        return None
    known = {*columns, *FROM_PATH}
    positions = {name: place for place, name in enumerate(named) if name in known}
    ignored = tuple(name for name, ours in zip(theirs, named, strict=True) if ours not in known)
    return Header(table, positions, ignored)


def _table(named: list[str]) -> Table:
    """The table of which the file has more of the columns that the other lacks."""
    own = {table: set(columns) - {"collector"} for table, columns in COLUMNS.items()}
    return max(own, key=lambda table: len(own[table].intersection(named)))


def _did_you_mean(name: str, named: list[str]) -> str:
    match = get_close_matches(name, named, n=1, cutoff=0.75)
    return f"; is it {match[0]}?" if match else ""


def _typos(path: Path, named: list[str], table: Table, faults: Faults) -> None:
    """A column that is nearly one of ours must not pass for one that the source lacks."""
    missing = [name for name in COLUMNS[table] if name not in named]
    for name in named:
        match = get_close_matches(name, missing, n=1, cutoff=0.85) if name not in COLUMNS[table] else []
        if match and name not in FROM_PATH and not COLUMNS[table][match[0]].required:
            faults.error(path, 1, name, "is not one of our columns", f"did you mean {match[0]}?")
