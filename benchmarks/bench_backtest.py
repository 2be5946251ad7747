"""Replays a year of recorded history, beside one evaluation of its last day.

    python benchmarks/bench_backtest.py [DAYS]

Takes about a minute on one core. A single-day evaluation is what `toolkit decide` computes: the cost of every
option with all of its sensitivity, and every gate. From disk it loads the folder and its kept rollups first,
warm it has them in memory with their hours sorted, as the backtest does on every day after the first. Also
told is the ratio to the least that a verdict takes: costs without sensitivity, and the gates, warm. Times are
processor seconds, for the single day the best of the runs.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from toolkit import answers, deciding
from toolkit.decide.decision import Decision
from toolkit.loading import Loaded, load
from toolkit.metrics.rollups import Rollups
from toolkit.project import shipped

SEED = 1
DAYS = 365
AN_HOUR = 6
"""Connections of each option in an hour, each followed by deliveries."""
LAST = date(2026, 11, 27)
OPTIONS = ("current-unfixed", "current", "socketio")
RUNS = 3
MOST = 100
"""Single-day evaluations that a year may cost."""

Result = TypeVar("Result")


def record(metrics: Path, days: int) -> None:
    """Connections of three options in production, evenly over every hour of so many days."""
    rng = np.random.default_rng(SEED)
    first = datetime.combine(LAST, datetime.min.time(), UTC) - timedelta(days=days - 1)
    for option in OPTIONS:
        for number in range(days):
            day = first + timedelta(days=number)
            partition = metrics / "connections" / f"option={option}" / f"date={day.date()}"
            partition.mkdir(parents=True)
            connections(rng, day).to_parquet(partition / "part.parquet", index=False)


def connections(rng: np.random.Generator, day: datetime) -> pd.DataFrame:
    """A day's connections; one in fifty fails."""
    count = 24 * AN_HOUR
    start = day + pd.to_timedelta(np.sort(rng.integers(0, 86_000, count)), unit="s")
    opened = rng.random(count) >= 0.02
    end = start + pd.to_timedelta(np.where(opened, 300, 5), unit="s")
    clients = [f"{number}" for number in range(count)]
    return pd.DataFrame({
        "environment": "production", "collector": "bench", "client": clients, "session": clients,
        "attempt": 1,
        "started_at": start, "handshake_s": np.where(opened, 0.05, np.nan),
        "outcome": np.where(opened, "open", "timeout"), "ended_at": end.where(opened),
        "observed_until": end, "close_code": np.where(opened, 1000.0, np.nan),
        "ended_by": np.where(opened, "client", None), "intended": np.where(opened, True, None),
    })  # fmt: skip


def timed(step: Callable[[], Result], *, runs: int = 1) -> tuple[Result, float]:
    """What a step gives, and the processor seconds of the best run."""
    seconds = []
    for _ in range(runs):
        begun = time.process_time()
        found = step()
        seconds.append(time.process_time() - begun)
    return found, min(seconds)


def evaluated(loaded: Loaded, rolled: Rollups, *, whole: bool) -> Decision:
    """The decision of the last day."""
    scenario = loaded.project.default_scenario
    return deciding.decided(loaded, scenario, rolled, answers.costed(loaded, scenario, whole=whole))


def from_disk(root: Path) -> Decision:
    """The same from the files of the folder and its kept rollups."""
    loaded = loaded_from(root)
    return evaluated(loaded, answers.counts(loaded), whole=True)


def loaded_from(root: Path) -> Loaded:
    return replace(load(root), as_of=LAST)


def main(days: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        root = Path(home) / "data"
        for name in ("options", "pricing", "scenarios"):
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).symlink_to(shipped("data") / name)
        for name in ("project.yaml", "plan.yaml"):
            (root / name).write_text((shipped("data") / name).read_text())
        record(root / "metrics", days)
        loaded = loaded_from(root)
        scenario = loaded.project.default_scenario
        rolled = answers.counts(loaded)
        whole, warm_s = timed(partial(evaluated, loaded, rolled, whole=True), runs=RUNS)
        _, least_s = timed(partial(evaluated, loaded, rolled, whole=False), runs=RUNS)
        _, disk_s = timed(partial(from_disk, root), runs=RUNS)
        replayed, replay_s = timed(lambda: deciding.backtested(loaded, scenario, answers.counts(loaded)))
    said = {phase.phase: phase.looks[-1].verdict for phase in replayed.phases}
    assert said == {phase.phase.id: phase.verdict for phase in whole.phases}, "the last day is today"
    times = replayed.cost_evaluations
    print(f"{len(replayed.days)} days replayed in {replay_s:.1f} s, costs computed {times} times")
    print(f"one day evaluated from disk in {disk_s:.2f} s, warm {warm_s:.2f} s, the least {least_s:.2f} s")
    for name, day_s in (("from disk", disk_s), ("warm", warm_s)):
        print(f"ratio to one evaluation {name}: {replay_s / day_s:.1f} (at most {MOST} wanted)")
    print(f"ratio to one without sensitivity: {replay_s / least_s:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DAYS)
