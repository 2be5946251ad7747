"""The decision map: what it holds where nothing is uncertain, where nothing is known, and how it scales."""

from collections.abc import Mapping

import numpy as np
import pytest
from cost_worlds import AS_OF, Costed, FixedOption, figure, plain_scenario, without
from hypothesis import example, given, settings
from hypothesis import strategies as st

from toolkit.cost.decisionmap import DecisionMap
from toolkit.cost.downtimemap import downtime_map
from toolkit.cost.envelope import cheapest_at, draws_won
from toolkit.cost.ground import Ground
from toolkit.cost.option import Option
from toolkit.cost.uptimemap import uptime_map
from toolkit.cost.whatif import scaled_team
from toolkit.pricing.book import PriceBook
from toolkit.pricing.scenario import Scenario
from toolkit.pricing.traffic import inconsistencies, messages_delivered, traffic_of

Books = Mapping[str, PriceBook]
FEW = np.geomspace(0.1, 10, 5)
DOWN = "service_unavailability_min_per_month"


def ground(options: list[Option], books: Books, scenario: Scenario, **changes: object) -> Ground:
    asked: dict[str, object] = {"factors": FEW, "draws": 16, "all_draws": 64, "in_service": None, **changes}
    return Ground.of(options, books, scenario, scenario_id="test", as_of=AS_OF, **asked)  # type: ignore[arg-type] # any keyword


def test_without_uncertainty_the_map_is_what_cost_gives_to_the_cent(
    fixed: FixedOption, costed: Costed, shipped_books: Books
) -> None:
    options = [fixed("ably"), fixed("pusher"), fixed("current")]
    drawn = uptime_map(ground(options, shipped_books, plain_scenario(), in_service="current"))
    assert drawn.draws == 16
    for volume, factor in enumerate(FEW):
        scenario = plain_scenario(messages_per_user_day=10.0 * factor)
        totals = {
            name: cost.total.mean
            for name, cost in costed(*options, scenario=scenario, in_service="current").options.items()
            if cost.total is not None
        }
        assert drawn.name_at(0, volume) == min(totals, key=totals.__getitem__)
        assert drawn.mean_usd[0, volume] == pytest.approx(min(totals.values()), abs=0.005)
        assert drawn.p_cheapest[0, volume] == 1.0


def test_with_uncertainty_the_team_s_own_place_is_what_cost_gives(
    costed: Costed,
    shipped_options: Mapping[str, Option],
    shipped_books: Books,
    shipped_scenarios: Mapping[str, Scenario],
) -> None:
    options, scenario = list(shipped_options.values()), shipped_scenarios["production"]
    here = ground(options, shipped_books, scenario, in_service="current", draws=64, seed=5)
    usd_per_hour = here.usd_per_hour(here.setting)
    assert usd_per_hour is not None
    totals = here.here.totals_usd(usd_per_hour)[:, 0].mean(axis=1)
    result = costed(*options, scenario=scenario, in_service="current")
    for option, mean in zip(options, totals, strict=True):
        total = result.options[option.id].total
        if total is None:
            assert not np.isfinite(mean), f"{option.id} has no total, and a place on the map"
        else:
            assert mean == pytest.approx(total.mean, abs=0.005)


def test_what_no_evidence_reaches_is_never_filled(fixed: FixedOption, shipped_books: Books) -> None:
    """The cheap one is down 400 minutes a month (99.09 %), the dear one 40 (99.91 %)."""
    options = [fixed("current", **{DOWN: 400.0}), fixed("ably", **{DOWN: 40.0}, migration_person_days=100.0)]
    drawn = uptime_map(ground(options, shipped_books, plain_scenario(downtime_cost_usd_per_hour=1.0)))
    assert [strip.options for strip in drawn.strips] == [("current", "ably"), ("ably",), ()]
    assert [strip.parts[0].option for strip in drawn.strips] == ["current", "ably", None]
    beyond = drawn.levels > 1 - 40 / 43_830
    assert (drawn.cheapest[beyond] == -1).all()
    assert np.isnan(drawn.mean_usd[beyond]).all()
    assert (drawn.feasible[beyond] == 0).all()
    assert drawn.highest_reached == pytest.approx(1 - 40 / 43_830)


def test_a_promise_is_a_line_of_its_own(fixed: FixedOption, shipped_books: Books) -> None:
    """Ably promises 99.999 % and its experience leaves 99.90 %."""
    drawn = uptime_map(ground([fixed("ably")], shipped_books, plain_scenario()))
    assert drawn.promised[0].options == ("ably",)
    assert drawn.promised[0].to >= 0.99999
    assert drawn.highest_reached == pytest.approx(0.99899, abs=1e-5)


