"""A roll-up while collectors write and compaction merges sees every row once."""

import threading
from pathlib import Path

from metrics_facts import DAY, opened, rolled, total, write

from toolkit.measure.compaction import compact
from toolkit.measure.events import partition
from toolkit.measure.recorder import table_of, write_part

ROUNDS = 4
SESSIONS = 40


def test_rows_are_neither_lost_nor_doubled_while_files_are_merged(tmp_path: Path) -> None:
    for number in range(SESSIONS):
        write(
            tmp_path,
            "connections",
            [opened("10:00", until="10:30", session=f"s{number}")],
            name=f"{number}.parquet",
        )
    folder = partition(tmp_path, "connections", option="current", day=DAY)
    stop = threading.Event()

    def churn() -> None:
        turn = 0
        while not stop.wait(0.7):
            compact(tmp_path)
            turn += 1
            row = opened("10:00", until="10:30", session=f"s{turn % SESSIONS}")
            write_part(folder, f"again-{turn}.parquet", table_of("connections", [row]))

    worker = threading.Thread(target=churn)
    worker.start()
    try:
        found = [total(rolled(tmp_path), "attempts") for _ in range(ROUNDS)]
    finally:
        stop.set()
        worker.join(timeout=30)
    assert found == [SESSIONS] * ROUNDS
