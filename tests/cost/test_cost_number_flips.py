"""Flip points of numbers without a range, against where costs cross by hand."""

from collections.abc import Callable, Mapping

import pytest
from cost_worlds import AS_OF, Costed, FixedOption, figure, plain_scenario, with_figures

from toolkit.cost.countable import COUNTABLE, fastest_growth
from toolkit.cost.numberflips import number_flips
from toolkit.cost.option import Option
from toolkit.cost.selfhosted import infrastructure
from toolkit.cost.sensitivity import NumberFlip, NumberFlips
from toolkit.cost.setting import Setting
from toolkit.pricing.book import PriceBook
from toolkit.pricing.scenario import Scenario

FlipsOf = Callable[..., NumberFlips]

MINUTES = "service_unavailability_min_per_month"


@pytest.fixture(scope="module")
def flips_of(costed: Costed, shipped_books: Mapping[str, PriceBook]) -> FlipsOf:
    def flips(*options: Option, scenario: Scenario, in_service: str | None = None) -> NumberFlips:
        result = costed(*options, scenario=scenario, draws=64, in_service=in_service)
        setting = Setting.of(scenario, as_of=AS_OF, draws=64, seed=5, in_service=in_service, options=options)
        return number_flips(result, options, shipped_books, setting)

    return flips


def found(flips: NumberFlips, name: str, option: str | None) -> NumberFlip | None:
    kept = [one for one in flips.found if (one.number.input, one.number.option) == (name, option)]
    return kept[0] if kept else None


def with_nodes_of(one: Option, other: Option) -> Option:
    """The other option with the servers, prices and traffic of the one."""
    of_nodes = ("node", "connections_per", "deliveries_per", "egress", "load_balancer")
    kept = {name: figures for name, figures in one.figures.items() if name.startswith(of_nodes)}
    return other.model_copy(update={"figures": {**other.figures, **kept}})


def month_without_labour(option: Option) -> float:
    """Servers, balancer and egress of a month in the plain scenario, in US dollars."""
    setting = Setting.of(plain_scenario(), as_of=AS_OF, draws=1, seed=5)
    lines = [spending.month_usd for spending in infrastructure(option, setting)]
    return float(sum(usd[0] for usd in lines if usd is not None))


def twins(fixed: FixedOption) -> list[Option]:
    """Two alike but for 10 minutes of downtime a month."""
    better = fixed("current", **{MINUTES: 50.0, "spare_nodes": 1.0})
    worse = better.model_copy(update={"id": "worse"})
    return [better, with_figures(worse, {**{n: f[0] for n, f in worse.figures.items()},
                                         MINUTES: figure(MINUTES, value=60.0)})]  # fmt: skip


@pytest.fixture(scope="module")
def between_twins(flips_of: FlipsOf, fixed: FixedOption) -> NumberFlips:
    return flips_of(*twins(fixed), scenario=plain_scenario())


def test_a_figure_flips_where_the_costs_cross(between_twins: NumberFlips) -> None:
    own, others = found(between_twins, MINUTES, "current"), found(between_twins, MINUTES, "worse")
    assert own is not None and others is not None
    assert own.at == pytest.approx(60.0, rel=2e-3) and (own.below, own.above) == ("current", "worse")
    assert others.at == pytest.approx(50.0, rel=2e-3) and (others.below, others.above) == ("worse", "current")


def test_what_moves_all_alike_flips_nothing_and_is_told_so(between_twins: NumberFlips) -> None:
    assert found(between_twins, "hours_per_person_day", None) is None
    without = {(number.input, number.option) for number in between_twins.without}
    assert {("hours_per_person_day", None), ("message_bytes", None)} <= without


def test_an_amount_flips_by_its_dollars(between_twins: NumberFlips) -> None:
    """10 minutes at 250 USD an hour are 41.67 USD a month, and an hour of work costs 100."""
    hours = found(between_twins, "operations_hours_per_month", "current")
    assert hours is not None
    now = hours.number.value
    assert hours.at == pytest.approx(now + 250 / 6 / 100, rel=5e-3)


def test_a_number_of_the_scenario_flips(flips_of: FlipsOf, fixed: FixedOption) -> None:
    """A move of 10 days at 100 USD an hour pays for itself where 50 minutes a month cost enough."""
    moved = fixed("socketio", **{MINUTES: 10.0, "migration_person_days": 10.0, "way_back_probability": 0.0})
    stays = fixed("current", **{MINUTES: 60.0})
    flips = flips_of(stays, moved, scenario=plain_scenario(downtime_cost_usd_per_hour=100.0))
    price = found(flips, "downtime_cost_usd_per_hour", None)
    assert price is not None and (price.below, price.above) == ("current", "socketio")
    assert price.at == pytest.approx(10 * 8 * 100 / 12 / (50 / 60), rel=0.03)


def test_a_vendor_s_prices_flip_as_a_whole(flips_of: FlipsOf, fixed: FixedOption) -> None:
    options = [fixed("pusher"), fixed("current")]
    flips = flips_of(*options, scenario=plain_scenario())
    bill = found(flips, "vendor_bill_usd_per_month", "pusher")
    assert bill is not None and bill.number.unit == "USD/month" and "pusher" in (bill.below, bill.above)
    assert bill.above != "pusher", "a dearer bill never makes it the cheapest"


