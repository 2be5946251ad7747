"""What an engineer would write in NumPy for one folder and one horizon: the peer of bench_cost.

No loop over months: every array has the shape (months, draws). It knows which lines there are, that the
vendors of this folder are Pusher, Ably and PubNub, and that none of them has a known credit schedule. Ranges
come from the folder's files, since retyping some hundred of them would compare typing.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray
from pricing_by_hand import PLANS
from scipy.stats import qmc

from toolkit.cost.assumptions import default_assumptions
from toolkit.cost.option import Option
from toolkit.cost.sampling import DIMENSIONS, ORDER
from toolkit.cost.setting import TEAM_SIZE
from toolkit.evidence import Figure, Range
from toolkit.pricing.scenario import Scenario

Floats = NDArray[np.float64]

ON_SALE = {
    "pusher": ("sandbox", "startup", "pro", "business", "premium", "growth", "plus", "growth-plus"),
    "ably": ("free", "standard", "pro"),
    "pubnub": ("free", "starter", "pro"),
}
"""Plans that a team can buy without asking, on the day."""

MINUTES_A_MONTH = 43_830.0


class World:
    """The scenario's traffic, drawn and grown.

    Args:
        scenario: of the team.
        options: all of them, by id.
        day: on which figures are known.
        draws, seed: of the Sobol sequence.
    """

    def __init__(
        self, scenario: Scenario, options: Mapping[str, Option], day: date, *, draws: int, seed: int
    ) -> None:
        self.options, self.day, self.months = options, day, scenario.horizon_months
        self.points = qmc.Sobol(DIMENSIONS, scramble=True, rng=seed).random(draws).T
        own = {name: self.drawn(name, getattr(scenario, name)) for name in type(scenario).model_fields
               if isinstance(getattr(scenario, name), float | Range)}  # fmt: skip
        self.downtime_usd_per_min = own["downtime_cost_usd_per_hour"] / 60
        grown = (1 + own["growth_per_month"]) ** np.arange(self.months, dtype=np.float64)[:, np.newaxis]
        users = own["monthly_active_users"] * grown
        published = users * own["messages_per_user_day"] * 30
        delivered = published * own["recipients_per_message"]
        minutes = np.minimum(own["connected_hours_per_user_day"], 24) * 60 * 30
        channels = own["channels"] * grown
        self.gib = delivered * own["message_bytes"] / 2**30
        self.usage = {
            "messages_published": whole(published),
            "messages_delivered": whole(delivered),
            "message_bytes": whole(own["message_bytes"]),
            "connection_minutes": whole(users * minutes),
            "channel_minutes": whole(channels * minutes),
            "connections_opened": whole(users * 30),
            "peak_connections": whole(own["peak_concurrent_users"] * grown),
            "peak_channels": whole(channels),
            "monthly_active_users": whole(users),
            "egress_gib": whole(self.gib),
            "busiest_day_factor": own["busiest_day_factor"],
            "days": np.asarray(30.0),
        }

    def drawn(self, name: str, given: float | Range | Figure) -> Floats:
        """Draws of a number, range or figure, shape (draws,)."""
        if isinstance(given, Figure):
            given = (
                given.central if given.p5 is None else Range(p5=given.low, p50=given.central, p95=given.high)
            )
        if not isinstance(given, Range):
            return np.asarray(float(given))
        share = self.points[ORDER.index(TEAM_SIZE.get(name, name))]
        return np.interp(share, (0.05, 0.5, 0.95), (given.p5, given.p50, given.p95))

    def of(self, option: str, name: str) -> Floats:
        """Draws of an option's figure, else of the model's assumption."""
        figure = self.options[option].figure(name, as_of=self.day) or getattr(default_assumptions(), name)
        return self.drawn(name, figure)


def whole(quantity: Floats) -> Floats:
    """Rounded up, but for dust."""
    return np.ceil(quantity * (1 - 1e-12))


def totals(world: World, options: Sequence[str], *, in_service: str) -> dict[str, Floats]:
    """The total of every option over the horizon, shape (draws,)."""
    running = {option: recurring(world, option) for option in options}
    return {
        option: total(world, option, running[option], running[in_service], in_service) for option in options
    }


def recurring(world: World, option: str) -> Floats:
    """Bill or servers, and labour, shape (months, draws)."""
    labour = world.of(option, "operations_hours_per_month") * world.of(option, "labour_usd_per_hour")
    running = bill(world, option) if option in ON_SALE else servers(world, option)
    return running + labour


def bill(world: World, option: str) -> Floats:
    """The cheapest plan on sale."""
    plans = PLANS[option](world.usage)
    cheapest = np.asarray(np.inf)
    for plan in ON_SALE[option]:
        cheapest = np.minimum(cheapest, plans[plan])
    return cheapest


def servers(world: World, option: str) -> Floats:
    """Nodes, balancer, caches and egress."""
    usage = world.usage
    usable = world.of(option, "usable_capacity_share")
    second = usage["messages_delivered"] / 30 * usage["busiest_day_factor"] / 86_400
    second = second * world.of(option, "busiest_second_factor")
    by_connections = usage["peak_connections"] / (world.of(option, "connections_per_node") * usable)
    by_deliveries = second / (deliveries_made(world, option) * usable)
    needed = np.maximum(np.ceil(np.maximum(by_connections, by_deliveries)), 1)
    nodes = needed + np.ceil(world.of(option, "spare_nodes"))
    several = np.ceil(needed / world.of(option, "nodes_per_cache")) + np.ceil(
        world.of(option, "spare_caches")
    )
    caches = np.where(needed > 1, several, 0)
    units = np.maximum(usage["peak_connections"] / 3000, world.gib * 1.073741824 / 730)
    return (
        nodes * world.of(option, "node_usd_per_month")
        + caches * world.of(option, "cache_usd_per_month")
        + world.of(option, "load_balancer_usd_per_month")
        + units * world.of(option, "load_balancer_capacity_unit_usd_per_month")
        + world.gib * world.of(option, "egress_usd_per_gib")
    )


def deliveries_made(world: World, option: str) -> Floats:
    """Deliveries a second of a full node: as told, else those of a core on all of its cores."""
    if world.options[option].figure("deliveries_per_s_per_node", as_of=world.day):
        return world.of(option, "deliveries_per_s_per_node")
    return world.of(option, "node_cores") * world.of(option, "deliveries_per_s_per_core")


def total(world: World, option: str, running: Floats, old: Floats, in_service: str) -> Floats:
    """The months added up, and what is not a month's."""
    unavailable = np.minimum(world.of(option, "service_unavailability_min_per_month"), MINUTES_A_MONTH)
    degraded, severity = world.of(option, "degraded_share"), world.of(option, "degraded_severity")
    lost = unavailable * (1 - degraded + degraded * severity)
    summed = running.sum(axis=0) + lost * world.downtime_usd_per_min * world.months
    if option == in_service:
        return summed
    move = world.of(option, "migration_person_days") * world.of(option, "hours_per_person_day")
    move = move * world.of(option, "labour_usd_per_hour")
    back = world.of(option, "way_back_effort_share") * world.of(option, "way_back_probability")
    month = np.arange(world.months, dtype=np.float64)[:, np.newaxis]
    overlap = np.clip(world.of(option, "parallel_run_months") - month, 0, 1)
    return summed + move * (1 + back) + (overlap * old).sum(axis=0)
