"""Foreign telemetry as recorded facts."""

from importlib import import_module
from pathlib import Path

from toolkit.measure.importers.filing import import_as
from toolkit.measure.importers.findings import Importer, Said
from toolkit.measure.importers.result import ImportResult
from toolkit.project.faults import InputError, near

IMPORTERS: dict[str, str] = {
    "k6": "k6",
    "k6-summary": "k6.summary",
    "artillery": "artillery",
    "alb": "alb",
    "nginx": "nginx",
    "haproxy": "haproxy",
    "prometheus": "prometheus",
    "csv": "csv",
}
"""The module here that reads a kind of file; its ``IMPORTER`` is loaded once it is needed."""

KINDS = tuple(IMPORTERS)


def import_file(
    kind: str, path: Path, *, option: str, environment: str, metrics_dir: Path, mapping: Path | None = None
) -> ImportResult:
    """What became of the pieces of a file of foreign telemetry; the good ones are recorded.

    Bad pieces are kept in a side file with their line and the reasons. Importing a file again changes
    nothing.

    Args:
        kind: one of :data:`KINDS`.
        path: the file. Text may be compressed with gzip.
        option, environment: what it measured, and where.
        metrics_dir: the folder ``metrics`` of a decision folder.
        mapping: YAML that says what the file itself does not, such as their names for ours. None: the file
            uses the names that its format has.

    Raises:
        InputError: the kind is not known, the file is wrong or no piece of it is good; nothing is written
            then.
        EnvironmentFault: the folder cannot be written, or there is no room to work in.
    """
    said = Said(option=option, environment=environment, mapping=mapping)
    return import_as(kind, importer_of(kind), path, said, metrics_dir=metrics_dir)


def importer_of(kind: str) -> Importer:
    """Who reads this kind of file.

    Raises:
        InputError: the kind is not known.
    """
    if kind not in IMPORTERS:
        raise InputError(f"kind: {kind!r} is not known; {near(kind, list(KINDS))}")
    importer: Importer = import_module(f"{__name__}.{IMPORTERS[kind]}").IMPORTER
    return importer


__all__ = ["IMPORTERS", "KINDS", "ImportResult", "import_file", "importer_of"]
