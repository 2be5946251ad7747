"""The rollups as they stood at the end of each day: nothing that was recorded later is in them."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property, partial

import pandas as pd

from toolkit.metrics.merging import Rollups

FRAMES = ("counts", "latency", "handshake", "ages", "aggregates")
KEYS = ["option", "environment", "hour", "bucket"]


class History:
    """Recorded counts, to be looked at as of one day after the other.

    Args:
        rollups: of all days; nobody may change them afterwards.
        options: those that anybody will ask for. None for all.
    """

    def __init__(self, rollups: Rollups, *, options: list[str] | None = None) -> None:
        self._rollups = rollups
        self._options = options

    @cached_property
    def days(self) -> list[date]:
        """The UTC days on which anything was recorded, ascending."""
        frames = (self._of(name) for name in ("counts", "aggregates"))
        return sorted({day for frame in frames for day in frame["hour"].dt.date.unique()})

    def on(self, day: date) -> Rollups:
        """The rollups as of a UTC day, all of it: what rolling up the facts as of that day gives.

        A frame is a view of the rows of its hours, so that a day costs no more for a longer history. Of the
        hours before midnight that the next day's partition told something of, that part is taken away.
        """
        frames: dict[str, Callable[[], pd.DataFrame]] = {
            name: partial(self._known, name, day) for name in FRAMES
        }
        return Rollups(
            counts=frames["counts"],
            latency=frames["latency"],
            handshake=frames["handshake"],
            ages=frames["ages"],
            aggregates=frames["aggregates"],
        )

    def _known(self, name: str, day: date) -> pd.DataFrame:
        end = pd.Timestamp(day + timedelta(days=1), tz="UTC")
        rows = self._of(name)
        known = rows.iloc[: int(rows["hour"].searchsorted(end))]
        if name == "aggregates" and len(known):
            known = known[~(known["until_us"] > end.value // 1000).fillna(False)]
        later = self._rollups.told_later.get(name)
        if later is None or later.empty:
            return known
        untold = later[(later["told_on"] > day) & (later["hour"] < end)]
        return known if untold.empty else _less(known, untold.drop(columns="told_on"))

    def _of(self, name: str) -> pd.DataFrame:
        """The rows of a frame in the order of their hours; of one option they keep their order."""
        if name not in self._sorted:
            rows: pd.DataFrame = getattr(self._rollups, name)
            if self._options is not None:
                rows = rows[rows["option"].isin(self._options)]
            self._sorted[name] = rows.sort_values("hour", kind="stable", ignore_index=True)
        return self._sorted[name]

    @cached_property
    def _sorted(self) -> dict[str, pd.DataFrame]:
        return {}


def _less(rows: pd.DataFrame, untold: pd.DataFrame) -> pd.DataFrame:
    """The rows without what was untold; those of which nothing is left are dropped."""
    touched = rows["hour"].isin(untold["hour"].unique())
    keys = [name for name in KEYS if name in rows.columns]
    numbers = [name for name in untold.columns if name not in keys]
    words = dict.fromkeys(("option", "environment"), "str")
    before, minus = rows[touched].astype(words), untold.astype(words)
    minus[numbers] = -minus[numbers]
    others = [name for name in rows.columns if name not in (*keys, *numbers)]
    sums = pd.concat([before[keys + numbers], minus]).groupby(keys, sort=False, observed=True).sum()
    told = before[keys + others].join(sums, on=keys)
    left = told[(told[numbers] != 0).any(axis=1)]
    whole = pd.concat([rows[~touched].astype(words), left[list(rows.columns)]], ignore_index=True)
    return whole.sort_values("hour", kind="stable", ignore_index=True)
