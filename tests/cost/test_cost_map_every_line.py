"""Every line of the maps that ship is where the option that ``toolkit cost`` finds the cheapest changes, and
the line's percentiles are shares of its draws."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
from cost_worlds import DATA

from toolkit import mapping
from toolkit.answers import in_service
from toolkit.cost.boundaries import positions
from toolkit.cost.comparing import priced_alike
from toolkit.cost.decisionmap import DecisionMap
from toolkit.cost.maplines import Border
from toolkit.cost.model import cost_options
from toolkit.cost.sampling import DRAWS, Floats
from toolkit.cost.setting import Setting
from toolkit.cost.stack import Stack
from toolkit.cost.standing import COMPARED
from toolkit.cost.whatif import Where, what_if
from toolkit.loading import Loaded, load

SCENARIOS = ("production", "enterprise", "immediate-fix", "under-100-usd")
AGAINST_DOWNTIME = "downtime_cost_usd_per_hour"

VOLUME_SIDES = (0.985, 1.015)
"""Multiples of a line's volume, which is narrowed down with all draws."""

COST_SIDES = (0.7, 1.4)
"""Multiples of a line's cost of an hour, which rests on the draws of the map."""

SAMPLED = 0.04
"""How far a share of a few hundred draws lies off between volumes that are a fifth apart."""


@dataclass(frozen=True)
class Place:
    """A place on one side of a line, and the option to be found there among those that reach it."""

    scenario: str
    where: Where
    reaching: frozenset[str]
    expected: str | None


Beside = Callable[[Loaded, str], Iterator[Place]]
"""Gives the places on both sides of every line of a scenario's map."""


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load(DATA.root)


def of_volume(drawn: DecisionMap, loaded: Loaded, messages: float) -> Where:
    """The scenario's messages, multiplied as a whole."""
    sent = loaded.scenarios[drawn.scenario].messages_per_user_day
    times = messages / drawn.here.messages_per_month.p50
    if isinstance(sent, float | int):
        return {"messages_per_user_day": sent * times}
    return {"messages_per_user_day": {name: getattr(sent, name) * times for name in ("p5", "p50", "p95")}}


def totals(loaded: Loaded, scenario: str, where: Where, *, draws: int = DRAWS) -> dict[str, Floats]:
    """The draws of every total of ``toolkit cost``."""
    asked = what_if(loaded.scenarios[scenario], where).scenario
    result = cost_options(
        list(loaded.options.values()), loaded.books, asked, scenario_id=scenario, as_of=loaded.as_of,
        draws=draws, in_service=in_service(loaded), whole=False,
    )  # fmt: skip
    return dict(result.totals)


def cheapest(loaded: Loaded, place: Place) -> str | None:
    every = totals(loaded, place.scenario, place.where)
    found = {name: usd for name, usd in every.items() if name in place.reaching}
    names, draws = priced_alike(found, at_least=COMPARED)
    return min(names, key=lambda name: float(found[name][draws].mean()), default=None)


def over_volume(loaded: Loaded, name: str) -> Iterator[Place]:
    """The lines of every strip, each once."""
    drawn = mapping.decision_map(loaded, name)
    for line in drawn.boundaries:
        strip = next(strip for strip in drawn.strips if strip.above == line.above_need)
        for side, expected in zip(VOLUME_SIDES, (line.below, line.above), strict=True):
            where = of_volume(drawn, loaded, line.messages * side)
            yield Place(name, where, frozenset(strip.options), expected)


def over_need(loaded: Loaded, name: str) -> Iterator[Place]:
    """Where a strip ends and another option becomes the cheapest, at a volume at which it does."""
    drawn = mapping.decision_map(loaded, name)
    for lower, upper in pairwise(drawn.strips):
        for part in lower.parts:
            messages = float(np.sqrt(part.messages_from * part.messages_to))
            if upper.option_at(messages) != part.option:
                where = of_volume(drawn, loaded, messages)
                for strip in (lower, upper):
                    yield Place(name, where, frozenset(strip.options), strip.option_at(messages))


