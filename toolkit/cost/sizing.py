"""How many servers, load balancer units and gibibytes a load needs; one formula a function."""

from collections.abc import Callable

import numpy as np

from toolkit.cost.sampling import Floats
from toolkit.pricing.plan import SECONDS_A_DAY
from toolkit.pricing.tariff import GB_PER_GIB

HOURS_PER_MONTH = 730.0
KIB_PER_GIB = 2.0**20
CONNECTIONS_PER_UNIT = 3000.0
GB_PER_UNIT_HOUR = 1.0

AXES_OF_VOLUMES = 3
"""Volumes, months and draws: with fewer axes there is one volume."""


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


def connections_held(
    *,
    node_cores: Floats,
    connections_per_core: Floats,
    node_memory_gib: Floats,
    memory_kib_per_connection: Floats,
) -> Floats:
    """Connections that a node holds when full, by the scarcer of its cores and its memory.

    min(cores x connections a core, memory / memory a connection)

    A million idle connections of Centrifugo took about 10 cores and 30 KB each (centrifugal.dev, 2020-02-10):

    >>> one = np.ones(1)
    >>> connections_held(node_cores=2 * one, connections_per_core=100_000 * one,
    ...                  node_memory_gib=4 * one, memory_kib_per_connection=32 * one)
    array([131072.])
    """
    by_memory = node_memory_gib * KIB_PER_GIB / memory_kib_per_connection
    held: Floats = np.minimum(node_cores * connections_per_core, by_memory)
    return held


def deliveries_made(*, node_cores: Floats, deliveries_per_s_per_core: Floats) -> Floats:
    """Deliveries that a node makes when full, 1/s: those of a core on all of its cores.

    >>> deliveries_made(node_cores=np.array([2.0]), deliveries_per_s_per_core=np.array([12_000.0]))
    array([24000.])
    """
    return node_cores * deliveries_per_s_per_core


def nodes_needed(
    *,
    peak_connections: Floats,
    connections_per_node: Floats,
    peak_deliveries_per_s: Floats,
    deliveries_per_s_per_node: Floats,
    usable_capacity_share: Floats,
) -> Floats:
    """Nodes that the load needs, without a spare; one even without load.

    max(ceil(connections / (capacity x usable)), ceil(deliveries / (capacity x usable)), 1)

    Args:
        peak_connections: open at once at the busiest moment.
        connections_per_node: that one node holds when full.
        peak_deliveries_per_s: of the busiest second.
        deliveries_per_s_per_node: that one node makes when full.
        usable_capacity_share: share of both capacities that is used.

    Returns:
        Of the shape that all broadcast to; at many volumes without their axis, the third from the end, where
        connections decide at each of them.

    >>> one = np.ones(1)
    >>> nodes_needed(peak_connections=2500 * one, connections_per_node=1000 * one,
    ...              peak_deliveries_per_s=10 * one, deliveries_per_s_per_node=100 * one,
    ...              usable_capacity_share=0.5 * one)
    array([5.])
    """
    # The larger of two numbers rounded up is the larger one rounded up.
    needed = _larger(
        np.maximum(peak_connections / (connections_per_node * usable_capacity_share), 1.0),
        peak_deliveries_per_s,
        lambda peak: peak / (deliveries_per_s_per_node * usable_capacity_share),
    )
    return np.ceil(needed, out=needed)


def _larger(fixed: Floats, load: Floats, needed: Callable[[Floats], Floats]) -> Floats:
    """The larger of two needs, the second one that of a load: without its axis of volumes where the first one
    is the larger at all of them.

    Args:
        needed: what a load needs, more for more.
    """
    if load.ndim >= AXES_OF_VOLUMES:
        most = needed(load.max(axis=-AXES_OF_VOLUMES, keepdims=True))
        if (most <= fixed).all():
            return fixed
    return np.atleast_1d(np.maximum(fixed, needed(load)))


def servers(needed: Floats, *, spare_nodes: Floats) -> Floats:
    """Nodes to run: those that the load needs, and whole spare ones.

    >>> servers(np.array([5.0]), spare_nodes=np.array([0.5]))
    array([6.])
    """
    nodes: Floats = needed + np.ceil(spare_nodes)
    return nodes


def caches(needed: Floats, *, nodes_per_cache: Floats, spare_caches: Floats) -> Floats:
    """Caches that pass messages between nodes: none for one node, whose spare stands by.

    ceil(nodes / nodes per cache) + spare where the load needs more than one node, else 0

    >>> caches(np.array([1.0, 2.0, 7.0]), nodes_per_cache=np.array(6.0), spare_caches=np.array(1.0))
    array([0., 2., 3.])
    """
    several: Floats = np.atleast_1d(needed / nodes_per_cache)
    np.ceil(several, out=several)
    several += np.ceil(spare_caches)
    # True is 1 and False 0.
    return np.multiply(several, needed > 1.0, out=several)


def load_balancer_units(*, peak_connections: Floats, egress_gib: Floats) -> Floats:
    """Capacity units of a load balancer through a month.

    max(connections / 3,000, GB an hour), with the peak of connections all month: an upper bound.
    AWS Elastic Load Balancing prices, read 2026-09-20; new connections and rule evaluations are left out.

    >>> load_balancer_units(peak_connections=np.array([6000.0]), egress_gib=np.array([10.0]))
    array([2.])
    """
    return _larger(
        peak_connections / CONNECTIONS_PER_UNIT,
        egress_gib,
        lambda gib: gib * float(GB_PER_GIB) / HOURS_PER_MONTH / GB_PER_UNIT_HOUR,
    )
