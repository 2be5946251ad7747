"""What is no log at all is refused in words: pipes, absurd numbers, one endless line."""

import gzip
import os
from pathlib import Path

import pytest

from toolkit.measure.importers import KINDS, import_file
from toolkit.project import InputError

CSV = "client,session,started_at,observed_until,handshake_s,outcome\n"
ROW = "c,s,2026-11-26T10:00:00Z,2026-11-26T10:05:00Z,{handshake},open\n"


def refused(kind: str, path: Path, metrics: Path) -> str:
    with pytest.raises(InputError) as raised:
        import_file(kind, path, option="current", environment="lab", metrics_dir=metrics)
    assert not metrics.exists()
    return str(raised.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, kind: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    told = refused(kind, tmp_path / "pipe", tmp_path / "metrics")
    assert "pipe:1: file: is a pipe or a device, which can be read only once; write what comes" in told


def test_what_a_shell_pipes_in_is_not_read_by_halves(tmp_path: Path) -> None:
    there, here = os.pipe()
    os.write(here, (CSV + ROW.format(handshake=0.1) * 3).encode())
    os.close(here)
    told = refused("csv", Path(f"/dev/fd/{there}"), tmp_path / "metrics")
    os.close(there)
    assert "is a pipe or a device" in told


@pytest.mark.parametrize("handshake", ["1e308", "1e9", "1795428000000000"])
def test_a_duration_of_decades_is_another_unit(tmp_path: Path, handshake: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(CSV + ROW.format(handshake=handshake))
    told = refused("csv", path, tmp_path / "metrics")
    assert f"{path}:2: line: handshake_s: {handshake!r} is longer than 30 years; write seconds" in told


@pytest.mark.parametrize("kind", ["nginx", "haproxy", "alb", "k6"])
def test_a_line_without_end_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(b"a" * (70 << 20), 1))
    assert f"{path}:1: line: is longer than 64 MiB" in refused(kind, path, tmp_path / "metrics")
