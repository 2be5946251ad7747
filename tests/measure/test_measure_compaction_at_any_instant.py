"""Compaction disturbed or killed at each of its steps: no row is lost, and the next one mends the rest."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ftp_server import serving

from toolkit.measure.compaction import compact, compact_partitions
from toolkit.measure.events import UNIQUE, partition
from toolkit.measure.recorder import table_of, write_part
from toolkit.measure.store import Store
from toolkit.project.faults import Faults

STEPS = range(1, 17)


class Killed(BaseException):
    """What ends a compaction in the middle."""


class Disturbed(Store):
    """A local store before whose n-th call something happens."""

    def __init__(self, folder: Path, step: int, disturb: Callable[[], None]) -> None:
        super().__init__(Store.at(folder)._held)
        self.calls = 0
        self._step, self._disturb = step, disturb

    def _call(self) -> None:
        self.calls += 1
        if self.calls == self._step:
            self._disturb()

    def files(self, below: str = "", faults: Faults | None = None) -> Any:
        self._call()
        return super().files(below, faults)

    def open(self, name: str) -> BinaryIO:
        self._call()
        return super().open(name)

    def writing(self, name: str) -> AbstractContextManager[BinaryIO]:
        self._call()
        return super().writing(name)

    def remove(self, name: str, version: str | None = None) -> None:
        self._call()
        super().remove(name, version)


@pytest.fixture
def recorded(tmp_path: Path, delivered: Any) -> Path:
    """Four files with two messages each, of which one is in the next file too."""
    for number in range(4):
        write(tmp_path, f"{number}.parquet", [f"m{number}", f"m{number + 1}"], delivered)
    return tmp_path


def write(metrics_dir: Path, name: str, messages: list[str], delivered: Any) -> None:
    row = vars(delivered())
    rows = [{**row, "environment": "lab", "collector": "c", "message": message} for message in messages]
    folder = partition(metrics_dir, "deliveries", option="current", day=row["scheduled_at"].date())
    write_part(folder, name, table_of("deliveries", rows))


def messages(metrics_dir: Path) -> list[str]:
    tables = [pq.read_table(path, partitioning=None) for path in metrics_dir.rglob("*.parquet")]
    return sorted(pa.concat_tables(tables)["message"].to_pylist())


def assert_whole_after_another(metrics_dir: Path, expected: list[str]) -> None:
    assert set(messages(metrics_dir)) == set(expected)
    compact(metrics_dir)
    assert messages(metrics_dir) == sorted(expected)
    (path,) = metrics_dir.rglob("*.parquet")
    assert UNIQUE.items() <= pq.read_schema(path).metadata.items()


ALL = ["m0", "m1", "m2", "m3", "m4"]


def test_the_steps_are_all_of_them(recorded: Path) -> None:
    store = Disturbed(recorded, 0, lambda: None)
    assert compact(store) == 3
    assert store.calls == STEPS[-1] - 1


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step(recorded: Path, step: int) -> None:
    def kill() -> None:
        raise Killed

    with suppress(Killed):
        compact(Disturbed(recorded, step, kill))
    assert_whole_after_another(recorded, ALL)


@pytest.mark.parametrize("step", STEPS)
def test_another_compaction_runs_at_any_step(recorded: Path, step: int) -> None:
    def another() -> None:
        compact(recorded)

    assert compact_partitions(Disturbed(recorded, step, another)).left == ()
    assert_whole_after_another(recorded, ALL)


@pytest.mark.parametrize("step", STEPS)
def test_others_record_import_again_and_compact_at_any_step(
    recorded: Path, delivered: Any, step: int
) -> None:
    """An import of the same file has the same name, and perhaps more rows."""

    def others() -> None:
        write(recorded, "new.parquet", ["new"], delivered)
        write(recorded, "1.parquet", ["m1", "m2", "more"], delivered)
        compact(recorded)
        write(recorded, "2.parquet", ["m2", "m3", "most"], delivered)

    assert compact_partitions(Disturbed(recorded, step, others)).left == ()
    assert_whole_after_another(recorded, [*ALL, *(["new", "more", "most"] if step < STEPS[-1] else [])])


@pytest.mark.parametrize("kept", range(16))
def test_whatever_a_kill_left_of_the_sources_is_merged_again(recorded: Path, kept: int) -> None:
    paths = sorted(recorded.rglob("*.parquet"))
    sources = {path: path.read_bytes() for path in paths}
    compact(recorded)
    for number, (path, content) in enumerate(sources.items()):
        if kept >> number & 1:
            path.write_bytes(content)
    assert_whole_after_another(recorded, ALL)


@pytest.mark.parametrize("kind", ["memory", "ftp"])
def test_a_place_elsewhere_is_compacted_like_a_folder(
    recorded: Path, tmp_path_factory: pytest.TempPathFactory, kind: str
) -> None:
    with serving(tmp_path_factory.mktemp("served")) as server:
        store = Store.at(server.url if kind == "ftp" else f"memory://{recorded.name}/metrics")
        for found in Store.at(recorded).files():
            store.write(found.name, pq.read_table(recorded / found.name, partitioning=None))
        assert compact(store) == 3
        (found,) = store.files()
        with store.open(found.name) as file:
            there = pq.read_table(file)
        compact(recorded)
        (path,) = recorded.rglob("*.parquet")
        assert there.equals(pq.read_table(path, partitioning=None), check_metadata=True)
        assert compact_partitions(store).partitions == 0
