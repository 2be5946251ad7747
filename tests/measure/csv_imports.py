"""What the tests of the CSV importer share."""

from pathlib import Path
from typing import Any

import pytest

from toolkit.measure.importers import ImportResult, import_file
from toolkit.project.faults import InputError

CONNECTIONS = (
    "client,session,attempt,started_at,handshake_s,outcome,"
    "ended_at,observed_until,close_code,ended_by,intended"
)
DELIVERIES = "message,sender,recipient,scheduled_at,latency_s,copies,in_order"


def write(path: Path, *lines: str) -> Path:
    """The file, with these lines."""
    path.write_text("\n".join(lines) + "\n")
    return path


def take(file: Path, metrics_dir: Path, **more: Any) -> ImportResult:
    """Import a file as production telemetry of the option `current`."""
    return import_file(
        "csv", file, option="current", environment="production", metrics_dir=metrics_dir, **more
    )


def faults_of(file: Path, metrics_dir: Path, **more: Any) -> list[str]:
    """The lines of the error that a file causes; nothing may be written then."""
    with pytest.raises(InputError) as caught:
        take(file, metrics_dir, **more)
    assert not metrics_dir.exists()
    return str(caught.value).splitlines()
