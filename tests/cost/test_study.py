"""What a choice hangs on, told together: of a model whose answers are known, and of the folder that ships."""

from collections.abc import Mapping

import numpy as np
import pytest
from cost_worlds import Costed, FixedOption, figure, plain_scenario
from scipy.stats import norm

from toolkit.cost.option import Option
from toolkit.cost.result import CostResult
from toolkit.cost.sampling import Draws, Floats
from toolkit.cost.sensitivity import InputValue, Sensitivity
from toolkit.cost.standing import standings
from toolkit.cost.study import Study
from toolkit.pricing.scenario import Scenario

SHARED, OWN = "labour_usd_per_hour", "message_bytes"


def model(draws: Draws) -> dict[str, Floats]:
    """A cost that both options have alike, and one of the second's own that decides."""
    shared, own = (norm.ppf(np.clip(draws.share(name), 1e-9, 1 - 1e-9)) for name in (SHARED, OWN))
    return {"stay": 1000 + 100 * shared, "move": 1001 + 100 * shared + 13 * own}


def values_at(name: str, share: float) -> list[InputValue]:
    return [InputValue(name, None, share)]


def study(draws: int = 4096) -> Sensitivity:
    drawn = Draws(draws, seed=1)
    groups = {"scenario": frozenset({OWN})}
    found = Study(model(drawn), drawn, model, values_at, groups).sensitivity()
    assert found is not None
    return found


def test_index_and_value_stand_side_by_side_and_disagree() -> None:
    """98.3 % of the dearer option's variance is worth nothing, 1.7 % is worth all: 4.70 of 13 z - 1."""
    found = study()
    assert [one.input for one in found.inputs] == [OWN, SHARED], "by what knowing them is worth"
    own, shared = found.inputs
    assert shared.total is not None and shared.total.total_order == pytest.approx(1.0, abs=0.01)
    assert own.total is not None and own.total.total_order == 0.0, "the recommended option has no such cost"
    assert own.difference is not None and own.difference.total_order == pytest.approx(1.0, abs=0.01)
    assert shared.evppi_usd < 0.001 and shared.flips == []
    assert own.evppi_usd == pytest.approx(4.7016, abs=0.01)
    assert found.evpi_usd == pytest.approx(4.7016, abs=0.01)
    assert (found.recommended, found.runner_up) == ("stay", "move")


def test_the_flip_is_where_the_costs_cross() -> None:
    """At -1/13 of a standard deviation."""
    (point,) = study().inputs[0].flips
    assert (point.flip.below, point.flip.above) == ("move", "stay")
    assert point.flip.share == pytest.approx(norm.cdf(-1 / 13), abs=0.005)
    assert point.values == [InputValue(OWN, None, point.flip.share)]


def test_the_nearest_joint_flip_moves_nothing_that_changes_nothing() -> None:
    nearest = study().nearest
    assert nearest is not None and nearest.option == "move"
    assert [move.input for move in nearest.moves] == [OWN]
    assert nearest.distance == pytest.approx(1 / 13, abs=0.002)


def test_groups_are_worth_what_their_inputs_are() -> None:
    worth = {group.group: (group.inputs, group.evppi_usd) for group in study().groups}
    assert worth["scenario"] == ([OWN], study().inputs[0].evppi_usd)
    assert worth["options"] == ([SHARED], pytest.approx(0.0, abs=0.001))


def test_an_option_that_often_lacks_a_price_takes_no_part() -> None:
    def lacking(draws: Draws) -> dict[str, Floats]:
        return {**model(draws), "scarce": np.where(draws.share(OWN) > 0.5, np.inf, 1.0)}

    drawn = Draws(256, seed=1)
    found = Study(lacking(drawn), drawn, lacking, values_at, {}).sensitivity()
    assert found is not None and found.compared == ["stay", "move"]
    assert Study({}, drawn, lacking, values_at, {}).sensitivity() is None


