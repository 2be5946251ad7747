"""CSV with the columns of the recorded facts, under their names or others."""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa

from toolkit.measure.compaction import newest, own_files, without
from toolkit.measure.events import STAMPS, Table, day_of, partition, safe_name
from toolkit.measure.importers import cells
from toolkit.measure.importers.columns import COLUMNS, FAULTS, Row, by_the_deadline
from toolkit.measure.importers.header import Header, read_header, read_mapping
from toolkit.measure.importers.result import ImportResult
from toolkit.measure.recorder import table_of, write_part
from toolkit.project.faults import EnvironmentFault, Faults, InputError

SHOWN = 20
"""So many bad rows are told where not one was good; the side file would not be written then."""


@dataclass
class _Found:
    """What a file holds."""

    rows: dict[date, list[Row]] = field(default_factory=lambda: defaultdict(list))
    bad: list[tuple[int, str, list[str]]] = field(default_factory=list)
    good: int = 0
    late: int = 0


def import_csv(
    path: Path, *, option: str, environment: str, metrics_dir: Path, mapping: Path | None = None
) -> ImportResult:
    """What became of the file's rows; the good ones are recorded.

    Times are ISO 8601 (naive is UTC) or epoch microseconds. Bad rows are kept in a side file with their line
    and the reasons. A delivery later than its deadline is recorded as lost. Importing a file again changes
    nothing.

    Args:
        path: the file.
        option, environment: what it measured, and where.
        metrics_dir: the folder ``metrics`` of a decision folder.
        mapping: YAML, their column to ours. None: the columns have our names.

    Raises:
        InputError: the file cannot be read, columns are missing or wrong, or no row is good; nothing is
            written then.
        EnvironmentFault: the folder cannot be written.
    """
    faults = Faults()
    safe_name(option)
    ours = read_mapping(mapping, faults)
    rows = _rows(path, faults)
    _, first = next(rows, (1, []))
    if not first and not faults.errors:
        faults.error(path, 1, "file", "is empty", "write a line with the names of the columns first")
    header = None if faults.errors else read_header(path, [name.strip() for name in first], ours, faults)
    found = _Found()
    if header is not None:
        _sort_out(rows, header, found, {"option": option, "environment": environment})
        _refuse_all_bad(path, found, faults)
    faults.raise_errors()
    if header is None:
        raise InputError(faults)
    try:
        return _write(path, header, found, option=option, environment=environment, metrics_dir=metrics_dir)
    except OSError as error:
        raise EnvironmentFault(f"{metrics_dir}: cannot be written ({error.strerror or error})") from error


def _rows(path: Path, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """The line number and the cells of each row that is not blank; a file that is no CSV ends in a fault."""
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            for row in reader:
                if row:
                    yield line, row
                line = reader.line_num + 1
    except FileNotFoundError:
        faults.error(path, 1, "file", "the file is missing", "name a CSV file")
    except OSError as error:
        faults.error(path, 1, "file", f"cannot be read ({error.strerror})", "name a CSV file")
    except (csv.Error, UnicodeDecodeError) as error:
        wrong = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else f"is no CSV ({error})"
        faults.error(path, line, "file", wrong, "write comma-separated UTF-8 text")


def _sort_out(
    rows: Iterator[tuple[int, list[str]]], header: Header, found: _Found, said: dict[str, str]
) -> None:
    for line, texts in rows:
        row, reasons = _parse(texts, header, said)
        if reasons:
            found.bad.append((line, "; ".join(reasons), texts))
            continue
        if header.table == "deliveries":
            on_time = by_the_deadline(row)
            found.late += on_time is not row
            row = on_time
        found.good += 1
        found.rows[day_of(row[STAMPS[header.table]])].append(row)


def _parse(texts: list[str], header: Header, said: dict[str, str]) -> tuple[Row, list[str]]:
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


def _value(name: str, texts: list[str], header: Header) -> object:
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


def _refuse_all_bad(path: Path, found: _Found, faults: Faults) -> None:
    if found.good or not found.bad:
        return
    for line, reasons, _ in found.bad[:SHOWN]:
        faults.error(path, line, "row", reasons, "mend it, or map the columns")
    if len(found.bad) > SHOWN:
        faults.error(path, 1, "file", f"all {len(found.bad)} rows are bad", "see the first of them")


def _write(
    path: Path, header: Header, found: _Found, *, option: str, environment: str, metrics_dir: Path
) -> ImportResult:
    name = f"import-{_digest(path, environment)}"
    files: list[Path] = []
    known = 0
    for day, rows in sorted(found.rows.items()):
        folder = partition(metrics_dir, header.table, option=option, day=day)
        table = newest(header.table, table_of(header.table, rows))
        fresh = _unknown(header.table, folder, f"{name}.parquet", table)
        known += len(rows) - len(fresh)
        if len(fresh):
            files.append(write_part(folder, f"{name}.parquet", fresh))
    side = _set_aside(metrics_dir / "set-aside" / f"{option}-{name}.csv", path, found)
    return ImportResult(
        table=header.table,
        rows=found.good,
        duplicates=known,
        late=found.late,
        set_aside=len(found.bad),
        set_aside_file=side,
        ignored_columns=header.ignored,
        files=tuple(files),
    )


def _unknown(table: Table, folder: Path, own: str, rows: pa.Table) -> pa.Table:
    """The rows that no other file of the partition holds: compaction may have merged an earlier import."""
    others = [found for part, found in own_files(folder, table).items() if part.name != own]
    return without(table, rows, pa.concat_tables(others)) if others else rows


def _digest(path: Path, environment: str) -> str:
    """The same for the same content and environment, so that a second import replaces the first."""
    digest = hashlib.sha256(f"{environment}\0".encode())
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()[:16]


def _set_aside(target: Path, path: Path, found: _Found) -> Path | None:
    """The side file with the bad rows as they stood. None where there are none."""
    if not found.bad:
        return None
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.tmp")
    with temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "line", "reasons", "cells…"])
        writer.writerows([path.name, line, reasons, *texts] for line, reasons, texts in found.bad)
    return temporary.replace(target)
