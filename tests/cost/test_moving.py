"""What a move costs: the old beside the new, the way back, and nothing for what runs already."""

from collections.abc import Mapping

import numpy as np
import pytest
from cost_worlds import AS_OF, FixedOption, plain_scenario, with_figures, without

from toolkit.cost.formulas import discount_factors, month_overlapped
from toolkit.cost.model import cost_options
from toolkit.cost.option import Option
from toolkit.cost.result import CostResult, OptionCost
from toolkit.pricing.book import PriceBook

Books = Mapping[str, PriceBook]


def costed(*options: Option, books: Books, in_service: str | None, **scenario: object) -> CostResult:
    return cost_options(
        options, books, plain_scenario(**scenario), scenario_id="t", as_of=AS_OF, draws=2, seed=1,
        in_service=in_service,
    )  # fmt: skip


def mean(cost: OptionCost, line: str) -> float | None:
    band = next(found.band for found in cost.lines if found.line == line)
    return None if band is None else band.mean


@pytest.mark.parametrize(
    ("months", "expected"), [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0), (2.5, 2.5), (99.0, 12.0)]
)
def test_the_old_one_runs_on_beside_the_new(
    fixed: FixedOption, shipped_books: Books, months: float, expected: float
) -> None:
    """The old one costs the same every month without growth; the horizon ends it at the latest."""
    new = fixed("socketio", parallel_run_months=months)
    result = costed(fixed("current"), new, books=shipped_books, in_service="current")
    monthly = result.options["current"].monthly_cost_usd
    assert monthly is not None
    assert mean(result.options["socketio"], "parallel running") == pytest.approx(monthly.mean * expected)


def test_it_costs_what_it_costs_in_each_of_these_months(fixed: FixedOption, shipped_books: Books) -> None:
    """PubNub is in service: 500 at 10,000 users and 535 at 11,000, and 200 of labour each."""
    new = fixed("socketio", parallel_run_months=2.0)
    result = costed(fixed("pubnub"), new, books=shipped_books, in_service="pubnub", growth_per_month=0.1)
    line = next(line for line in result.options["socketio"].lines if line.line == "parallel running")
    assert line.months_usd is not None
    assert line.months_usd[:3] == pytest.approx((700.0, 735.0, 0.0))


def test_where_the_old_ones_cost_is_not_known_neither_is_its_overlap(
    fixed: FixedOption, shipped_books: Books
) -> None:
    old = without(fixed("current"), "node_usd_per_month")
    result = costed(old, fixed("socketio"), books=shipped_books, in_service="current")
    assert result.options["socketio"].unknown == ["parallel running: needs the monthly cost of current"]
    assert result.options["socketio"].total is None
    assert result.options["socketio"].monthly_cost_usd is not None


def test_without_anything_in_service_nothing_runs_beside(fixed: FixedOption, shipped_books: Books) -> None:
    result = costed(fixed("socketio"), books=shipped_books, in_service=None)
    assert "parallel running" not in {line.line for line in result.options["socketio"].lines}
    assert any(limit.startswith("Nothing is in service") for limit in result.limits)


def test_doing_nothing_is_among_the_options(fixed: FixedOption, shipped_books: Books) -> None:
    with pytest.raises(ValueError, match="current is in service and not among socketio"):
        costed(fixed("socketio"), books=shipped_books, in_service="current")


def test_the_way_back_has_its_own_effort_where_the_option_tells_it(
    fixed: FixedOption, shipped_books: Books
) -> None:
    own = fixed("socketio", way_back_person_days=4.0, way_back_probability=0.5)
    cost = costed(own, books=shipped_books, in_service=None).options["socketio"]
    assert mean(cost, "way back") == pytest.approx(0.5 * 4 * 8 * 100)
    assert cost.reverting_usd is not None and cost.reverting_usd.mean == pytest.approx(4 * 8 * 100)


def test_money_of_later_months_is_worth_less_and_the_first_months_all(
    fixed: FixedOption, shipped_books: Books
) -> None:
    plain = costed(fixed("ably"), books=shipped_books, in_service=None)
    later = costed(fixed("ably"), books=shipped_books, in_service=None, discount_rate_per_year=0.1)
    worth = discount_factors(0.1, months=12).sum()
    for line in ("vendor bill", "operations labour", "downtime"):
        before, after = (mean(found.options["ably"], line) for found in (plain, later))
        assert before is not None and after == pytest.approx(before / 12 * worth)
    for line in ("migration", "way back"):
        assert mean(plain.options["ably"], line) == mean(later.options["ably"], line)
    assert plain.options["ably"].monthly_cost_usd == later.options["ably"].monthly_cost_usd
    assert (plain.discount_rate_per_year, later.discount_rate_per_year) == (0.0, 0.1)
    assert "Money is not discounted over time." in plain.limits
    assert any("at 0.1 a year" in limit for limit in later.limits)


def test_an_overlap_fills_the_months_one_after_the_other() -> None:
    two_and_a_half = np.array([2.5])
    assert [month_overlapped(two_and_a_half, month=month).item() for month in range(4)] == [1, 1, 0.5, 0]


def test_a_bare_option_says_all_that_it_lacks(fixed: FixedOption, shipped_books: Books) -> None:
    cost = costed(with_figures(fixed("socketio"), {}), books=shipped_books, in_service=None)
    lines = {need.partition(":")[0] for need in cost.options["socketio"].unknown}
    assert lines == {"servers", "load balancer", "cache", "egress", "downtime"}
