"""A node's capacity is the option's word, else follows from its cores and memory."""

import pytest
from cost_worlds import Costed, FixedOption, plain_scenario, without

from toolkit.cost.option import Option
from toolkit.cost.result import OptionCost

TOLD = ("connections_per_node", "deliveries_per_s_per_node")


@pytest.fixture
def by_the_core(fixed: FixedOption) -> Option:
    """Two cores and 4 GiB: 32 KiB a connection let 131,072 in, 3,000 a core only 6,000."""
    return without(
        fixed(
            "socketio", node_cores=2.0, node_memory_gib=4.0, connections_per_core=3000.0,
            memory_kib_per_connection=32.0, deliveries_per_s_per_core=10_000.0, usable_capacity_share=0.5,
            spare_nodes=0.0, node_usd_per_month=50.0,
        ),
        *TOLD,
    )  # fmt: skip


def servers_usd(cost: OptionCost) -> float | None:
    band = next(line.band for line in cost.lines if line.line == "servers")
    return None if band is None else band.mean


@pytest.mark.parametrize(
    ("changes", "nodes"),
    [
        ({}, 3),  # 9,000 of 3,000 usable connections a node
        ({"memory_kib_per_connection": 4 * 2**20 / 2000}, 9),  # memory for 2,000, of which 1,000 are used
        ({"deliveries_per_s_per_core": 50.0}, 3),  # 139 of 50 usable deliveries a second a node
        ({"deliveries_per_s_per_core": 30.0}, 5),
    ],
)
def test_the_scarcest_of_cores_memory_and_deliveries_counts(
    costed: Costed, fixed: FixedOption, by_the_core: Option, changes: dict[str, float], nodes: int
) -> None:
    scenario = plain_scenario(peak_concurrent_users=9000.0, horizon_months=1)
    option = without(fixed_again(fixed, by_the_core, changes), *TOLD)
    assert servers_usd(costed(option, scenario=scenario).options["socketio"]) == pytest.approx(50 * nodes)


def fixed_again(fixed: FixedOption, option: Option, changes: dict[str, float]) -> Option:
    values = {name: figures[0].central for name, figures in option.figures.items()}
    return fixed("socketio", **{**values, **changes})


def test_the_options_own_word_goes_before_it(costed: Costed, fixed: FixedOption, by_the_core: Option) -> None:
    scenario = plain_scenario(peak_concurrent_users=9000.0, horizon_months=1)
    told = fixed_again(fixed, by_the_core, {"connections_per_node": 20_000.0})
    assert servers_usd(costed(told, scenario=scenario).options["socketio"]) == pytest.approx(50.0)


def test_one_that_lacks_a_part_says_which(costed: Costed, by_the_core: Option) -> None:
    option = without(by_the_core, "memory_kib_per_connection")
    cost = costed(option, scenario=plain_scenario()).options["socketio"]
    assert cost.unknown[0] == (
        "servers: needs the figure connections_per_node (or the figure memory_kib_per_connection)"
    )
    assert servers_usd(cost) is None


def test_the_line_says_what_it_was_made_of(costed: Costed, by_the_core: Option) -> None:
    cost = costed(by_the_core, scenario=plain_scenario()).options["socketio"]
    (source,) = [line.source for line in cost.lines if line.line == "servers"]
    assert "memory_kib_per_connection" in source and "deliveries_per_s_per_core" in source
