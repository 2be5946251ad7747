"""Finds the Parquet files of the recorded facts, and which partition each belongs to."""

import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

from toolkit.measure.events import Table
from toolkit.project.faults import Faults

TABLES: tuple[Table, ...] = get_args(Table)
EPOCH = date(1970, 1, 1)
NO_FACTS = ("rollups", "set-aside")
LAYOUT = "option=…/date=YYYY-MM-DD"


@dataclass(frozen=True)
class File:
    """One file as its folder lists it.

    Args:
        version: changes whenever the content does.
        size: bytes.
    """

    path: Path
    version: str
    size: int


@dataclass(frozen=True)
class Partition:
    """The files of one table, option and UTC day.

    Args:
        folder: the option as its folder writes it.
    """

    table: Table
    folder: str
    day: date
    files: tuple[File, ...]

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


def find(metrics_dir: Path, faults: Faults) -> list[Partition]:
    """The partitions below ``metrics_dir`` in a fixed order; a file in a wrong place is a fault.

    Raises:
        FileNotFoundError: a file vanished meanwhile, as compaction makes them; look again.
    """
    found: dict[tuple[Table, str, date], list[File]] = {}
    for file in _parquet_files(metrics_dir, faults):
        if place := _place(file.path, metrics_dir, faults):
            found.setdefault(place, []).append(file)
    return [Partition(*place, tuple(files)) for place, files in sorted(found.items())]


def _parquet_files(metrics_dir: Path, faults: Faults) -> list[File]:
    """Hidden files are still being written, and rollups are no facts. Folders may be links."""

    def unlisted(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            faults.error(
                error.filename, 1, "folder", f"cannot be listed ({error.strerror})", "let it be read"
            )

    found = []
    for folder, below, names in os.walk(metrics_dir, onerror=unlisted, followlinks=True):
        top = Path(folder) == metrics_dir
        below[:] = [name for name in below if not _hidden(name) and not (top and name in NO_FACTS)]
        found += [_listed(Path(folder, name)) for name in names if _is_parquet(name)]
    return sorted(found, key=lambda file: file.path)


def _listed(path: Path) -> File:
    """Of a local file every change of content sets a new time of change, which nobody can set back."""
    state = path.stat()
    version = f"{state.st_size} {state.st_mtime_ns} {state.st_ctime_ns} {state.st_ino}"
    return File(path, version, state.st_size)


def _is_parquet(name: str) -> bool:
    return name.endswith(".parquet") and not _hidden(name)


def _hidden(name: str) -> bool:
    return name.startswith((".", "_"))


def _place(path: Path, metrics_dir: Path, faults: Faults) -> tuple[Table, str, date] | None:
    table, *folders = path.relative_to(metrics_dir).parts[:-1] or ("",)
    if table not in TABLES:
        wrong = "lies neither below connections/ nor below deliveries/"
        faults.error(path, 1, "file", wrong, f"move it to connections/{LAYOUT}/ or deliveries/{LAYOUT}/")
        return None
    match = re.fullmatch(r"option=([^/]+)/date=(\d{4}-\d\d-\d\d)", "/".join(folders))
    day = _day(match[2]) if match else None
    if match is None or day is None:
        faults.error(path, 1, "file", f"does not lie in {LAYOUT}", f"move it to {table}/{LAYOUT}/")
        return None
    return TABLES[TABLES.index(table)], match[1], day


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
