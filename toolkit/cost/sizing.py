"""How many servers, load balancer units and gibibytes a load needs; one formula a function."""

import numpy as np

from toolkit.cost.sampling import Floats
from toolkit.pricing.plan import SECONDS_A_DAY
from toolkit.pricing.tariff import GB_PER_GIB

HOURS_PER_MONTH = 730.0
CONNECTIONS_PER_UNIT = 3000.0
GB_PER_UNIT_HOUR = 1.0


def busiest_second_deliveries(
    messages_delivered: Floats, *, days: float, busiest_day_factor: Floats, busiest_second_factor: Floats
) -> Floats:
    """Deliveries of the busiest second of a month, 1/s.

    delivered / days x busiest day factor / 86,400 x busiest second factor

    Args:
        messages_delivered: of the month.
        days: of the month.
        busiest_day_factor: the busiest day over the average day.
        busiest_second_factor: the busiest second over the average second of that day.

    >>> one = np.ones(1)
    >>> busiest_second_deliveries(
    ...     2_592_000 * one, days=30, busiest_day_factor=2 * one, busiest_second_factor=3 * one
    ... )
    array([6.])
    """
    busiest_day = messages_delivered / days * busiest_day_factor
    peak: Floats = busiest_day / SECONDS_A_DAY * busiest_second_factor
    return peak


def servers(
    *,
    peak_connections: Floats,
    connections_per_node: Floats,
    peak_deliveries_per_s: Floats,
    deliveries_per_s_per_node: Floats,
    usable_capacity_share: Floats,
    spare_nodes: Floats,
) -> Floats:
    """Nodes to run, spare included.

    max(ceil(connections / (capacity x usable)), ceil(deliveries / (capacity x usable)), 1) + spare

    Args:
        peak_connections: open at once at the busiest moment.
        connections_per_node: that one node holds when full.
        peak_deliveries_per_s: of the busiest second.
        deliveries_per_s_per_node: that one node makes when full.
        usable_capacity_share: share of both capacities that is used.
        spare_nodes: beyond what the load needs.

    >>> one = np.ones(1)
    >>> servers(peak_connections=2500 * one, connections_per_node=1000 * one, peak_deliveries_per_s=10 * one,
    ...         deliveries_per_s_per_node=100 * one, usable_capacity_share=0.5 * one, spare_nodes=one)
    array([6.])
    """
    for_connections = np.ceil(peak_connections / (connections_per_node * usable_capacity_share))
    for_deliveries = np.ceil(peak_deliveries_per_s / (deliveries_per_s_per_node * usable_capacity_share))
    needed = np.maximum(np.maximum(for_connections, for_deliveries), 1.0)
    nodes: Floats = needed + np.ceil(spare_nodes)
    return nodes


def load_balancer_units(*, peak_connections: Floats, egress_gib: Floats) -> Floats:
    """Capacity units of a load balancer through a month.

    max(connections / 3,000, GB an hour), with the peak of connections all month: an upper bound.
    AWS Elastic Load Balancing prices, read 2026-09-20; new connections and rule evaluations are left out.

    >>> load_balancer_units(peak_connections=np.array([6000.0]), egress_gib=np.array([10.0]))
    array([2.])
    """
    gb_per_hour = egress_gib * float(GB_PER_GIB) / HOURS_PER_MONTH
    units: Floats = np.maximum(peak_connections / CONNECTIONS_PER_UNIT, gb_per_hour / GB_PER_UNIT_HOUR)
    return units
