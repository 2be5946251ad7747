"""Parts of the rollups: of one option in one environment, and of a stretch of time."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from weakref import WeakKeyDictionary

import pandas as pd

from toolkit.metrics.history import Places, Versions, distinct_days, side_by_side
from toolkit.metrics.hourly import Rollups

Period = Literal["hour", "day"]
PERIODS: tuple[Period, ...] = ("hour", "day")


Pair = tuple[str, str]
"""An option and an environment."""

_all: WeakKeyDictionary[Rollups, dict[Pair, pd.DataFrame]] = WeakKeyDictionary()
"""Every metric asks for the same hours, and for those of options of which there are none."""

_versions: WeakKeyDictionary[Rollups, dict[Pair, Versions]] = WeakKeyDictionary()

_known: WeakKeyDictionary[Rollups, dict[Pair, tuple[pd.DataFrame, Places]]] = WeakKeyDictionary()

_since: WeakKeyDictionary[Rollups, dict[tuple[Pair, date | None], pd.DataFrame]] = WeakKeyDictionary()


def hours_of(rollups: Rollups, *, option: str, environment: str, since: date | None) -> pd.DataFrame:
    """The hourly counts of an option in an environment, from the start of the UTC day ``since`` on.

    Args:
        since: None for all.

    Returns:
        Rows in the order of time, which nobody may change: they are cut out of those of all who ask.
    """
    cuts = _since.setdefault(rollups, {})
    key = (option, environment), since
    if key not in cuts:
        hours, _ = _known_hours(rollups, (option, environment))
        first = _first_since(hours, since)
        cuts[key] = hours.iloc[first:] if first else hours
    return cuts[key]


def places_of(rollups: Rollups, *, option: str, environment: str, since: date | None) -> Places:
    """Which rows of :func:`all_hours_of` those of :func:`hours_of` are."""
    hours, places = _known_hours(rollups, (option, environment))
    first = _first_since(hours, since)
    return slice(places.start + first, places.stop) if isinstance(places, slice) else places[first:]


def all_hours_of(rollups: Rollups, *, option: str, environment: str) -> pd.DataFrame:
    """The same of all days, those too that were cut off by :meth:`Rollups.until`."""
    whole = rollups.whole
    if whole not in _all:
        pairs = whole.counts.groupby(["option", "environment"], observed=True)
        _all[whole] = {(str(one), str(other)): _in_order(rows) for (one, other), rows in pairs}
    known, pair = _all[whole], (option, environment)
    if pair not in known:
        known[pair] = whole.counts.iloc[:0]
    return known[pair]


def recorded_days(rollups: Rollups, options: Collection[str]) -> list[date]:
    """The UTC days on which anything was recorded of some options, ascending."""
    frames = (rollups.counts, rollups.aggregates)
    return distinct_days(pd.concat([frame["hour"][frame["option"].isin(list(options))] for frame in frames]))


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    return rows if rows["hour"].is_monotonic_increasing else rows.sort_values("hour", kind="stable")


def _first_since(hours: pd.DataFrame, since: date | None) -> int:
    return 0 if since is None else int(hours["hour"].searchsorted(pd.Timestamp(since, tz="UTC")))


def _known_hours(rollups: Rollups, pair: Pair) -> tuple[pd.DataFrame, Places]:
    """The hours that the rollups know of an option in an environment, and their places among all."""
    known = _known.setdefault(rollups, {})
    if pair not in known:
        option, environment = pair
        hours = all_hours_of(rollups, option=option, environment=environment)
        if rollups.last_day is None or hours.empty:
            known[pair] = hours, slice(0, len(hours))
        else:
            versions = _versions_of(rollups.whole, pair, hours)
            rows = versions.on(rollups.last_day)
            known[pair] = versions.rows.iloc[rows], side_by_side(versions.place[rows])
    return known[pair]


def _versions_of(whole: Rollups, pair: Pair, hours: pd.DataFrame) -> Versions:
    made = _versions.setdefault(whole, {})
    if pair not in made:
        later, (option, environment) = whole.told_later("counts"), pair
        own = None if later is None else select(later, option=option, environment=environment, since=None)
        made[pair] = Versions.of(hours, own)
    return made[pair]


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
