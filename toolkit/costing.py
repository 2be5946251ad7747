"""What options cost, asked of a decision folder: totals, bills, curves and maps, with what-if questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from toolkit import answers, mapping
from toolkit.loading import Loaded, load, scenario_name
from toolkit.opening import AsOf, Folderish

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.cost.curves import Curve
    from toolkit.cost.decisionmap import DecisionMap
    from toolkit.cost.result import CostResult
    from toolkit.cost.whatif import Where
    from toolkit.cost.whatifgrid import WhatIfGrid
    from toolkit.pricing.quotes import Quote


def informed(project: Folderish, as_of: AsOf) -> Loaded:
    """The folder with what was measured in production among the figures of its options."""
    loaded = load(project, as_of=as_of)
    return answers.informed(loaded, answers.counts(loaded))


def cost(
    project: Folderish = "data",
    *,
    scenario: str | None = None,
    as_of: AsOf = None,
    where: Where | None = None,
) -> CostResult:
    """The total cost of every option over the scenario's horizon, with its uncertainty.

    Args:
        where: fields of the scenario to change, by name, for this call only: a number, a range as
            ``{"p5": 4, "p50": 10, "p95": 25}``, or None. They are checked like the scenario's file, and the
            result's limits say what was changed.
    """
    loaded = informed(project, as_of)
    return answers.costed(loaded, scenario_name(loaded, scenario), where=where)


def vendor_bills(
    project: Folderish = "data", *, scenario: str | None = None, as_of: AsOf = None
) -> list[Quote]:
    """What every vendor would bill for the scenario's first month, beside what the brief quotes."""
    loaded = load(project, as_of=as_of)
    return answers.quoted(loaded, scenario_name(loaded, scenario))


def cost_curve(
    project: Folderish = "data",
    *,
    scenario: str | None = None,
    as_of: AsOf = None,
    where: Where | None = None,
) -> Curve:
    """Monthly cost of every option against message volume, with the crossovers of the cheapest.

    Args:
        where: fields of the scenario to change, see :func:`cost`.
    """
    loaded = load(project, as_of=as_of)
    return answers.against_volume(loaded, scenario_name(loaded, scenario), where=where)


def uptime_curve(
    project: Folderish = "data",
    *,
    scenario: str | None = None,
    as_of: AsOf = None,
    where: Where | None = None,
) -> pd.DataFrame:
    """The cheapest option that reaches each uptime need, by experience and by promise.

    Args:
        where: fields of the scenario to change, see :func:`cost`.
    """
    loaded = informed(project, as_of)
    return answers.against_uptime(loaded, scenario_name(loaded, scenario), where=where)


def decision_map(
    project: Folderish = "data",
    *,
    scenario: str | None = None,
    as_of: AsOf = None,
    against: str = "uptime_need",
    where: Where | None = None,
    team_times: float = 1.0,
    levels: Sequence[float] | None = None,
    message_factors: Sequence[float] | None = None,
) -> DecisionMap:
    """The cheapest feasible option over message volume and required uptime, or the cost of downtime.

    Args:
        against: ``uptime_need`` or ``downtime_cost_usd_per_hour``.
        where: fields of the scenario to change, see :func:`cost`.
        team_times: a team so many times as large, with the same messages a month.
        levels: of ``against``, ascending. None spans what makes sense.
        message_factors: multiples of the scenario's messages, ascending, 100 at most. None spans two decades
            to either side.
    """
    loaded = informed(project, as_of)
    return mapping.decision_map(
        loaded,
        scenario_name(loaded, scenario),
        against=against,
        where=where,
        team_times=team_times,
        levels=levels,
        message_factors=message_factors,
    )


def decision_maps(
    project: Folderish = "data", *, scenario: str | None = None, as_of: AsOf = None
) -> dict[str, DecisionMap]:
    """Both decision maps of a scenario, by what they are against."""
    loaded = informed(project, as_of)
    return mapping.both_maps(loaded, scenario_name(loaded, scenario))


def team_maps(
    project: Folderish = "data",
    *,
    scenario: str | None = None,
    as_of: AsOf = None,
    where: Where | None = None,
) -> dict[float, DecisionMap]:
    """Small decision maps for smaller and larger teams with the same messages, by how many times the team.

    Args:
        where: fields of the scenario to change, see :func:`cost`.
    """
    loaded = informed(project, as_of)
    return mapping.team_maps(loaded, scenario_name(loaded, scenario), where=where)


def decision_grid(
    project: Folderish = "data",
    *,
    scenario: str | None = None,
    as_of: AsOf = None,
    where: Where | None = None,
    growths: Sequence[float] | None = None,
    needs: Sequence[float] | None = None,
    usd_per_hour: Sequence[float] | None = None,
) -> WhatIfGrid:
    """The cheapest option for every mix of growth, message volume, uptime need and cost of downtime.

    Args:
        where: fields of the scenario to change, see :func:`cost`.
        growths: shares a month, ascending. None: 0, 2, 5 and 10 %, without those that outgrow all meters.
        needs: shares of time, ascending. None: 95 to 99.99 %.
        usd_per_hour: of outage, ascending. None: two decades to either side of the scenario's.
    """
    loaded = informed(project, as_of)
    return mapping.decision_grid(
        loaded,
        scenario_name(loaded, scenario),
        where=where,
        growths=growths,
        needs=needs,
        usd_per_hour=usd_per_hour,
    )
