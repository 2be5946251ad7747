"""The generator's verdict on itself, each reason alone."""

import asyncio
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from toolkit.measure import clock
from toolkit.measure import watch as watch_module
from toolkit.measure.watch import LagWatch


async def watching(watch: LagWatch, seconds: float) -> None:
    task = asyncio.create_task(watch.run())
    await asyncio.sleep(seconds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_quiet_generator_is_valid(run: Any) -> None:
    watch = LagWatch(limit_ms=5_000)
    run(watching(watch, 0.3))
    watch.session(0.2)
    assert watch.verdict(sessions=1) is None
    assert watch.cpu_share < 0.9


def test_what_is_begun_late_makes_a_run_invalid() -> None:
    watch = LagWatch(clock.RunClock(time.monotonic() - 10), limit_ms=100)
    watch.message(9.5)
    told = watch.verdict()
    assert told is not None and told.startswith("it began what was due 5") and "above 100 ms" in told


def test_sessions_that_were_never_begun_make_a_run_invalid() -> None:
    watch = LagWatch()
    watch.session(0.0)
    assert watch.verdict(sessions=3) == "it began 1 of 3 sessions"


def test_a_thread_that_is_always_busy_makes_a_run_invalid(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # Others may take the processor from this thread, so that its share is held against a limit that they
    # cannot reach.
    monkeypatch.setattr(watch_module, "CPU_LIMIT", 0.1)

    async def body() -> LagWatch:
        watch = LagWatch(limit_ms=60_000)
        task = asyncio.create_task(watch.run())
        for _ in range(20):
            await asyncio.sleep(0)
            busy_until_s = time.thread_time() + 0.04
            while time.thread_time() < busy_until_s:
                pass
        task.cancel()
        return watch

    told = run(body()).verdict()
    assert (
        told is not None and told.startswith("it was busy for ") and told.endswith("% of its time, above 10%")
    )


def test_a_clock_that_is_set_during_the_run_is_told(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wall(datetime):
        ahead = timedelta()

        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + cls.ahead

    monkeypatch.setattr(clock, "datetime", Wall)
    watch = LagWatch()
    run(watching(watch, 0.1))
    assert watch.clock_step_s is None
    Wall.ahead = timedelta(seconds=-30)
    run(watching(watch, 0.2))
    Wall.ahead = timedelta()
    run(watching(watch, 0.1))
    assert watch.clock_step_s == pytest.approx(-30, abs=0.5)


FEW_FILES = """
import resource
from toolkit.measure.openfiles import allow_files
from toolkit.measure.workload import read_workload
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 400))
few = read_workload("quick").model_copy(update={"idle_connections": 0})
allow_files(few, proxied=True)
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
try:
    allow_files(few.model_copy(update={"clients": 5_000}), proxied=True)
except Exception as error:
    print(type(error).__name__, error)
"""


def test_a_workload_of_more_files_than_allowed_says_how_many() -> None:
    done = subprocess.run([sys.executable, "-c", FEW_FILES], capture_output=True, text=True, check=True)
    raised, told = done.stdout.splitlines()
    assert int(raised) == 3 * 20 + 128
    assert told == (
        "EnvironmentFault 5,000 clients need 15,128 open files, and only 400 are allowed (ulimit -n); "
        "raise it to 15,128 or more, or write a workload of fewer clients"
    )
