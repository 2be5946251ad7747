"""What the tests of the importers of load tools share."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
import pytest

from toolkit.measure.importers import ImportResult, import_file
from toolkit.project.faults import InputError

FIXTURES = Path(__file__).parent / "fixtures"

Rows = list[dict[str, Any]]


def take(kind: str, file: Path, metrics_dir: Path, **more: Any) -> ImportResult:
    """Import a file as lab telemetry of the option `current`."""
    return import_file(kind, file, option="current", environment="lab", metrics_dir=metrics_dir, **more)


def rows_of(table: str, result: ImportResult) -> Rows:
    """The rows of a table that an import wrote, in the order of its files."""
    files = [path for path in result.files if path.parts[-4] == table]
    rows: Rows = [row for path in files for row in pq.read_table(path, partitioning=None).to_pylist()]
    return rows


@cache
def _given(kind: str, file: Path) -> dict[str, Rows]:
    with TemporaryDirectory() as folder:
        result = take(kind, file, Path(folder) / "metrics")
        return {table: rows_of(table, result) for table in result.tables}


def given(kind: str, name: str, table: str) -> Rows:
    """The rows of a table that a fixture gives."""
    return _given(kind, FIXTURES / name)[table]


def faults_of(kind: str, file: Path, tmp_path: Path, **more: Any) -> list[str]:
    """The lines of the error that a file causes, without its path; nothing may be written then."""
    with pytest.raises(InputError) as caught:
        take(kind, file, tmp_path / "metrics", **more)
    assert not (tmp_path / "metrics").exists()
    return [line.removeprefix(f"{file.parent}/") for line in str(caught.value).splitlines()]


def written(path: Path, content: object) -> Path:
    """The file, with JSON."""
    path.write_text(json.dumps(content))
    return path


def set_aside(result: ImportResult) -> str:
    """What the side file of an import says."""
    assert result.set_aside_file is not None
    return result.set_aside_file.read_text()


def shown(rows: Rows) -> dict[tuple[str, str, float | None], float]:
    """Aggregates by name, kind and quantile; each may be there once."""
    keys = [(row["name"], row["kind"], row["quantile"]) for row in rows]
    assert len(set(keys)) == len(keys)
    return {key: row["value"] for key, row in zip(keys, rows, strict=True)}
