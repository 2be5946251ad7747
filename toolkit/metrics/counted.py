"""Counts that a source had already summed up, where nothing was recorded event by event."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from toolkit.metrics.hourly import Rollups
from toolkit.metrics.windows import select


@dataclass(frozen=True)
class Counted:
    """Two counts by hour from one source.

    Args:
        source: the kind of its import.
        hours: one row an hour with ``hour``, ``x`` and ``y``.
    """

    source: str
    hours: pd.DataFrame


def counted(
    rollups: Rollups, x: str, y: str, *, option: str, environment: str, since: date | None = None
) -> Counted | None:
    """Two counts by hour, as aggregates have them; None where no source has both.

    Sources may have watched the same traffic, so that they are never added up: the one with the most counts.
    An hour in which a source lacks one of the two says nothing.

    Args:
        x, y: names of counts, such as ``opened`` and ``attempts``.
        since: the UTC day on which evidence starts. None for all.
    """
    if rollups.aggregates.empty:
        return None
    rows = select(rollups.aggregates, option=option, environment=environment, since=since)
    rows = rows[(rows["kind"] == "count") & rows["name"].isin([x, y])]
    if rows.empty:
        return None
    wide = rows.groupby(["source", "hour", "name"], observed=True)["value"].sum().unstack("name")
    whole = wide.reindex(columns=[x, y]).dropna().astype("int64")
    if whole.empty or int(whole[y].sum()) <= 0:
        return None
    totals = whole.groupby("source")[y].sum()
    source = str(totals.index[int(totals.to_numpy().argmax())])
    hours = whole.loc[source].reset_index().rename(columns={x: "x", y: "y"})
    return Counted(source, hours)
