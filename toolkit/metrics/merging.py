"""Brings the rollups of all partitions together, as what everything downstream reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa

from toolkit.measure.events import Table
from toolkit.metrics.cache import Kept, Numbered
from toolkit.metrics.frames import (
    BUCKET_KEYS,
    COLUMNS,
    CONNECTION_COUNTS,
    DEADLINES,
    DELIVERY_COUNTS,
    KEYS,
    Frames,
    as_pandas,
    beside,
    none_of,
    together,
)
from toolkit.metrics.histograms import by_hour
from toolkit.metrics.sums import AGES

HOUR_KEYS = ["option", *KEYS]
COUNTS = (*CONNECTION_COUNTS, *DELIVERY_COUNTS)


@dataclass(frozen=True)
class SetAside:
    """Rows of a partition that were not counted, and why."""

    partition: str
    reason: str
    count: int


Frame = pd.DataFrame | Callable[[], pd.DataFrame]
"""A frame, or what makes it as it is first asked for."""


class Rollups:
    """Hourly counts, in UTC, that add up over hours and partitions; durations are whole microseconds.

    Args:
        counts: one row an option, environment and hour, with the columns :data:`COUNTS`, and the largest and
            smallest deadline, which are null where there is no delivery.
        latency: deliveries in time by logarithmic bucket of their latency: option, environment, hour,
            bucket, count.
        handshake: opened connections by logarithmic bucket of their handshake, alike.
        ages: connections by logarithmic bucket of their age, :data:`toolkit.metrics.sums.AGES`: how many came
            into sight at that age, and how many left it, how.
        aggregates: what sources had summed up or averaged before: option, environment, hour, source, name,
            kind, quantile, value, unit, from_us, until_us.
        faults: what was done to connections on purpose, one row a fault, with the columns of
            :class:`toolkit.measure.events.NetworkFault` beside option, environment and hour; ``struck_us``
            is when.
        latency_hours: the same as latency, made from its parts. None: made from latency.
        told_later: makes, by the name of the frame, those of its rows that the partition of a later day told,
            with that day as ``told_on``. None: there are none.
        left_out_rows: rows of days after the as-of day.
        set_aside: rows that could not be counted.
    """

    def __init__(
        self,
        *,
        counts: Frame | None = None,
        latency: Frame | None = None,
        handshake: Frame | None = None,
        ages: Frame | None = None,
        aggregates: Frame | None = None,
        faults: Frame | None = None,
        latency_hours: Callable[[], pa.Table] | None = None,
        told_later: Callable[[], dict[str, pd.DataFrame]] | None = None,
        left_out_rows: int = 0,
        set_aside: Sequence[SetAside] = (),
    ) -> None:
        self._given = {
            "counts": counts, "latency": latency, "handshake": handshake, "ages": ages,
            "aggregates": aggregates, "faults": faults,
        }  # fmt: skip
        self._latency_hours = latency_hours
        self._told_later = told_later
        self.left_out_rows = left_out_rows
        self.set_aside = list(set_aside)
        self._whole: Rollups | None = None
        self.end: pd.Timestamp | None = None

    @property
    def whole(self) -> "Rollups":
        """The rollups that these were cut from; these themselves where nothing was cut."""
        return self._whole or self

    def until(self, day: date) -> "Rollups":
        """These rollups up to the end of a UTC day, for what was to be seen on that day.

        It costs next to nothing: hourly counts and latencies, once they have been picked out and sorted for
        an option and an environment, are cut at the day and neither copied nor gone through again
        (:func:`toolkit.metrics.windows.hours_of`). Only what is asked for as a frame is filtered. An hour
        counts whole, though a connection that began before midnight may have been written down after it.

        Args:
            day: the last one that counts.
        """
        end = pd.Timestamp(day + timedelta(days=1), tz="UTC")
        if self.end is not None:
            end = min(end, self.end)
        found = Rollups(left_out_rows=self.left_out_rows, set_aside=self.set_aside)
        frames = ("counts", "latency", "handshake", "ages", "aggregates", "faults")
        found._given = {name: _cut(self.whole, name, end) for name in frames}
        found._whole, found.end = self.whole, end
        return found

    @cached_property
    def counts(self) -> pd.DataFrame:
        return self._made("counts", (*KEYS, *COUNTS, *DEADLINES)).astype(dict.fromkeys(DEADLINES, "Int64"))

    @cached_property
    def latency(self) -> pd.DataFrame:
        return self._made("latency", (*BUCKET_KEYS, "count"))

    @cached_property
    def latency_hours(self) -> pa.Table:
        """The latencies with one row an option, environment and hour since 1970; its buckets are lists.

        What a percentile needs is read from it in a tenth of the time that the frame takes to be made.
        """
        if self._latency_hours is not None:
            return self._latency_hours()
        rows = self.latency.assign(hour=whole_hours(self.latency["hour"]))
        rows = rows.sort_values(HOUR_KEYS, kind="stable")
        return by_hour(pa.Table.from_pandas(rows, preserve_index=False), keys=HOUR_KEYS)

    @cached_property
    def told_later(self) -> dict[str, pd.DataFrame]:
        """What a later day told of an hour, by frame: it was not known at the end of that hour's day."""
        return {} if self._told_later is None else self._told_later()

    @cached_property
    def handshake(self) -> pd.DataFrame:
        return self._made("handshake", (*BUCKET_KEYS, "count"))

    @cached_property
    def ages(self) -> pd.DataFrame:
        return self._made("ages", (*BUCKET_KEYS, *AGES))

    @cached_property
    def aggregates(self) -> pd.DataFrame:
        return self._made("aggregates", COLUMNS["aggregates"]["aggregates"])

    @cached_property
    def faults(self) -> pd.DataFrame:
        return self._made("faults", COLUMNS["faults"]["faults"])

    def _made(self, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
        given = self._given[name]
        if given is None:
            none = as_pandas(none_of(columns)).rename(columns={"part": "option"}).astype({"option": "str"})
            return _timed(none)
        return given() if callable(given) else given


def _cut(whole: Rollups, name: str, end: pd.Timestamp) -> Callable[[], pd.DataFrame]:
    """What makes a frame of these rollups without the hours from ``end`` on."""

    def made() -> pd.DataFrame:
        frame: pd.DataFrame = getattr(whole, name)
        return frame[frame["hour"] < end]

    return made


Pieces = dict[Table, list[Frames | Kept]]
"""Of each table the rollups of some partitions and those of others, in any order."""


def merged(partitions: Numbered, pieces: Pieces, left_out_rows: int) -> Rollups:
    """The rollups of all partitions together.

    Args:
        partitions: each with its number in the frames.
        pieces: their rollups.
    """
    known = _Known(partitions)

    def rows_of(table: Table, kind: str) -> pa.Table:
        return together([piece[kind] for piece in pieces[table]], COLUMNS[table][kind])

    def of(table: Table, kind: str) -> pd.DataFrame:
        return as_pandas(rows_of(table, kind))

    def with_option(table: Table, kind: str) -> pa.Table:
        return known.with_option(rows_of(table, kind))

    def summed(table: Table, kind: str) -> Callable[[], pd.DataFrame]:
        return lambda: _timed(known.summed(of(table, kind)))

    def told_later() -> dict[str, pd.DataFrame]:
        # A delivery counts in the hour of its sending, which is in the day of its partition.
        return {kind: _timed(known.told_later(of("connections", kind))) for kind in ("counts", "ages")}

    def aggregates() -> pd.DataFrame:
        return _timed(known.named(of("aggregates", "aggregates").astype({"from_us": "Int64"})))

    return Rollups(
        counts=_counts(with_option("connections", "counts"), with_option("deliveries", "counts")),
        latency=summed("deliveries", "latency"),
        handshake=summed("connections", "handshake"),
        ages=summed("connections", "ages"),
        aggregates=aggregates,
        faults=lambda: _timed(known.named(of("faults", "faults"))),
        latency_hours=lambda: with_option("deliveries", "latency"),
        told_later=told_later,
        left_out_rows=left_out_rows,
        set_aside=_set_aside(partitions, [rows_of(table, "set_aside") for table in pieces]),
    )


class _Known:
    """What is known of the partitions by their number."""

    def __init__(self, partitions: Numbered) -> None:
        self._options = sorted({part.option for part in partitions})
        codes = {option: code for code, option in enumerate(self._options)}
        ordered = sorted(partitions, key=partitions.__getitem__)
        self._codes = np.asarray([codes[part.option] for part in ordered], dtype="int64")
        self._first_hours = np.asarray([part.first_hour for part in ordered], dtype="int64")

    def with_option(self, rows: pa.Table) -> pa.Table:
        """The rows with the option instead of the partition."""
        codes = pa.array(self._codes[rows["part"].to_numpy()], pa.int32())
        options = pa.DictionaryArray.from_arrays(codes, pa.array(self._options, pa.string()))
        return rows.set_column(0, "option", options)

    def named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with the option instead of the partition."""
        options = pd.Categorical.from_codes(self._codes[frame["part"]], categories=pd.Index(self._options))
        named = frame.drop(columns="part")
        named.insert(0, "option", pd.Series(options, index=named.index))
        return named

    def told_later(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows on hours before the day of their partition, with that day as ``told_on``."""
        days = self._first_hours[frame["part"]]
        later = frame["hour"].to_numpy() < days
        named = self.named(frame[later])
        return named.assign(told_on=pd.to_datetime(days[later] * 3600, unit="s", utc=True).date)

    def summed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with one row for each hour and bucket, although an hour may stand in two partitions.

        Only what began before midnight is told by the partition of another day. Those few hours are summed.
        """
        named = self.named(frame)
        other_day = frame["hour"].to_numpy() < self._first_hours[frame["part"]]
        if not other_day.any():
            return named
        shared = named["hour"].isin(named.loc[other_day, "hour"].unique())
        keys = [name for name in ("option", *BUCKET_KEYS) if name in named.columns]
        sums = named[shared].groupby(keys, sort=True, observed=True).sum().reset_index()
        both = pd.concat([named[~shared], sums], ignore_index=True)
        return both.sort_values(["option", "hour"], kind="stable", ignore_index=True)


def whole_hours(hours: "pd.Series[pd.Timestamp]") -> np.ndarray:
    """Hours as whole ones since 1970."""
    moments = pd.to_datetime(hours, utc=True).dt.tz_localize(None).to_numpy("datetime64[h]")
    return moments.astype("int64")


def _timed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(hour=pd.to_datetime(frame["hour"] * 3600, unit="s", utc=True).dt.as_unit("us"))


def _counts(connections: pa.Table, deliveries: pa.Table) -> pd.DataFrame | None:
    """Of hours that hold connections or deliveries or both; deadlines are null where there are none.

    An hour may stand in two partitions, of which one tells what began before midnight.
    """
    parts = [rows for rows in (connections, deliveries) if len(rows)]
    if not parts:
        return None
    both = beside(parts, HOUR_KEYS).astype({"option": "str"})
    absent = {name: 0 for name in (*COUNTS, *DEADLINES) if name not in both.columns}
    both = both.assign(**absent)[[*HOUR_KEYS, *COUNTS, *DEADLINES]]
    deadlines = both[list(DEADLINES)].astype("Int64").where(both["expected"] > 0)
    return _timed(both.assign(**deadlines))


def _set_aside(partitions: Numbered, bad: Sequence[pa.Table]) -> list[SetAside]:
    names = {number: part.name for part, number in partitions.items()}
    found = [
        SetAside(names[row["part"]], row["reason"], row["count"]) for rows in bad for row in rows.to_pylist()
    ]
    return sorted(found, key=lambda row: (row.partition, row.reason))
