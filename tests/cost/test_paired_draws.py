"""Options are compared draw by draw under the same circumstances, and equal inputs give equal bytes."""

import json
import subprocess
import sys
from collections.abc import Mapping

import numpy as np
import pytest
from cost_worlds import AS_OF, Costed, FixedOption, figure, plain_scenario
from hypothesis import given
from hypothesis import strategies as st

from toolkit.cost.comparing import p_cheapest, regret
from toolkit.cost.option import Option
from toolkit.pricing.scenario import Scenario

USD = st.lists(st.floats(0, 1e9), min_size=3, max_size=3)


def uncertain(option: Option, name: str, **parts: float) -> Option:
    return option.model_copy(update={"figures": {**option.figures, name: [figure(name, **parts)]}})


def test_an_option_that_is_dearer_by_a_constant_never_wins(costed: Costed, fixed: FixedOption) -> None:
    """Both have the same wide downtime; unpaired draws would let the dearer one win nearly half of them."""
    wide = {"p5": 1.0, "p50": 200.0, "p95": 20_000.0}
    one = uncertain(fixed("current"), "service_unavailability_min_per_month", **wide)
    other = uncertain(
        fixed("current", migration_person_days=1.0), "service_unavailability_min_per_month", **wide
    ).model_copy(update={"id": "dearer"})
    result = costed(one, other, scenario=plain_scenario(), draws=512)
    assert result.options["current"].p_cheapest == 1.0
    assert result.options["dearer"].p_cheapest == 0.0
    assert result.options["dearer"].regret == pytest.approx(800.0 + 0.1 * 0.25 * 800.0)


def test_numbers_do_not_depend_on_which_other_options_are_there(
    costed: Costed, shipped_options: Mapping[str, Option], shipped_scenarios: Mapping[str, Scenario]
) -> None:
    scenario = shipped_scenarios["production"]
    alone = costed(shipped_options["socketio"], scenario=scenario).options["socketio"]
    among = costed(*reversed(list(shipped_options.values())), scenario=scenario).options["socketio"]
    assert alone.total == among.total
    assert alone.lines == among.lines


def test_a_seed_gives_one_result_and_another_seed_another(
    costed: Costed, shipped_options: Mapping[str, Option], shipped_scenarios: Mapping[str, Scenario]
) -> None:
    def total(seed: int) -> object:
        result = costed(shipped_options["ably"], scenario=shipped_scenarios["production"], seed=seed)
        return result.options["ably"].total

    assert total(0) == total(0)
    assert total(0) != total(1)


def test_the_document_is_the_same_in_every_process(
    costed: Costed, shipped_options: Mapping[str, Option], shipped_scenarios: Mapping[str, Scenario]
) -> None:
    program = """
import json, sys
from datetime import date
from toolkit.cost.model import cost_options
from toolkit.cost.option import Option
from toolkit.pricing.scenario import Scenario
from toolkit.project import Faults, Folder, read_yaml, shipped, validate
data, faults = Folder(shipped("data")), Faults()
options = [validate(document, Option, faults) for document in data.documents("options", faults)]
scenario = validate(read_yaml(data.root / "scenarios" / "production.yaml", faults), Scenario, faults)
result = cost_options(options, {}, scenario, scenario_id="test", as_of=date(2026, 11, 23), draws=64, seed=5)
print(json.dumps(result.to_document(), sort_keys=True))
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    here = costed(*shipped_options.values(), scenario=shipped_scenarios["production"], books={}, as_of=AS_OF)
    assert run.stdout.strip() == json.dumps(here.to_document(), sort_keys=True)


@given(USD, USD, USD)
def test_chances_add_up_to_one(a: list[float], b: list[float], c: list[float]) -> None:
    chances = p_cheapest({"a": np.array(a), "b": np.array(b), "c": np.array(c)})
    assert sum(chances.values()) == pytest.approx(1.0)


@given(USD, USD)
def test_regret_is_never_negative_and_somebody_has_none_in_each_draw(a: list[float], b: list[float]) -> None:
    one, other = np.array(a), np.array(b)
    found = regret({"a": one, "b": other})
    assert min(found.values()) >= 0
    assert found["a"] - found["b"] == pytest.approx(np.mean(one - other), abs=1e-3)


def test_options_of_equal_cost_share_a_draw() -> None:
    assert p_cheapest({"a": np.array([7.0]), "b": np.array([7.0])}) == {"a": 0.5, "b": 0.5}


def test_a_draw_without_a_price_is_never_won_and_not_regretted() -> None:
    totals = {"a": np.array([1.0, np.inf]), "b": np.array([3.0, 3.0]), "c": np.array([np.nan, 5.0])}
    assert p_cheapest(totals) == {"a": 0.5, "b": 0.5, "c": 0.0}
    assert regret(totals) == {"a": 0.0, "b": 1.0, "c": 2.0}


def test_a_draw_that_nobody_can_price_counts_for_nobody() -> None:
    assert p_cheapest({"a": np.array([1.0, np.nan])}) == {"a": 0.5}
    assert regret({"a": np.array([1.0, np.nan])}) == {"a": 0.0}


def test_no_options_give_no_comparison() -> None:
    assert p_cheapest({}) == {} and regret({}) == {}
