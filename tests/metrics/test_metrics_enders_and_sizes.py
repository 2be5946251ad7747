"""Rollups count who ended connections that nobody wanted to end, and how large messages were."""

from pathlib import Path

from metrics_facts import delivered, loose, opened, rolled, save, total, write


def test_unwanted_ends_are_counted_by_who_ended_them(tmp_path: Path) -> None:
    rows = [
        opened("10:00", ended="10:01", session=f"{number}", ended_by=who, intended=intended)
        for number, (who, intended) in enumerate(
            [("network", False), ("network", False), ("server", False), ("client", False), ("client", True)]
        )
    ]
    write(tmp_path, "connections", [*rows, opened("10:00", session="up", until="10:30")])
    rollups = rolled(tmp_path)
    found = {who: total(rollups, f"ended_by_{who}") for who in ("client", "server", "network")}
    assert found == {"client": 1, "server": 1, "network": 2}
    assert total(rollups, "unintended_ends") == 4


def test_an_end_of_which_nobody_knows_who_made_it_is_counted_by_none(tmp_path: Path) -> None:
    write(tmp_path, "connections", [opened("10:00", ended="10:01", ended_by=None)])
    rollups = rolled(tmp_path)
    assert total(rollups, "unintended_ends") == 1
    assert sum(total(rollups, f"ended_by_{who}") for who in ("client", "server", "network")) == 0


def test_a_file_without_that_column_knows_of_no_ender(tmp_path: Path) -> None:
    rows = loose("connections", [opened("10:00", ended="10:01")])
    save(tmp_path, "connections", rows.drop_columns(["ended_by"]))
    rollups = rolled(tmp_path)
    assert (total(rollups, "unintended_ends"), total(rollups, "ended_by_network")) == (1, 0)


def test_sizes_are_added_up_where_they_are_known(tmp_path: Path) -> None:
    sizes = [200, 300, None, -5]
    write(tmp_path, "deliveries", [delivered(message=f"{n}", bytes=size) for n, size in enumerate(sizes)])
    rollups = rolled(tmp_path)
    assert (total(rollups, "expected"), total(rollups, "sized"), total(rollups, "bytes")) == (4, 2, 500)


def test_a_lost_message_has_its_size_too(tmp_path: Path) -> None:
    write(tmp_path, "deliveries", [delivered(latency_s=None, bytes=70)])
    assert total(rolled(tmp_path), "bytes") == 70
