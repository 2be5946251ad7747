"""Compaction merges small files into one, keeps the newest row of a key, and touches nothing foreign."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.measure.compaction import Compacted, compact, compact_partitions
from toolkit.measure.events import DELIVERIES, UNIQUE
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


def test_attempts_of_unknown_number_in_one_session_all_stay(tmp_path: Path, facts: Any, opened: Any) -> None:
    later, end = NOON + timedelta(seconds=30), NOON + timedelta(seconds=20)
    first = opened(attempt=None, ended_at=end, observed_until=end, close_code=1006, intended=False)
    record(
        tmp_path, [opened(attempt=None), first, opened(attempt=None, started_at=later, observed_until=later)]
    )
    compact(tmp_path)
    rows = facts(tmp_path, "connections", "started_at")
    assert [(row["started_at"], row["ended_at"]) for row in rows] == [(NOON, end), (later, None)]


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


def mark(path: Path) -> bool:
    metadata = pq.read_schema(path).metadata or {}
    return UNIQUE.items() <= metadata.items()


def the_file(folder: Path) -> Path:
    (path,) = folder.rglob("*.parquet")
    return path


def test_a_merged_file_says_that_its_keys_are_unique(tmp_path: Path, delivered: Any) -> None:
    record(tmp_path, [delivered(), delivered(), delivered(message="m2")])
    assert not any(mark(path) for path in tmp_path.rglob("*.parquet"))
    assert compact_partitions(tmp_path) == Compacted(partitions=1, files=2, duplicates=1)
    assert mark(the_file(tmp_path))


def test_a_single_file_that_says_so_is_left_alone_and_another_is_not(tmp_path: Path, opened: Any) -> None:
    """The state at the open and that at the end stand in one file."""
    one = Recorder(tmp_path, option="current", environment="lab", collector="one", flush_s=60)
    one.connection(opened())
    one.close(at=NOON + timedelta(minutes=1))
    assert compact_partitions(tmp_path) == Compacted(partitions=1, files=0, duplicates=1)
    before = the_file(tmp_path).stat()
    assert compact_partitions(tmp_path) == Compacted()
    after = the_file(tmp_path).stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_size) == (
        before.st_ino,
        before.st_mtime_ns,
        before.st_size,
    )


def test_words_stand_in_dictionaries(tmp_path: Path, delivered: Any) -> None:
    record(tmp_path, [delivered(), delivered(message="m2")])
    compact(tmp_path)
    with pq.ParquetFile(the_file(tmp_path)) as file:
        columns = [file.metadata.row_group(0).column(number) for number in range(file.metadata.num_columns)]
    in_dictionaries = {one.path_in_schema for one in columns if "RLE_DICTIONARY" in one.encodings}
    assert in_dictionaries == {"environment", "collector", "message", "sender", "recipient"}


def test_a_bad_row_stays_and_does_not_win_over_a_good_one(
    tmp_path: Path, facts: Any, opened: Any, delivered: Any
) -> None:
    later = NOON + timedelta(minutes=3)
    bad = opened(observed_until=later, handshake_s=-1.0)
    lost = delivered(latency_s=-0.5)
    one = Recorder(tmp_path, option="current", environment="lab", collector="one", flush_s=60)
    for row in (opened(intended=True), bad, opened(intended=True), bad):
        one.connection(row)
    for row in (lost, delivered(), lost):
        one.delivery(row)
    one.close(at=later)
    assert compact_partitions(tmp_path).duplicates == 5
    assert [row["handshake_s"] for row in facts(tmp_path, "connections", "handshake_s")] == [-1.0, 0.1]
    assert [row["latency_s"] for row in facts(tmp_path, "deliveries", "latency_s")] == [-0.5, 0.02]
    assert not any(mark(path) for path in tmp_path.rglob("*.parquet"))
    assert compact_partitions(tmp_path) == Compacted()


def test_a_row_without_a_collector_has_the_key_of_one_whose_collector_has_no_name(
    tmp_path: Path, facts: Any, delivered: Any
) -> None:
    """A foreign writer may leave out what must not be; the reader takes both for one."""
    folder = tmp_path / "deliveries" / "option=current" / "date=2026-11-23"
    folder.mkdir(parents=True)
    schema = pa.schema([field.with_nullable(True) for field in DELIVERIES])
    rows = [{**vars(delivered()), "environment": "lab", "collector": name} for name in (None, "", "one")]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / "theirs.parquet")
    assert compact_partitions(tmp_path) == Compacted(partitions=1, files=0, duplicates=1)
    assert [row["collector"] for row in facts(tmp_path, "deliveries", "collector")] == ["", "one"]
    assert mark(the_file(tmp_path))


def test_a_row_that_lacks_what_must_be_there_stays(tmp_path: Path, facts: Any, delivered: Any) -> None:
    folder = tmp_path / "deliveries" / "option=current" / "date=2026-11-23"
    folder.mkdir(parents=True)
    schema = pa.schema([field.with_nullable(True) for field in DELIVERIES])
    rows = [{**vars(delivered()), "environment": "lab", "collector": "c"}] * 2
    pq.write_table(pa.Table.from_pylist(rows[:1], schema=schema), folder / "1.parquet")
    missing = [{**rows[0], "message": None}, {**rows[0], "scheduled_at": None}]
    pq.write_table(pa.Table.from_pylist(missing, schema=schema), folder / "2.parquet")
    assert compact_partitions(tmp_path) == Compacted(partitions=1, files=1, duplicates=0)
    assert len(facts(tmp_path, "deliveries")) == 3


def test_a_file_whose_pages_are_broken_is_left_and_the_others_are_merged(
    tmp_path: Path, delivered: Any
) -> None:
    record(tmp_path, [delivered(message=f"m{number}") for number in range(3)])
    paths = sorted(tmp_path.rglob("*.parquet"))
    content = bytearray(paths[0].read_bytes())
    content[4:200] = bytes(196)
    paths[0].write_bytes(content)
    assert compact_partitions(tmp_path) == Compacted(partitions=1, files=1)
    assert paths[0].read_bytes() == content
    assert len(list(tmp_path.rglob("*.parquet"))) == 2


def test_a_folder_whose_name_looks_like_a_pattern_is_compacted(tmp_path: Path, delivered: Any) -> None:
    folder = tmp_path / "a[b]*"
    record(folder, [delivered(), delivered(message="m2")])
    assert compact(folder) == 1
    assert pq.read_table(the_file(folder), partitioning=None)["message"].to_pylist() == ["m1", "m2"]
