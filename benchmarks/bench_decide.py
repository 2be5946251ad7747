"""Judges every gate of ten options on a year of kept rollups, beside plain sums with Wilson intervals.

    python benchmarks/bench_decide.py [DELIVERIES_A_DAY]

Both read the same kept rollups from disk. The peer sums them up and computes one Wilson interval a share,
which is what a gate without always-valid intervals, clustering and blocks of time would do; a latency is the
share of deliveries within its limit, a duration connected time over ends. Then the gates are judged as of
every tenth day of the year, as a backtest judges each day, and what 365 days cost is told as a ratio to
judging them once from disk. Times are processor seconds, the best of the runs.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from metrics_data import FIRST_DAY, write_days

from toolkit.cost.result import CostResult
from toolkit.decide.dossier import Dossier, Window
from toolkit.decide.measured import judge_measured
from toolkit.decide.plan import Criterion
from toolkit.decide.result import CriterionResult
from toolkit.metrics.hourly import Rollups
from toolkit.metrics.intervals import mean_between_events, wilson
from toolkit.metrics.reach import bucket_within
from toolkit.metrics.rollups import roll_up
from toolkit.metrics.shares import SHARES
from toolkit.pricing.scenario import Scenario
from toolkit.project import Faults, Project

OPTIONS = [f"option-{number}" for number in range(10)]
DAYS, RUNS, EVERY = 365, 3, 10
AS_OF = FIRST_DAY + timedelta(days=DAYS - 1)
LIMIT_MS = 250.0
THRESHOLDS = {
    "connection_success_rate": {"at_least": 0.95},
    "reconnection_frequency": {"at_most": 0.10},
    "delivery_success_rate": {"at_least": 0.99},
    "session_availability": {"at_least": 0.95},
    "mean_connection_duration_s": {"at_least": 300},
    "latency_p50_ms": {"at_most": LIMIT_MS},
    "latency_p95_ms": {"at_most": LIMIT_MS},
    "latency_p99_ms": {"at_most": LIMIT_MS},
}
PROJECT = Project(title="A year", default_scenario="none", environments={"production": "field"})


def recorded(folder: Path, *, deliveries_a_day: int) -> None:
    """A year of facts of one option, and nine copies of it, rolled up once."""
    write_days(folder, range(DAYS), per_day=deliveries_a_day, connections=deliveries_a_day // 4)
    for table in ("connections", "deliveries"):
        first, *others = OPTIONS
        (folder / table / "option=current").rename(folder / table / f"option={first}")
        for option in others:
            shutil.copytree(folder / table / f"option={first}", folder / table / f"option={option}")
    read(folder)


def read(folder: Path) -> Rollups:
    """The kept rollups."""
    faults = Faults()
    found = roll_up(folder, as_of=AS_OF, environments=["production"], faults=faults)
    faults.raise_errors()
    return found


def by_sums(folder: Path) -> int:
    """The peer: sums with one Wilson interval each; gives how many."""
    rollups = read(folder)
    sums = rollups.counts.groupby("option", observed=True).sum(numeric_only=True)
    found = 0
    for option in OPTIONS:
        row = sums.loc[option]
        shares = [(int(row[x]), int(row[y])) for x, y in SHARES.values()]
        intervals = [wilson(min(x, y), y) for x, y in shares]
        intervals.append(mean_between_events(row["connected_us"] / 1e6, row["unintended_ends"]))
        intervals += [wilson(within(rollups, option), row["expected"])] * 3
        found += len(intervals)
    return found


def within(rollups: Rollups, option: str) -> int:
    """Deliveries of an option within the limit."""
    hours = rollups.latency_hours
    own = hours.filter(np.asarray(hours["option"].combine_chunks().dictionary_decode()) == option)
    bucket, count = (own[name].combine_chunks().flatten().to_numpy() for name in ("bucket", "count"))
    return int(count[bucket <= bucket_within(LIMIT_MS)].sum())


def gates(rollups: Rollups, as_of: date) -> list[CriterionResult]:
    """Every gate of every option, judged."""
    none = CostResult(
        scenario="none", as_of=as_of, horizon_months=1, options={}, crossovers=[], limits=[], seed=0, draws=1
    )
    dossier = Dossier(
        scenario=Scenario.model_construct(), cost=none, rollups=rollups, project=PROJECT, as_of=as_of
    )
    window = Window(list_name="ready_if", since=None, duration_days=None)
    return [
        judge_measured(
            Criterion.model_validate({"option": option, "metric": metric, **threshold}),
            option=option,
            dossier=dossier,
            window=window,
        )
        for option in OPTIONS
        for metric, threshold in THRESHOLDS.items()
    ]


def best(run: Callable[[], object]) -> float:
    """Processor seconds of the best run."""
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        run()
        seconds.append(time.process_time() - start)
    return min(seconds)


def main(deliveries_a_day: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recorded(folder, deliveries_a_day=deliveries_a_day)
        peer = best(lambda: by_sums(folder))
        judged = best(lambda: gates(read(folder), AS_OF))
        states = sorted({one.state for one in gates(read(folder), AS_OF)})
        print(f"{len(OPTIONS) * len(THRESHOLDS)} gates on {DAYS} days of hourly rollups: {', '.join(states)}")
        print(f"sums and Wilson intervals {peer:.2f} s, gates {judged:.2f} s: {judged / peer:.1f} times")
        whole = read(folder)
        gates(whole, AS_OF)
        days = range(9, DAYS, EVERY)
        start = time.process_time()
        for day in days:
            until = FIRST_DAY + timedelta(days=day)
            gates(whole.until(until), until)
        every_day = (time.process_time() - start) / len(days) * DAYS
        print(
            f"as of each of {DAYS} days {every_day:.1f} s: {every_day / judged:.0f} times judging them once"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
