"""Brings the rollups of all partitions together, as what everything downstream reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from toolkit.measure.events import Table
from toolkit.metrics.ages import AGES
from toolkit.metrics.cache import Kept, Numbered
from toolkit.metrics.files import Partition
from toolkit.metrics.frames import (
    BUCKET_KEYS,
    COLUMNS,
    CONNECTION_COUNTS,
    DEADLINES,
    DELIVERY_COUNTS,
    KEYS,
    Frames,
    joined,
    none_of,
)

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
        ages: connections by logarithmic bucket of their age, :data:`toolkit.metrics.ages.AGES`: how many came
            into sight at that age, and how many left it, how.
        aggregates: what sources had summed up or averaged before: option, environment, hour, source, name,
            kind, quantile, value, unit, from_us, until_us.
        faults: what was done to connections on purpose, one row a fault, with the columns of
            :class:`toolkit.measure.events.NetworkFault` beside option, environment and hour; ``struck_us``
            is when.
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
        left_out_rows: int = 0,
        set_aside: Sequence[SetAside] = (),
    ) -> None:
        self._given = {
            "counts": counts, "latency": latency, "handshake": handshake, "ages": ages,
            "aggregates": aggregates, "faults": faults,
        }  # fmt: skip
        self.left_out_rows = left_out_rows
        self.set_aside = list(set_aside)

    @cached_property
    def counts(self) -> pd.DataFrame:
        return self._made("counts", (*KEYS, *COUNTS, *DEADLINES)).astype(dict.fromkeys(DEADLINES, "Int64"))

    @cached_property
    def latency(self) -> pd.DataFrame:
        return self._made("latency", (*BUCKET_KEYS, "count"))

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
            none = none_of(columns).to_pandas().rename(columns={"part": "option"}).astype({"option": "str"})
            return _timed(none)
        return given() if callable(given) else given


Pieces = dict[Table, list[Frames | Kept]]
"""Of each table the rollups of some partitions and those of others, in any order."""


def merged(partitions: Numbered, pieces: Pieces, left_out_rows: int) -> Rollups:
    """The rollups of all partitions together.

    Args:
        partitions: each with its number in the frames.
        pieces: their rollups.
    """
    known = _Known(partitions)

    def of(table: Table, kind: str) -> pd.DataFrame:
        return joined([piece[kind] for piece in pieces[table]], COLUMNS[table][kind])

    def summed(table: Table, kind: str) -> Callable[[], pd.DataFrame]:
        return lambda: _timed(known.summed(of(table, kind)))

    bad = pd.concat([of(table, "set_aside") for table in pieces], ignore_index=True)
    return Rollups(
        counts=_counts(known.summed(of("connections", "counts")), known.summed(of("deliveries", "counts"))),
        latency=summed("deliveries", "latency"),
        handshake=summed("connections", "handshake"),
        ages=summed("connections", "ages"),
        aggregates=_timed(known.named(of("aggregates", "aggregates").astype({"from_us": "Int64"}))),
        faults=lambda: _timed(known.named(of("faults", "faults"))),
        left_out_rows=left_out_rows,
        set_aside=_set_aside(partitions, bad),
    )


class _Known:
    """What is known of the partitions by their number."""

    def __init__(self, partitions: Numbered) -> None:
        self._options = sorted({part.option for part in partitions})
        codes = {option: code for code, option in enumerate(self._options)}
        ordered = sorted(partitions, key=partitions.__getitem__)
        self._codes = np.asarray([codes[part.option] for part in ordered], dtype="int64")
        self._first_hours = np.asarray([part.first_hour for part in ordered], dtype="int64")

    def named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with the option instead of the partition, in one order."""
        if not frame["part"].is_monotonic_increasing:
            frame = frame.sort_values("part", kind="stable", ignore_index=True)
        options = pd.Categorical.from_codes(self._codes[frame["part"]], categories=pd.Index(self._options))
        named = frame.drop(columns="part")
        named.insert(0, "option", pd.Series(options, index=named.index))
        return named

    def summed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with one row for each hour and bucket, although an hour may stand in two partitions.

        Only what began before midnight is told by the partition of another day. Those few hours are summed.
        """
        if not frame["part"].is_monotonic_increasing:
            frame = frame.sort_values("part", kind="stable", ignore_index=True)
        named = self.named(frame)
        other_day = frame["hour"].to_numpy() < self._first_hours[frame["part"]]
        if not other_day.any():
            return named
        shared = named["hour"].isin(named.loc[other_day, "hour"].unique())
        keys = [name for name in ("option", *BUCKET_KEYS) if name in named.columns]
        sums = named[shared].groupby(keys, sort=True, observed=True).sum().reset_index()
        together = pd.concat([named[~shared], sums], ignore_index=True)
        return together.sort_values(["option", "hour"], kind="stable", ignore_index=True)


def _timed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(hour=pd.to_datetime(frame["hour"] * 3600, unit="s", utc=True).dt.as_unit("us"))


def _counts(connections: pd.DataFrame, deliveries: pd.DataFrame) -> pd.DataFrame | None:
    """Of hours that hold connections or deliveries or both; deadlines are null where there are none."""
    words = {"option": "str", "environment": "str"}
    parts = [frame.astype(words).set_index(HOUR_KEYS) for frame in (connections, deliveries) if len(frame)]
    if not parts:
        return None
    both = pd.concat(parts, axis=1).sort_index().reindex(columns=[*COUNTS, *DEADLINES])
    kinds = {**dict.fromkeys(COUNTS, "int64"), **dict.fromkeys(DEADLINES, "Int64")}
    return _timed(both.fillna(dict.fromkeys(COUNTS, 0)).astype(kinds).reset_index())


def _set_aside(partitions: Numbered, bad: pd.DataFrame) -> list[SetAside]:
    names: dict[int, Partition] = {number: part for part, number in partitions.items()}
    found = [
        SetAside(names[part].name, str(reason), int(count))
        for part, reason, count in bad.itertuples(index=False)
    ]
    return sorted(found, key=lambda row: (row.partition, row.reason))
