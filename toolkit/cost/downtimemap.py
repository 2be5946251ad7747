"""The decision map over message volume and the cost of downtime.

Of the options that reach the scenario's own uptime need. Totals are straight lines in the cost of an hour, so
that the map's borders follow exactly from two numbers an option and volume: what it costs without downtime,
and its hours of outage.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from toolkit.cost.boundaries import costs_over_draws
from toolkit.cost.decisionmap import DecisionMap, Here
from toolkit.cost.envelope import NONE, cheapest_at, draws_won, stretches
from toolkit.cost.ground import Ground
from toolkit.cost.leaders import Flags, Indices, alike, leaders, mean_of
from toolkit.cost.maplines import Border
from toolkit.cost.reach import reaching
from toolkit.cost.sampling import Floats
from toolkit.evidence import Range, central

DECADES = 2.0
"""To either side of the scenario's own cost of an hour."""

AT_ONCE = 2**15
"""Points that are computed at once, at least those of one volume: the arrays stay small."""

UNKNOWN_USD_PER_HOUR = 100.0
"""The middle of the map where the scenario states no cost of an hour."""


def costs_of_an_hour(ground: Ground, *, points: int = 41) -> Floats:
    """Two decades to either side of what the scenario says that an hour costs, US dollars."""
    stated = ground.setting.scenario.downtime_cost_usd_per_hour
    middle = central(stated) if stated else 0.0
    middle = middle or UNKNOWN_USD_PER_HOUR
    return np.asarray(np.geomspace(middle / 10**DECADES, middle * 10**DECADES, points))


def downtime_map(ground: Ground, *, usd_per_hour: Floats | None = None) -> DecisionMap:
    """The cheapest option that reaches the scenario's uptime need, at each volume and cost of an hour.

    Args:
        usd_per_hour: of outage, ascending, more than 0. None spans two decades to either side of the
            scenario's own.
    """
    levels = costs_of_an_hour(ground) if usd_per_hour is None else usd_per_hour
    members = feasible(ground)
    found = lines_at(ground, members, levels)
    names = [option.id for option in ground.options]
    need, messages = ground.setting.scenario.uptime_need, ground.costs.messages_per_month
    return DecisionMap(
        scenario=ground.scenario_id,
        as_of=ground.setting.as_of,
        against="downtime_cost_usd_per_hour",
        options=tuple(names),
        messages_per_month=messages,
        levels=levels,
        cheapest=found.option,
        p_cheapest=found.p_cheapest,
        mean_usd=found.mean_usd,
        feasible=np.full(len(levels), members.sum()),
        reach=dict(zip(names, ground.reach, strict=True)),
        strips=[],
        promised=[],
        borders=list(_borders(ground, found.lines, levels)),
        here=_here(ground, members),
        apart=ground.apart(),
        draws=ground.few.draws.count,
        notes=[*ground.notes, *_of_need(need)],
    )


def _of_need(need: float | None) -> list[str]:
    return [] if need is None else [f"Of the options that reach the scenario's uptime need of {need:.7g}."]


def feasible(ground: Ground) -> Flags:
    """The options with a price and evidence on outages that reach the uptime need, if there is one."""
    need = ground.setting.scenario.uptime_need
    members: Flags = ground.priced & ground.observed
    return members if need is None else members & reaching(ground.options, ground.setting, [need])[:, 0]


class AtCosts(NamedTuple):
    """The cheapest of some options at each volume and cost of an hour.

    Args:
        option: its index among all options, -1 where none has a price, shape (costs, volumes).
        p_cheapest: share of the draws in which it is the cheapest; nan where there is none.
        mean_usd: its mean total; nan likewise.
        lines: of all options, see :func:`mean_lines`.
    """

    option: Indices
    p_cheapest: Floats
    mean_usd: Floats
    lines: tuple[Floats, Floats]


