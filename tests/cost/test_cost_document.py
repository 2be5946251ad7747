"""The document of `toolkit cost --json`, and the same as a table."""

import json
import math
from collections.abc import Mapping

import numpy as np
import pytest
from cost_worlds import Costed, FixedOption, plain_scenario, without

from toolkit.cost.band import Band
from toolkit.cost.option import Option
from toolkit.cost.result import CostResult, Crossover
from toolkit.pricing.scenario import Scenario


@pytest.fixture(scope="module")
def result(
    costed: Costed, priced_options: Mapping[str, Option], shipped_scenarios: Mapping[str, Scenario]
) -> CostResult:
    return costed(*priced_options.values(), scenario=shipped_scenarios["production"])


def test_every_key_of_the_contract_is_there(result: CostResult) -> None:
    document = result.to_document()
    assert document["schema"] == "toolkit.cost/1"
    assert {
        "schema", "as_of", "scenario", "currency", "options", "crossovers", "sensitivity", "limits"
    } <= document.keys()  # fmt: skip
    for option in document["options"].values():
        assert option.keys() >= {"total", "lines", "p_cheapest", "regret"}
        for line in option["lines"]:
            assert line.keys() >= {"line", "mean", "p5", "p95"}


def test_it_is_plain_json(result: CostResult) -> None:
    assert json.loads(json.dumps(result.to_document(), allow_nan=False)) == result.to_document()


def test_it_says_day_scenario_and_currency(result: CostResult) -> None:
    document = result.to_document()
    assert (document["as_of"], document["scenario"], document["currency"]) == ("2026-11-23", "test", "USD")


def test_money_is_in_whole_cents(result: CostResult) -> None:
    for option in result.to_document()["options"].values():
        for amount in (option["total"] or {}).values():
            assert round(amount, 2) == amount


def test_an_unknown_line_is_null_and_so_is_the_total(costed: Costed, fixed: FixedOption) -> None:
    blind = without(fixed("ably"), "service_unavailability_min_per_month")
    option = costed(blind, scenario=plain_scenario()).to_document()["options"]["ably"]
    downtime = next(line for line in option["lines"] if line["line"] == "downtime")
    assert downtime["mean"] is None and downtime["p5"] is None and downtime["p95"] is None
    assert option["total"] is None and option["p_cheapest"] is None and option["regret"] is None
    assert option["unknown"]


def test_every_line_says_where_its_number_comes_from_and_how_strong_that_is(result: CostResult) -> None:
    for cost in result.options.values():
        for line in cost.lines:
            assert any(grade in line.source for grade in ("(claim)", "(published)", "(contract)")), line


def test_a_crossover_names_its_input() -> None:
    assert Crossover(12_345_678.9, "ably", None).to_document() == {
        "input": "messages_per_month",
        "at": 12_350_000.0,
        "from": "ably",
        "to": None,
    }


def test_the_table_has_a_row_for_every_line_and_total(result: CostResult) -> None:
    frame = result.frame()
    for option, cost in result.options.items():
        rows = frame[frame["option"] == option]
        assert rows["line"].tolist() == [*(line.line for line in cost.lines), "total"]
        assert cost.total is not None
        assert rows["mean_usd"].iloc[-1] == cost.total.mean


def test_the_table_shows_an_unknown_as_missing_with_the_reason(costed: Costed, fixed: FixedOption) -> None:
    blind = without(fixed("ably"), "service_unavailability_min_per_month")
    last = costed(blind, scenario=plain_scenario()).frame().iloc[-1]
    assert math.isnan(last["mean_usd"])
    assert last["source"] == "downtime: needs the figure service_unavailability_min_per_month"


def test_a_band_of_too_few_priced_draws_is_none() -> None:
    draws = np.array([1.0, 2.0, np.inf, np.nan])
    assert Band.of_settled(draws, at_least=0.75) is None
    band = Band.of_settled(draws, at_least=0.5)
    assert band is not None and band.mean == 1.5
    assert Band.of_settled(None, at_least=0.0) is None
    assert Band.of_settled(np.array([np.nan]), at_least=0.0) is None
