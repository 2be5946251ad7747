"""A disk without room: rows are kept, told of, and written once there is room.

The limit on the size of a process's files stands for the disk. It is the kernel's own, needs no rights, and
tears a write in the middle as a full disk does: some bytes are written, then an error.
"""

import resource
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from killing import Child

from toolkit.measure.compaction import compact_partitions
from toolkit.measure.events import Delivery
from toolkit.measure.recorder import Recorder
from toolkit.project.faults import EnvironmentFault

Say = Callable[[str], None]


def room_for(most_bytes: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))


def deliver(one: Recorder, messages: range) -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    for number in messages:
        one.delivery(
            Delivery(
                message=f"m{number}", sender="a", recipient="b", scheduled_at=noon, latency_s=0.01, copies=1,
                in_order=True, bytes=1,
            )
        )  # fmt: skip
    one.flush()


def fill_and_free(say: Say, where: Path) -> None:
    one = Recorder(where, option="current", environment="lab", collector="c", flush_s=60)
    deliver(one, range(100))
    room_for(1_000)
    deliver(one, range(100, 200))
    say(f"{one.waiting} {one.failure}")
    deliver(one, range(200, 300))
    say(f"{one.waiting} {one.failure}")
    room_for(resource.RLIM_INFINITY)
    one.close()
    say(f"{one.waiting} {one.failure}")


def fill_and_close(say: Say, where: Path) -> None:
    one = Recorder(where, option="current", environment="lab", collector="c", flush_s=60)
    room_for(1_000)
    deliver(one, range(100))
    try:
        one.close(patience_s=0)
    except EnvironmentFault as error:
        say(str(error))
    room_for(resource.RLIM_INFINITY)
    one.close()
    say(f"{one.waiting} {one.failure}")


def fill_and_compact(say: Say, where: Path) -> None:
    one = Recorder(where, option="current", environment="lab", collector="c", flush_s=60)
    deliver(one, range(50))
    deliver(one, range(50, 100))
    one.close()
    room_for(1_000)
    try:
        compact_partitions(where)
    except EnvironmentFault as error:
        say(str(error))


def lines_of(task: Callable[..., None], where: Path) -> list[str]:
    child = Child(task, where)
    assert child.join() == 0
    return child.lines


def messages(where: Path) -> list[str]:
    files = [path for path in where.rglob("*") if path.is_file()]
    assert all(path.suffix == ".parquet" for path in files)
    tables = [pq.read_table(path, columns=["message"], partitioning=None) for path in files]
    return sorted(pa.concat_tables(tables)["message"].to_pylist(), key=lambda message: int(message[1:]))


def test_rows_wait_until_there_is_room(tmp_path: Path) -> None:
    assert lines_of(fill_and_free, tmp_path) == ["100 File too large", "200 File too large", "0 None"]
    assert messages(tmp_path) == [f"m{number}" for number in range(300)]


def test_closing_without_room_tells_how_many_rows_are_kept_and_closing_again_writes_them(
    tmp_path: Path,
) -> None:
    told, after = lines_of(fill_and_close, tmp_path)
    assert told == (
        f"{tmp_path}: recording failed: File too large; 100 rows are not written; "
        "free the disk or choose another place"
    )
    assert after == "0 None"
    assert messages(tmp_path) == [f"m{number}" for number in range(100)]


def test_a_compaction_without_room_says_so_and_leaves_all_as_it_was(tmp_path: Path) -> None:
    (told,) = lines_of(fill_and_compact, tmp_path)
    assert told.startswith(f"{tmp_path}: cannot be compacted: File too large; free the disk")
    assert messages(tmp_path) == [f"m{number}" for number in range(100)]
    assert len(list(tmp_path.rglob("*.parquet"))) == 2
