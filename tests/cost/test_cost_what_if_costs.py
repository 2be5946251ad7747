"""Every point of the grid of a what-if page is what the cost model says of a scenario with those values."""

import shutil

import pytest
from cost_worlds import AS_OF, DATA, UNPRICED, plain_scenario

from toolkit import answers, mapping
from toolkit.cost.whatifaxes import NEEDS, axes_of
from toolkit.cost.whatifcosts import WhatIfCosts
from toolkit.evidence import Range
from toolkit.loading import Loaded, load

# (growth, messages, cost of downtime): the scenario itself, both ends, and points between.
POINTS = [(1, 6, 3), (0, 0, 0), (3, 12, 7), (3, 9, 5), (2, 4, 1)]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The folder that ships with a short horizon, which takes less time."""
    folder = tmp_path_factory.mktemp("what-if-costs") / "team"
    shutil.copytree(DATA.root, folder, ignore=shutil.ignore_patterns("metrics"))
    for name in ("production.yaml", "immediate-fix.yaml"):
        path = folder / "scenarios" / name
        path.write_text(path.read_text().replace("horizon_months: 24", "horizon_months: 4"))
    path.write_text("\n".join(line for line in path.read_text().splitlines() if "downtime_cost" not in line))
    return load(folder, as_of=AS_OF)


@pytest.fixture(scope="module")
def grid(loaded: Loaded) -> WhatIfCosts:
    found = mapping.what_if_costs(loaded, "production")
    assert found is not None
    return found


@pytest.mark.parametrize("point", POINTS)
def test_totals_are_those_of_the_scenario_to_the_cent(
    loaded: Loaded, grid: WhatIfCosts, point: tuple[int, int, int]
) -> None:
    growth, messages, downtime = point
    axes = grid.axes
    where = {
        axes.growth.field: axes.growth.values[growth],
        axes.messages.field: axes.messages.values[messages],
        axes.downtime.field: axes.downtime.values[downtime],
    }
    costed = answers.costed(loaded, "production", where=where, whole=False)
    for index, name in enumerate(grid.options):
        own, total = grid.mean_usd[growth, messages, downtime, index], costed.options[name].total
        if total is None:
            assert own != own, name
            continue
        assert round(own, 2) == round(total.mean, 2), name
        assert round(grid.p5_usd[growth, messages, downtime, index], 2) == round(total.p5, 2), name
        assert round(grid.p95_usd[growth, messages, downtime, index], 2) == round(total.p95, 2), name


def test_the_scenario_itself_is_a_point(loaded: Loaded, grid: WhatIfCosts) -> None:
    scenario, axes = loaded.scenarios["production"], grid.axes
    assert axes.growth.values[axes.growth.own] == scenario.growth_per_month
    assert axes.messages.values[axes.messages.own] == scenario.messages_per_user_day
    assert axes.need.values[axes.need.own] == scenario.uptime_need
    assert axes.downtime.values[axes.downtime.own] == scenario.downtime_cost_usd_per_hour


def test_the_cheapest_is_where_the_decision_map_has_the_team(loaded: Loaded, grid: WhatIfCosts) -> None:
    axes, growth = grid.axes, 3
    for place, need in enumerate(axes.need.values):
        where = {"growth_per_month": axes.growth.values[growth], "uptime_need": need}
        drawn = mapping.decision_map(loaded, "production", where=where, message_factors=[1.0], levels=[0.9])
        strip = grid.strip_of_need[place]
        index = grid.cheapest[growth, axes.messages.own, axes.downtime.own, strip]
        assert (None if index < 0 else grid.options[index]) == drawn.here.option, need
        if drawn.here.p_cheapest is not None:
            chance = grid.p_cheapest[growth, axes.messages.own, axes.downtime.own, strip]
            assert chance == pytest.approx(drawn.here.p_cheapest, abs=1e-9)


def test_what_is_not_known_has_no_total_and_no_place(grid: WhatIfCosts) -> None:
    assert set(grid.apart) == UNPRICED
    unknown = [index for index, name in enumerate(grid.options) if name in UNPRICED]
    assert (grid.mean_usd[..., unknown] != grid.mean_usd[..., unknown]).all()
    assert not set(unknown) & {
        index for strip in range(len(grid.strips_to)) for index in grid.reaching(strip)
    }
    assert not set(unknown) & set(grid.cheapest.ravel().tolist())


def test_without_a_cost_of_downtime_nothing_has_a_total_until_one_is_set(loaded: Loaded) -> None:
    found = mapping.what_if_costs(loaded, "immediate-fix")
    assert found is not None
    assert found.axes.downtime.values[:2] == (None, 0.0) and found.axes.downtime.own == 0
    assert (found.mean_usd[:, :, 0] != found.mean_usd[:, :, 0]).all()
    assert (found.cheapest[:, :, 0] == -1).all()
    assert (found.cheapest[:, :, 1] >= 0).any()


def test_a_team_that_sends_nothing_has_no_grid(loaded: Loaded) -> None:
    silent = loaded.scenarios["production"].model_copy(update={"messages_per_user_day": 0.0})
    others = {**loaded.scenarios, "production": silent}
    assert (
        mapping.what_if_costs(loaded.__class__(**{**vars(loaded), "scenarios": others}), "production") is None
    )


def test_axes_hold_what_a_file_would_and_leave_out_what_nobody_meters() -> None:
    ranged = plain_scenario(growth_per_month={"p5": 0, "p50": 0.02, "p95": 0.05}, messages_per_user_day=0.3)
    axes = axes_of(ranged)
    assert axes.growth.values == (0.0, Range(p5=0, p50=0.02, p95=0.05), 0.05, 0.1)
    assert axes.messages.values[:3] == (0.003, 0.006, 0.015) and axes.messages.own == 6
    assert axes.need.values == (None, *NEEDS) and axes.need.own == 0
    assert axes.downtime.values == (0.0, 25.0, 75.0, 250.0, 750.0, 2500.0, 7500.0, 25000.0)
    endless = axes_of(plain_scenario(horizon_months=600))
    assert 0.1 not in endless.growth.values and 0.0 in endless.growth.values
    need = axes_of(plain_scenario(uptime_need=0.997)).need
    assert need.values[need.own] == 0.997
