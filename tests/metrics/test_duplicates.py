"""Of one key one row counts, and it is always the same one."""

from itertools import permutations
from pathlib import Path

import pytest
from metrics_facts import delivered, opened, rolled, total, write

STATES = [
    opened("10:00", until="10:00"),
    opened("10:00", until="10:20"),
    opened("10:00", ended="10:30"),
]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_latest_state_of_a_connection_wins_in_any_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    for place, which in enumerate(order):
        write(tmp_path, "connections", [STATES[which]], name=f"part-{place}.parquet")
    rollups = rolled(tmp_path)
    assert total(rollups, "attempts") == total(rollups, "unintended_ends") == 1
    assert total(rollups, "connected_us") == 1_800_000_000


def test_attempts_of_unknown_number_in_one_session_are_told_apart_by_their_start(tmp_path: Path) -> None:
    unknown = [state | {"attempt": None} for state in [*STATES, opened("11:00", ended="11:10")]]
    write(tmp_path, "connections", unknown)
    rollups = rolled(tmp_path)
    assert total(rollups, "attempts") == total(rollups, "unintended_ends") == 2
    assert total(rollups, "connected_us") == 2_400_000_000


@pytest.mark.parametrize("flip", [False, True])
def test_of_states_seen_at_one_time_the_one_with_an_end_wins(tmp_path: Path, flip: bool) -> None:
    rows = [opened("10:00", until="10:30"), opened("10:00", ended="10:30")]
    write(tmp_path, "connections", rows[::-1] if flip else rows)
    assert total(rolled(tmp_path), "unintended_ends") == 1


def test_a_file_imported_twice_counts_once(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.parquet"):
        write(tmp_path, "connections", STATES, name=name)
        write(tmp_path, "deliveries", [delivered()], name=name)
    rollups = rolled(tmp_path)
    assert total(rollups, "attempts") == total(rollups, "expected") == 1


@pytest.mark.parametrize("flip", [False, True])
def test_a_delivery_recorded_as_lost_and_as_received_was_received(tmp_path: Path, flip: bool) -> None:
    rows = [delivered(latency_s=None), delivered(latency_s=0.4), delivered(latency_s=0.2)]
    write(tmp_path, "deliveries", rows[::-1] if flip else rows)
    rollups = rolled(tmp_path)
    assert total(rollups, "expected") == total(rollups, "in_time") == 1
    assert 1.02 ** rollups.latency["bucket"].iloc[0] == pytest.approx(200_000, rel=0.02)


@pytest.mark.parametrize("flip", [False, True])
def test_of_equal_latencies_the_one_with_most_copies_wins(tmp_path: Path, flip: bool) -> None:
    rows = [delivered(copies=1), delivered(copies=3)]
    write(tmp_path, "deliveries", rows[::-1] if flip else rows)
    assert total(rolled(tmp_path), "duplicated") == 1


def test_rows_of_different_recipients_collectors_and_environments_are_no_duplicates(tmp_path: Path) -> None:
    rows = [
        delivered(),
        delivered(recipient="cy"),
        delivered(collector="d"),
        delivered(environment="production"),
        delivered(message="n"),
    ]
    write(tmp_path, "deliveries", rows)
    assert total(rolled(tmp_path, environments=("lab", "production")), "expected") == 5


def test_a_bad_row_does_not_hide_a_good_one_of_the_same_key(tmp_path: Path) -> None:
    rows = [opened("10:00", until="10:30"), opened("10:00", until="10:40", handshake_s=-1.0)]
    write(tmp_path, "connections", rows)
    rollups = rolled(tmp_path)
    assert total(rollups, "wanted_us") == 1_800_000_000
    assert [row.count for row in rollups.set_aside] == [1]
