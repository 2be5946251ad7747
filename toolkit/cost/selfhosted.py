"""Servers, load balancer, caches and egress of an option that the team runs itself."""

from collections.abc import Sequence

from toolkit.cost.capacity import capacities
from toolkit.cost.option import Option
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import Drawn, Setting
from toolkit.cost.sizing import (
    busiest_second_deliveries,
    caches,
    load_balancer_units,
    nodes_needed,
    servers,
)
from toolkit.cost.spending import Spending, every_month, gathered, unknown
from toolkit.pricing.traffic import DAYS

SIZING = ("usable_capacity_share", "busiest_second_factor")
"""What sizing needs beside the capacities of a node."""


def infrastructure(option: Option, setting: Setting) -> list[Spending]:
    """The lines of servers, load balancer, caches and egress; each unknown where a figure of its own is."""
    drawn, missing = _sized(option, setting)
    needed = [] if missing else [_needed(drawn, setting, months) for months in setting.spans()]
    return [
        _servers(option, setting, needed),
        _load_balancer(option, setting),
        _caches(option, setting, needed),
        _egress(option, setting),
    ]


def _sized(option: Option, setting: Setting, *more: str) -> tuple[dict[str, Drawn], list[str]]:
    """What the number of nodes follows from, and more quantities by name; and what is missing of them."""
    capacity, lacking = capacities(option, setting)
    drawn, missing = gathered(option, (*SIZING, *more), setting)
    return {**capacity, **drawn}, [*lacking, *missing]


def _needed(drawn: dict[str, Drawn], setting: Setting, months: range) -> Floats:
    """Nodes that the load needs in some months, without spare, shape (months, draws)."""
    usage = setting.usage(months)
    peak_deliveries_per_s = busiest_second_deliveries(
        usage["messages_delivered"],
        days=DAYS,
        busiest_day_factor=usage["busiest_day_factor"],
        busiest_second_factor=drawn["busiest_second_factor"].values,
    )
    return nodes_needed(
        peak_connections=usage["peak_connections"],
        connections_per_node=drawn["connections_per_node"].values,
        peak_deliveries_per_s=peak_deliveries_per_s,
        deliveries_per_s_per_node=drawn["deliveries_per_s_per_node"].values,
        usable_capacity_share=drawn["usable_capacity_share"].values,
    )


def _servers(option: Option, setting: Setting, needed: Sequence[Floats]) -> Spending:
    drawn, missing = _sized(option, setting, "spare_nodes", "node_usd_per_month")
    if missing:
        return unknown("servers", missing, recurring=True)
    spare, price = drawn["spare_nodes"].values, drawn["node_usd_per_month"].values
    blocks = (price * servers(nodes, spare_nodes=spare) for nodes in needed)
    return every_month("servers", drawn, setting, blocks)


def _caches(option: Option, setting: Setting, needed: Sequence[Floats]) -> Spending:
    """Without a size of the servers, how many caches they need is not known either."""
    names = ("nodes_per_cache", "spare_caches", "cache_usd_per_month")
    drawn, missing = _sized(option, setting, *names)
    if missing:
        return unknown("cache", missing, recurring=True)
    per, spare, price = (drawn[name].values for name in names)
    blocks = (price * caches(nodes, nodes_per_cache=per, spare_caches=spare) for nodes in needed)
    return every_month("cache", drawn, setting, blocks)


def _load_balancer(option: Option, setting: Setting) -> Spending:
    names = ("load_balancer_usd_per_month", "load_balancer_capacity_unit_usd_per_month")
    drawn, missing = gathered(option, names, setting)
    if missing:
        return unknown("load balancer", missing, recurring=True)
    fixed, unit = (drawn[name].values for name in names)
    blocks = (fixed + unit * _units(setting, months) for months in setting.spans())
    return every_month("load balancer", drawn, setting, blocks)


def _units(setting: Setting, months: range) -> Floats:
    """The same for all options."""

    def units() -> Floats:
        peak = setting.usage(months)["peak_connections"]
        return load_balancer_units(peak_connections=peak, egress_gib=setting.egress_gib(months))

    found: Floats = setting.of_months("balancer units", months, units)
    return found


def _egress(option: Option, setting: Setting) -> Spending:
    drawn, missing = gathered(option, ("egress_usd_per_gib",), setting)
    if missing:
        return unknown("egress", missing, recurring=True)
    price = drawn["egress_usd_per_gib"].values
    blocks = (price * setting.egress_gib(months) for months in setting.spans())
    return every_month("egress", drawn, setting, blocks)
