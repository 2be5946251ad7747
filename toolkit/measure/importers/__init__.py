"""Foreign telemetry as recorded facts."""

from pathlib import Path

from toolkit.measure.importers.csv import import_csv
from toolkit.measure.importers.result import ImportResult
from toolkit.project.faults import EnvironmentFault, InputError, near

KINDS = ("k6", "k6-summary", "artillery", "alb", "nginx", "haproxy", "prometheus", "csv")


def import_file(
    kind: str, path: Path, *, option: str, environment: str, metrics_dir: Path, mapping: Path | None = None
) -> ImportResult:
    """What became of the rows of a file of foreign telemetry.

    Args:
        kind: one of :data:`KINDS`.
        path, option, environment, metrics_dir, mapping: see :func:`import_csv`.

    Raises:
        InputError: the kind is not known, or the file is wrong.
        EnvironmentFault: the kind is known but not available.
    """
    if kind not in KINDS:
        raise InputError(f"kind: {kind!r} is not known; {near(kind, list(KINDS))}")
    if kind != "csv":
        raise EnvironmentFault(f"importer {kind} is not available in this version; convert to csv")
    return import_csv(path, option=option, environment=environment, metrics_dir=metrics_dir, mapping=mapping)


__all__ = ["KINDS", "ImportResult", "import_csv", "import_file"]
