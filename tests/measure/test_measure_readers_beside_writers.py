"""Readers, collectors and compaction share a folder: no reader sees half a file, or too few rows."""

import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.measure.compaction import compact
from toolkit.measure.recorder import Recorder

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def keys(folder: Path) -> set[str] | None:
    """The messages in all files as one listing finds them. None where a file was merged away meanwhile."""
    found: set[str] = set()
    try:
        for path in sorted(folder.rglob("*.parquet")):
            table: pa.Table = pq.read_table(path, columns=["message"], partitioning=None)
            found.update(table["message"].to_pylist())
    except FileNotFoundError:
        return None
    return found


def test_what_was_seen_once_is_never_missing_again(tmp_path: Path, delivered: Any) -> None:
    stop = threading.Event()

    def collect(name: str) -> None:
        with Recorder(tmp_path, option="current", environment="lab", collector=name, flush_s=0.02) as one:
            number = 0
            while not stop.is_set():
                one.delivery(delivered(message=f"{name}-{number}"))
                number += 1
                time.sleep(0.002)

    def merge() -> None:
        while not stop.is_set():
            compact(tmp_path)
            time.sleep(0.01)

    threads = [threading.Thread(target=collect, args=(f"w{number}",)) for number in range(2)]
    threads.append(threading.Thread(target=merge))
    for thread in threads:
        thread.start()
    seen: set[str] = set()
    looks = 0
    until_s = time.monotonic() + 4
    try:
        while time.monotonic() < until_s:
            now = keys(tmp_path)
            if now is not None:
                assert seen <= now
                seen, looks = now, looks + 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert looks > 5
    compact(tmp_path)
    last = keys(tmp_path)
    assert last is not None
    assert seen <= last
    assert len(list(tmp_path.rglob("*.parquet"))) == 1
    for name in ("w0", "w1"):
        numbers = sorted(int(key.partition("-")[2]) for key in last if key.startswith(name))
        assert numbers == list(range(len(numbers)))


def test_two_compactions_at_once_lose_nothing(tmp_path: Path, delivered: Any) -> None:
    with Recorder(tmp_path, option="current", environment="lab", collector="one", flush_s=60) as one:
        for number in range(40):
            one.delivery(delivered(message=str(number)))
            one.flush()
    mergers = [threading.Thread(target=compact, args=(tmp_path,)) for _ in range(4)]
    for merger in mergers:
        merger.start()
    for merger in mergers:
        merger.join()
    assert keys(tmp_path) == {str(number) for number in range(40)}
