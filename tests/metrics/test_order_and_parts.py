"""Neither the order of rows nor how they are spread over files changes anything."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from metrics_facts import Row, delivered, rolled, write
from metrics_world import rows_of, simulate
from pandas.testing import assert_frame_equal

from toolkit.measure.compaction import compact
from toolkit.measure.events import STAMPS, Table
from toolkit.metrics.rollups import Rollups

SESSIONS = simulate(11, sessions=12, days=2)
CONNECTIONS = [row for session in SESSIONS for row in rows_of(session)]
DELIVERIES = [
    delivered(f"{n % 24:02}:00", message=f"m{n}", recipient=f"u{n % 3}", latency_s=n / 100 or None, copies=1
    + n % 2) for n in range(1, 60)
]  # fmt: skip


def write_parts(metrics_dir: Path, rows: list[Row], table: Table, sizes: list[int]) -> None:
    """The rows in files of the given sizes, over and over, each row in its partition."""
    number = 0
    while rows:
        part, rows = rows[: sizes[number % len(sizes)]], rows[sizes[number % len(sizes)] :]
        stamp = STAMPS[table]
        for day in {row[stamp].date() for row in part}:
            found = [row for row in part if row[stamp].date() == day]
            write(metrics_dir, table, found, day=day, name=f"part-{number}.parquet")
        number += 1


def same(left: Rollups, right: Rollups) -> None:
    for name in ("counts", "latency", "handshake", "ages"):
        assert_frame_equal(getattr(left, name), getattr(right, name))
    assert left.set_aside == right.set_aside


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Rollups:
    metrics_dir = tmp_path_factory.mktemp("whole")
    write_parts(metrics_dir, CONNECTIONS, "connections", [10_000])
    write_parts(metrics_dir, DELIVERIES, "deliveries", [10_000])
    return rolled(metrics_dir)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), sizes=st.lists(st.integers(1, 200), min_size=1, max_size=4))
def test_shuffled_and_split_rows_give_the_same(
    whole: Rollups, tmp_path_factory: pytest.TempPathFactory, seed: int, sizes: list[int]
) -> None:
    metrics_dir = tmp_path_factory.mktemp("split")
    random = Random(seed)
    sizes = [max(size, 20) for size in sizes]
    write_parts(metrics_dir, random.sample(CONNECTIONS, len(CONNECTIONS)), "connections", sizes)
    write_parts(metrics_dir, random.sample(DELIVERIES, len(DELIVERIES)), "deliveries", sizes)
    same(rolled(metrics_dir), whole)


def test_compaction_changes_nothing(whole: Rollups, tmp_path: Path) -> None:
    write_parts(tmp_path, CONNECTIONS, "connections", [7])
    write_parts(tmp_path, DELIVERIES, "deliveries", [9])
    same(rolled(tmp_path), whole)
    assert compact(tmp_path) > 0
    same(rolled(tmp_path), whole)


def test_partitions_add_up(whole: Rollups, tmp_path: Path) -> None:
    """What the days give apart is, added up, what they give together."""
    days = sorted({row["observed_until"].date() for row in CONNECTIONS})
    parts = []
    for day in days:
        folder = tmp_path / day.isoformat()
        rows = [row for row in CONNECTIONS if row["observed_until"].date() == day]
        write(folder, "connections", rows, day=day)
        parts.append(rolled(folder))
    for name in ("attempts", "connected_us", "wanted_us", "session_availability_xx"):
        assert sum(int(part.counts[name].sum()) for part in parts) == whole.counts[name].sum()


def test_a_second_run_gives_the_same_frames(whole: Rollups, tmp_path: Path) -> None:
    write_parts(tmp_path, CONNECTIONS, "connections", [10_000])
    write_parts(tmp_path, DELIVERIES, "deliveries", [10_000])
    first, from_cache = rolled(tmp_path), rolled(tmp_path)
    same(first, whole)
    same(first, from_cache)
