"""Recording survives kill -9: at most the last second is lost, and every file is whole."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

WRITER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from toolkit.measure.events import Delivery
from toolkit.measure.recorder import Recorder
one = Recorder(Path(sys.argv[1]), option="current", environment="lab", collector=sys.argv[2])
number = 0
while True:
    one.delivery(Delivery(message=str(number), sender="a", recipient="b", scheduled_at=datetime.now(UTC),
                          latency_s=0.0, copies=1, in_order=True, bytes=1))
    print(number, time.time(), flush=True)
    number += 1
    time.sleep(0.005)
"""


def test_kill_9_loses_at_most_the_last_second(tmp_path: Path, facts: Any) -> None:
    metrics_dir = tmp_path / "metrics"
    command = [sys.executable, "-c", WRITER, str(metrics_dir)]
    writers = [
        subprocess.Popen([*command, f"w{number}"], stdout=subprocess.PIPE, text=True) for number in range(2)
    ]
    time.sleep(4)
    for writer in writers:
        writer.kill()
    killed_s = time.time()
    said = {f"w{number}": writer.communicate()[0].splitlines() for number, writer in enumerate(writers)}
    for path in metrics_dir.rglob("*.parquet"):
        pq.read_table(path)
    rows = facts(metrics_dir, "deliveries")
    for collector, lines in said.items():
        owed = {
            line.split()[0]
            for line in lines
            if len(line.split()) == 2 and float(line.split()[1]) < killed_s - 1
        }
        kept = {row["message"] for row in rows if row["collector"] == collector}
        assert len(owed) > 100
        assert owed <= kept
