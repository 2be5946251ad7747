"""A bake-off in a process of its own, to be stopped and killed."""

import subprocess
import sys
import time
from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path
from toolkit.measure.bakeoff import run_bakeoff
from toolkit.measure.workload import Workload
workload = Workload.model_validate_json(sys.argv[2])
print(run_bakeoff(["current-unfixed", "current"], workload=workload, metrics_dir=Path(sys.argv[1])).collector)
"""


def start(folder: Path, workload: str) -> "subprocess.Popen[str]":
    """The bake-off of two options, begun."""
    command = [sys.executable, "-c", PROGRAM, str(folder), workload]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until_recorded(process: "subprocess.Popen[str]", folder: Path) -> list[int]:
    """Wait until the first round of an option is recorded and the next is being measured; its children."""
    staged = folder / "_bakeoff"
    while not list(folder.glob("deliveries/*/*/*.parquet")) or not list(staged.glob("*/facts/1-current/*")):
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    return children_of(process.pid)


def children_of(pid: int) -> list[int]:
    """Process ids whose parent is ``pid``, from /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


def alive(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until_gone(pids: list[int], limit_s: float = 20.0) -> None:
    """Return once none of them is there any more; fail after ``limit_s``."""
    end_s = time.monotonic() + limit_s
    while any(alive(pid) for pid in pids):
        assert time.monotonic() < end_s, f"still there: {[pid for pid in pids if alive(pid)]}"
        time.sleep(0.05)
