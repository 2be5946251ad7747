"""Brings the rollups of all partitions together, as what everything downstream reads."""

from dataclasses import dataclass, field

import pandas as pd

from toolkit.measure.events import Table
from toolkit.metrics.ages import AGES
from toolkit.metrics.cache import Numbered
from toolkit.metrics.files import Partition
from toolkit.metrics.frames import (
    BUCKET_KEYS,
    COLUMNS,
    CONNECTION_COUNTS,
    DEADLINES,
    DELIVERY_COUNTS,
    KEYS,
    Frames,
    empty,
)

HOUR_KEYS = ["option", *KEYS]
COUNTS = (*CONNECTION_COUNTS, *DELIVERY_COUNTS)


@dataclass(frozen=True)
class SetAside:
    """Rows of a partition that were not counted, and why."""

    partition: str
    reason: str
    count: int


def _frame(keys: tuple[str, ...], names: tuple[str, ...]) -> pd.DataFrame:
    return _timed(empty((*keys, *names)).rename(columns={"part": "option"}).astype({"option": "str"}))


def _no_counts() -> pd.DataFrame:
    nullable = {name: "Int64" for name in DEADLINES}
    return _frame(KEYS, (*COUNTS, *DEADLINES)).astype(nullable)


def _no_histogram() -> pd.DataFrame:
    return _frame(BUCKET_KEYS, ("count",))


def _no_ages() -> pd.DataFrame:
    return _frame(BUCKET_KEYS, AGES)


def _no_aggregates() -> pd.DataFrame:
    names = COLUMNS["aggregates"]["aggregates"]
    return _frame(KEYS, tuple(name for name in names if name not in KEYS))


@dataclass(frozen=True, eq=False)
class Rollups:
    """Hourly counts, in UTC, that add up over hours and partitions; durations are whole microseconds.

    Args:
        counts: one row an option, environment and hour, with the columns :data:`COUNTS`, and the largest and
            smallest deadline, which are null where there is no delivery.
        latency: deliveries in time by logarithmic bucket of their latency: option, environment, hour,
            bucket, count.
        handshake: opened connections by logarithmic bucket of their handshake, alike.
        ages: connections by logarithmic bucket of their age, :data:`toolkit.metrics.ages.AGES`: how many came
            into sight at that age, and how many left it, how.
        aggregates: what sources had summed up or averaged before: option, environment, hour, source, name,
            kind, quantile, value, unit, from_us, until_us.
        left_out_rows: rows of days after the as-of day.
        set_aside: rows that could not be counted.
    """

    counts: pd.DataFrame = field(default_factory=_no_counts)
    latency: pd.DataFrame = field(default_factory=_no_histogram)
    handshake: pd.DataFrame = field(default_factory=_no_histogram)
    ages: pd.DataFrame = field(default_factory=_no_ages)
    aggregates: pd.DataFrame = field(default_factory=_no_aggregates)
    left_out_rows: int = 0
    set_aside: list[SetAside] = field(default_factory=list)


def merged(partitions: Numbered, frames: dict[Table, Frames], left_out_rows: int) -> Rollups:
    """The rollups of all partitions together.

    Args:
        partitions: each with its number in the frames.
        frames: of each table.
    """
    connections, deliveries = frames["connections"], frames["deliveries"]
    known = _Known(partitions)
    return Rollups(
        counts=_counts(known.summed(connections["counts"]), known.summed(deliveries["counts"])),
        latency=_timed(known.summed(deliveries["latency"])),
        handshake=_timed(known.summed(connections["handshake"])),
        ages=_timed(known.summed(connections["ages"])),
        aggregates=_timed(known.named(frames["aggregates"]["aggregates"])),
        left_out_rows=left_out_rows,
        set_aside=_set_aside(partitions, frames),
    )


class _Known:
    """What is known of the partitions by their number."""

    def __init__(self, partitions: Numbered) -> None:
        own = {number: part for part, number in partitions.items()}
        self._options = pd.Series({number: part.option for number, part in own.items()}, dtype="str")
        self._first_hours = pd.Series(
            {number: part.first_hour for number, part in own.items()}, dtype="int64"
        )

    def named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with the option instead of the partition, in one order."""
        ordered = frame if frame["part"].is_monotonic_increasing else frame.sort_values("part", kind="stable")
        named = ordered.drop(columns="part").reset_index(drop=True)
        named.insert(0, "option", self._options.reindex(ordered["part"]).to_numpy())
        return named.astype({"option": "str"})

    def summed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with one row for each hour and bucket, although an hour may stand in two partitions.

        Only what began before midnight is told by the partition of another day. Those few hours are summed.
        """
        keys = [name for name in ("option", *BUCKET_KEYS) if name == "option" or name in frame.columns]
        named = self.named(frame)
        other_day = frame["hour"] < self._first_hours.reindex(frame["part"]).to_numpy()
        shared = named["hour"].isin(frame.loc[other_day, "hour"].unique())
        if not shared.any():
            return named
        sums = named[shared].groupby(keys, sort=True).sum().reset_index()
        together = pd.concat([named[~shared], sums], ignore_index=True)
        return together.sort_values(["option", "hour"], kind="stable", ignore_index=True)


def _timed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(hour=pd.to_datetime(frame["hour"] * 3600, unit="s", utc=True).dt.as_unit("us"))


def _counts(connections: pd.DataFrame, deliveries: pd.DataFrame) -> pd.DataFrame:
    """Of hours that hold connections or deliveries or both; deadlines are null where there are none."""
    parts = [frame.set_index(HOUR_KEYS) for frame in (connections, deliveries) if len(frame)]
    if not parts:
        return _no_counts()
    both = pd.concat(parts, axis=1).sort_index().reindex(columns=[*COUNTS, *DEADLINES])
    kinds = {**dict.fromkeys(COUNTS, "int64"), **dict.fromkeys(DEADLINES, "Int64")}
    return _timed(both.fillna(dict.fromkeys(COUNTS, 0)).astype(kinds).reset_index())


def _set_aside(partitions: Numbered, frames: dict[Table, Frames]) -> list[SetAside]:
    names: dict[int, Partition] = {number: part for part, number in partitions.items()}
    found = [
        SetAside(names[part].name, str(reason), int(count))
        for kinds in frames.values()
        for part, reason, count in kinds["set_aside"].itertuples(index=False)
    ]
    return sorted(found, key=lambda row: (row.partition, row.reason))
