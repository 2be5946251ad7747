"""Files what an importer found: good pieces as recorded facts, bad ones in a side file, nothing twice.

Every kind of file goes this way and ends in one :class:`ImportResult`: ``kind``, ``rows`` (pieces
understood), ``tables`` (facts by table), ``duplicates``, ``late``, ``set_aside``, ``set_aside_file``,
``ignored``, ``gives``, ``lacks``, ``notes`` and ``files``.
"""

import csv
import hashlib
import io
from itertools import islice
from pathlib import Path

import duckdb

from toolkit.measure.events import safe_name
from toolkit.measure.importers.facts import file_rows
from toolkit.measure.importers.findings import Findings, Importer, Said
from toolkit.measure.importers.merged import mapping_digest, refuse_merged
from toolkit.measure.importers.result import ImportResult
from toolkit.measure.importers.source import refuse_pipe
from toolkit.measure.store import Store
from toolkit.project.faults import EnvironmentFault, Faults

SHOWN = 20
"""So many bad lines are told where not one was good; the side file is not written then."""


def import_as(kind: str, importer: Importer, source: Path, said: Said, *, metrics_dir: Path) -> ImportResult:
    """What became of a file that one importer reads.

    Raises:
        InputError: the file is wrong, or no piece of it is good; nothing is written then.
        EnvironmentFault: the folder cannot be written, or there is no room to work in.
    """
    faults = Faults()
    safe_name(said.option)
    refuse_pipe(source, faults)
    faults.raise_errors()
    try:
        found = importer.read(source, said, faults)
        faults.raise_errors()
        return file_findings(
            found, source=source, kind=kind, said=said, importer=importer, metrics_dir=metrics_dir
        )
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        why = str(error).partition("\n")[0]
        raise EnvironmentFault(
            f"{source}: there is no room to read it ({why}); free memory or disk"
        ) from error


def file_findings(
    found: Findings, *, source: Path, kind: str, said: Said, importer: Importer, metrics_dir: Path
) -> ImportResult:
    """What became of the pieces of a file; the good ones are recorded.

    The bad ones are written first, so that a crash in between loses none; importing the file again mends
    what such a crash left out, and otherwise changes nothing.

    Args:
        found: what the importer found in it.
        source: the file.
        kind: its kind.
        said: what the command says of it.
        importer: who read it.
        metrics_dir: the folder ``metrics`` of a decision folder.

    Raises:
        InputError: no piece is good, or what another mapping gave was merged; nothing is written then.
        EnvironmentFault: the folder cannot be written.
    """
    _refuse_all_bad(found, source, kind)
    name, mapping = f"import-{_digest(source, said.environment)}", mapping_digest(kind, said.mapping)
    faults = Faults()
    refuse_merged(
        source, name=name, mapping=mapping, option=said.option, metrics_dir=metrics_dir, faults=faults
    )
    faults.raise_errors()
    try:
        side = metrics_dir / "set-aside" / f"{said.option}-{name}.csv"
        if found.bad:
            _set_aside(side, source, found)
        filed = file_rows(
            found.tables,
            option=said.option,
            name=f"{name}.parquet",
            mapping=mapping,
            metrics_dir=metrics_dir,
        )
        if not found.bad:
            side.unlink(missing_ok=True)
    except OSError as error:
        raise EnvironmentFault(f"{metrics_dir}: cannot be written ({error.strerror or error})") from error
    lacks = {**importer.lacks, **found.lacks}
    return ImportResult(
        kind=kind,
        rows=found.good,
        tables=filed.tables,
        duplicates=filed.duplicates,
        late=found.late,
        set_aside=len(found.bad),
        set_aside_file=side if found.bad else None,
        ignored=found.ignored,
        gives=tuple(metric for metric in importer.gives if metric not in lacks),
        lacks=lacks,
        notes=found.notes,
        files=tuple(filed.files),
    )


def _refuse_all_bad(found: Findings, source: Path, kind: str) -> None:
    faults = Faults()
    if not found.good:
        for bad in islice(found.bad, SHOWN):
            right = f"mend it, or see whether the file is of the kind {kind}"
            faults.error(source, bad.line, "line", bad.reasons, right)
        if len(found.bad) > SHOWN:
            faults.error(source, 1, "file", f"all {len(found.bad)} lines are bad", "see the first of them")
        if not found.bad:
            faults.error(source, 1, "file", "holds nothing to record", f"give one of the kind {kind}")
    faults.raise_errors()


def _digest(source: Path, environment: str) -> str:
    """The same for the same content and environment, so that a second import replaces the first."""
    digest = hashlib.sha256(f"{environment}\0".encode())
    with source.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()[:16]


def _set_aside(side: Path, source: Path, found: Findings) -> None:
    """Write the bad pieces as they stood."""
    with Store.at(side.parent).writing(side.name) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="surrogateescape", newline="")
        writer = csv.writer(text)
        writer.writerow(["file", "line", "reasons", "text"])
        writer.writerows([source.name, bad.line, bad.reasons, bad.text] for bad in found.bad)
        text.detach()
