"""Makes recorded facts as a collector writes them, and rolls them up."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.measure.events import SCHEMAS, STAMPS, Table
from toolkit.metrics.rollups import Rollups, roll_up
from toolkit.project import Faults

Row = dict[str, Any]

DAY = date(2026, 11, 20)
LATER = date(2026, 12, 31)


def at(clock: str, day: date = DAY) -> datetime:
    """The time of day, such as ``10:15`` or ``10:15:00.5``, on a UTC day."""
    return datetime.fromisoformat(f"{day.isoformat()}T{clock}").replace(tzinfo=UTC)


def opened(started: str, *, until: str | None = None, ended: str | None = None, **more: Any) -> Row:
    """An attempt that opened at once: still open at ``until``, or over at ``ended``."""
    day = more.pop("day", DAY)
    return {
        "environment": "lab",
        "collector": "c",
        "client": "ann",
        "session": "s",
        "attempt": 1,
        "started_at": at(started, day),
        "handshake_s": 0.0,
        "outcome": "open",
        "ended_at": at(ended, day) if ended else None,
        "observed_until": at(until or ended or started, day),
        "close_code": 1006 if ended else None,
        "ended_by": "network" if ended else None,
        "intended": False if ended else None,
        **more,
    }


def failed(started: str, *, until: str, **more: Any) -> Row:
    """An attempt that failed."""
    return {**opened(started, until=until), "outcome": "timeout", "handshake_s": None, **more}


def delivered(scheduled: str = "10:00", *, latency_s: float | None = 0.05, **more: Any) -> Row:
    """A message to one recipient; lost without a latency."""
    return {
        "environment": "lab",
        "collector": "c",
        "message": "m",
        "sender": "ann",
        "recipient": "bob",
        "scheduled_at": at(scheduled, more.pop("day", DAY)),
        "latency_s": latency_s,
        "deadline_s": 5.0,
        "copies": 0 if latency_s is None else 1,
        "in_order": None if latency_s is None else True,
        "bytes": 100,
        "round_trip": False,
        **more,
    }


def write(
    metrics_dir: Path,
    table: Table,
    rows: list[Row],
    *,
    option: str = "current",
    day: date | None = None,
    name: str = "part-0.parquet",
) -> Path:
    """The file that holds the rows, in the partition of ``day`` (None: that of the first row)."""
    day = day or rows[0][STAMPS[table]].date()
    return save(
        metrics_dir, table, pa.Table.from_pylist(rows, SCHEMAS[table]), option=option, day=day, name=name
    )


def loose(table: Table, rows: list[Row]) -> pa.Table:
    """The rows as a foreign writer may bring them: null anywhere."""
    return pa.Table.from_pylist(rows, pa.schema([field.with_nullable(True) for field in SCHEMAS[table]]))


def save(
    metrics_dir: Path,
    table: Table,
    rows: pa.Table,
    *,
    option: str = "current",
    day: date = DAY,
    name: str = "part-0.parquet",
) -> Path:
    """The file that holds the table as it is."""
    path = metrics_dir / table / f"option={option}" / f"date={day.isoformat()}" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, path)
    return path


def write_by_day(metrics_dir: Path, table: Table, rows: list[Row], *, option: str = "current") -> None:
    """The rows, each in the partition in which the contract wants it."""
    days: dict[date, list[Row]] = {}
    for row in rows:
        days.setdefault(row[STAMPS[table]].date(), []).append(row)
    for day, found in days.items():
        write(metrics_dir, table, found, option=option, day=day)


def rolled(metrics_dir: Path, *, as_of: date = LATER, environments: tuple[str, ...] = ("lab",)) -> Rollups:
    """The rollups of facts without a fault."""
    faults = Faults()
    rollups = roll_up(metrics_dir, as_of=as_of, environments=environments, faults=faults)
    faults.raise_errors()
    return rollups


def total(rollups: Rollups, name: str) -> int:
    """A count over everything."""
    return int(rollups.counts[name].sum())


def by_hour(rollups: Rollups, name: str) -> dict[str, int]:
    """A count by hour, such as ``20T10``, where it is not 0."""
    hours = zip(rollups.counts["hour"], rollups.counts[name], strict=True)
    return {f"{hour:%dT%H}": int(value) for hour, value in hours if value}


def faults_of(metrics_dir: Path, *, environments: tuple[str, ...] = ("lab",)) -> list[str]:
    """What is said of facts that cannot be used; that nothing was computed is checked."""
    faults = Faults()
    rollups = roll_up(metrics_dir, as_of=LATER, environments=environments, faults=faults)
    assert rollups.counts.empty
    assert rollups.latency.empty
    return [str(fault).replace(f"{metrics_dir}/", "") for fault in faults]
