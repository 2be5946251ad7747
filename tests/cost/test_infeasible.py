"""What no plan carries is said in words, and never priced."""

from cost_worlds import Costed, FixedOption, plain_scenario


def test_more_users_than_any_plan_takes_name_the_nearest_plan(costed: Costed, fixed: FixedOption) -> None:
    """PubNub's Pro ends at 50,000 monthly users (transcription of 2026-02-03)."""
    cost = costed(fixed("pubnub"), scenario=plain_scenario(monthly_active_users=100_000.0)).options["pubnub"]
    assert cost.infeasible == ["monthly_active_users 100,000 > 50,000 of pro"]
    assert cost.total is None and cost.monthly_cost_usd is None and cost.plan is None
    assert not cost.unknown, "that no plan fits is known"


def test_a_team_that_outgrows_every_plan_is_told_when(costed: Costed, fixed: FixedOption) -> None:
    """40,000 users grow by a tenth a month: 53,240 in the fourth."""
    scenario = plain_scenario(monthly_active_users=40_000.0, growth_per_month=0.1, horizon_months=4)
    cost = costed(fixed("pubnub"), scenario=scenario).options["pubnub"]
    assert cost.infeasible == ["monthly_active_users 53,240 > 50,000 of pro, in month 4"]


def test_a_limit_of_the_option_itself_counts(costed: Costed, fixed: FixedOption) -> None:
    small = fixed("socketio").model_copy(update={"limits": {"peak_connections": 1000.0}})
    cost = costed(small, scenario=plain_scenario()).options["socketio"]
    assert cost.infeasible == ["peak_connections 1,500 > 1,000, a limit of socketio"]
    assert cost.total is None


def test_an_infeasible_option_is_nobodys_rival(costed: Costed, fixed: FixedOption) -> None:
    scenario = plain_scenario(monthly_active_users=100_000.0)
    result = costed(fixed("pubnub"), fixed("current"), scenario=scenario)
    assert result.options["pubnub"].p_cheapest is None
    assert result.options["current"].p_cheapest == 1.0


def test_draws_that_no_plan_carries_are_left_out_and_counted(costed: Costed, fixed: FixedOption) -> None:
    """Of 30,000 to 60,000 users, those above 50,000 have no price: more than 5 and less than 50 %."""
    users = {"p5": 30_000.0, "p50": 40_000.0, "p95": 60_000.0}
    result = costed(fixed("pubnub"), scenario=plain_scenario(monthly_active_users=users), draws=4096)
    cost = result.options["pubnub"]
    assert cost.total is not None and not cost.infeasible
    told = [limit for limit in result.limits if limit.startswith("pubnub: in ")]
    assert len(told) == 1
    # Above the median the range is straight: 50,000 is half way from 40,000 to 60,000, at 72.5 %.
    assert abs(float(told[0].split()[2].rstrip("%")) - 27.5) < 2.5


def test_an_option_that_most_draws_rule_out_is_infeasible(costed: Costed, fixed: FixedOption) -> None:
    """Growth decides it: the median stays below 50,000 users, most draws of a skewed size go past them."""
    users = {"p5": 49_000.0, "p50": 49_900.0, "p95": 90_000.0}
    growth = {"p5": 0.0, "p50": 0.0, "p95": 0.2}
    scenario = plain_scenario(monthly_active_users=users, growth_per_month=growth, horizon_months=12)
    cost = costed(fixed("pubnub"), scenario=scenario, draws=2048).options["pubnub"]
    assert cost.total is None
    assert cost.infeasible[0].startswith("no plan of PubNub carries it in ")