def test_a_share_stays_within_one_and_nothing_is_taken_below_nothing(between_twins: NumberFlips) -> None:
    for flip in between_twins.found:
        assert 0 <= flip.at <= (1 if flip.number.unit == "share" else float("inf"))


def test_growth_is_searched_as_far_as_anybody_could_meter_it(flips_of: FlipsOf, fixed: FixedOption) -> None:
    """Half a month for ten years would be 10 ** 28 messages; the vendor ends long before that."""
    options = [fixed("pusher"), fixed("current")]
    flips = flips_of(*options, scenario=plain_scenario(growth_per_month=0.01, horizon_months=120))
    growth = found(flips, "growth_per_month", None)
    assert growth is not None and growth.below == "pusher" and 0.01 < growth.at < 0.05


def test_a_growth_that_is_countable_is_found_to_the_last() -> None:
    scenario = plain_scenario(growth_per_month=0.01, horizon_months=120)
    fastest = fastest_growth(scenario, most=0.5)
    of_messages = (COUNTABLE / (10_000 * 10 * 30 * 8)) ** (1 / 119) - 1
    assert fastest == pytest.approx(of_messages, abs=1e-5)
    assert fastest_growth(scenario, most=0.05) == 0.05


def test_what_no_plan_carries_today_may_be_the_cheapest_with_less(
    flips_of: FlipsOf, fixed: FixedOption
) -> None:
    """Pusher's largest plan takes 30,000 connections, for 1,199 USD a month; these are 40,000."""
    options = [fixed("pusher"), fixed("current", operations_hours_per_month=100.0)]
    flips = flips_of(*options, scenario=plain_scenario(peak_concurrent_users=40_000.0))
    peak = found(flips, "peak_concurrent_users", None)
    assert peak is not None and (peak.below, peak.above) == ("pusher", "current")
    assert peak.at == pytest.approx(30_000, rel=2e-3)


def test_what_lacks_a_price_in_some_draws_is_no_choice_like_in_the_comparison(
    flips_of: FlipsOf, fixed: FixedOption
) -> None:
    """Of a size that is 20 % above its median in one draw of twenty, the last plan must carry that too."""
    options = [fixed("pusher"), fixed("current", operations_hours_per_month=100.0)]
    users = {"p5": 10_000.0, "p50": 20_000.0, "p95": 24_000.0}
    scenario = plain_scenario(peak_concurrent_users=users, horizon_months=2, growth_per_month=0.01)
    growth = found(flips_of(*options, scenario=scenario), "growth_per_month", None)
    assert growth is not None and (growth.below, growth.above) == ("pusher", "current")
    assert growth.at == pytest.approx(30_000 / 24_000 - 1, rel=0.05)


def test_one_option_has_no_rival(flips_of: FlipsOf, fixed: FixedOption) -> None:
    assert flips_of(fixed("current"), scenario=plain_scenario()) == NumberFlips()


def test_what_is_in_service_also_runs_beside_the_others(flips_of: FlipsOf, fixed: FixedOption) -> None:
    """A dearer hour of the old costs the move its overlap too, six months of twelve."""
    old = fixed("current", **{MINUTES: 50.0, "operations_hours_per_month": 10.0})
    new = fixed(
        "socketio", **{MINUTES: 50.0, "operations_hours_per_month": 5.0, "migration_person_days": 20.0,
                       "way_back_probability": 0.0, "parallel_run_months": 6.0},
    )  # fmt: skip
    flips = flips_of(old, with_nodes_of(old, new), scenario=plain_scenario(), in_service="current")
    hours = found(flips, "operations_hours_per_month", "current")
    assert hours is not None and (hours.below, hours.above) == ("current", "socketio")
    # 12 months of h hours against 12 of 5, a move of 160 and 6 months of h with the servers of both the same.
    servers = 6 * month_without_labour(old)
    assert hours.at == pytest.approx((12 * 5 + 160 + servers / 100) / 6, rel=5e-3)


def test_the_prices_of_a_vendor_in_service_are_paid_beside_the_others_too(
    flips_of: FlipsOf, fixed: FixedOption
) -> None:
    """Twelve bills of the old against six of them, a move of 20 days and its own servers and labour."""
    old = fixed("pusher", **{MINUTES: 50.0, "degraded_share": 0.0})
    new = fixed(
        "current", **{MINUTES: 50.0, "migration_person_days": 20.0, "way_back_probability": 0.0,
                      "parallel_run_months": 6.0},
    )  # fmt: skip
    flips = flips_of(old, new, scenario=plain_scenario(), in_service="pusher")
    bill = found(flips, "vendor_bill_usd_per_month", "pusher")
    assert bill is not None and (bill.below, bill.above) == ("pusher", "current")
    labour = {one.id: 100 * one.figures["operations_hours_per_month"][0].central for one in (old, new)}
    own = 12 * (month_without_labour(new) + labour["current"]) + 20 * 8 * 100
    assert bill.at == pytest.approx((own - 6 * labour["pusher"]) / 6, rel=5e-3)
