"""Brings the rollups of all partitions together, as what everything downstream reads."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa

from toolkit.measure.events import Table
from toolkit.metrics.cache import Kept, Numbered
from toolkit.metrics.frames import BUCKET_KEYS, COLUMNS, DEADLINES, Frames, as_pandas, beside, together
from toolkit.metrics.hourly import COUNTS, HOUR_KEYS, Rollups, SetAside, timed

TOLD_LATER = ("counts", "handshake", "ages")
"""Of connections. A delivery counts in the hour of its sending, which is in the day of its partition."""

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
        return lambda: timed(known.summed(of(table, kind)))

    def told_later(kind: str) -> pd.DataFrame:
        return timed(known.told_later(rows_of("connections", kind)))

    def aggregates() -> pd.DataFrame:
        return timed(known.named(of("aggregates", "aggregates").astype({"from_us": "Int64"})))

    return Rollups(
        counts=_counts(with_option("connections", "counts"), with_option("deliveries", "counts")),
        latency=summed("deliveries", "latency"),
        handshake=summed("connections", "handshake"),
        ages=summed("connections", "ages"),
        aggregates=aggregates,
        faults=lambda: timed(known.named(of("faults", "faults"))),
        latency_hours=lambda: with_option("deliveries", "latency"),
        told_later={kind: partial(told_later, kind) for kind in TOLD_LATER},
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

    def told_later(self, rows: pa.Table) -> pd.DataFrame:
        """The rows on hours before the day of their partition, with that day as ``told_on``."""
        later = rows["hour"].to_numpy() < self._first_hours[rows["part"].to_numpy()]
        frame = as_pandas(rows.filter(pa.array(later)))
        days = self._first_hours[frame["part"]]
        return self.named(frame).assign(told_on=pd.to_datetime(days * 3600, unit="s", utc=True).date)

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
    return timed(both.assign(**deadlines))


def _set_aside(partitions: Numbered, bad: Sequence[pa.Table]) -> list[SetAside]:
    names = {number: part.name for part, number in partitions.items()}
    found = [
        SetAside(names[row["part"]], row["reason"], row["count"]) for rows in bad for row in rows.to_pylist()
    ]
    return sorted(found, key=lambda row: (row.partition, row.reason))
