"""A billion deliveries and fifty million connections on two cores, in the memory of a laptop."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
OPTIONS = 10
DAYS = 365

COUNT = """
import json, sys
from datetime import date
from pathlib import Path
from toolkit.metrics.rollups import roll_up
from toolkit.project import Faults

faults = Faults()
found = roll_up(Path(sys.argv[1]), as_of=date(2040, 1, 1), environments=["production"], faults=faults)
faults.raise_errors()
peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
totals = {name: int(found.counts[name].sum()) for name in ("expected", "in_time", "attempts", "opened")}
print(json.dumps({**totals, "set_aside": len(found.set_aside), "peak_kib": peak}))
"""


@pytest.mark.soak
def test_a_billion_deliveries_are_counted_in_less_than_two_gibibytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A year of 100 million, read as ten options: every row is read, and the disk holds it once."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from metrics_data import CONNECTIONS_A_DAY, DELIVERIES_A_DAY, write_days

    write_days(tmp_path / "year", range(DAYS))
    for table in ("deliveries", "connections"):
        (tmp_path / "metrics" / table).mkdir(parents=True)
        for number in range(OPTIONS):
            target = tmp_path / "metrics" / table / f"option=option-{number}"
            target.symlink_to(tmp_path / "year" / table / "option=current")
    command = [sys.executable, "-c", COUNT, str(tmp_path / "metrics")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["expected"] == OPTIONS * DAYS * DELIVERIES_A_DAY > 1e9
    assert found["attempts"] == OPTIONS * DAYS * CONNECTIONS_A_DAY
    assert found["set_aside"] == 0
    assert found["peak_kib"] < 2 * 2**20
