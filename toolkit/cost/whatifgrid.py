"""The cheapest option for every mix of growth, volume, uptime need and cost of downtime, worked out at once.

It answers what-if questions coarsely, in a frame; :mod:`toolkit.cost.whatifcosts` has the cost of every
option to the cent, for the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from toolkit.cost.downtimemap import lines_at
from toolkit.cost.ground import Ground
from toolkit.cost.leaders import NONE, Indices
from toolkit.cost.reach import reaching
from toolkit.cost.sampling import Floats

GROWTHS = (0.0, 0.02, 0.05, 0.1)
NEEDS = (0.95, 0.98, 0.99, 0.995, 0.999, 0.9995, 0.9999)
GRID_FACTORS: Floats = np.geomspace(0.01, 100, 25)
"""Multiples of the scenario's messages, six for each decade."""


@dataclass(frozen=True)
class WhatIfGrid:
    """The cheapest feasible option at every point of four axes; all else is as the scenario has it.

    Args:
        scenario, as_of: what it was computed for.
        options: ids, in the order of the indices.
        growth_per_month: shares, shape (growths,).
        messages_per_month: in the first month, published and delivered, at the medians, shape (volumes,).
        uptime_needs: shares of time, shape (needs,).
        usd_per_hour: what an hour of outage costs, shape (costs,).
        cheapest: index of the cheapest option that reaches the need, -1 where there is none, shape (growths,
            volumes, needs, costs).
        p_cheapest: share of the draws in which it is the cheapest of them; nan where there is none.
        mean_usd: its mean total over the horizon; nan likewise.
        feasible: how many options with a total reach each need, shape (needs,).
        draws: of every point.
    """

    scenario: str
    as_of: date
    options: tuple[str, ...]
    growth_per_month: Floats
    messages_per_month: Floats
    uptime_needs: Floats
    usd_per_hour: Floats
    cheapest: Indices
    p_cheapest: Floats
    mean_usd: Floats
    feasible: Indices
    draws: int

    AXES = ("growth_per_month", "messages_per_month", "uptime_needs", "usd_per_hour")

    def frame(self) -> pd.DataFrame:
        """One row a point: the four axes, option (missing where there is none), p_cheapest, mean_usd."""
        places = [axis.ravel() for axis in np.indices(self.cheapest.shape)]
        columns = {name: getattr(self, name)[at] for name, at in zip(self.AXES, places, strict=True)}
        names = [None if index == NONE else self.options[index] for index in self.cheapest.ravel().tolist()]
        found = {"p_cheapest": self.p_cheapest.ravel(), "mean_usd": self.mean_usd.ravel()}
        return pd.DataFrame({**columns, "option": names, **found})

    def to_document(self) -> dict[str, Any]:
        """The axes and the grid as nested lists; shares to three digits, money in whole dollars, null where
        there is none."""
        return {
            "options": list(self.options),
            **{name: [float(f"{value:.6g}") for value in getattr(self, name)] for name in self.AXES},
            "cheapest": self.cheapest.tolist(),
            "p_cheapest": _rounded(self.p_cheapest, 3),
            "mean_usd": _rounded(self.mean_usd, 0),
            "feasible": self.feasible.tolist(),
            "draws": self.draws,
        }


def _rounded(values: Floats, digits: int) -> Any:
    known = np.round(values, digits).astype(object)
    known[np.isnan(values)] = None
    return known.tolist()


def what_if_grid(
    grounds: Sequence[Ground], *, growths: Sequence[float], needs: Floats, usd_per_hour: Floats
) -> WhatIfGrid:
    """The grid over some growths, each a ground of its own; the other axes are read off each ground.

    Args:
        grounds: of one scenario, one for each growth.
        growths: as shares a month.
        needs: shares of time.
        usd_per_hour: of outage, ascending, more than 0.
    """
    first = grounds[0]
    reached = reaching(first.options, first.setting, needs.tolist())
    eligible = first.priced & first.observed
    parts = [
        [lines_at(ground, column & eligible, usd_per_hour) for column in reached.T] for ground in grounds
    ]

    def laid(name: str) -> Any:
        """From (growths, needs, costs, volumes) to (growths, volumes, needs, costs)."""
        stacked = np.array([[getattr(part, name) for part in row] for row in parts])
        return stacked.transpose(0, 3, 1, 2)

    return WhatIfGrid(
        scenario=first.scenario_id,
        as_of=first.setting.as_of,
        options=tuple(option.id for option in first.options),
        growth_per_month=np.asarray(growths, dtype=np.float64),
        messages_per_month=first.costs.messages_per_month,
        uptime_needs=needs,
        usd_per_hour=usd_per_hour,
        cheapest=laid("option"),
        p_cheapest=laid("p_cheapest"),
        mean_usd=laid("mean_usd"),
        feasible=(reached & eligible[:, np.newaxis]).sum(axis=0),
        draws=first.few.draws.count,
    )
