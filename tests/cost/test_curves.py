"""Cost against message volume, where the cheapest changes, and cost against required uptime."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from cost_worlds import AS_OF, Costed, FixedOption, figure, plain_scenario

from toolkit.cost.curves import UPTIME_NEEDS, cost_against_uptime, cost_against_volume
from toolkit.cost.option import Option
from toolkit.pricing.book import PriceBook
from toolkit.pricing.scenario import Scenario

Books = Mapping[str, PriceBook]
FEW = np.geomspace(0.01, 100, 13)


def test_more_messages_never_cost_less(
    shipped_options: Mapping[str, Option], shipped_books: Books, shipped_scenarios: Mapping[str, Scenario]
) -> None:
    for scenario in shipped_scenarios.values():
        curve = cost_against_volume(
            list(shipped_options.values()),
            shipped_books,
            scenario,
            as_of=AS_OF,
            factors=FEW,
            draws=32,
            seed=1,
        )
        for option, rows in curve.frame.groupby("option"):
            # Where draws drop out for want of a plan, the mean of the rest may fall.
            known = rows["monthly_usd_mean"].dropna()
            if len(known) == len(rows):
                assert (np.diff(known) >= -1e-6).all(), option


def test_without_uncertainty_the_curve_is_the_bill(fixed: FixedOption, shipped_books: Books) -> None:
    """Ably Standard at 27 M messages: 29 + 67.50 + 18 + 1; at 54 M: 29 + 135 + 18 + 1; labour is 200."""
    curve = cost_against_volume(
        [fixed("ably")], shipped_books, plain_scenario(), as_of=AS_OF, factors=np.array([1.0, 2.0]), draws=2
    )
    assert curve.own_messages_per_month == 27e6
    assert curve.frame["messages_per_month"].tolist() == [27e6, 54e6]
    assert curve.frame["monthly_usd_mean"].tolist() == pytest.approx([315.50, 383.00])


def test_the_curve_at_the_own_volume_is_the_monthly_cost(
    costed: Costed,
    priced_options: Mapping[str, Option],
    shipped_books: Books,
    shipped_scenarios: Mapping[str, Scenario],
) -> None:
    scenario, options = shipped_scenarios["production"], list(priced_options.values())
    curve = cost_against_volume(
        options, shipped_books, scenario, as_of=AS_OF, factors=np.array([1.0]), draws=64, seed=5
    )
    result = costed(*options, scenario=scenario)
    for row in curve.frame.itertuples():
        monthly = result.options[str(row.option)].monthly_cost_usd
        assert monthly is not None
        assert row.monthly_usd_mean == monthly.mean
        assert row.monthly_usd_p95 == monthly.p95


def test_the_cheapest_changes_at_a_crossover_and_nowhere_else(
    fixed: FixedOption, shipped_books: Books
) -> None:
    options, scenario = [fixed("ably"), fixed("pusher"), fixed("pubnub")], plain_scenario()
    curve = cost_against_volume(options, shipped_books, scenario, as_of=AS_OF, draws=2)
    assert curve.crossovers, "three tariffs of different shape must cross"
    for crossover in curve.crossovers:
        for side, expected in ((0.998, crossover.from_option), (1.002, crossover.to_option)):
            factor = crossover.at * side / curve.own_messages_per_month
            near = cost_against_volume(
                options, shipped_books, scenario, as_of=AS_OF, factors=np.array([factor]), draws=2
            ).frame
            cheapest = near.loc[near["monthly_usd_mean"].idxmin(), "option"]
            assert cheapest == expected
    chain = [
        (one.to_option, two.from_option)
        for one, two in zip(curve.crossovers, curve.crossovers[1:], strict=False)
    ]
    assert all(above == below for above, below in chain)
    assert [found.at for found in curve.crossovers] == sorted(found.at for found in curve.crossovers)


def test_a_crossover_lies_where_two_tariffs_meet(fixed: FixedOption, shipped_books: Books) -> None:
    """Ably bills every million begun; PubNub Pro for 10,000 users is 500 whatever the messages.

    29 + 18 + 1 + 2.50 x M > 500 first at M = 181 (500.50), so from just past 180 million on.
    """
    curve = cost_against_volume(
        [fixed("ably"), fixed("pubnub")], shipped_books, plain_scenario(), as_of=AS_OF, draws=1
    )
    (crossover,) = curve.crossovers
    assert (crossover.from_option, crossover.to_option) == ("ably", "pubnub")
    assert crossover.at == pytest.approx(180e6, rel=2e-3)


def test_options_of_equal_cost_do_not_cross(fixed: FixedOption, shipped_books: Books) -> None:
    twin = fixed("current").model_copy(update={"id": "twin"})
    curve = cost_against_volume(
        [fixed("current"), twin], shipped_books, plain_scenario(), as_of=AS_OF, draws=1
    )
    assert curve.crossovers == []


def test_what_no_plan_carries_is_a_gap_in_the_curve(fixed: FixedOption, shipped_books: Books) -> None:
    """Pusher's largest plan on sale takes 90 million messages a day; 100 x 27 / 30 x 1.5 are 135 million."""
    curve = cost_against_volume(
        [fixed("pusher")],
        shipped_books,
        plain_scenario(),
        as_of=AS_OF,
        factors=np.array([1.0, 100.0]),
        draws=1,
    )
    assert curve.frame["monthly_usd_mean"].isna().tolist() == [False, True]


