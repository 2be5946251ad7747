"""Servers, load balancer units and egress against sums by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.cost.sampling import Floats
from toolkit.cost.sizing import (
    busiest_second_deliveries,
    caches,
    load_balancer_units,
    nodes_needed,
    servers,
)


def nodes(connections: float, deliveries_per_s: float, *, usable: float = 0.7, spare: float = 1) -> float:
    one = np.ones(1)
    needed = nodes_needed(
        peak_connections=connections * one,
        connections_per_node=20_000 * one,
        peak_deliveries_per_s=deliveries_per_s * one,
        deliveries_per_s_per_node=30_000 * one,
        usable_capacity_share=usable * one,
    )
    return float(servers(needed, spare_nodes=spare * one)[0])


@pytest.mark.parametrize(
    ("connections", "deliveries_per_s", "expected"),
    [
        (0, 0, 2),  # one node even without load, and the spare
        (14_000, 0, 2),  # 20,000 x 0.7 = 14,000 fill one node exactly
        (14_001, 0, 3),
        (0, 21_000, 2),  # 30,000 x 0.7
        (0, 21_001, 3),
        (14_001, 42_001, 4),  # the larger of the two needs: 2 for connections, 3 for deliveries
    ],
)
def test_nodes_follow_the_scarcer_of_connections_and_deliveries(
    connections: float, deliveries_per_s: float, expected: float
) -> None:
    assert nodes(connections, deliveries_per_s) == expected


def test_a_spare_is_a_whole_node_on_top() -> None:
    assert nodes(14_001, 0, spare=0) == 2
    assert nodes(14_001, 0, spare=2) == 4


@given(st.floats(0, 1e7), st.floats(0, 1e7), st.floats(1, 3))
def test_more_load_never_needs_fewer_nodes(connections: float, deliveries: float, factor: float) -> None:
    assert nodes(connections * factor, deliveries * factor) >= nodes(connections, deliveries)


def test_the_busiest_second_is_the_average_second_times_both_factors() -> None:
    """2,592,000 deliveries in 30 days are one a second; a day of 1.5 and a second of 10 times make 15."""
    one = np.ones(1)
    peak = busiest_second_deliveries(
        2_592_000 * one, days=30, busiest_day_factor=1.5 * one, busiest_second_factor=10 * one
    )
    assert peak == pytest.approx([15.0])


@pytest.mark.parametrize(
    ("connections", "gib", "units"),
    [
        (1500, 0, 0.5),  # 3,000 active connections a unit
        (0, 730 / 1.073741824, 1.0),  # 1 GB an hour is 730 GB a month
        (3000, 2 * 730 / 1.073741824, 2.0),  # the larger of the two
    ],
)
def test_load_balancer_units(connections: float, gib: float, units: float) -> None:
    found = load_balancer_units(peak_connections=np.array([connections]), egress_gib=np.array([gib]))
    assert found == pytest.approx([units])


@pytest.mark.parametrize(
    ("needed", "expected"),
    [
        (1, 0),  # a spare that stands by needs nothing between it and the node
        (2, 2),  # one cache and its replica
        (6, 2),
        (7, 3),  # past what one cache carries
    ],
)
def test_caches_stand_between_several_nodes_only(needed: float, expected: float) -> None:
    one = np.ones(1)
    assert caches(needed * one, nodes_per_cache=6 * one, spare_caches=one).tolist() == [expected]


def test_the_cluster_of_deepstream_has_the_cache_that_its_page_names() -> None:
    """Six t2.medium and one cache, https://deepstream.io/info/performance/four-billion-messages-per-hour/."""
    one = np.ones(1)
    assert caches(6 * one, nodes_per_cache=6 * one, spare_caches=0 * one).tolist() == [1]


@pytest.mark.parametrize("factors", [(0.001, 0.01), (0.01, 100.0), (1.0, 1.0)])
def test_many_volumes_at_once_need_what_each_needs_alone(factors: tuple[float, float]) -> None:
    random = np.random.default_rng(7)
    connections, deliveries = random.uniform(0, 20_000, (3, 5)), random.uniform(0, 5e4, (3, 5))
    gib = random.uniform(0, 1e5, (3, 5))
    per_node = {
        "connections_per_node": random.uniform(500, 5000, 5),
        "usable_capacity_share": np.full(5, 0.6),
    }

    def of(peak: Floats) -> Floats:
        return nodes_needed(
            peak_connections=connections,
            peak_deliveries_per_s=peak,
            deliveries_per_s_per_node=np.full(5, 2e4),
            **per_node,
        )

    volumes = np.asarray(factors)[:, np.newaxis, np.newaxis]
    at_once = np.broadcast_to(of(deliveries * volumes), (2, 3, 5))
    units = np.broadcast_to(
        load_balancer_units(peak_connections=connections, egress_gib=gib * volumes), (2, 3, 5)
    )
    for place, factor in enumerate(factors):
        np.testing.assert_array_equal(at_once[place], of(deliveries * factor))
        alone = load_balancer_units(peak_connections=connections, egress_gib=gib * factor)
        np.testing.assert_array_equal(units[place], alone)
