"""The hours of an option in a row, those without evidence too."""

from datetime import date

import pandas as pd

from toolkit.metrics.hourly import Rollups
from toolkit.metrics.shares import US_PER_S, is_unclear
from toolkit.metrics.windows import hours_of

SHARES = ("connection_success_rate", "delivery_success_rate", "session_availability")
COLUMNS = (
    "attempts", "opened", "failed", "unintended_ends", "connected_s", "wanted_s", "expected", "late_or_lost",
    *SHARES,
)  # fmt: skip

OUTAGE_BELOW = 0.9
"""An hour in which clients were connected for less than this share of the time that they wanted to be: six
minutes for everybody, or longer for some."""


def outages(hours: pd.DataFrame) -> "pd.Series[bool]":
    """Which hours of a timeline were outages; an hour of which nothing is known was none that is known."""
    return hours["session_availability"] < OUTAGE_BELOW


def daily(hours: pd.DataFrame) -> pd.DataFrame:
    """A timeline by UTC days, with how many hours of each were outages as ``outage_hours``."""
    known = hours[hours["session_availability"].notna()]
    sums = hours[[name for name in COLUMNS if name not in SHARES]].resample("D").sum(min_count=1)
    spent = known[["connected_s", "wanted_s"]].resample("D").sum(min_count=1).reindex(sums.index)
    days = sums.assign(
        connection_success_rate=_ratio(sums["opened"], sums["attempts"]),
        delivery_success_rate=_ratio(sums["expected"] - sums["late_or_lost"], sums["expected"]),
        session_availability=_ratio(spent["connected_s"], spent["wanted_s"]),
    )
    return days[list(COLUMNS)].assign(outage_hours=outages(hours).resample("D").sum())


def timeline(rollups: Rollups, option: str, environment: str, since: date | None = None) -> pd.DataFrame:
    """One row an hour from the first with evidence to the last, indexed by hour (UTC), with :data:`COLUMNS`.

    What an hour holds no evidence of is NaN, so that a gap in the recording never looks like an outage, or
    like calm.

    Args:
        since: the UTC day on which evidence starts. None for all.
    """
    found = (
        hours_of(rollups, option=option, environment=environment, since=since).set_index("hour").sort_index()
    )
    if found.empty:
        return pd.DataFrame(columns=list(COLUMNS), index=found.index, dtype="float64")
    numbers = found.drop(columns=["option", "environment"]).astype("float64")
    connected = numbers[["connected_us", "wanted_us"]] / US_PER_S
    clear = not is_unclear(found)
    hours = pd.DataFrame(
        {
            **{
                name: numbers[name]
                for name in ("attempts", "opened", "unintended_ends", "expected", "late_or_lost")
            },
            "failed": numbers["attempts"] - numbers["opened"],
            "connected_s": connected["connected_us"],
            "wanted_s": connected["wanted_us"],
            "connection_success_rate": _ratio(numbers["opened"], numbers["attempts"]),
            "delivery_success_rate": _ratio(numbers["in_time"], numbers["expected"]),
            "session_availability": _ratio(
                connected["connected_us"], connected["wanted_us"] if clear else None
            ),
        }
    )
    every = pd.date_range(hours.index[0], hours.index[-1], freq="h", name="hour")
    return hours[list(COLUMNS)].reindex(every)


def _ratio(part: "pd.Series[float]", whole: "pd.Series[float] | None") -> "pd.Series[float]":
    """NaN where there is nothing to take a share of."""
    if whole is None:
        return part * float("nan")
    return part / whole.where(whole > 0)