def test_an_option_that_ends_hands_over_to_none(fixed: FixedOption, shipped_books: Books) -> None:
    curve = cost_against_volume([fixed("pusher")], shipped_books, plain_scenario(), as_of=AS_OF, draws=1)
    assert (curve.crossovers[-1].from_option, curve.crossovers[-1].to_option) == ("pusher", None)
    assert curve.crossovers[-1].at == pytest.approx(90e6 * 30 / 1.5, rel=2e-3)


def by_need(frame: pd.DataFrame, need: float) -> pd.Series:
    return frame.set_index("uptime_need").loc[need]


def test_the_cheapest_option_of_a_need_is_one_whose_experience_reaches_it(
    fixed: FixedOption, shipped_books: Books
) -> None:
    """The cheap one is down 400 minutes a month (99.09 %), the dear one 40 (99.91 %)."""
    cheap = fixed("current", service_unavailability_min_per_month=400.0)
    dear = fixed("ably", service_unavailability_min_per_month=40.0, migration_person_days=100.0)
    scenario = plain_scenario(downtime_cost_usd_per_hour=1.0)
    frame = cost_against_uptime([cheap, dear], shipped_books, scenario, as_of=AS_OF, draws=1)
    assert by_need(frame, 0.99)["option"] == "current"
    assert by_need(frame, 0.995)["option"] == "ably"
    assert by_need(frame, 0.999)["option"] == "ably"
    assert pd.isna(by_need(frame, 0.9999)["option"]), "no evidence reaches it: never filled"
    assert pd.isna(by_need(frame, 0.9999)["total_usd_mean"])


def test_a_promise_stands_beside_experience_and_never_replaces_it(
    fixed: FixedOption, shipped_books: Books
) -> None:
    """Ably's pages say 99.999 % (ably/docs, 2026-08-03); its status pages leave 99.90 %."""
    frame = cost_against_uptime([fixed("ably")], shipped_books, plain_scenario(), as_of=AS_OF, draws=1)
    assert frame["uptime_need"].tolist() == list(UPTIME_NEEDS)
    assert (frame["promise"] == "ably").all()
    assert by_need(frame, 0.998)["option"] == "ably"
    assert pd.isna(by_need(frame, 0.999)["option"])


def test_a_need_is_reached_when_half_of_the_draws_reach_it(fixed: FixedOption, shipped_books: Books) -> None:
    """Median 219 minutes: 99.5 % of 43,830 minutes leaves 219.15."""
    name = "service_unavailability_min_per_month"
    option = fixed("current")
    wide = option.model_copy(
        update={"figures": {**option.figures, name: [figure(name, p5=4.4, p50=219, p95=2190)]}}
    )
    frame = cost_against_uptime([wide], shipped_books, plain_scenario(), as_of=AS_OF, draws=2048)
    assert by_need(frame, 0.99)["option"] == "current"
    assert pd.isna(by_need(frame, 0.998)["option"])
