"""Options are compared under circumstances that fit together in every draw."""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import pytest
from cost_worlds import AS_OF, Costed, FixedOption, plain_scenario

from toolkit.cost.setting import Setting
from toolkit.pricing.bill import bill
from toolkit.pricing.book import PriceBook
from toolkit.pricing.scenario import Scenario
from toolkit.pricing.usagearrays import usage_of


def setting(scenario: Scenario, *, draws: int = 2048, seed: int = 1) -> Setting:
    return Setting.of(scenario, as_of=AS_OF, draws=draws, seed=seed)


def test_in_no_draw_are_more_users_connected_on_average_than_at_the_peak(
    shipped_scenarios: Mapping[str, Scenario],
) -> None:
    for name, scenario in shipped_scenarios.items():
        traffic = setting(scenario).traffic(range(scenario.horizon_months))
        average = np.asarray(traffic.monthly_active_users * traffic.connected_hours_per_user_day) / 24
        assert (average <= traffic.peak_concurrent_users).all(), name


def test_measures_of_the_teams_size_move_together() -> None:
    size = {"p5": 100.0, "p50": 1000.0, "p95": 5000.0}
    scenario = plain_scenario(peak_concurrent_users=size, monthly_active_users=size, channels=size)
    traffic = setting(scenario).traffic(range(1))
    assert (traffic.peak_concurrent_users == traffic.monthly_active_users).all()
    assert (traffic.peak_concurrent_users == traffic.channels).all()


def test_what_a_user_does_is_independent_of_the_teams_size() -> None:
    wide = {"p5": 1.0, "p50": 10.0, "p95": 100.0}
    scenario = plain_scenario(monthly_active_users=wide, messages_per_user_day=wide)
    traffic = setting(scenario, draws=16_384).traffic(range(1))
    users, messages = np.ravel(traffic.monthly_active_users), np.ravel(traffic.messages_per_user_day)
    assert abs(np.corrcoef(users, messages)[0, 1]) < 0.03


def test_the_first_month_has_not_grown_yet_and_the_third_has_twice() -> None:
    traffic = setting(plain_scenario(growth_per_month=0.5, horizon_months=3)).traffic(range(3))
    assert np.asarray(traffic.monthly_active_users)[:, 0].tolist() == [10_000, 15_000, 22_500]
    assert np.asarray(traffic.channels)[:, 0].tolist() == [300, 450, 675]


def test_more_messages_are_more_a_user_and_not_more_users() -> None:
    own = setting(plain_scenario())
    more = own.first_month(message_factor=3.0)
    assert more.central_messages_per_month() == 3 * own.central_messages_per_month() == 81e6
    assert more.central_traffic(0).monthly_active_users == own.central_traffic(0).monthly_active_users


def test_a_number_that_the_model_bills_is_the_exact_bill(
    costed: Costed, fixed: FixedOption, shipped_books: Mapping[str, PriceBook]
) -> None:
    """float64 in the model and Decimal on the bill agree to half a cent, vendor by vendor."""
    scenario = plain_scenario(horizon_months=1)
    usage = usage_of(setting(scenario).central_traffic(0))
    result = costed(*(fixed(vendor) for vendor in ("ably", "pusher", "pubnub")), scenario=scenario)
    for vendor, cost in result.options.items():
        exact = bill(shipped_books[vendor], usage, as_of=AS_OF)
        assert cost.plan == exact.plan
        assert exact.total is not None and cost.lines[0].band is not None
        assert abs(Decimal(cost.lines[0].band.mean) - exact.total) < Decimal("0.005")


@pytest.mark.parametrize(("factor", "expected"), [(6.0, "ably"), (7.0, "pubnub")])
def test_a_team_on_the_other_side_of_a_crossover_has_another_cheapest_bill(
    costed: Costed, fixed: FixedOption, factor: float, expected: str
) -> None:
    """The tariffs meet at 180 million messages a month, 6.67 times the scenario's 27 million."""
    scenario = plain_scenario(messages_per_user_day=10.0 * factor)
    options = [fixed(vendor, service_unavailability_min_per_month=0.0) for vendor in ("ably", "pubnub")]
    result = costed(*options, scenario=scenario)
    assert result.options[expected].p_cheapest == 1.0
    (crossover,) = result.crossovers
    assert crossover.at == pytest.approx(180e6, rel=2e-3)


def test_no_draws_are_refused() -> None:
    with pytest.raises(ValueError, match="0 draws say nothing"):
        setting(plain_scenario(), draws=0)
