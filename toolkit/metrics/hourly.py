"""The hourly counts of everything recorded, which all downstream reads, and as an earlier day knew them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

import numpy as np
import pandas as pd
import pyarrow as pa

from toolkit.metrics.frames import (
    BUCKET_KEYS,
    COLUMNS,
    CONNECTION_COUNTS,
    DEADLINES,
    DELIVERY_COUNTS,
    KEYS,
    as_pandas,
    none_of,
)
from toolkit.metrics.histograms import by_hour
from toolkit.metrics.history import Versions
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
        told_later: by the name of the frame, those parts of its rows that the partition of a later day told,
            with that day as ``told_on``; there are none of a frame that is not named. None: of no frame.
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
        told_later: Mapping[str, Frame] | None = None,
        left_out_rows: int = 0,
        set_aside: Sequence[SetAside] = (),
    ) -> None:
        self._given = {
            "counts": counts, "latency": latency, "handshake": handshake, "ages": ages,
            "aggregates": aggregates, "faults": faults,
        }  # fmt: skip
        self._latency_hours = latency_hours
        self._told_later = dict(told_later or {})
        self._versions: dict[str, Versions] = {}
        self.left_out_rows = left_out_rows
        self.set_aside = list(set_aside)
        self._whole: Rollups | None = None
        self.last_day: date | None = None

    @property
    def whole(self) -> "Rollups":
        """The rollups that these were cut from; these themselves where nothing was cut."""
        return self._whole or self

    def until(self, day: date) -> "Rollups":
        """These rollups as they stood at the end of a UTC day: what rolling up as of that day gives.

        What a later day told of an hour is not in them. It costs next to nothing, as the hours that are once
        picked out and sorted for an option and an environment serve all days
        (:func:`toolkit.metrics.windows.hours_of`). ``left_out_rows`` and ``set_aside`` stay those of all.

        Args:
            day: the last one that counts.
        """
        found = Rollups(left_out_rows=self.left_out_rows, set_aside=self.set_aside)
        found.last_day = day if self.last_day is None else min(day, self.last_day)
        found._whole = whole = self.whole
        found._given = {name: partial(whole._known, name, found.last_day) for name in self._given}
        return found

    def _known(self, name: str, day: date) -> pd.DataFrame:
        """A frame as it stood at the end of a day."""
        if name not in self._versions:
            self._versions[name] = Versions.of(getattr(self, name), self.told_later(name))
        return self._versions[name].frame(day)

    def told_later(self, name: str) -> pd.DataFrame | None:
        """What a later day told of the rows of a frame; None where nothing was."""
        given = self._told_later.get(name)
        if callable(given):
            given = self._told_later[name] = given()
        return given

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
            return timed(none)
        return given() if callable(given) else given


def whole_hours(hours: "pd.Series[pd.Timestamp]") -> np.ndarray:
    """Hours as whole ones since 1970."""
    moments = pd.to_datetime(hours, utc=True).dt.tz_localize(None).to_numpy("datetime64[h]")
    return moments.astype("int64")


def timed(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with its hours, whole ones since 1970, as moments in UTC."""
    return frame.assign(hour=pd.to_datetime(frame["hour"] * 3600, unit="s", utc=True).dt.as_unit("us"))
