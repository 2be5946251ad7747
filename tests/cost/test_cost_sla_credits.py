"""Credits are a line of their own: from the plan's agreement and the outages of experience, 0 or less."""

from collections.abc import Mapping
from typing import Any

import pytest
from cost_worlds import AS_OF, FixedOption, plain_scenario, without

from toolkit.cost.model import cost_options
from toolkit.cost.option import Option
from toolkit.cost.result import Line, OptionCost
from toolkit.pricing.book import PriceBook

MINUTES = "service_unavailability_min_per_month"


def book(*slas: Mapping[str, Any] | None, fees: tuple[int, ...] = (100,)) -> PriceBook:
    """A plan for each agreement; the first takes 5,000 connections, the others what comes."""
    said = {"where": "a page", "as_of": "2026-01-01", "grade": "contract", "recheck": "Read it again."}
    plans = [
        {
            "id": f"plan-{number}", "name": f"Plan {number}", "kind": "self_serve",
            "valid_from": "2026-01-01", "base_fee": {"amount": str(fee), "source": "page"},
            "limits": {"peak_connections": "5000"} if number == 0 else {},
            "limits_source": {"source": "page"},
            **({} if sla is None else {"sla": {"source": "page", "text": "x", **sla}}),
        }
        for number, (sla, fee) in enumerate(zip(slas, fees, strict=True))
    ]  # fmt: skip
    return PriceBook.model_validate(
        {"vendor": "acme", "name": "Acme", "currency": "USD", "sources": {"page": said}, "plans": plans}
    )


SCHEDULE = {"promise": "0.999", "credits": [{"below": "0.999", "share": "0.1"}]}


def costed(option: Option, prices: PriceBook, **scenario: object) -> OptionCost:
    acme = option.model_copy(update={"id": "acme", "price_book": "acme"})
    team = plain_scenario(**scenario)
    result = cost_options([acme], {"acme": prices}, team, scenario_id="t", as_of=AS_OF, draws=2, seed=1)
    return result.options["acme"]


def credit(cost: OptionCost) -> Line:
    return next(line for line in cost.lines if line.line == "SLA credits")


def mean(cost: OptionCost) -> float:
    band = credit(cost).band
    assert band is not None
    return band.mean


@pytest.mark.parametrize(
    ("minutes", "degraded_share", "usd"),
    [
        (43.0, 0.0, 0.0),  # 99.9 % of 43,200 minutes leave 43.2 of them
        (44.0, 0.0, -12 * 10.0),
        (86.0, 0.5, 0.0),  # degraded minutes earn nothing
        (90.0, 0.5, -12 * 10.0),
    ],
)
def test_a_broken_promise_pays_by_its_schedule(
    fixed: FixedOption, minutes: float, degraded_share: float, usd: float
) -> None:
    option = fixed("ably", **{MINUTES: minutes, "degraded_share": degraded_share})
    assert mean(costed(option, book(SCHEDULE))) == pytest.approx(usd)


def test_the_credit_is_never_more_than_the_charge_that_it_is_for(fixed: FixedOption) -> None:
    by_the_day = {"promise": "0.999", "credit_days_per_hour_down": "1"}
    option = fixed("ably", **{MINUTES: 43_830.0, "degraded_share": 0.0})
    assert mean(costed(option, book(by_the_day))) == pytest.approx(-12 * 100)


def test_a_plan_without_an_agreement_pays_nothing_and_says_so(fixed: FixedOption) -> None:
    cost = costed(fixed("ably"), book({"has_one": False}))
    assert mean(cost) == 0.0
    assert credit(cost).source == "plan plan-0: no SLA, a page (contract)"


@pytest.mark.parametrize("sla", [None, {"promise": "0.999"}])
def test_where_no_schedule_is_known_the_stated_share_comes_back(
    fixed: FixedOption, sla: Mapping[str, Any] | None
) -> None:
    cost = costed(fixed("ably", unscheduled_credit_share=0.05), book(sla))
    assert mean(cost) == pytest.approx(-12 * 5)
    assert "unscheduled_credit_share" in credit(cost).source
    assert mean(costed(fixed("ably"), book(sla))) == 0.0, "and none unless somebody states one"


def test_a_schedule_needs_outages_that_are_known(fixed: FixedOption) -> None:
    cost = costed(without(fixed("ably"), MINUTES), book(SCHEDULE))
    assert credit(cost).band is None and cost.total is None
    assert cost.unknown == [f"{line}: needs the figure {MINUTES}" for line in ("downtime", "SLA credits")]


def test_each_month_has_the_agreement_of_its_own_plan(fixed: FixedOption) -> None:
    """3,000 connections double each month: 3,000 on the first plan, then 6,000 and 12,000 on the second."""
    option = fixed("ably", **{MINUTES: 100.0, "degraded_share": 0.0})
    prices = book({"has_one": False}, SCHEDULE, fees=(100, 300))
    cost = costed(option, prices, peak_concurrent_users=3000.0, growth_per_month=1.0, horizon_months=3)
    assert credit(cost).months_usd == pytest.approx((0.0, -30.0, -30.0))
    assert mean(cost) == pytest.approx(-60.0)


def test_where_no_plan_fits_there_is_no_credit_and_no_second_complaint(fixed: FixedOption) -> None:
    cost = costed(fixed("ably"), book(SCHEDULE), peak_concurrent_users=6000.0)
    assert credit(cost).band is None
    assert credit(cost).source == "as the bill: Acme: no plan carries it"
    assert not cost.unknown and cost.infeasible


def test_a_promise_changes_credits_and_nothing_else(fixed: FixedOption) -> None:
    option = fixed("ably", **{MINUTES: 100.0, "degraded_share": 0.0})
    with_one, without_one = costed(option, book(SCHEDULE)), costed(option, book({"has_one": False}))
    others = [[line for line in cost.lines if line.line != "SLA credits"] for cost in (with_one, without_one)]
    assert others[0] == others[1]
    assert with_one.availability == without_one.availability
    assert with_one.monthly_cost_usd == without_one.monthly_cost_usd
    assert with_one.good_outcomes == without_one.good_outcomes
