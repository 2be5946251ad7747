"""Rolls up a hundred million deliveries and five million connections, beside SQL, polars and pandas by hand.

    python benchmarks/bench_metrics.py [MILLIONS] [--keep FOLDER]

MILLIONS of deliveries (10 unless said; 100 is the year of the targets, and takes 1.3 GB of disk and some
minutes). Each contender runs in a process of its own, so that its peak memory is its own, and reads the same
Parquet. Before any timing, all of them have to give the same sums for two days. Times are wall-clock seconds
of the best of the runs, processor seconds beside them, since others may be at work on the machine.

A night is what it costs to bring kept rollups up to date after one more day, once alone and once with the key
metrics, as a ratio to the same from the facts. The day is the last of its month, of which the most is kept
that has to be written again. It starts with modules loaded, as the full rollup does; of nights the median
counts.
"""

import argparse
import json
import math
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from metrics_by_hand import BY_HAND, Frames
from metrics_data import CONNECTIONS_A_DAY, DELIVERIES_A_DAY, FIRST_DAY, write_days
from pandas.testing import assert_frame_equal

from toolkit.metrics.clusters import RATIOS
from toolkit.metrics.hourly import Rollups
from toolkit.metrics.key import key_metrics
from toolkit.metrics.rollups import roll_up
from toolkit.project import Faults

TOOLKIT = "toolkit"
LATER = date(2040, 1, 1)
RUNS = 2
NIGHTS = 5
PANDAS_MILLIONS = 10
"""So many are enough to see what pandas takes."""


def by_toolkit(folder: Path) -> Rollups:
    """The rollups, made anew or as far as they are not kept."""
    faults = Faults()
    found = roll_up(folder, as_of=LATER, environments=["production"], faults=faults)
    faults.raise_errors()
    return found


