"""Servers, load balancer, caches and egress of an option that the team runs itself."""

from collections.abc import Callable, Iterable
from functools import cache

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

Needed = Callable[[range], Floats]
"""Gives the nodes that the load needs in some months, without spare, shape (months, draws)."""


def infrastructure(option: Option, setting: Setting) -> list[Spending]:
    """The lines of servers, load balancer, caches and egress; each unknown where a figure of its own is."""
    sizes, missing = setting.of_option(option, "sizes", lambda: _sizes(option, setting))

    @cache
    def needed(months: range) -> Floats:
        return _needed(sizes, setting, months)

    return [
        _servers(option, setting, sizes, missing, needed),
        _load_balancer(option, setting),
        _caches(option, setting, sizes, missing, needed),
        _egress(option, setting),
    ]


def _sizes(option: Option, setting: Setting) -> tuple[dict[str, Drawn], list[str]]:
    """What the number of nodes follows from, by name, and what is missing of it."""
    capacity, lacking = capacities(option, setting)
    drawn, missing = gathered(option, SIZING, setting)
    return {**capacity, **drawn}, [*lacking, *missing]


def _needed(drawn: dict[str, Drawn], setting: Setting, months: range) -> Floats:
    usage = setting.usage(months)
    return nodes_needed(
        peak_connections=usage["peak_connections"],
        connections_per_node=drawn["connections_per_node"].values,
        peak_deliveries_per_s=_peak_deliveries(setting, months, drawn["busiest_second_factor"].values),
        deliveries_per_s_per_node=drawn["deliveries_per_s_per_node"].values,
        usable_capacity_share=drawn["usable_capacity_share"].values,
    )


def _peak_deliveries(setting: Setting, months: range, busiest_second_factor: Floats) -> Floats:
    """Deliveries of the busiest second, 1/s; the same for all options with the same factor."""

    def peak() -> Floats:
        usage = setting.usage(months)
        return busiest_second_deliveries(
            usage["messages_delivered"],
            days=DAYS,
            busiest_day_factor=usage["busiest_day_factor"],
            busiest_second_factor=busiest_second_factor,
        )

    found: Floats = setting.of_months(("busiest second", busiest_second_factor.tobytes()), months, peak)
    return found


def _servers(
    option: Option, setting: Setting, sizes: dict[str, Drawn], lacking: list[str], needed: Needed
) -> Spending:
    drawn, missing = gathered(option, ("spare_nodes", "node_usd_per_month"), setting)
    if lacking or missing:
        return unknown("servers", [*lacking, *missing], recurring=True)
    spare, price = drawn["spare_nodes"].values, drawn["node_usd_per_month"].values

    def blocks() -> Iterable[Floats]:
        return (price * servers(needed(months), spare_nodes=spare) for months in setting.spans())

    return every_month("servers", option, {**sizes, **drawn}, setting, blocks)


def _caches(
    option: Option, setting: Setting, sizes: dict[str, Drawn], lacking: list[str], needed: Needed
) -> Spending:
    """Without a size of the servers, how many caches they need is not known either."""
    names = ("nodes_per_cache", "spare_caches", "cache_usd_per_month")
    drawn, missing = gathered(option, names, setting)
    if lacking or missing:
        return unknown("cache", [*lacking, *missing], recurring=True)
    per, spare, price = (drawn[name].values for name in names)

    def blocks() -> Iterable[Floats]:
        return (
            price * caches(needed(months), nodes_per_cache=per, spare_caches=spare)
            for months in setting.spans()
        )

    return every_month("cache", option, {**sizes, **drawn}, setting, blocks)


def _load_balancer(option: Option, setting: Setting) -> Spending:
    names = ("load_balancer_usd_per_month", "load_balancer_capacity_unit_usd_per_month")
    drawn, missing = gathered(option, names, setting)
    if missing:
        return unknown("load balancer", missing, recurring=True)
    fixed, unit = (drawn[name].values for name in names)

    def blocks() -> Iterable[Floats]:
        return (fixed + unit * _units(setting, months) for months in setting.spans())

    return every_month("load balancer", option, drawn, setting, blocks)


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

    def blocks() -> Iterable[Floats]:
        return (price * setting.egress_gib(months) for months in setting.spans())

    return every_month("egress", option, drawn, setting, blocks)
