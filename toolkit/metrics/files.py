"""Finds the Parquet files of the recorded facts, and which partition each belongs to."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

from toolkit.measure.events import Table
from toolkit.measure.names import Found
from toolkit.measure.store import Store
from toolkit.project.faults import Faults

TABLES: tuple[Table, ...] = get_args(Table)
EPOCH = date(1970, 1, 1)
NO_FACTS = ("rollups/", "set-aside/")
LAYOUT = "option=…/date=YYYY-MM-DD"


@dataclass(frozen=True)
class Partition:
    """The files of one table, option and UTC day.

    Args:
        folder: the option as its folder writes it.
    """

    table: Table
    folder: str
    day: date
    files: tuple[Found, ...]

    @property
    def option(self) -> str:
        return unquote(self.folder)

    @property
    def name(self) -> str:
        return f"{self.table}/option={self.folder}/date={self.day.isoformat()}"

    @property
    def midnight_us(self) -> int:
        """Its start in microseconds since 1970."""
        return (self.day - EPOCH).days * 86_400_000_000

    @property
    def first_hour(self) -> int:
        """Its first hour, counted since 1970."""
        return (self.day - EPOCH).days * 24


def find(store: Store, faults: Faults) -> list[Partition]:
    """The partitions in a fixed order; a file in a wrong place is a fault. Rollups are no facts.

    Raises:
        FileNotFoundError: files vanish faster than they can be listed.
        OSError: the store cannot be asked.
    """
    found: dict[tuple[Table, str, date], list[Found]] = {}
    for file in store.files(faults=faults):
        if not file.name.endswith(".parquet") or file.name.startswith(NO_FACTS):
            continue
        if place := _place(file.name, store, faults):
            found.setdefault(place, []).append(file)
    return [Partition(*place, tuple(files)) for place, files in sorted(found.items())]


def shown(store: Store, name: str) -> Path | str:
    """How to tell a user which file of a store is meant."""
    return store.url(name) if store.local is None else store.local / name


def _place(name: str, store: Store, faults: Faults) -> tuple[Table, str, date] | None:
    table, _, folders = name.rpartition("/")[0].partition("/")
    match = re.fullmatch(r"option=([^/]+)/date=(\d{4}-\d\d-\d\d)", folders)
    day = _day(match[2]) if match else None
    if table in TABLES and match and day:
        return TABLES[TABLES.index(table)], match[1], day
    path = shown(store, name)
    if table not in TABLES:
        wrong = f"lies below none of {', '.join(f'{known}/' for known in TABLES)}"
        faults.error(path, 1, "file", wrong, f"move it to connections/{LAYOUT}/ or deliveries/{LAYOUT}/")
    else:
        faults.error(path, 1, "file", f"does not lie in {LAYOUT}", f"move it to {table}/{LAYOUT}/")
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