def over_cost(loaded: Loaded, name: str) -> Iterator[Place]:
    """The lines over the cost of downtime, each at its middle volume, no further than half way to others."""
    drawn = mapping.decision_map(loaded, name, against=AGAINST_DOWNTIME)
    need = loaded.scenarios[name].uptime_need or 0.0
    reaching = frozenset(option for option, reach in drawn.reach.items() if (reach.uptime or -1.0) >= need)
    for border in drawn.borders:
        messages, usd = border.points[len(border.points) // 2]
        others = [cost for at, cost in _points(drawn) if at == messages and cost != usd]
        low = max([usd * COST_SIDES[0], *(np.sqrt(cost * usd) for cost in others if cost < usd)])
        high = min([usd * COST_SIDES[1], *(np.sqrt(cost * usd) for cost in others if cost > usd)])
        for cost, expected in ((low, border.below), (high, border.above)):
            where = {**of_volume(drawn, loaded, messages), AGAINST_DOWNTIME: float(cost)}
            yield Place(name, where, reaching, expected)


def _points(drawn: DecisionMap) -> Iterator[tuple[float, float]]:
    for border in drawn.borders:
        yield from border.points


@pytest.mark.parametrize("beside", [over_volume, over_need, over_cost])
def test_crossing_any_line_changes_the_cheapest_option_of_cost(loaded: Loaded, beside: Beside) -> None:
    places = [place for name in SCENARIOS for place in beside(loaded, name)]
    assert len({place.expected for place in places}) > 2
    for place in places:
        assert cheapest(loaded, place) == place.expected, place


def test_the_maps_that_ship_are_of_every_scenario(loaded: Loaded) -> None:
    assert set(loaded.scenarios) == set(SCENARIOS)


def test_a_line_beyond_which_nothing_has_a_price_is_narrowed_down_too(loaded: Loaded) -> None:
    lines = mapping.decision_map(loaded, "production").strips
    ends = [part for strip in lines for part in strip.parts[:-1] if part.option is not None]
    assert ends and all(part.narrowed for part in ends)
    assert any(strip.parts[-1].option is None and len(strip.parts) > 1 for strip in lines)


def test_percentiles_over_volume_are_shares_of_the_draws(loaded: Loaded) -> None:
    """At each of them the option beyond the line is the cheaper one in that share of the draws."""
    drawn = mapping.decision_map(loaded, "production")
    line = next(line for line in drawn.boundaries if line.above is not None)
    found = {0.05: line.over_draws.p5, 0.5: line.over_draws.p50}
    for share, messages in found.items():
        assert messages is not None
        usd = totals(loaded, "production", of_volume(drawn, loaded, messages), draws=drawn.draws)
        assert np.mean(usd[str(line.above)] < usd[str(line.below)]) == pytest.approx(share, abs=SAMPLED)
    assert line.over_draws.p95 is None, "that lies beyond the volumes of the map"


def test_percentiles_over_the_cost_of_downtime_are_shares_of_the_draws(loaded: Loaded) -> None:
    drawn = mapping.decision_map(loaded, "production", against=AGAINST_DOWNTIME)
    borders: list[Border] = [border for border in drawn.borders if border.over_draws[0].p95 is not None]
    border = borders[0]
    messages, over = border.points[0][0], border.over_draws[0]
    for share, cost in ((0.5, over.p50), (0.95, over.p95)):
        assert cost is not None
        where = {**of_volume(drawn, loaded, messages), AGAINST_DOWNTIME: cost}
        usd = totals(loaded, "production", where, draws=drawn.draws)
        assert np.mean(usd[border.above] <= usd[border.below]) == pytest.approx(share, abs=1.5 / drawn.draws)


def test_of_several_places_the_one_nearest_to_the_line_counts() -> None:
    shares = np.array([0.0, 0.6, 0.4, 0.6, 0.4, 1.0])
    volumes = np.geomspace(1, 1e5, 6)
    found = positions(shares, volumes, near=2e4)
    assert found.p5 == pytest.approx(10 ** (0.05 / 0.6))
    assert found.p50 == pytest.approx(10 ** (4 + 0.1 / 0.6))
    assert found.p95 == pytest.approx(10 ** (4 + 0.55 / 0.6))


def test_a_percentile_that_was_not_seen_is_none() -> None:
    found = positions(np.array([0.2, 0.4, 0.9]), np.array([1.0, 10.0, 100.0]), near=20.0)
    assert found.p5 is None and found.p95 is None
    assert found.p50 == pytest.approx(10 * 10**0.2)


def test_a_stack_has_the_usage_of_every_volume_by_itself(loaded: Loaded) -> None:
    scenario, factors = loaded.scenarios["production"], np.array([0.5, 1.0, 40.0])
    base = Setting.of(scenario, as_of=loaded.as_of, draws=16, seed=5)
    stack = Stack.at(base, factors)
    months = range(2, 5)
    for volume, factor in enumerate(factors.tolist()):
        alone = replace(base, message_factor=factor).usage(months)
        for name, values in stack.usage(months).items():
            whole = np.broadcast_to(values, (3, 3, 16))
            np.testing.assert_allclose(whole[volume], np.broadcast_to(alone[name], (3, 16)), rtol=1e-12)


def test_months_by_themselves_at_many_volumes_cost_what_each_alone_does(loaded: Loaded) -> None:
    scenario, factors = loaded.scenarios["production"], np.array([0.5, 40.0])
    base = Setting.of(scenario, as_of=loaded.as_of, draws=16, seed=5)

    def cost(alone: Setting) -> Floats:
        months = range(alone.start, alone.start + 1)
        usage = alone.usage(months)
        return np.asarray((usage["messages_delivered"] + usage["peak_connections"])[..., 0, :])

    found = Stack.at(base, factors).month_by_month(3, cost)
    assert found is not None
    for volume, factor in enumerate(factors.tolist()):
        alone = replace(base, message_factor=factor).month_by_month(3, cost)
        assert alone is not None
        for month in range(3):
            np.testing.assert_allclose(found[month][volume], alone[month], rtol=1e-12)
