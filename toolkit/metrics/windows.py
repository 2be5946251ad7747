"""Parts of the rollups: of one option in one environment, and of a stretch of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from weakref import WeakKeyDictionary

import pandas as pd

from toolkit.metrics.merging import Rollups

Period = Literal["hour", "day"]
PERIODS: tuple[Period, ...] = ("hour", "day")


_seen: WeakKeyDictionary[Rollups, dict[tuple[str, str], pd.DataFrame]] = WeakKeyDictionary()
"""Every metric asks for the same hours, and for those of options of which there are none."""

_cut: WeakKeyDictionary[Rollups, dict[tuple[str, str, date | None], pd.DataFrame]] = WeakKeyDictionary()


def hours_of(rollups: Rollups, *, option: str, environment: str, since: date | None) -> pd.DataFrame:
    """The hourly counts of an option in an environment, from the start of the UTC day ``since`` on.

    Args:
        since: None for all.

    Returns:
        Rows in the order of time, which nobody may change: they are cut out of those of all who ask.
    """
    known = _cut.setdefault(rollups, {})
    key = option, environment, since
    if key not in known:
        rows = span_of(rollups, option=option, environment=environment, since=since)
        known[key] = all_hours_of(rollups, option=option, environment=environment).iloc[rows]
    return known[key]


def all_hours_of(rollups: Rollups, *, option: str, environment: str) -> pd.DataFrame:
    """The same of all days, those too that were cut off by :meth:`Rollups.until`."""
    known = _seen.setdefault(rollups.whole, {})
    key = option, environment
    if key not in known:
        found = select(rollups.whole.counts, option=option, environment=environment, since=None)
        in_order = found["hour"].is_monotonic_increasing
        known[key] = found if in_order else found.sort_values("hour", kind="stable")
    return known[key]


def span_of(rollups: Rollups, *, option: str, environment: str, since: date | None) -> slice:
    """Which rows of :func:`all_hours_of` lie from ``since`` on and before these rollups end."""
    hours = all_hours_of(rollups, option=option, environment=environment)["hour"]
    start = 0 if since is None else int(hours.searchsorted(pd.Timestamp(since, tz="UTC")))
    stop = len(hours) if rollups.end is None else int(hours.searchsorted(rollups.end))
    return slice(start, max(start, stop))


def select(frame: pd.DataFrame, *, option: str, environment: str, since: date | None) -> pd.DataFrame:
    """The rows of a rollup frame of an option in an environment, from the UTC day ``since`` on."""
    chosen = (frame["option"] == option) & (frame["environment"] == environment)
    if since is not None:
        chosen &= frame["hour"] >= pd.Timestamp(since, tz="UTC")
    return frame[chosen]


@dataclass(frozen=True)
class Window:
    """The rollups of the hours from ``start`` up to, not including, ``end`` (UTC)."""

    start: datetime
    end: datetime
    rollups: Rollups


def windows(rollups: Rollups, period: Period) -> Iterator[Window]:
    """The rollups hour by hour or UTC day by day, as far as there are any.

    How long connections last by their age needs whole days: a connection comes into sight in the hour in
    which it opened, and leaves in that of its end. By the hour it is left out.
    """
    frames = {
        name: getattr(rollups, name) for name in ("counts", "latency", "handshake", "ages", "aggregates")
    }
    step = pd.Timedelta(1, unit="h" if period == "hour" else "D")
    parts = {name: dict(list(frame.groupby(frame["hour"].dt.floor(step)))) for name, frame in frames.items()}
    if period == "hour":
        parts["ages"] = {}
    for start in sorted(set().union(*parts.values())):
        of = {name: by_start[start] for name, by_start in parts.items() if start in by_start}
        yield Window(start.to_pydatetime(), (start + step).to_pydatetime(), Rollups(**of))
