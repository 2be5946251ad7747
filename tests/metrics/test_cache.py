"""A partition of unchanged files is not rolled up again; kept rollups are never trusted blindly."""

import os
import re
import shutil
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import ClassVar

import pandas as pd
import pytest
from metrics_facts import delivered, opened, rolled, total, write
from pandas.testing import assert_frame_equal
from pyarrow import feather

from toolkit.metrics.duck import DuckDB
from toolkit.metrics.frames import Frames
from toolkit.metrics.sources import Opened

DAYS = [date(2026, 11, day) for day in (20, 21)]


@pytest.fixture
def metrics_dir(tmp_path: Path) -> Path:
    for day in DAYS:
        write(tmp_path, "connections", [opened("10:00", ended="10:30", day=day)])
    write(tmp_path, "deliveries", [delivered()])
    return tmp_path


def kept(metrics_dir: Path) -> dict[str, int]:
    """The kept rollups, with the time at which each was written."""
    found = sorted((metrics_dir / "rollups").rglob("*.arrow"))
    return {
        re.sub("-[0-9a-f]{24}", "", str(path.relative_to(metrics_dir / "rollups"))): path.stat().st_mtime_ns
        for path in found
    }


class Counted(DuckDB):
    """DuckDB, with the partitions that it was asked for."""

    asked: ClassVar[list[str]] = []

    def roll_up(self, partitions: list[Opened]) -> Frames:
        self.asked.extend(part.partition.name for part in partitions)
        return super().roll_up(partitions)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The partitions that are rolled up from now on."""
    Counted.asked.clear()
    monkeypatch.setattr("toolkit.metrics.duck.DuckDB", Counted)
    return Counted.asked


def test_one_file_is_kept_for_each_month_of_an_option(metrics_dir: Path) -> None:
    write(metrics_dir, "connections", [opened("10:00", ended="10:30", day=date(2026, 12, 1))])
    rolled(metrics_dir)
    assert list(kept(metrics_dir)) == [
        "connections/option=current/month=2026-11.arrow",
        "connections/option=current/month=2026-12.arrow",
        "deliveries/option=current/month=2026-11.arrow",
    ]


def test_unchanged_partitions_are_not_written_again(metrics_dir: Path) -> None:
    first = rolled(metrics_dir)
    before = kept(metrics_dir)
    assert_frame_equal(rolled(metrics_dir).counts, first.counts)
    assert kept(metrics_dir) == before


def test_only_the_partition_that_changed_is_rolled_up_again(metrics_dir: Path, asked: list[str]) -> None:
    rolled(metrics_dir)
    before = kept(metrics_dir)
    asked.clear()
    more = opened("11:00", until="11:10", day=DAYS[1], session="t")
    write(metrics_dir, "connections", [more], name="part-1.parquet")
    assert total(rolled(metrics_dir), "attempts") == 3
    assert asked == ["connections/option=current/date=2026-11-21"]
    changed = {name for name, written in kept(metrics_dir).items() if before[name] != written}
    assert changed == {"connections/option=current/month=2026-11.arrow"}


def test_a_new_day_is_all_that_is_rolled_up(metrics_dir: Path, asked: list[str]) -> None:
    rolled(metrics_dir)
    asked.clear()
    write(metrics_dir, "connections", [opened("10:00", ended="10:30", day=date(2026, 11, 22))])
    assert total(rolled(metrics_dir), "attempts") == 3
    assert asked == ["connections/option=current/date=2026-11-22"]
    asked.clear()
    assert total(rolled(metrics_dir), "attempts") == 3
    assert asked == []


def test_kept_and_fresh_rollups_are_the_same_in_every_row(metrics_dir: Path) -> None:
    for day in (22, 19):
        rows = [opened("10:00", ended="10:30", day=date(2026, 11, day), client=f"u{n}") for n in range(3)]
        write(metrics_dir, "connections", rows)
        write(metrics_dir, "deliveries", [delivered(day=date(2026, 11, day))])
        step_by_step = rolled(metrics_dir)
    shutil.rmtree(metrics_dir / "rollups")
    at_once = rolled(metrics_dir)
    for name in ("counts", "latency", "handshake", "ages", "aggregates"):
        assert_frame_equal(getattr(step_by_step, name), getattr(at_once, name))


def test_a_change_of_content_that_keeps_name_size_and_time_is_seen(metrics_dir: Path) -> None:
    path = write(metrics_dir, "deliveries", [delivered(latency_s=0.25)])
    rolled(metrics_dir)
    before = path.stat()
    write(metrics_dir, "deliveries", [delivered(latency_s=0.75)])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert 1.02 ** rolled(metrics_dir).latency["bucket"].iloc[0] == pytest.approx(750_000, rel=0.02)


def test_a_removed_file_no_longer_counts(metrics_dir: Path) -> None:
    extra = write(metrics_dir, "connections", [opened("11:00", until="11:10", session="t")], name="b.parquet")
    assert total(rolled(metrics_dir), "attempts") == 3
    extra.unlink()
    assert total(rolled(metrics_dir), "attempts") == 2


def test_deleting_the_kept_rollups_is_safe(metrics_dir: Path) -> None:
    first = rolled(metrics_dir)
    shutil.rmtree(metrics_dir / "rollups")
    assert_frame_equal(rolled(metrics_dir).counts, first.counts)


def spoil_with_noise(path: Path) -> None:
    path.write_bytes(b"noise")


def spoil_the_content(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for place in range(10, 200):
        content[place] ^= 0xFF
    path.write_bytes(content)


def spoil_the_shape(path: Path) -> None:
    pd.DataFrame({"kind": ["counts"], "value": [1_000_000]}).to_parquet(path)


@pytest.mark.parametrize("spoil", [spoil_with_noise, spoil_the_content, spoil_the_shape])
def test_a_damaged_rollup_is_made_again(metrics_dir: Path, spoil: object) -> None:
    first = rolled(metrics_dir)
    assert callable(spoil)
    for path in (metrics_dir / "rollups").rglob("*.arrow"):
        spoil(path)
    assert_frame_equal(rolled(metrics_dir).counts, first.counts)
    assert all(feather.read_table(path) for path in (metrics_dir / "rollups").rglob("*.arrow"))


def test_a_file_where_the_folder_should_be_breaks_nothing(metrics_dir: Path) -> None:
    (metrics_dir / "rollups").write_text("in the way")
    assert total(rolled(metrics_dir), "attempts") == 2


@pytest.fixture
def read_only(metrics_dir: Path) -> Iterator[Path]:
    (metrics_dir / "rollups").mkdir()
    for folder in (metrics_dir / "rollups", metrics_dir):
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    yield metrics_dir
    for folder in (metrics_dir, metrics_dir / "rollups"):
        folder.chmod(stat.S_IRWXU)


def test_a_read_only_folder_breaks_nothing(read_only: Path) -> None:
    assert total(rolled(read_only), "attempts") == total(rolled(read_only), "attempts") == 2


def test_kept_rollups_of_later_days_do_not_count(metrics_dir: Path) -> None:
    rolled(metrics_dir)
    assert total(rolled(metrics_dir, as_of=DAYS[0]), "attempts") == 1


def test_what_was_set_aside_is_kept_too(metrics_dir: Path) -> None:
    write(metrics_dir, "deliveries", [delivered(latency_s=-1.0)], name="b.parquet")
    first = rolled(metrics_dir).set_aside
    assert [row.count for row in first] == [1]
    assert rolled(metrics_dir).set_aside == first


def test_nothing_of_an_older_rollup_stays(metrics_dir: Path) -> None:
    rolled(metrics_dir)
    write(metrics_dir, "connections", [opened("12:00", until="12:10", session="t")], name="b.parquet")
    rolled(metrics_dir)
    days = [
        feather.read_table(path)["day"].to_pylist()
        for path in sorted((metrics_dir / "rollups").rglob("*.arrow"))
    ]
    assert days == [DAYS, DAYS[:1]]
    assert not list((metrics_dir / "rollups").rglob("*.tmp"))


def test_the_rollups_of_one_month_alone_may_be_deleted(metrics_dir: Path, asked: list[str]) -> None:
    write(metrics_dir, "connections", [opened("10:00", ended="10:30", day=date(2026, 12, 1))])
    first = rolled(metrics_dir)
    asked.clear()
    for path in (metrics_dir / "rollups").glob("connections/*/month=2026-11-*"):
        path.unlink()
    assert_frame_equal(rolled(metrics_dir).counts, first.counts)
    assert asked == [f"connections/option=current/date={day}" for day in DAYS]


def test_rollups_of_an_older_form_are_neither_read_nor_in_the_way(
    metrics_dir: Path, asked: list[str]
) -> None:
    first = rolled(metrics_dir)
    for path in (metrics_dir / "rollups").rglob("*.arrow"):
        pd.DataFrame({"key": ["old"], "counts": [1_000_000]}).to_parquet(path.with_suffix(".parquet"))
    asked.clear()
    assert_frame_equal(rolled(metrics_dir).counts, first.counts)
    assert asked == []


def test_two_runs_at_once_leave_every_day_kept(metrics_dir: Path, asked: list[str]) -> None:
    """Each may write over the other's month; what is then missing is made by the next."""
    for day in range(1, 15):
        write(metrics_dir, "connections", [opened("10:00", ended="10:30", day=date(2026, 12, day))])
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(rolled, [metrics_dir] * 2))
    assert [total(rollups, "attempts") for rollups in found] == [16, 16]
    assert total(rolled(metrics_dir), "attempts") == 16
    asked.clear()
    assert total(rolled(metrics_dir), "attempts") == 16
    assert asked == []
    assert not list((metrics_dir / "rollups").rglob("*.tmp"))


def test_what_one_option_keeps_is_not_taken_for_that_of_another(metrics_dir: Path) -> None:
    rolled(metrics_dir)
    write(metrics_dir, "connections", [opened("10:00", ended="10:30")], option="other")
    by_option = rolled(metrics_dir).counts.groupby("option")["attempts"].sum()
    assert by_option.to_dict() == {"current": 2, "other": 1}
