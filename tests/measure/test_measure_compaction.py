"""Compaction merges small files into one, keeps the newest row of a key, and touches nothing foreign."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.measure.compaction import compact
from toolkit.measure.recorder import Recorder

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def record(folder: Path, rows: list[Any], collector: str = "one") -> None:
    """Each row in a file of its own."""
    one = Recorder(folder, option="current", environment="lab", collector=collector, flush_s=60)
    for row in rows:
        one.delivery(row) if hasattr(row, "message") else one.connection(row)
        one.flush()
    one.close(at=NOON + timedelta(minutes=1))


def test_one_file_is_left_with_the_newest_row_of_each_key(tmp_path: Path, facts: Any, opened: Any) -> None:
    end = NOON + timedelta(seconds=30)
    ended = opened(ended_at=end, observed_until=end, close_code=1000, ended_by="client", intended=True)
    record(tmp_path, [opened(), opened(client="bob"), ended])
    before = len(list(tmp_path.rglob("*.parquet")))
    assert compact(tmp_path) == before - 1
    rows = facts(tmp_path, "connections", "client")
    assert [(row["client"], row["ended_at"]) for row in rows] == [("ann", end), ("bob", None)]
    assert rows[1]["observed_until"] == NOON + timedelta(minutes=1)


def test_collectors_are_kept_apart(tmp_path: Path, facts: Any, opened: Any) -> None:
    record(tmp_path, [opened()], "one")
    record(tmp_path, [opened()], "two")
    compact(tmp_path)
    assert sorted(row["collector"] for row in facts(tmp_path, "connections")) == ["one", "two"]


def test_duplicated_deliveries_become_one(tmp_path: Path, facts: Any, delivered: Any) -> None:
    record(tmp_path, [delivered(), delivered(), delivered(recipient="eve", latency_s=None, copies=0)])
    compact(tmp_path)
    rows = facts(tmp_path, "deliveries", "recipient")
    assert [(row["recipient"], row["latency_s"]) for row in rows] == [("bob", 0.02), ("eve", None)]


def test_a_second_time_changes_nothing(tmp_path: Path, opened: Any, delivered: Any) -> None:
    record(tmp_path, [opened(), delivered(), delivered(message="m2")])
    compact(tmp_path)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    assert compact(tmp_path) == 0
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")} == files


def test_foreign_and_broken_files_are_left_as_they_are(tmp_path: Path, opened: Any, delivered: Any) -> None:
    record(tmp_path, [delivered(), delivered(message="m2")])
    (folder,) = (tmp_path / "deliveries").glob("*/*")
    foreign, broken = folder / "theirs.parquet", folder / "broken.parquet"
    pq.write_table(pa.table({"message": [1]}), foreign)
    broken.write_bytes(b"PAR1 cut off")
    kept = foreign.read_bytes()
    compact(tmp_path)
    assert foreign.read_bytes() == kept
    assert broken.read_bytes() == b"PAR1 cut off"
    assert len(list(folder.glob("*.parquet"))) == 3


def test_nothing_to_merge_is_no_error(tmp_path: Path) -> None:
    assert compact(tmp_path / "none") == 0