def test_an_option_without_evidence_on_outages_stands_apart(fixed: FixedOption, shipped_books: Books) -> None:
    blind = without(fixed("current"), DOWN).model_copy(update={"id": "blind"})
    drawn = uptime_map(ground([blind, fixed("ably")], shipped_books, plain_scenario()))
    assert set(drawn.apart) == {"blind"}
    assert "a promise does not" in drawn.apart["blind"]["needs"][0]
    assert drawn.apart["blind"]["without_downtime_usd"] > 0
    assert 0 not in drawn.cheapest
    lines = downtime_map(ground([blind, fixed("ably")], shipped_books, plain_scenario()))
    assert 0 not in lines.cheapest


def test_no_outage_times_an_unknown_cost_is_drawn_without_a_warning(
    fixed: FixedOption, shipped_books: Books
) -> None:
    options = [fixed("current", **{DOWN: 0.0}), fixed("pusher")]
    scenario = plain_scenario(downtime_cost_usd_per_hour=None)
    drawn = uptime_map(ground(options, shipped_books, scenario))
    assert (drawn.cheapest == -1).all() and drawn.notes


def test_without_a_cost_of_downtime_only_the_map_over_it_can_be_drawn(
    fixed: FixedOption, shipped_books: Books
) -> None:
    scenario = plain_scenario(downtime_cost_usd_per_hour=None)
    drawn_on = ground([fixed("ably"), fixed("current")], shipped_books, scenario)
    uptime = uptime_map(drawn_on)
    assert (uptime.cheapest == -1).all()
    assert "does not say" in uptime.notes[0]
    assert (downtime_map(drawn_on).cheapest >= 0).all()


def test_half_of_the_draws_have_to_reach_a_need(fixed: FixedOption, shipped_books: Books) -> None:
    """Median 219 minutes: 99.5 % of 43,830 minutes leaves 219.15."""
    option = fixed("current")
    wide = option.model_copy(
        update={"figures": {**option.figures, DOWN: [figure(DOWN, p5=4.4, p50=219, p95=2190)]}}
    )
    drawn = uptime_map(ground([wide], shipped_books, plain_scenario(), all_draws=2048))
    reach = drawn.reach["current"]
    assert reach.uptime == pytest.approx(0.995, abs=2e-5)
    assert (reach.low, reach.high) == (pytest.approx(0.95, abs=1e-4), pytest.approx(0.9999, abs=1e-5))


def test_the_cheapest_against_downtime_crosses_where_two_lines_do(
    fixed: FixedOption, shipped_books: Books
) -> None:
    """The one that costs more has fewer hours of outage: it wins from a cost of an hour on."""
    options = [fixed("current", **{DOWN: 600.0}), fixed("ably", **{DOWN: 60.0})]
    drawn: DecisionMap = downtime_map(ground(options, shipped_books, plain_scenario()))
    for border in drawn.borders:
        for messages, usd in border.points:
            volume = int(np.flatnonzero(drawn.messages_per_month == messages)[0])
            below, above = (drawn.levels < usd).nonzero()[0], (drawn.levels > usd).nonzero()[0]
            assert drawn.name_at(int(below[-1]), volume) == border.below
            assert drawn.name_at(int(above[0]), volume) == border.above
    assert drawn.borders


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda options: st.lists(
            st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e3)), min_size=3, max_size=3),
            min_size=options,
            max_size=options,
        )
    )
)
@example([[(0.0, 1.0)] * 3, [(1.0, 1e-218)] * 3, [(1.0, 0.0)] * 3])
def test_the_lower_envelope_is_the_least_line_at_every_cost(lines: list[list[tuple[float, float]]]) -> None:
    base, hours = np.moveaxis(np.array(lines), 2, 0)
    costs = np.geomspace(0.1, 1e5, 9)
    totals = base[:, :, np.newaxis] + hours[:, :, np.newaxis] * costs
    found = cheapest_at(base, hours, costs)
    least = totals.min(axis=0)
    won = np.take_along_axis(totals, found[np.newaxis], axis=0)[0]
    np.testing.assert_allclose(won, least, rtol=1e-9, atol=1e-6)
    draws = base.shape[1]
    by_option = [
        draws_won(base[:, np.newaxis, :], hours, costs, np.full((1, len(costs)), index))
        for index in range(len(base))
    ]
    assert (np.sum(by_option, axis=0) == draws).all()
    counted = np.stack([(found == index).sum(axis=0) for index in range(len(base))])
    mixed = np.arange(len(costs)) % len(base)
    np.testing.assert_array_equal(
        draws_won(base[:, np.newaxis, :], hours, costs, mixed[np.newaxis])[0],
        counted[mixed, np.arange(len(costs))],
    )


def test_a_team_of_another_size_sends_as_many_messages_and_fits_together(
    shipped_scenarios: Mapping[str, Scenario],
) -> None:
    scenario = shipped_scenarios["production"]
    for times in (0.3, 3.0, 10.0):
        other = scaled_team(scenario, times)
        assert not inconsistencies(other)
        assert messages_delivered(traffic_of(other)) == pytest.approx(
            float(messages_delivered(traffic_of(scenario)))
        )
        assert traffic_of(other).peak_concurrent_users == pytest.approx(1500 * times)
