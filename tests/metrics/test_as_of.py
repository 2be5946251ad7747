"""The as-of day, all of it, fixes what counts; later rows are left out and numbered."""

from datetime import date
from pathlib import Path

from metrics_facts import delivered, opened, rolled, total, write

DAYS = [date(2026, 11, day) for day in (20, 21, 22)]


def three_days(metrics_dir: Path) -> None:
    for day in DAYS:
        write(metrics_dir, "connections", [opened("10:00", until="10:30", day=day, session=str(day))])
        write(
            metrics_dir, "deliveries", [delivered("23:59:59", day=day, message=str(day)), delivered(day=day)]
        )


def test_the_whole_as_of_day_counts_and_later_rows_do_not(tmp_path: Path) -> None:
    three_days(tmp_path)
    found = {}
    for day in DAYS:
        rollups = rolled(tmp_path, as_of=day)
        found[day.day] = (total(rollups, "attempts"), total(rollups, "expected"), rollups.left_out_rows)
    assert found == {20: (1, 2, 6), 21: (2, 4, 3), 22: (3, 6, 0)}


def test_before_the_first_day_nothing_is_known(tmp_path: Path) -> None:
    three_days(tmp_path)
    rollups = rolled(tmp_path, as_of=date(2026, 1, 1))
    assert rollups.counts.empty
    assert rollups.left_out_rows == 9


def test_an_unlisted_environment_of_a_later_day_is_no_error_yet(tmp_path: Path) -> None:
    write(tmp_path, "connections", [opened("10:00", until="10:30")])
    later = opened("10:00", until="10:30", day=DAYS[1], environment="production")
    write(tmp_path, "connections", [later])
    rollups = rolled(tmp_path, as_of=DAYS[0])
    assert total(rollups, "attempts") == 1
    assert rollups.left_out_rows == 1