def test_without_uncertainty_nothing_is_worth_knowing(costed: Costed, fixed: FixedOption) -> None:
    document = costed(fixed("ably"), fixed("current"), scenario=plain_scenario()).to_document()
    known = {entry["input"]: entry["evppi"] for entry in document["sensitivity"]}
    assert document["evpi"] == 0.0 and not any(known.values())
    assert document["runner_up"] is not None


@pytest.fixture(scope="module")
def shipped_result(
    costed: Costed, priced_options: Mapping[str, Option], shipped_scenarios: Mapping[str, Scenario]
) -> CostResult:
    return costed(*priced_options.values(), scenario=shipped_scenarios["production"], draws=512)


def test_the_folder_that_ships_shows_it_too(shipped_result: CostResult) -> None:
    """Dearer labour makes every option dearer, and none of them another one's rival."""
    document = shipped_result.to_document()
    labour = next(entry for entry in document["sensitivity"] if entry["input"] == "labour_usd_per_hour")
    assert labour["sobol"] > 0.1 and labour["evppi"] == 0.0
    for entry in document["sensitivity"]:
        assert 0 <= entry["evppi"] <= document["evpi"]
        assert entry["sobol_first_order"] >= 0 and entry["sobol"] <= 1.1
    assert document["recommended"] in document["compared"]
    assert document["nearest_flip"]["to"] != document["recommended"]


def test_flips_tell_values_of_scenario_and_options(shipped_result: CostResult) -> None:
    nearest = shipped_result.to_document()["nearest_flip"]
    told = [value for move in nearest["moves"] for value in move["values"]]
    assert told and all({"quantity", "option", "value"} == set(value) for value in told)


def test_each_option_has_its_standing(shipped_result: CostResult) -> None:
    options = shipped_result.to_document()["options"]
    for option in options.values():
        assert option["largest_regret"] >= option["regret"] >= 0
        assert 0 < option["sampling_error"] < 0.02 * option["total"]["mean"]
    least = min(options, key=lambda name: options[name]["largest_regret"])
    assert shipped_result.minimax_regret == least
    assert options["current-unfixed"]["dominated_by"]["current"] in ("every draw", "first order")


def test_without_a_total_there_is_no_standing(costed: Costed, fixed: FixedOption) -> None:
    scenario = plain_scenario(downtime_cost_usd_per_hour=None)
    document = costed(fixed("ably"), scenario=scenario).to_document()
    option = document["options"]["ably"]
    assert (option["largest_regret"], option["dominated_by"], option["sampling_error"]) == (None, {}, None)
    assert document["sensitivity"] == [] and document["evpi"] is None and document["nearest_flip"] is None


def test_the_sampling_error_is_that_of_the_mean() -> None:
    """Two scramblings differ by about the root of two errors: here over 40 seeds."""
    drawn = Draws(128, seed=1)
    told = standings(model(drawn), drawn, model)["move"].sampling_error_usd
    means = [float(model(Draws(128, seed=seed))["move"].mean()) for seed in range(40)]
    assert told is not None and 0.4 < told / float(np.std(means, ddof=1)) < 2.0
    few = Draws(32, seed=1)
    assert standings(model(few), few, model)["move"].sampling_error_usd is None


def test_a_dearer_twin_is_dominated_in_every_draw(costed: Costed, fixed: FixedOption) -> None:
    wide = figure("service_unavailability_min_per_month", p5=1.0, p50=200.0, p95=20_000.0)
    one, twin = (
        option.model_copy(
            update={"figures": {**option.figures, "service_unavailability_min_per_month": [wide]}, "id": name}
        )
        for name, option in {
            "one": fixed("current"), "twin": fixed("current", migration_person_days=1.0),
        }.items()
    )  # fmt: skip
    document = costed(one, twin, scenario=plain_scenario(), draws=128).to_document()
    assert document["options"]["twin"]["dominated_by"] == {"one": "every draw"}
    assert document["options"]["one"]["dominated_by"] == {}
    downtime = next(
        entry for entry in document["sensitivity"] if entry["input"] == "service_unavailability_min_per_month"
    )
    assert downtime["sobol"] > 0.9 and downtime["evppi"] == 0.0
