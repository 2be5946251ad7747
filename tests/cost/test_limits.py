"""Every result says in words what its numbers do not do."""

from collections.abc import Mapping
from datetime import date

import pytest
from cost_worlds import Costed, FixedOption, plain_scenario

from toolkit.cost.option import Option
from toolkit.pricing.scenario import Scenario
from toolkit.project import InputError


def test_what_is_not_available_is_named(costed: Costed, fixed: FixedOption) -> None:
    told = " ".join(costed(fixed("current"), scenario=plain_scenario()).limits)
    for missing in (
        "SLA credits",
        "must-haves are left to the decision",
        "take all inputs as independent",
        "draws of a scrambled Sobol sequence",
        "not discounted",
    ):
        assert missing in told


def test_claims_behind_the_numbers_are_named_with_their_options(
    costed: Costed, shipped_options: Mapping[str, Option], shipped_scenarios: Mapping[str, Scenario]
) -> None:
    chosen = [shipped_options[name] for name in ("current", "ably")]
    limits = costed(*chosen, scenario=shipped_scenarios["production"]).limits
    assert "service_unavailability_min_per_month is a claim, not evidence, for current." in limits
    assert "migration_person_days is a claim, not evidence, for current, ably." in limits
    assert not any("node_usd_per_month" in limit for limit in limits), "that one is published"


def test_no_claim_no_such_limit(costed: Costed, fixed: FixedOption) -> None:
    limits = costed(fixed("current"), fixed("ably"), scenario=plain_scenario()).limits
    assert not any("is a claim, not evidence" in limit for limit in limits)


def test_what_a_price_book_warns_of_is_passed_on(costed: Costed, fixed: FixedOption) -> None:
    limits = costed(fixed("ably"), scenario=plain_scenario()).limits
    assert any(limit.startswith("Ably: The per-minute packages") for limit in limits)
    assert not any(limit.startswith("PubNub") for limit in limits), "no option uses that book"


def test_an_old_price_book_is_told(costed: Costed, fixed: FixedOption) -> None:
    limits = costed(fixed("ably"), scenario=plain_scenario(), as_of=date(2027, 6, 1)).limits
    assert any(limit.startswith("the newest price of ably is of ") for limit in limits)


def test_traffic_that_grows_past_counting_is_wrong_input(costed: Costed, fixed: FixedOption) -> None:
    with pytest.raises(
        InputError, match=r"scenarios/test\.yaml:1: growth_per_month: traffic grows to .*; lower"
    ):
        costed(fixed("ably"), scenario=plain_scenario(growth_per_month=1.0, horizon_months=600))


@pytest.mark.parametrize("growth", [1e14, 5.0])
def test_growth_that_overflows_is_named_too(costed: Costed, fixed: FixedOption, growth: float) -> None:
    with pytest.raises(InputError, match="growth_per_month"):
        costed(fixed("current"), scenario=plain_scenario(growth_per_month=growth, horizon_months=600))


def test_a_long_horizon_is_computed_in_stretches(costed: Costed, fixed: FixedOption) -> None:
    """600 months of 115.50 USD, however many of them are computed at once."""
    cost = costed(fixed("ably"), scenario=plain_scenario(horizon_months=600)).options["ably"]
    bill = cost.lines[0].band
    assert bill is not None and bill.mean == pytest.approx(600 * 115.50)
