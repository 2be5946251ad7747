"""What every option costs at each point of a grid of what-if questions: the same to the cent as its scenario.

A point of the grid is a scenario with other values in four of its fields. The price of an option depends on
messages and growth alone; what downtime costs is added draw by draw, and an uptime need only decides who may
be compared. So a grid of thousands of points takes no more bills than it has volumes and growths.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from toolkit.cost.band import MOST_DRAWS, Band
from toolkit.cost.ground import Ground
from toolkit.cost.leaders import Flags, Indices, Leaders, leaders
from toolkit.cost.reach import Reach, reaching
from toolkit.cost.sampling import Floats
from toolkit.cost.whatifaxes import Axes, Value
from toolkit.evidence import Quantity, central


@dataclass(frozen=True)
class WhatIfCosts:
    """Costs at every point of a grid, and who is the cheapest there.

    Args:
        scenario, as_of: what it was computed for.
        horizon_months: that totals run over.
        axes: what may be set.
        options: ids, in the order of the arrays.
        messages_per_month: published and delivered in the first month at the medians, shape (messages,).
        last_month_times: how many times the messages of the first month the last one has at the medians,
            shape (growths,).
        mean_usd, p5_usd, p95_usd: totals as ``toolkit cost`` has them; nan where an option has none, shape
            (growths, messages, downtimes, options).
        priced: share of the draws in which an option has a price, shape (growths, messages, options).
        strips_to: uptimes up to which the same options reach; the first strip begins at 0, shape (strips,).
        strip_of_need: the strip of each uptime need; without a need it is the first, shape (needs,).
        cheapest: index of the cheapest option that reaches a strip, -1 where there is none, shape (growths,
            messages, downtimes, strips).
        p_cheapest: share of the draws in which it is the cheapest of these; nan where there is none.
        reach: what every option reaches and promises, by id.
        apart: options without any total, with what they lack.
        draws: of every point.
    """

    scenario: str
    as_of: date
    horizon_months: int
    axes: Axes
    options: tuple[str, ...]
    messages_per_month: Floats
    last_month_times: Floats
    mean_usd: Floats
    p5_usd: Floats
    p95_usd: Floats
    priced: Floats
    strips_to: Floats
    strip_of_need: Indices
    cheapest: Indices
    p_cheapest: Floats
    reach: Mapping[str, Reach]
    apart: Mapping[str, dict[str, Any]]
    draws: int

    def reaching(self, strip: int) -> list[int]:
        """Indices of the options whose experience reaches a strip and that may have a total there."""
        least = self.strips_to[strip]
        found = [(index, self.reach[name].uptime) for index, name in enumerate(self.options)]
        return [
            index
            for index, share in found
            if share is not None and share >= least and self.options[index] not in self.apart
        ]


def what_if_costs(grounds: Sequence[Ground], axes: Axes) -> WhatIfCosts:
    """The grid of a scenario.

    Args:
        grounds: one for each growth, at the volumes of the axis of messages and with all draws.
        axes: what may be set.
    """
    own = grounds[axes.growth.own]
    limits = np.array([np.nan if found.uptime is None else found.uptime for found in own.reach])
    strips = _strips(limits[own.priced & own.observed])
    parts = [list(_of_growth(ground, axes.downtime.values, limits, strips)) for ground in grounds]
    # From (growths, downtimes, …, messages) to messages before downtimes, and what is compared at the end.
    bands = np.array([[part[0] for part in row] for row in parts]).transpose(4, 0, 3, 1, 2)
    lead = np.array([[part[1] for part in row] for row in parts], dtype=np.float64).transpose(3, 0, 4, 1, 2)
    return WhatIfCosts(
        scenario=own.scenario_id,
        as_of=own.setting.as_of,
        horizon_months=own.setting.months,
        axes=axes,
        options=tuple(option.id for option in own.options),
        messages_per_month=own.costs.messages_per_month,
        last_month_times=np.array([ground.path[-1] / ground.path[0] for ground in grounds]),
        mean_usd=bands[0],
        p5_usd=bands[1],
        p95_usd=bands[2],
        priced=np.array([np.isfinite(ground.costs.priced_usd()).mean(axis=2).T for ground in grounds]),
        strips_to=strips,
        strip_of_need=_strip_of_need(own, axes.need.values, limits, strips),
        cheapest=lead[0].astype(np.intp),
        p_cheapest=lead[1],
        reach={option.id: found for option, found in zip(own.options, own.reach, strict=True)},
        apart=own.apart(),
        draws=own.few.draws.count,
    )


def _strips(limits: Floats) -> Floats:
    """The uptimes at which an option drops out, and all of the time."""
    return np.unique([*limits.tolist(), 1.0])


def _strip_of_need(ground: Ground, needs: Sequence[Value], limits: Floats, strips: Floats) -> Indices:
    """The strip that as many options reach as the need, by the rule that the model has for a need."""
    eligible = ground.priced & ground.observed
    shares = [0.0 if need is None else central(need) for need in needs]
    reached = reaching(ground.options, ground.setting, shares)[eligible].sum(axis=0)
    of_strips = [int((limits[eligible] >= to).sum()) for to in strips]
    return np.array([of_strips.index(int(count)) for count in reached])


def _of_growth(
    ground: Ground, downtimes: Sequence[Value], limits: Floats, strips: Floats
) -> Iterator[tuple[Floats, list[tuple[Indices, Floats]]]]:
    """For each cost of an hour the bands of all options, and who leads in each strip."""
    eligible = ground.priced & ground.observed
    for downtime in downtimes:
        totals = ground.costs.totals_usd(_usd_per_hour(ground, downtime))
        members = eligible if downtime is not None else np.zeros_like(eligible)
        yield _bands(totals), [_lead(totals, members & (limits >= to)) for to in strips]


def _usd_per_hour(ground: Ground, downtime: Quantity | None) -> Floats | float:
    """The cost of an hour in the draws of the ground; not stated it is beyond all bounds, so no total is."""
    if downtime is None:
        return np.inf
    return ground.few.draws.quantity("downtime_cost_usd_per_hour", downtime)


def _bands(totals: Floats) -> Floats:
    """Mean, 5th and 95th percentile, shape (options, volumes, 3); nan where most draws have no price."""
    found = [[Band.of_settled(usd, at_least=MOST_DRAWS) for usd in row] for row in totals]
    nothing = (np.nan,) * 3
    return np.array(
        [[nothing if band is None else (band.mean, band.p5, band.p95) for band in row] for row in found]
    )


def _lead(totals: Floats, members: Flags) -> tuple[Indices, Floats]:
    lead: Leaders = leaders(totals, members)
    return lead.option, lead.p_cheapest
