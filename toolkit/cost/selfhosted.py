"""Servers, load balancer and egress of an option that the team runs itself."""

import numpy as np

from toolkit.cost.option import Option
from toolkit.cost.sampling import Floats
from toolkit.cost.setting import Drawn, Setting
from toolkit.cost.sizing import busiest_second_deliveries, load_balancer_units, servers
from toolkit.cost.spending import Spending, every_month, gathered, sources, unknown
from toolkit.pricing.traffic import DAYS, egress_gib, messages_delivered

SIZING = (
    "connections_per_node",
    "deliveries_per_s_per_node",
    "usable_capacity_share",
    "spare_nodes",
    "busiest_second_factor",
)


def infrastructure(option: Option, setting: Setting) -> list[Spending]:
    """The lines of servers, load balancer and egress; each unknown where a figure of its own is."""
    return [_servers(option, setting), _load_balancer(option, setting), _egress(option, setting)]


def _servers(option: Option, setting: Setting) -> Spending:
    drawn, missing = gathered(option, (*SIZING, "node_usd_per_month"), setting)
    if missing:
        return unknown("servers", missing, recurring=True)
    price = drawn["node_usd_per_month"].values
    return every_month(
        "servers", source=sources(drawn), setting=setting,
        cost_usd=lambda months: price * nodes(drawn, setting, months),
    )  # fmt: skip


def nodes(drawn: dict[str, Drawn], setting: Setting, months: range) -> Floats:
    """Nodes to run in some months, spare included, shape (months, draws)."""
    traffic = setting.traffic(months)
    peak_deliveries_per_s = busiest_second_deliveries(
        _array(messages_delivered(traffic, days=DAYS)),
        days=DAYS,
        busiest_day_factor=_array(traffic.busiest_day_factor),
        busiest_second_factor=drawn["busiest_second_factor"].values,
    )
    return servers(
        peak_connections=_array(traffic.peak_concurrent_users),
        connections_per_node=drawn["connections_per_node"].values,
        peak_deliveries_per_s=peak_deliveries_per_s,
        deliveries_per_s_per_node=drawn["deliveries_per_s_per_node"].values,
        usable_capacity_share=drawn["usable_capacity_share"].values,
        spare_nodes=drawn["spare_nodes"].values,
    )


def _load_balancer(option: Option, setting: Setting) -> Spending:
    names = ("load_balancer_usd_per_month", "load_balancer_capacity_unit_usd_per_month")
    drawn, missing = gathered(option, names, setting)
    if missing:
        return unknown("load balancer", missing, recurring=True)
    fixed, unit = (drawn[name].values for name in names)

    def cost_usd(months: range) -> Floats:
        traffic = setting.traffic(months)
        gib, peak = _array(egress_gib(traffic, days=DAYS)), _array(traffic.peak_concurrent_users)
        return fixed + unit * load_balancer_units(peak_connections=peak, egress_gib=gib)

    return every_month("load balancer", source=sources(drawn), setting=setting, cost_usd=cost_usd)


def _egress(option: Option, setting: Setting) -> Spending:
    drawn, missing = gathered(option, ("egress_usd_per_gib",), setting)
    if missing:
        return unknown("egress", missing, recurring=True)
    price = drawn["egress_usd_per_gib"].values
    return every_month(
        "egress", source=sources(drawn), setting=setting,
        cost_usd=lambda months: price * _array(egress_gib(setting.traffic(months), days=DAYS)),
    )  # fmt: skip


def _array(number: object) -> Floats:
    return np.asarray(number, dtype=np.float64)