def lines_at(ground: Ground, members: Flags, usd_per_hour: Floats) -> AtCosts:
    """The cheapest of the members at each volume and cost of an hour.

    Args:
        members: which options to compare, shape (options,).
        usd_per_hour: ascending, more than 0, shape (costs,).
    """
    base = np.where(members[:, np.newaxis, np.newaxis], ground.costs.priced_usd(), np.inf)
    hours = np.where(members[:, np.newaxis], ground.costs.outage_hours, 0.0)
    lines = mean_lines(base, hours, members)
    # Volume by volume; costs of an hour come first only in what is given back.
    shape = base.shape[1], len(usd_per_hour)
    option, p_cheapest, mean_usd = np.empty(shape, dtype=np.intp), np.empty(shape), np.empty(shape)
    step = max(1, AT_ONCE // len(usd_per_hour))
    for start in range(0, base.shape[1], step):
        some = slice(start, start + step)
        means = (lines[0][:, some], lines[1][:, some])
        found = cheapest_at(*means, usd_per_hour)
        lacking = found == NONE
        won = draws_won(base[:, some], hours, usd_per_hour, found)
        option[some] = found
        p_cheapest[some] = np.where(lacking, np.nan, won / base.shape[2])
        mean_usd[some] = np.where(lacking, np.nan, _totals(means, found, usd_per_hour))
    return AtCosts(option.T, p_cheapest.T, mean_usd.T, lines)


def _totals(lines: tuple[Floats, Floats], option: Indices, usd_per_hour: Floats) -> Floats:
    """The mean total of the option at each point; of none any number."""
    place = option * len(option) + np.arange(len(option))[:, np.newaxis]
    base, hours = (line.ravel().take(place, mode="wrap") for line in lines)
    return base + hours * usd_per_hour


def mean_lines(base_usd: Floats, hours: Floats, members: Flags) -> tuple[Floats, Floats]:
    """What options cost without downtime and their hours of outage on average, each (options, volumes).

    Over the draws in which all that are compared have a price; inf for what lacks one.
    """
    base = base_usd.mean(axis=2)
    wide = np.repeat(hours.mean(axis=1)[:, np.newaxis], base.shape[1], axis=1)
    among = np.flatnonzero(members)
    lacking = np.flatnonzero(~np.isfinite(base[members]).all(axis=0))
    base[:, lacking] = np.inf
    for kept, volumes, draws in alike(base_usd[members], lacking):
        at = np.ix_(among, volumes)
        base[at] = np.where(kept, mean_of(base_usd[at], draws), np.inf)
        wide[at] = np.where(kept, mean_of(hours[members], draws)[:, np.newaxis], wide[at])
    return base, wide


def _borders(ground: Ground, lines: tuple[Floats, Floats], levels: Floats) -> Iterator[Border]:
    """Where the cheapest changes within the map, point by point for each two options."""
    points: dict[tuple[int, int], list[tuple[int, float]]] = {}
    before: Indices | None = None
    for option, start, _ in stretches(*lines, least_usd_per_hour=float(levels[0])):
        if before is not None:
            for volume in np.flatnonzero((option != NONE) & (start <= levels[-1])).tolist():
                pair = (int(before[volume]), int(option[volume]))
                points.setdefault(pair, []).append((volume, float(start[volume])))
        before = option
    base = ground.costs.priced_usd()
    borders = [_border(ground, base, pair, sorted(found)) for pair, found in points.items()]
    yield from sorted(borders, key=lambda border: (border.below, border.above))


def _border(ground: Ground, base: Floats, pair: tuple[int, int], points: list[tuple[int, float]]) -> Border:
    """The line between two options, from the volumes that have it."""
    messages, outages = ground.costs.messages_per_month, ground.costs.outage_hours
    volumes = [volume for volume, _ in points]
    below, above = pair
    over_draws = costs_over_draws(
        (base[below, volumes], base[above, volumes]), (outages[below], outages[above])
    )
    return Border(
        below=ground.options[below].id,
        above=ground.options[above].id,
        points=tuple((float(messages[volume]), usd) for volume, usd in points),
        over_draws=tuple(over_draws),
    )


def _here(ground: Ground, members: Flags) -> Here:
    stated, usd_per_hour = (
        ground.setting.scenario.downtime_cost_usd_per_hour,
        ground.usd_per_hour(ground.setting),
    )
    if stated is None or usd_per_hour is None:
        return Here(ground.own, ground.path, None, None, None, None, None, ground.peak)
    lead = leaders(ground.here.totals_usd(usd_per_hour), members)
    index = int(lead.option[0])
    option = None if index == NONE else ground.options[index].id
    low, high = (stated.p5, stated.p95) if isinstance(stated, Range) else (stated, stated)
    chance = None if option is None else float(lead.p_cheapest[0])
    return Here(ground.own, ground.path, central(stated), low, high, option, chance, ground.peak)
