"""The decision map over message volume and required uptime.

An option is feasible where its experience reaches the uptime as likely as not. That does not depend on the
volume, and its price not on the uptime: the map is made of strips of uptimes that the same options reach.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from toolkit.cost.boundaries import cheaper_beyond, positions
from toolkit.cost.decisionmap import SURE, DecisionMap, Here
from toolkit.cost.edges import Edge, Edges
from toolkit.cost.ground import Ground
from toolkit.cost.leaders import NONE, Flags, Indices, Leaders, leaders, leading, means_alike
from toolkit.cost.maplines import Part, Positions, Strip
from toolkit.cost.option import Option
from toolkit.cost.reach import reaching
from toolkit.cost.sampling import Floats

LOWEST, HIGHEST = 0.9, 0.99999

NEEDS: Floats = 1 - np.geomspace(1 - LOWEST, 1 - HIGHEST, 41)
"""From one nine to five, ten steps for each."""

NO_COST = "The scenario does not say what an hour of outage costs, so no option has a total."


class Compared:
    """The cheapest of any set of options by volume, each set looked at once."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        usd_per_hour = ground.usd_per_hour(ground.few)
        nothing = np.full_like(ground.costs.base_usd, np.inf)
        self.totals = nothing if usd_per_hour is None else ground.costs.totals_usd(usd_per_hour)
        self.eligible: Flags = ground.priced & ground.observed & (usd_per_hour is not None)
        self._found: dict[bytes, tuple[Leaders, list[Edge]]] = {}
        self._edges = Edges(ground.costs.factors, self.totals.mean(axis=2), ground.means)
        self._over_draws: dict[Edge, Positions] = {}

    def of(self, members: Flags) -> tuple[Leaders, list[Edge]]:
        """Who leads at each volume and where that changes, of the members that have a total."""
        among = members & self.eligible
        key = among.tobytes()
        if key not in self._found:
            self._found[key] = self._look(among)
        return self._found[key]

    def over_draws(self, edge: Edge) -> Positions:
        """Where an edge lies over the draws of the map, in messages a month."""
        if edge not in self._over_draws:
            factors, messages = self.ground.costs.factors, self.ground.costs.messages_per_month
            shares = cheaper_beyond(self.totals, edge.below, edge.above)
            own = float(messages[0] / factors[0])
            self._over_draws[edge] = positions(shares, messages, near=edge.factor * own)
        return self._over_draws[edge]

    def _look(self, among: Flags) -> tuple[Leaders, list[Edge]]:
        factors = self.ground.costs.factors
        means = means_alike(self.totals[among])
        first = leading(means, np.flatnonzero(among))
        changes = self._edges.between(first)
        option = _between(first, changes, factors)
        return leaders(self.totals, among, option=option, means=means), changes


def _between(first: Indices, changes: Sequence[Edge], factors: Floats) -> Indices:
    """The option at each volume by the edges, which all draws have narrowed down."""
    option = np.full(len(factors), first[0])
    for edge in changes:
        option[factors >= edge.factor] = edge.above
    return option


def uptime_map(ground: Ground, *, needs: Floats = NEEDS) -> DecisionMap:
    """The cheapest option that reaches each uptime at each message volume.

    Args:
        needs: shares of time, ascending.
    """
    compared = Compared(ground)
    reached = reaching(ground.options, ground.setting, needs.tolist())
    # Few sets of options reach any of the needs.
    sets, row_of = np.unique(reached, axis=1, return_inverse=True)
    rows = [compared.of(members)[0] for members in sets.T]
    ids = tuple(option.id for option in ground.options)
    return DecisionMap(
        scenario=ground.scenario_id,
        as_of=ground.setting.as_of,
        against="uptime_need",
        options=ids,
        messages_per_month=ground.costs.messages_per_month,
        levels=needs,
        cheapest=np.stack([row.option for row in rows])[row_of],
        p_cheapest=np.stack([row.p_cheapest for row in rows])[row_of],
        mean_usd=np.stack([row.mean_usd for row in rows])[row_of],
        feasible=(reached & compared.eligible[:, np.newaxis]).sum(axis=0),
        reach=dict(zip(ids, ground.reach, strict=True)),
        strips=list(_strips(compared, [reach.uptime for reach in ground.reach], needs)),
        promised=list(_strips(compared, [reach.promised for reach in ground.reach], needs)),
        borders=[],
        here=_here(ground, compared),
        apart=ground.apart(),
        draws=ground.few.draws.count,
        notes=[*ground.notes, *([] if ground.usd_per_hour(ground.few) is not None else [NO_COST])],
    )


def _strips(compared: Compared, highest: Sequence[float | None], needs: Floats) -> Iterator[Strip]:
    """Strips between the uptimes up to which options go, and the one above them all."""
    least, most = float(needs[0]), float(needs[-1])
    limits = np.array([np.nan if share is None else share for share in highest])
    eligible = limits[compared.eligible & (limits > least) & (limits < most)]
    above = least
    for to in [*np.unique(eligible).tolist(), most]:
        members = np.asarray(limits >= to) & compared.eligible
        ids = [option.id for option in compared.ground.options]
        names = tuple(name for name, member in zip(ids, members.tolist(), strict=True) if member)
        messages = compared.ground.costs.messages_per_month
        unsure = tuple(_unsure(compared.of(members)[0].p_cheapest, messages))
        yield Strip(above, to, names, tuple(_parts(compared, members)), unsure)
        above = to


def _unsure(p_cheapest: Floats, messages: Floats) -> Iterator[tuple[float, float]]:
    """Stretches of volumes that are not sure, each out to the middle between its neighbours."""
    flags = np.concatenate([[False], p_cheapest < SURE, [False]])
    middles = np.sqrt(messages[1:] * messages[:-1])
    bounds = np.concatenate([messages[:1], middles, messages[-1:]])
    turns = np.flatnonzero(flags[1:] != flags[:-1])
    yield from ((float(bounds[start]), float(bounds[end])) for start, end in turns.reshape(-1, 2))


def _parts(compared: Compared, members: Flags) -> Iterator[Part]:
    found, changes = compared.of(members)
    messages, options = compared.ground.costs.messages_per_month, compared.ground.options
    own = compared.ground.own.p50
    start = float(messages[0])
    option = int(found.option[0]) if not changes else changes[0].below
    for edge in changes:
        until = compared.over_draws(edge)
        yield Part(start, edge.factor * own, _id(options, option), edge.narrowed, until)
        start, option = edge.factor * own, edge.above
    yield Part(start, float(messages[-1]), _id(options, option))


def _id(options: Sequence[Option], index: int) -> str | None:
    return None if index == NONE else options[index].id


def _here(ground: Ground, compared: Compared) -> Here:
    need = ground.setting.scenario.uptime_need
    option = chance = None
    usd_per_hour = ground.usd_per_hour(ground.setting)
    if usd_per_hour is not None:
        members = compared.eligible.copy()
        if need is not None:
            members &= reaching(ground.options, ground.setting, [need])[:, 0]
        lead = leaders(ground.here.totals_usd(usd_per_hour), members)
        option = _id(ground.options, int(lead.option[0]))
        chance = float(lead.p_cheapest[0]) if option else None
    return Here(ground.own, ground.path, need, need, need, option, chance, ground.peak)
