"""What the tests of the importers of proxy logs share."""

import csv
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
import pytest

from toolkit.measure.importers import ImportResult, import_file
from toolkit.project.faults import InputError

FIXTURES = Path(__file__).parent / "fixtures"

ALB = (
    "wss 2026-11-23T10:05:00.500000Z app/chat/50dc6c495c0c9188 10.0.0.7:41000 10.0.1.9:8080 "
    "0.001 0.004 0.000 101 101 218 786 "
    '"GET https://chat.example.com:443/ws?token=1 HTTP/1.1" "Mozilla/5.0" - - arn:aws:x '
    '"Root=1-58337364-23a8c76965a2ef7629b185e3" "-" "-" 1 2026-11-23T10:00:00.250000Z "forward" "-" "-"'
)
"""An entry of a connection; tests change what they are about."""

FAILED = (
    ALB.replace("wss", "https")
    .replace(":41000", ":41001")
    .replace("101 101", "502 -")
    .replace("05:00.5", "00:00.4")
)
"""The entry of a handshake that failed."""


def take(kind: str, file: Path, metrics_dir: Path, mapping: str | None = None) -> ImportResult:
    """Import a file as production telemetry of the option `current`, with a mapping of this text."""
    where = None
    if mapping is not None:
        where = file.parent / "mapping.yaml"
        where.write_text(mapping)
    return import_file(
        kind, file, option="current", environment="production", metrics_dir=metrics_dir, mapping=where
    )


@cache
def taken(kind: str, name: str, mapping: str | None = None) -> list[dict[str, Any]]:
    """The connections that a fixture gives, in the order of their start."""
    with TemporaryDirectory() as folder:
        file = Path(folder, Path(name).name)
        file.write_bytes((FIXTURES / name).read_bytes())
        return rows_of(take(kind, file, Path(folder, "metrics"), mapping))


def rows_of(result: ImportResult) -> list[dict[str, Any]]:
    """The rows that an import wrote."""
    return [row for file in result.files for row in pq.read_table(file, partitioning=None).to_pylist()]


def write(path: Path, *lines: str | bytes) -> Path:
    """The file, with these lines."""
    path.write_bytes(b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines))
    return path


def set_aside(result: ImportResult) -> list[tuple[int, str, str]]:
    """Line, reasons and text of what the side file of an import holds."""
    assert result.set_aside_file is not None
    with result.set_aside_file.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        return [(int(line), reasons, text) for _, line, reasons, text in list(csv.reader(file))[1:]]


def faults_of(kind: str, file: Path, metrics_dir: Path, mapping: str | None = None) -> list[str]:
    """The lines of the error that a file causes; nothing may be written then."""
    with pytest.raises(InputError) as caught:
        take(kind, file, metrics_dir, mapping)
    assert not metrics_dir.exists()
    return str(caught.value).splitlines()


def lasted_s(row: dict[str, Any]) -> float:
    """How long a row was observed."""
    seen: datetime = row["observed_until"]
    return (seen - row["started_at"]).total_seconds()
