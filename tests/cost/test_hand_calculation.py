"""Without uncertainty every total is a sum that can be done on paper, to the cent.

The scenario: 10,000 users x 10 messages x 30 days = 3,000,000 published, x 8 recipients = 24,000,000
delivered, of 300 bytes; 10,000 x 60 x 30 = 18,000,000 connection minutes; 300 channels x 60 x 30 = 540,000
channel minutes.
"""

import pytest
from cost_worlds import Costed, FixedOption, plain_scenario, without

from toolkit.cost.result import OptionCost


def means(cost: OptionCost) -> dict[str, float]:
    found = {line.line: line.band for line in cost.lines}
    return {name: round(band.mean, 2) for name, band in found.items() if band is not None}


def test_a_managed_option(costed: Costed, fixed: FixedOption) -> None:
    """Ably Standard: 29 + 27 x 2.50 + 18 x 1.00 + 1 x 1.00 = 115.50 a month (ably/docs, platform/pricing)."""
    cost = costed(fixed("ably"), scenario=plain_scenario()).options["ably"]
    assert cost.plan == "standard"
    assert means(cost) == {
        "vendor bill": 12 * 115.50,
        "operations labour": 12 * 2 * 100.0,  # two hours a month
        "migration": 10 * 8 * 100.0,  # ten person-days of eight hours
        "way back": 200.00,  # a quarter of that, one time in ten
        "downtime": 885.00,  # 44.25 degraded min a month x 0.4 = 0.295 h x 250 x 12
        "SLA credits": 0.0,  # no credit schedule of Ably's is known, and none is counted on
    }
    assert cost.total is not None and cost.monthly_cost_usd is not None
    assert round(cost.total.mean, 2) == 12_871.00
    assert round(cost.monthly_cost_usd.mean, 2) == 115.50 + 200


def test_a_self_hosted_option(costed: Costed, fixed: FixedOption) -> None:
    """1,500 connections, 800,000 x 1.5 / 86,400 x 10 = 139 deliveries a second: one node, and a spare."""
    cost = costed(fixed("socketio"), scenario=plain_scenario()).options["socketio"]
    gib = 24_000_000 * 300 / 2**30
    assert means(cost) == {
        "servers": round(12 * 2 * 60.74, 2),
        "load balancer": round(12 * (16.43 + 0.5 * 5.84), 2),  # 1,500 of 3,000 connections a unit
        "cache": 0.0,  # one node and its spare have nothing to pass on
        "egress": round(12 * gib * 0.0966, 2),
        "operations labour": 12 * 8 * 100.0,
        "migration": 10 * 8 * 100.0,
        "way back": 200.0,
        "downtime": round(219 / 60 * 250 * 12, 2),
    }
    assert cost.monthly_cost_usd is not None
    assert cost.monthly_cost_usd.mean == pytest.approx(121.48 + 19.35 + gib * 0.0966 + 800)
    assert cost.plan is None


def test_a_total_is_the_sum_of_its_lines(costed: Costed, fixed: FixedOption) -> None:
    result = costed(fixed("pusher"), fixed("current"), scenario=plain_scenario(horizon_months=7))
    for cost in result.options.values():
        assert cost.total is not None
        assert cost.total.mean == pytest.approx(sum(line.band.mean for line in cost.lines if line.band))


def test_without_uncertainty_a_band_has_no_width(costed: Costed, fixed: FixedOption) -> None:
    total = costed(fixed("ably"), scenario=plain_scenario()).options["ably"].total
    assert total is not None
    assert total.p5 == total.p50 == total.p95 == pytest.approx(total.mean)


def test_users_grow_month_by_month(costed: Costed, fixed: FixedOption) -> None:
    """PubNub Pro: 500 at 10,000 users, then 0.035 for each more: 11,000 and 12,100 pay 535.00 and 573.50."""
    scenario = plain_scenario(growth_per_month=0.1, horizon_months=3)
    cost = costed(fixed("pubnub"), scenario=scenario).options["pubnub"]
    assert means(cost)["vendor bill"] == 500 + 535 + 573.50
    assert cost.monthly_cost_usd is not None
    assert cost.monthly_cost_usd.mean == 500 + 200


def test_a_plan_is_left_when_it_no_longer_carries_the_load(costed: Costed, fixed: FixedOption) -> None:
    """Pusher Pro (99) holds 2,000 connections, Business (299) 5,000: 1,500 doubled is past the first."""
    scenario = plain_scenario(growth_per_month=1.0, horizon_months=2)
    cost = costed(fixed("pusher"), scenario=scenario).options["pusher"]
    assert means(cost)["vendor bill"] == 99 + 299
    assert "plan pro, business in the last month" in cost.lines[0].source


def test_nodes_are_bought_as_the_team_grows(costed: Costed, fixed: FixedOption) -> None:
    """A node uses 70 % of 20,000 connections: 10,000 need one, 20,000 two and 40,000 three, plus a spare."""
    scenario = plain_scenario(
        peak_concurrent_users=10_000.0, monthly_active_users=20_000.0, messages_per_user_day=0.0,
        growth_per_month=1.0, horizon_months=3,
    )  # fmt: skip
    cost = costed(fixed("socketio"), scenario=scenario).options["socketio"]
    assert means(cost)["servers"] == round((2 + 3 + 4) * 60.74, 2)


def test_going_back_to_what_ran_before_costs_no_move_and_says_so(costed: Costed, fixed: FixedOption) -> None:
    cost = costed(fixed("current"), scenario=plain_scenario()).options["current"]
    assert means(cost)["migration"] == 0.0
    assert not cost.unknown


def test_effort_in_plain_fields_counts_where_no_figure_says_more(costed: Costed, fixed: FixedOption) -> None:
    """The file's `migration` map adds up to 10 person-days, its `operations_hours_per_month` are 2."""
    bare = without(fixed("ably"), "migration_person_days", "operations_hours_per_month")
    cost = costed(bare, scenario=plain_scenario()).options["ably"]
    assert means(cost)["migration"] == 8000.0
    assert means(cost)["operations labour"] == 2400.0
    assert "stated without a source (claim)" in next(
        line.source for line in cost.lines if line.line == "migration"
    )


def test_a_figure_of_an_option_goes_before_the_assumption_of_the_model(
    costed: Costed, fixed: FixedOption
) -> None:
    dear = costed(fixed("ably", labour_usd_per_hour=250), scenario=plain_scenario()).options["ably"]
    assert means(dear)["operations labour"] == 12 * 2 * 250.0
    spare = costed(fixed("socketio", spare_nodes=3), scenario=plain_scenario()).options["socketio"]
    assert means(spare)["servers"] == round(12 * 4 * 60.74, 2)
