"""Maps of the cheapest option, drawn for a loaded decision folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from toolkit.answers import in_service, kept
from toolkit.cost.whatif import Where, fits, scaled_team, what_if
from toolkit.loading import Loaded
from toolkit.project import InputError, near

if TYPE_CHECKING:
    from toolkit.cost.decisionmap import DecisionMap
    from toolkit.cost.ground import Ground
    from toolkit.cost.sampling import Floats
    from toolkit.cost.whatifcosts import WhatIfCosts
    from toolkit.cost.whatifgrid import WhatIfGrid
    from toolkit.pricing.scenario import Scenario

TEAMS = (0.3, 1.0, 3.0, 10.0)
"""Multiples of the team for which small maps are drawn."""

SMALL_POINTS, SMALL_DRAWS, SMALL_EDGES = 25, 128, 512
"""Volumes of a small map, draws at each, and draws that narrow its edges."""


def ground(loaded: Loaded, name: str, scenario: Scenario, **sizes: Any) -> Ground:
    """What maps of a scenario are drawn on."""
    from toolkit.cost.ground import Ground

    return Ground.of(
        list(loaded.options.values()), loaded.books, scenario, scenario_id=name, as_of=loaded.as_of,
        in_service=in_service(loaded), **sizes,
    )  # fmt: skip


def decision_map(
    loaded: Loaded,
    name: str,
    *,
    against: str = "uptime_need",
    where: Where | None = None,
    team_times: float = 1.0,
    levels: Sequence[float] | Floats | None = None,
    message_factors: Sequence[float] | Floats | None = None,
) -> DecisionMap:
    """The decision map of a scenario, see :func:`toolkit.api.decision_map`."""
    asked = [against, where, team_times, levels, message_factors]
    return kept(
        "map", loaded, name, asked,
        lambda: _decision_map(loaded, name, against, where, team_times, levels, message_factors),
    )  # fmt: skip


def _decision_map(
    loaded: Loaded,
    name: str,
    against: str,
    where: Where | None,
    team_times: float,
    levels: Sequence[float] | Floats | None,
    message_factors: Sequence[float] | Floats | None,
) -> DecisionMap:
    from toolkit.cost.decisionmap import Against
    from toolkit.cost.mapaxes import checked_axes

    if against not in get_args(Against):
        right = near(against, list(get_args(Against)))
        raise InputError.of_argument("against", f"{against!r} is no axis of a map", right)
    axes = checked_axes({"message_factors": message_factors, "team_times": [team_times], against: levels})
    asked = what_if(loaded.scenarios[name], where)
    sizes = {"factors": axes["message_factors"]} if "message_factors" in axes else {}
    drawn = map_on(
        ground(loaded, name, scaled_team(asked.scenario, team_times), **sizes), against, axes.get(against)
    )
    return replace(drawn, notes=[*asked.notes, *drawn.notes])


def map_on(drawn_on: Ground, against: str, levels: Floats | None = None) -> DecisionMap:
    """The map against uptime or the cost of downtime on a ground that is there."""
    from toolkit.cost.downtimemap import downtime_map
    from toolkit.cost.uptimemap import NEEDS, uptime_map

    if against == "uptime_need":
        return uptime_map(drawn_on, needs=NEEDS if levels is None else levels)
    return downtime_map(drawn_on, usd_per_hour=levels)


def both_maps(loaded: Loaded, name: str) -> dict[str, DecisionMap]:
    """The maps against uptime and against the cost of downtime, by what they are against."""
    from toolkit.cost.decisionmap import Against

    drawn_on = ground(loaded, name, loaded.scenarios[name])
    return {against: map_on(drawn_on, against) for against in get_args(Against)}


def team_maps(loaded: Loaded, name: str, *, where: Where | None = None) -> dict[float, DecisionMap]:
    """Small maps against uptime, by how many times the team they are for.

    A team for which the scenario makes no sense, such as one with fewer users than a message has recipients,
    is left out.
    """
    scenario = what_if(loaded.scenarios[name], where).scenario
    factors = np.geomspace(0.01, 100, SMALL_POINTS)
    found = {}
    for times in TEAMS:
        try:
            drawn_on = ground(
                loaded,
                name,
                scaled_team(scenario, times),
                factors=factors,
                draws=SMALL_DRAWS,
                all_draws=SMALL_EDGES,
            )
        except InputError:
            continue
        found[times] = map_on(drawn_on, "uptime_need")
    return found


def decision_grid(
    loaded: Loaded,
    name: str,
    *,
    where: Where | None = None,
    growths: Sequence[float] | None = None,
    needs: Sequence[float] | None = None,
    usd_per_hour: Sequence[float] | None = None,
) -> WhatIfGrid:
    """Every mix of four fields at once, see :func:`toolkit.api.decision_grid`."""
    asked = [where, growths, needs, usd_per_hour]
    return kept(
        "grid", loaded, name, asked,
        lambda: _decision_grid(loaded, name, where, growths, needs, usd_per_hour),
    )  # fmt: skip


def _decision_grid(
    loaded: Loaded,
    name: str,
    where: Where | None,
    growths: Sequence[float] | None,
    needs: Sequence[float] | None,
    usd_per_hour: Sequence[float] | None,
) -> WhatIfGrid:
    from toolkit.cost.downtimemap import costs_of_an_hour
    from toolkit.cost.mapaxes import checked_axes
    from toolkit.cost.whatifgrid import GRID_FACTORS, GROWTHS, NEEDS, what_if_grid

    asked = {"growth_per_month": growths, "uptime_need": needs, "downtime_cost_usd_per_hour": usd_per_hour}
    axes = checked_axes(asked)
    scenario = what_if(loaded.scenarios[name], where).scenario
    countable = [growth for growth in GROWTHS if fits(scenario, "growth_per_month", growth)]
    found = axes.get("growth_per_month", np.array(countable)).tolist()
    grounds = []
    for growth in found:
        grown = what_if(scenario, {"growth_per_month": growth}).scenario
        grounds.append(ground(loaded, name, grown, factors=GRID_FACTORS))
    costs = axes.get("downtime_cost_usd_per_hour")
    costs = costs_of_an_hour(grounds[0], points=9) if costs is None else costs
    levels = axes.get("uptime_need", np.array(NEEDS))
    return what_if_grid(grounds, growths=found, needs=levels, usd_per_hour=costs)


def what_if_costs(loaded: Loaded, name: str) -> WhatIfCosts | None:
    """What options cost at each point of the grid of a what-if page; None for a team without messages."""
    from toolkit.cost.sampling import DRAWS
    from toolkit.cost.whatifaxes import axes_of
    from toolkit.cost.whatifcosts import what_if_costs as costs_of
    from toolkit.evidence import central

    scenario = loaded.scenarios[name]
    axes = axes_of(scenario)
    sent = [central(value) for value in axes.messages.values if value is not None]
    own = sent[axes.messages.own]
    if not own:
        return None
    factors = np.array(sent) / own
    grown = [what_if(scenario, {axes.growth.field: growth}).scenario for growth in axes.growth.values]
    return costs_of([ground(loaded, name, found, factors=factors, draws=DRAWS) for found in grown], axes)
