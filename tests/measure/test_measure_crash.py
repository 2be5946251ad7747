"""Recording survives kill -9, alone and beside compaction and readers: at most the last second is lost."""

import os
import random
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pytest
from killing import Child, Loss, loss, merge, read, record, standing

from toolkit.measure.compaction import compact_partitions
from toolkit.measure.events import SCHEMAS
from toolkit.measure.names import temporary_name
from toolkit.measure.store import Store

MOST_LOST_S = 1.0
KILLS = 12
SOAK_KILLS = int(os.environ.get("TOOLKIT_KILLS", "1000"))
"""How many recorders and compactions the soak kills, about 10 in 20 seconds."""


@dataclass
class Toll:
    """What all kills cost."""

    kills: int = 0
    merges_killed: int = 0
    losses: list[Loss] = field(default_factory=list)

    def __str__(self) -> str:
        ages = [one.age_s for one in self.losses]
        taken, lost = sum(one.taken for one in self.losses), sum(one.lost for one in self.losses)
        return (
            f"{self.kills} kills of recorders, {self.merges_killed} of compactions: "
            f"{taken} rows taken, {lost} lost, "
            f"the oldest taken before the kill: median {median(ages):.3f} s, most {max(ages):.3f} s"
        )


def kill_a_while(
    where: Path, draw: random.Random, *, recorders: int, rows_per_s: int, merging: bool, toll: Toll
) -> None:
    """Kill that many recorders of one folder at random instants, each with its successor at work."""
    reader = Child(read, where) if merging else None
    merger = Child(merge, where) if merging else None
    children = [Child(record, where, f"w{number}", rows_per_s) for number in range(recorders)]
    heard = []
    for child in children:
        child.wait_for_a_line()
        time.sleep(draw.uniform(0.0, 1.6))
        if merger is not None and draw.random() < 0.5:
            merger.kill()
            toll.merges_killed += 1
            merger = Child(merge, where)
        heard.append((child, child.kill()))
        toll.kills += 1
    if merger is not None:
        merger.kill()
    found = standing(where)
    toll.losses += [loss(child.lines, killed_s, found) for child, killed_s in heard]
    if reader is not None:
        reader.wait_for_a_line()
        reader.kill()
        assert_never_less(reader.lines)


def assert_never_less(lines: list[str]) -> None:
    """What a reader says, as attempts and deliveries, only grows."""
    counts = [tuple(map(int, line.split())) for line in lines]
    assert counts
    for number in range(2):
        column = [count[number] for count in counts]
        assert column == sorted(column)


def assert_each_row_once(where: Path) -> None:
    """After a last compaction each partition is one file, and no key stands in it twice."""
    before = standing(where)
    assert compact_partitions(where).left == ()
    assert standing(where) == before
    for table in SCHEMAS:
        folders = {found.name.rpartition("/")[0] for found in Store.at(where).files(table)}
        assert len(folders) == len(Store.at(where).files(table))


def kill(tmp_path: Path, seed: int, *, kills: int, merging: bool) -> Toll:
    draw, toll = random.Random(seed), Toll()
    while toll.kills + toll.merges_killed < kills:
        where = tmp_path / str(toll.kills)
        kill_a_while(where, draw, recorders=4, rows_per_s=800, merging=merging, toll=toll)
        assert_each_row_once(where)
        shutil.rmtree(where)
    assert max(one.age_s for one in toll.losses) <= MOST_LOST_S, str(toll)
    assert min(one.taken for one in toll.losses) > 0
    return toll


def test_killed_recorders_lose_at_most_the_last_second(tmp_path: Path) -> None:
    kill(tmp_path, 1, kills=KILLS // 2, merging=False)


def test_beside_killed_compactions_and_readers_no_more_is_lost(tmp_path: Path) -> None:
    kill(tmp_path, 2, kills=KILLS // 2, merging=True)


@pytest.mark.soak
def test_a_thousand_kills(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    toll = kill(tmp_path, 3, kills=SOAK_KILLS, merging=True)
    with capsys.disabled():
        print(f"\n{toll}")  # noqa: T201


def test_five_thousand_rows_a_second_are_recorded_as_safely(tmp_path: Path) -> None:
    toll = Toll()
    kill_a_while(tmp_path, random.Random(4), recorders=1, rows_per_s=5_000, merging=False, toll=toll)
    assert max(one.age_s for one in toll.losses) <= MOST_LOST_S, str(toll)


def test_a_file_torn_at_any_byte_is_neither_read_nor_merged(tmp_path: Path) -> None:
    child = Child(record, tmp_path, "w0", 500)
    child.wait_for_a_line()
    time.sleep(1)
    child.kill()
    before = standing(tmp_path)
    path = next(tmp_path.rglob("*.parquet"))
    content = path.read_bytes()
    for length in range(0, len(content), 97):
        (path.parent / temporary_name(path.name)).write_bytes(content[:length])
    reader = Child(read, tmp_path)
    reader.wait_for_a_line()
    reader.kill()
    assert_never_less(reader.lines)
    assert_each_row_once(tmp_path)
    assert standing(tmp_path) == before
