"""Rows as they were known at the end of an earlier day, where later days told more of the same hours.

An attempt that began before midnight and was decided after it is told by the partition of the later day. So
an hour has a version for each day that told something of it, and a day sees the newest of those it knew.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.metrics.exact import Whole

KEYS = ("option", "environment", "hour", "bucket")
NO_SUMS = (*KEYS, "deadline_us", "deadline_min_us")
"""What adds nothing up; the deadlines are those of deliveries, which no later day tells."""

DAY_US = 86_400_000_000
EVER = np.iinfo(np.int64).max

Places = slice | npt.NDArray[np.int64]
"""Which rows of a frame; a slice where they stand side by side, so that they need not be copied."""


@dataclass(frozen=True)
class Versions:
    """Rows in every version: all final ones, in the order of their frame, and then the earlier ones.

    Args:
        rows: in every version.
        place: of each version which one of the frame's rows it is.
        since, before: days since 1970 from and before which it was the newest known.
    """

    rows: pd.DataFrame
    place: Whole
    since: Whole
    before: Whole

    @classmethod
    def of(cls, rows: pd.DataFrame, later: pd.DataFrame | None) -> "Versions":
        """The versions of a frame of the rollups.

        Args:
            rows: as all days tell them; no key stands twice.
            later: those parts of them that a later day told, with that day as ``told_on``. None: there are
                none.
        """
        final = cls(rows, np.arange(len(rows)), _known_since(rows), np.full(len(rows), EVER))
        return final if later is None or later.empty else _with_earlier(final, later)

    def on(self, day: date) -> Places:
        """Which rows were known at the end of a UTC day."""
        number = np.datetime64(day, "D").astype("int64")
        rows = np.flatnonzero((self.since <= number) & (number < self.before))
        return side_by_side(rows[np.argsort(self.place[rows], kind="stable")])

    def frame(self, day: date) -> pd.DataFrame:
        """The rows known at the end of a UTC day."""
        return self.rows.iloc[self.on(day)]


def side_by_side(places: npt.NDArray[np.intp]) -> Places:
    """Places as a slice where each comes right after the one before.

    >>> side_by_side(np.array([3, 4, 5])), side_by_side(np.array([3, 5]))
    (slice(3, 6, None), array([3, 5]))
    """
    if not len(places):
        return slice(0, 0)
    return slice(int(places[0]), int(places[-1]) + 1) if np.all(np.diff(places) == 1) else places


def distinct_days(moments: "pd.Series[pd.Timestamp]") -> list[date]:
    """The UTC days of moments, each once, ascending."""
    return [day.astype(object) for day in np.unique(days_of(moments)).astype("datetime64[D]")]


def days_of(moments: "pd.Series[pd.Timestamp]") -> Whole:
    """The UTC days of moments, since 1970."""
    utc = pd.to_datetime(moments, utc=True).dt.tz_localize(None)
    days: Whole = utc.to_numpy("datetime64[D]").astype("int64")
    return days


def _known_since(rows: pd.DataFrame) -> Whole:
    """The first day that knew something of each row; what ends at midnight is told by the next one."""
    if "until_us" in rows:
        return np.asarray(rows["until_us"].to_numpy("int64") // DAY_US)
    return days_of(rows["hour"])


def _with_earlier(final: Versions, later: pd.DataFrame) -> Versions:
    """The final versions with those before them.

    Before a day told of an hour, all that this day and later ones told was not in it.
    """
    rows = final.rows
    told_on = later["told_on"].to_numpy("datetime64[D]").astype("int64")
    place = _places_in(rows, later)
    newest_first = np.lexsort((-told_on, place))
    place, told_on = place[newest_first], told_on[newest_first]
    sums = [name for name in rows.columns if name not in NO_SUMS]
    told = later.reindex(columns=sums, fill_value=0).iloc[newest_first].astype("int64")
    untold = told.reset_index(drop=True).groupby(place).cumsum()
    earlier = rows.iloc[place].reset_index(drop=True)
    earlier[sums] = earlier[sums] - untold
    is_newest = np.diff(place, prepend=-1) != 0
    since = np.where(np.diff(place, append=-1) != 0, final.since[place], np.append(told_on[1:], 0))
    final.since[place[is_newest]] = told_on[is_newest]
    something = np.flatnonzero((earlier[sums] != 0).any(axis=1))
    return Versions(
        pd.concat([rows, earlier.iloc[something]], ignore_index=True),
        np.concatenate([final.place, place[something]]),
        np.concatenate([final.since, since[something]]),
        np.concatenate([final.before, told_on[something]]),
    )


def _places_in(rows: pd.DataFrame, later: pd.DataFrame) -> Whole:
    """Which row each of what was told later is a part of."""
    keys = [name for name in KEYS if name in rows]
    near = np.flatnonzero(rows["hour"].isin(later["hour"].unique()))
    found = _index(rows.iloc[near], keys).get_indexer(_index(later, keys))
    return np.asarray(near[found], "int64")


def _index(rows: pd.DataFrame, keys: list[str]) -> pd.MultiIndex:
    words = dict.fromkeys(("option", "environment"), "str")
    return pd.MultiIndex.from_frame(rows[keys].astype(words))
