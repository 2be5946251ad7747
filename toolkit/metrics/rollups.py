"""Hourly counts of the recorded facts: all that anything downstream reads of them."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

import pandas as pd

from toolkit.metrics import clusters, connections, deliveries
from toolkit.metrics.cache import Cache
from toolkit.metrics.engine import LONG, require, run
from toolkit.metrics.files import Partition, check_pages, check_words, find
from toolkit.project.faults import EnvironmentFault, Faults

Found = TypeVar("Found")

HOUR_KEYS = ["option", "environment", "hour"]
BUCKET_KEYS = [*HOUR_KEYS, "bucket"]
DEADLINES = ("deadline_us", "deadline_min_us")
CLUSTER_SUMS = tuple(name for ratio in clusters.RATIOS.values() for name in ratio.columns)
COUNTS = (*connections.SUMS, *deliveries.SUMS, *CLUSTER_SUMS)
AGES = ("entered", "connected_us", "unintended_ends", "intended_ends")

BATCH_BYTES = 512 * 2**20
"""Files rolled up by one query at most, unless one partition alone is larger: it bounds the memory."""

LOOKS = 20
"""How often to look again when files vanish while they are read, as compaction makes them."""


@dataclass(frozen=True)
class SetAside:
    """Rows of a partition that were not counted, and why."""

    partition: str
    reason: str
    count: int


def _no_counts() -> pd.DataFrame:
    return _counts(_empty())


def _no_histogram() -> pd.DataFrame:
    return _by_bucket(_empty(), ("count",))


def _no_ages() -> pd.DataFrame:
    return _by_bucket(_empty(), AGES)


@dataclass(frozen=True, eq=False)
class Rollups:
    """Hourly counts, in UTC, that add up over hours and partitions; durations are whole microseconds.

    Args:
        counts: one row an option, environment and hour, with the columns :data:`COUNTS`, and the largest and
            smallest deadline, which are null where there is no delivery.
        latency: deliveries in time by logarithmic bucket of their latency: option, environment, hour,
            bucket, count.
        handshake: opened connections by logarithmic bucket of their handshake, alike.
        ages: by bucket of the connection's age, :data:`AGES`: how many reached the bucket, how long they were
            connected in it, and how many ended in it.
        left_out_rows: rows of days after the as-of day.
        set_aside: rows that could not be counted.
    """

    counts: pd.DataFrame = field(default_factory=_no_counts)
    latency: pd.DataFrame = field(default_factory=_no_histogram)
    handshake: pd.DataFrame = field(default_factory=_no_histogram)
    ages: pd.DataFrame = field(default_factory=_no_ages)
    left_out_rows: int = 0
    set_aside: list[SetAside] = field(default_factory=list)


def roll_up(
    metrics_dir: Path, *, as_of: date, environments: Collection[str], faults: Faults, engine: str = "duckdb"
) -> Rollups:
    """The rollups of all facts up to the end of the as-of day; empty without facts, or with a fault.

    Args:
        metrics_dir: the folder ``metrics`` of a decision folder.
        as_of: the UTC day after which rows are left out.
        environments: those that project.yaml lists.
        faults: takes up every file that cannot be used; then nothing is computed.

    Raises:
        InputError: there is no such engine.
        EnvironmentFault: the engine is not available, or failed.
    """
    require(engine)
    return _undisturbed(metrics_dir, faults, lambda seen: _roll_up(metrics_dir, as_of, environments, seen))


def check_files(metrics_dir: Path, environments: Collection[str], faults: Faults) -> None:
    """Note a fault for everything in the recorded facts that :func:`roll_up` refuses, whatever its day."""
    _undisturbed(metrics_dir, faults, lambda seen: _check(metrics_dir, environments, seen))


def _undisturbed(metrics_dir: Path, faults: Faults, look: Callable[[Faults], Found]) -> Found:
    """What one look finds during which no file vanishes, with its faults."""
    for _ in range(LOOKS):
        seen = Faults()
        try:
            found = look(seen)
        except FileNotFoundError:
            continue
        faults.found.extend(seen.found)
        return found
    raise EnvironmentFault(
        f"{metrics_dir}: files vanish faster than they can be read; stop what removes them"
    )


def _check(metrics_dir: Path, environments: Collection[str], faults: Faults) -> None:
    partitions = find(metrics_dir, faults)
    check_pages(partitions, faults)
    broken = {fault.file for fault in faults.errors}
    sound = [part for part in partitions if not broken & {str(source.path) for source in part.sources}]
    check_words(sound, environments, faults)


def _roll_up(metrics_dir: Path, as_of: date, environments: Collection[str], faults: Faults) -> Rollups:
    partitions = find(metrics_dir, faults)
    due = [part for part in partitions if part.day <= as_of]
    cache = Cache(metrics_dir / "rollups", environments)
    paths = {part: cache.path(part) for part in due}
    done = {part: frame for part in due if (frame := cache.load(paths[part])) is not None}
    missing = [part for part in due if part not in done]
    check_words(missing, environments, faults)
    if faults.errors:
        return Rollups()
    for batch in _batches(missing):
        for part, frame in run(batch, faults).items():
            cache.store(paths[part], frame)
            done[part] = frame
    if faults.errors:
        return Rollups()
    left_out = sum(part.rows for part in partitions if part.day > as_of)
    return _merged(done, left_out)


def _batches(partitions: Iterable[Partition]) -> Iterator[list[Partition]]:
    batch: list[Partition] = []
    size = 0
    for part in partitions:
        own = sum(source.path.stat().st_size for source in part.sources)
        if batch and (part.table != batch[0].table or size + own > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(part)
        size += own
    if batch:
        yield batch


def _merged(done: dict[Partition, pd.DataFrame], left_out_rows: int) -> Rollups:
    frames = [frame.assign(option=part.option, partition=part.name) for part, frame in done.items()]
    rows = pd.concat([_empty(), *(frame for frame in frames if len(frame))], ignore_index=True)
    hours = rows.assign(hour=pd.to_datetime(rows["hour"] * 3600, unit="s", utc=True).dt.as_unit("us"))
    kinds = {kind: hours[hours["kind"] == kind] for kind in ("counts", "latency", "handshake", "ages")}
    return Rollups(
        counts=_counts(kinds["counts"]),
        latency=_by_bucket(kinds["latency"], ("count",)),
        handshake=_by_bucket(kinds["handshake"], ("count",)),
        ages=_by_bucket(kinds["ages"], AGES),
        left_out_rows=left_out_rows,
        set_aside=_set_aside(rows[rows["kind"] == "set_aside"]),
    )


def _empty() -> pd.DataFrame:
    words = {name: pd.Series(dtype="str") for name in ("kind", "environment", "name", "option", "partition")}
    numbers = {name: pd.Series(dtype="int64") for name in ("hour", "bucket", "value")}
    return pd.DataFrame({**words, **numbers})[[*LONG, "option", "partition"]]


def _wide(rows: pd.DataFrame, keys: list[str], names: Collection[str], how: str = "sum") -> pd.DataFrame:
    """A column for each name; absent numbers are null."""
    chosen = rows[rows["name"].isin(names)]
    wide = chosen.groupby([*keys, "name"], sort=True)["value"].agg(how).astype("Int64").unstack("name")
    return wide.reindex(columns=list(names))


def _counts(rows: pd.DataFrame) -> pd.DataFrame:
    sums = _wide(rows, HOUR_KEYS, COUNTS)
    largest = _wide(rows, HOUR_KEYS, DEADLINES[:1], "max")
    smallest = _wide(rows, HOUR_KEYS, DEADLINES[1:], "min")
    counts = sums.fillna(0).astype("int64").join([largest, smallest])
    return counts.rename_axis(columns=None).reset_index()


def _by_bucket(rows: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    wide = _wide(rows, BUCKET_KEYS, names).fillna(0).astype("int64")
    return wide.rename_axis(columns=None).reset_index()


def _set_aside(rows: pd.DataFrame) -> list[SetAside]:
    ordered = rows.sort_values(["partition", "name"])
    return [
        SetAside(str(part), str(reason), int(count))
        for part, reason, count in zip(ordered["partition"], ordered["name"], ordered["value"], strict=True)
    ]