def as_frames(rollups: Rollups) -> Frames:
    """The rollups under the names that the ones by hand have."""
    hours = rollups.counts.assign(hour=rollups.counts["hour"].astype("int64") // 3_600_000_000)
    times = {"connected_us": "connected_us", "wanted_us": "wanted_us"}

    def of(where: str, names: dict[str, str]) -> pd.DataFrame:
        there = hours[hours[where] > 0]
        return pd.DataFrame({"hour": there["hour"], **{new: there[old] for new, old in names.items()}})

    def sums(ratio: str, *new: str) -> dict[str, str]:
        return {name: column for name, column in zip(new, RATIOS[ratio].columns, strict=True) if name != "-"}

    def same(*names: str) -> dict[str, str]:
        return {name: name for name in names}

    def clusters(by: str) -> dict[str, str]:
        return sums(f"delivery_success_rate{by}", "clusters", "success_xx", "success_xy", "yy") | sums(
            f"latency_index{by}", "-", "index_xx", "index_xy", "-"
        )

    def histogram(frame: pd.DataFrame) -> pd.DataFrame:
        timed = frame.drop(columns=["option", "environment"])
        return timed.assign(hour=timed["hour"].astype("int64") // 3_600_000_000)

    return {
        "deliveries": of("expected", same(
            "expected", "in_time", "duplicated", "out_of_order", "round_trip", "latency_index",
            "latency_index_squares", "deadline_us", "deadline_min_us",
        )),
        "recipients": of("expected", clusters("")),
        "senders": of("expected", clusters("_by_sender")),
        "latency": histogram(rollups.latency),
        "attempts": of("attempts", same("attempts", "opened", "opened_retry", "retry_attempts")
            | sums("connection_success_rate", "clusters", "success_xx", "success_xy", "success_yy")
            | sums(
                "reconnection_frequency", "reconnection_clusters", "reconnection_xx", "reconnection_xy", "-"
            )),
        "ends": of("intended_ends", same(
            "unintended_ends", "intended_ends", "unintended_end_age_us", "intended_end_age_us",
        )),
        "times": of("wanted_us", times
            | sums("session_availability", "wanted_clusters", "connected_xx", "connected_xy", "wanted_yy")
            | sums("unintended_end_rate", "connected_clusters", "ends_xx", "ends_xy", "-")),
        "handshake": histogram(rollups.handshake),
        "ages": histogram(rollups.ages),
    }  # fmt: skip


def check_agreement(folder: Path) -> None:
    """Stop unless all contenders give the same sums."""
    write_days(folder, range(2))
    expected = as_frames(by_toolkit(folder))
    for contender, roll in BY_HAND.items():
        found = roll(folder)
        for name, frame in expected.items():
            own = found[name].sort_values(
                [key for key in ("hour", "bucket") if key in frame], ignore_index=True
            )
            try:
                assert_frame_equal(
                    own[list(frame.columns)].astype("int64"), frame.reset_index(drop=True).astype("int64")
                )
            except AssertionError as error:
                raise SystemExit(f"{contender} has other {name}: {error}") from None


def measured(contender: str, folder: Path) -> dict[str, float]:
    """Seconds, processor seconds and peak memory in GiB of a contender in a process of its own."""
    command = [sys.executable, __file__, "--run", contender, "--keep", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def run(contender: str, folder: Path) -> None:
    """Run a contender here and print what it took."""
    roll: Callable[[Path], object] = by_toolkit if contender == TOOLKIT else BY_HAND[contender]
    start_s, start_cpu_s = time.perf_counter(), _processor_s()
    found = roll(folder)
    took = {"roll_s": time.perf_counter() - start_s, "roll_cpu_s": _processor_s() - start_cpu_s}
    if contender == TOOLKIT:
        assert isinstance(found, Rollups)
        key_metrics(found, option="current", environment="production")
    took |= {"s": time.perf_counter() - start_s, "cpu_s": _processor_s() - start_cpu_s, "gib": _peak_gib()}
    print(json.dumps(took))


def _processor_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_gib() -> float:
    """The most memory that this process held; the kernel's other figure has that of its parent in it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 2**20


def forget(folder: Path) -> None:
    """Remove what the toolkit kept, so that it starts from the facts."""
    for path in sorted((folder / "rollups").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def best(contender: str, folder: Path) -> dict[str, float]:
    """The quickest of the runs, each from the facts."""
    found = []
    for _ in range(RUNS):
        forget(folder)
        found.append(measured(contender, folder))
    return min(found, key=lambda took: took["s"])


def part_of(folder: Path, days: int, *, into: Path | None = None) -> Path:
    """The first days of the recordings, as a folder of links."""
    part = into or folder.with_name(f"{folder.name}-{days}")
    for table in ("deliveries", "connections"):
        target = part / table / "option=current"
        target.mkdir(parents=True, exist_ok=True)
        for number in range(days):
            name = f"date={(FIRST_DAY + timedelta(days=number)).isoformat()}"
            if not (target / name).exists():
                (target / name).symlink_to(folder / table / "option=current" / name)
    return part


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("millions", nargs="?", type=float, default=10)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--run")
    asked = parser.parse_args()
    if asked.run:
        return run(asked.run, asked.keep)
    with tempfile.TemporaryDirectory() as scratch:
        folder = (asked.keep or Path(scratch)) / "year"
        compare(folder, Path(scratch), millions=asked.millions)


def compare(folder: Path, scratch: Path, *, millions: float) -> None:
    """Print the tables."""
    check_agreement(scratch / "agreed")
    days = max(2, round(millions * 1e6 / DELIVERIES_A_DAY))
    write_days(folder, range(days))
    print(f"{days} days: {days * DELIVERIES_A_DAY:,} deliveries, {days * CONNECTIONS_A_DAY:,} connections")
    print(f"{'':18}{'seconds':>9}{'cpu s':>8}{'GiB':>7}{'of the SQL':>12}")
    took = {}
    for contender in ("DuckDB, by hand", TOOLKIT, "polars", "pandas"):
        if contender == "pandas" and millions > PANDAS_MILLIONS:
            print(f"{contender:18}  see the run of {PANDAS_MILLIONS} million")
            continue
        took[contender] = best(contender, folder)
        one, sql = took[contender], took["DuckDB, by hand"]
        print(
            f"{contender:18}{one['s']:9.2f}{one['cpu_s']:8.2f}{one['gib']:7.2f}{one['s'] / sql['s']:10.2f} x"
            f"  ({one['cpu_s'] / sql['cpu_s']:.2f} x of its processor time)",
            flush=True,
        )
    slope(folder, days, took[TOOLKIT])
    one_more_day(folder, days, took[TOOLKIT])


def slope(folder: Path, days: int, whole: dict[str, float]) -> None:
    """How time grows from a hundredth of the recordings to all of them."""
    few = max(2, days // 100)
    part = best(TOOLKIT, part_of(folder, few))
    for name in ("s", "cpu_s"):
        steep = math.log(whole[name] / part[name]) / math.log(days / few)
        print(
            f"from {few} to {days} days: {part[name]:.2f} to {whole[name]:.2f} {name}, "
            f"slope {steep:.2f} (<= 1.1)"
        )


def one_more_day(folder: Path, days: int, whole: dict[str, float]) -> None:
    """What a night costs after a day was added to kept rollups."""
    last = max((day for day in range(days) if _ends_month(day)), default=days - 1)
    night, kept = (folder.with_name(f"{folder.name}-{name}") for name in ("night", "kept"))
    for old in (night, kept):
        shutil.rmtree(old, ignore_errors=True)
    part_of(folder, last, into=night)
    measured(TOOLKIT, night)
    (night / "rollups").rename(kept)
    part_of(folder, last + 1, into=night)
    nights = []
    for _ in range(NIGHTS):
        shutil.rmtree(night / "rollups", ignore_errors=True)
        shutil.copytree(kept, night / "rollups")
        nights.append(measured(TOOLKIT, night))
    print(f"one more day after {last}, of which the target is 1/50 after a year:")
    for what, wall, cpu in (("rollups", "roll_s", "roll_cpu_s"), ("rollups and key metrics", "s", "cpu_s")):
        took = {name: statistics.median(one[name] for one in nights) for name in (wall, cpu)}
        ratios = {name: whole[name] / took[name] for name in took}
        print(
            f"  {what}: {took[wall]:.2f} s, 1/{ratios[wall]:.0f} of all; "
            f"{took[cpu]:.2f} cpu s, 1/{ratios[cpu]:.0f}"
        )


def _ends_month(day: int) -> bool:
    return (FIRST_DAY + timedelta(days=day + 1)).day == 1


if __name__ == "__main__":
    main()
