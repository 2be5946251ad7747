"""What nobody knows is null, never zero: the line, the total, and what would be needed."""

from collections.abc import Mapping
from datetime import date

import pytest
from cost_worlds import Costed, FixedOption, plain_scenario, without

from toolkit.pricing.book import PriceBook


def test_without_evidence_of_availability_downtime_and_total_are_unknown(
    costed: Costed, fixed: FixedOption
) -> None:
    blind = without(fixed("ably"), "service_unavailability_min_per_month")
    cost = costed(blind, scenario=plain_scenario()).options["ably"]
    lines = {line.line: line.band for line in cost.lines}
    assert lines["downtime"] is None
    assert lines["vendor bill"] is not None
    assert cost.total is None and cost.p_cheapest is None and cost.regret is None
    assert cost.availability is None
    assert cost.unknown == ["downtime: needs the figure service_unavailability_min_per_month"]
    told = next(line.source for line in cost.lines if line.line == "downtime")
    assert "28 days of field data, a published incident history, or a range" in told
    assert cost.monthly_cost_usd is not None, "outages are no part of the monthly cost"


def test_a_promise_is_no_evidence_of_availability(costed: Costed, fixed: FixedOption) -> None:
    promised = without(fixed("ably"), "service_unavailability_min_per_month")
    assert "promised_uptime_share" in promised.figures
    assert costed(promised, scenario=plain_scenario()).options["ably"].total is None


def test_without_the_cost_of_an_hour_no_total_is_known(costed: Costed, fixed: FixedOption) -> None:
    result = costed(fixed("ably"), fixed("current"), scenario=plain_scenario(downtime_cost_usd_per_hour=None))
    for cost in result.options.values():
        assert cost.total is None
        assert cost.unknown == ["downtime: needs downtime_cost_usd_per_hour of the scenario"]
        assert cost.monthly_cost_usd is not None


@pytest.mark.parametrize(
    ("missing", "line"),
    [
        ("node_usd_per_month", "servers"),
        ("load_balancer_usd_per_month", "load balancer"),
        ("load_balancer_capacity_unit_usd_per_month", "load balancer"),
        ("egress_usd_per_gib", "egress"),
    ],
)
def test_a_missing_figure_makes_its_line_and_the_monthly_cost_unknown(
    costed: Costed, fixed: FixedOption, missing: str, line: str
) -> None:
    cost = costed(without(fixed("socketio"), missing), scenario=plain_scenario()).options["socketio"]
    unknown = [found.line for found in cost.lines if found.band is None]
    assert unknown == [line]
    assert cost.unknown == [f"{line}: needs the figure {missing}"]
    assert cost.monthly_cost_usd is None and cost.total is None


@pytest.mark.parametrize("missing", ["connections_per_node", "deliveries_per_s_per_node"])
def test_without_a_nodes_capacity_neither_servers_nor_caches_are_known(
    costed: Costed, fixed: FixedOption, missing: str
) -> None:
    cost = costed(without(fixed("socketio"), missing), scenario=plain_scenario()).options["socketio"]
    assert cost.unknown == [f"{line}: needs the figure {missing}" for line in ("servers", "cache")]
    assert cost.monthly_cost_usd is None and cost.total is None


def test_every_missing_figure_of_a_line_is_named_at_once(costed: Costed, fixed: FixedOption) -> None:
    bare = without(fixed("socketio"), "connections_per_node", "node_usd_per_month")
    cost = costed(bare, scenario=plain_scenario()).options["socketio"]
    assert cost.unknown[0] == "servers: needs the figure connections_per_node, the figure node_usd_per_month"


def test_effort_that_nobody_states_is_unknown(costed: Costed, fixed: FixedOption) -> None:
    silent = without(fixed("ably"), "migration_person_days", "operations_hours_per_month").model_copy(
        update={"migration": {}, "operations_hours_per_month": None}
    )
    cost = costed(silent, scenario=plain_scenario()).options["ably"]
    assert cost.unknown == [
        "operations labour: needs the figure operations_hours_per_month",
        "migration: needs the figure migration_person_days",
        "way back: needs the figure migration_person_days",
    ]


def test_a_figure_of_tomorrow_is_not_known_today(costed: Costed, fixed: FixedOption) -> None:
    cost = costed(fixed("socketio"), scenario=plain_scenario(), as_of=date(2025, 12, 31)).options["socketio"]
    assert cost.total is None
    assert any("service_unavailability_min_per_month" in need for need in cost.unknown)


def test_a_price_that_was_not_known_yet_leaves_the_bill_unknown(costed: Costed, fixed: FixedOption) -> None:
    """The book's first prices are of September 2021."""
    cost = costed(fixed("ably"), scenario=plain_scenario(), as_of=date(2021, 1, 1)).options["ably"]
    assert cost.lines[0].band is None
    assert cost.unknown[0].startswith("vendor bill: needs the price of ")


def test_a_price_book_that_is_missing_is_named(
    costed: Costed, fixed: FixedOption, shipped_books: Mapping[str, PriceBook]
) -> None:
    others = {vendor: book for vendor, book in shipped_books.items() if vendor != "ably"}
    cost = costed(fixed("ably"), scenario=plain_scenario(), books=others).options["ably"]
    assert cost.unknown == ["vendor bill: needs the price book ably"]


def test_an_option_without_a_total_does_not_take_part_in_the_comparison(
    costed: Costed, fixed: FixedOption
) -> None:
    blind = without(fixed("current"), "service_unavailability_min_per_month")
    result = costed(blind, fixed("ably"), scenario=plain_scenario())
    assert result.options["ably"].p_cheapest == 1.0
    assert result.options["ably"].regret == 0.0
