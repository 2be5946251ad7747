"""CSV with the columns of the recorded facts, under their names or others."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from toolkit.measure.events import KEYS, Table
from toolkit.measure.importers import cells
from toolkit.measure.importers.columns import COLUMNS, FAULTS, Row, by_the_deadline
from toolkit.measure.importers.findings import METRICS, OF_DELIVERIES, BadLine, Findings, Importer, Said
from toolkit.measure.importers.header import Header, read_header, read_mapping
from toolkit.measure.importers.source import UNREADABLE, opened, why_unreadable
from toolkit.measure.recorder import table_of
from toolkit.project.faults import Faults

Texts = list[str]

_OTHER_MARKS = (";", "\t", "|")
"""What other tools write between cells; a column's name has none of them."""


@dataclass
class _Found:
    """What a file holds."""

    rows: list[Row] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    late: int = 0


class _Lines:
    """The lines of a file, which remembers those taken since it was last asked."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._taken.append(line)
            yield line

    def taken(self) -> str:
        """The text of one row, without the end of its last line."""
        text, self._taken = "".join(self._taken), []
        return text.rstrip("\r\n")


def read_csv(path: Path, said: Said, faults: Faults) -> Findings:
    """What a CSV file holds.

    Times are ISO 8601 (naive is UTC) or epoch microseconds. A delivery later than its deadline is recorded as
    lost. Columns that are missing or wrong are faults of the file.
    """
    ours = read_mapping(said.mapping, faults)
    rows = _rows(path, faults)
    _, first, _ = next(rows, (1, [], ""))
    if not first and not faults.errors:
        faults.error(path, 1, "file", "is empty", "write a line with the names of the columns first")
    if len(first) == 1 and (mark := next((mark for mark in _OTHER_MARKS if mark in first[0]), None)):
        faults.error(path, 1, "file", f"has {mark!r} between its columns", "write commas")
    header = None if faults.errors else read_header(path, [name.strip() for name in first], ours, faults)
    if header is None:
        return Findings()
    found = _Found()
    _sort_out(rows, header, found, {"option": said.option, "environment": said.environment})
    if not found.rows and not found.bad and not faults.errors:
        faults.error(path, 1, "file", "holds no row below the names of its columns", "add one")
    return Findings(
        tables={header.table: table_of(header.table, found.rows)},
        good=len(found.rows),
        bad=found.bad,
        late=found.late,
        ignored=header.ignored,
        notes=_clashes(header.table, found.rows),
        lacks=_lacks(header, found.rows),
    )


def _rows(path: Path, faults: Faults) -> Iterator[tuple[int, Texts, str]]:
    """Line number, cells and text of each row that is not blank; a file that is no CSV ends in a fault."""
    line = 1
    try:
        with io.TextIOWrapper(opened(path), encoding="utf-8-sig", newline="") as file:
            lines = _Lines(iter(file))
            reader = csv.reader(lines, strict=True)
            for row in reader:
                text = lines.taken()
                if row:
                    yield line, row, text
                line = reader.line_num + 1
    except csv.Error as error:
        faults.error(path, line, "file", f"is no CSV ({error})", "write comma-separated UTF-8 text")
    except UnicodeDecodeError as error:
        faults.error(path, line, "file", why_unreadable(error), "write comma-separated UTF-8 text")
    except UNREADABLE as error:
        faults.error(path, 1, "file", why_unreadable(error), "name a CSV file")


def _sort_out(
    rows: Iterator[tuple[int, Texts, str]], header: Header, found: _Found, said: dict[str, str]
) -> None:
    for line, texts, text in rows:
        row, reasons = _parse(texts, header, said)
        if reasons:
            found.bad.append(BadLine(line, "; ".join(reasons), text))
            continue
        if header.table == "deliveries":
            on_time = by_the_deadline(row)
            found.late += on_time is not row
            row = on_time
        found.rows.append(row)


def _parse(texts: Texts, header: Header, said: dict[str, str]) -> tuple[Row, list[str]]:
    """A row and all that is wrong with it."""
    width = len(header.positions) + len(header.ignored)
    if len(texts) != width:
        return {}, [f"has {len(texts)} cells instead of {width}"]
    row: Row = {"environment": said["environment"]}
    reasons = []
    for name, value in said.items():
        place = header.positions.get(name)
        if place is not None and texts[place].strip() not in ("", value):
            reasons.append(f"{name}: {texts[place]!r} is not {value!r}")
    for name in COLUMNS[header.table]:
        try:
            row[name] = _value(name, texts, header)
        except ValueError as error:
            reasons.append(f"{name}: {error}")
    return row, reasons or FAULTS[header.table](row)


def _value(name: str, texts: Texts, header: Header) -> object:
    column = COLUMNS[header.table][name]
    place = header.positions.get(name)
    text = "" if place is None else texts[place].strip()
    if not cells.is_null(text):
        try:
            return column.parse(text)
        except ValueError as error:
            raise ValueError(f"{text[:60]!r} {error}") from None
    if place is not None and not column.null:
        raise ValueError("is empty")
    return column.default


_BEGINS: dict[Table, str] = {"connections": "started_at", "deliveries": "scheduled_at"}


def _clashes(table: Table, rows: list[Row]) -> tuple[str, ...]:
    """How many rows are lost because others that began at another time have the same key."""
    names = [name for name in KEYS[table] if name != "environment"]
    begun: dict[tuple[object, ...], set[object]] = {}
    for row in rows:
        key = tuple(row[name] for name in names)
        if None not in key:
            begun.setdefault(key, set()).add(row[_BEGINS[table]])
    count = sum(len(starts) - 1 for starts in begun.values())
    if not count:
        return ()
    shown = f"{', '.join(names[1:-1])} and {names[-1]}"
    return (
        f"Rows that have {shown} of another one with another {_BEGINS[table]}: {count:,}. "
        "Only one row of each such key and day counts.",
    )


def _lacks(header: Header, rows: list[Row]) -> dict[str, str]:
    if header.table == "connections":
        lacks = dict.fromkeys(OF_DELIVERIES, "the file holds connections, not deliveries")
        for metric, needed in _NEEDED.items():
            if missing := [name for name in needed if name not in header.positions]:
                lacks[metric] = f"the file has no column {' and none '.join(missing)}"
            elif unknown := [text for name in needed if (text := _unknown(name, rows))]:
                lacks[metric] = " and ".join(unknown)
        return lacks
    of_connections = (metric for metric in METRICS if metric not in OF_DELIVERIES)
    return dict.fromkeys(of_connections, "the file holds deliveries, not connections")


_NEEDED = {
    "mean_connection_duration_s": ("handshake_s", "ended_at", "intended"),
    "reconnection_frequency": ("attempt",),
    "session_availability": ("attempt", "handshake_s", "ended_at", "intended"),
}
"""The columns without which a metric of connections stays absent, and in which no cell may be unknown."""

_KNOWN_OF: dict[str, tuple[str, Callable[[Row], bool]]] = {
    "attempt": ("rows", lambda row: True),
    "handshake_s": ("opened connections", lambda row: row["outcome"] == "open"),
    "intended": ("ended connections", lambda row: row["ended_at"] is not None),
}
"""Of which rows a column must be known. An empty ``ended_at`` says that a connection is open."""


def _unknown(name: str, rows: list[Row]) -> str | None:
    """Of how many rows a column is unknown though it is needed. None where it is of none."""
    if name not in _KNOWN_OF:
        return None
    whose, needs = _KNOWN_OF[name]
    cells = [row[name] for row in rows if needs(row)]
    count = sum(cell is None for cell in cells)
    return f"{name} is empty in {count:,} of {len(cells):,} {whose}" if count else None


IMPORTER = Importer(read=read_csv, gives=METRICS, lacks={})
