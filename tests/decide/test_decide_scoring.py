"""The ranking under a team's weights: scores, how sure they are, and what would change the first."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from decide_measured import measured
from decide_worlds import AS_OF, attempts, costs, option, plan, priced, project, scenario

from toolkit.cost.result import CostResult, OptionCost
from toolkit.decide.decision import Decision, decide
from toolkit.decide.weighed import values_of
from toolkit.decide.weights import Weighting
from toolkit.metrics.rollups import Rollups

PLAN = "phases: [{id: one, title: One, candidates: [cheap, steady], needed_if: [], ready_if: []}]"

COST, DOWN = "total_cost_usd", "service_unavailability_min_per_month"
SCALES = {COST: {"worst": 1000.0, "best": 0.0}, DOWN: {"worst": 100.0, "best": 0.0}}
EXACT = [priced("cheap", total=200, down_min=90), priced("steady", total=600, down_min=10)]


def weighting(shares: dict[str, float], **fields: Any) -> Weighting:
    base = {"as_of": AS_OF, "author": "Ada", "reason": "a meeting", "weights": shares}
    ranges = {name: SCALES.get(name, {"worst": 100.0, "best": 0.0}) for name in shares}
    return Weighting.model_validate({**base, "ranges": ranges, **fields})


def drawn(*found: OptionCost, draws: int = 64, totals: dict[str, Any] | None = None) -> CostResult:
    given = {one.option: np.full(draws, one.total.mean) for one in found if one.total is not None}
    return replace(costs(*found), draws=draws, totals=totals or given)


def world(
    weights: list[Weighting],
    *prices: OptionCost,
    cost: CostResult | None = None,
    rollups: Rollups | None = None,
    **needs: Any,
) -> Decision:
    cost = cost or drawn(*(prices or EXACT))
    return decide(
        plan(PLAN.replace("[cheap, steady]", f"[{', '.join(cost.options)}]")),
        options={name: option(name) for name in cost.options},
        scenario=scenario(**needs),
        scenario_id="team",
        cost=cost,
        rollups=rollups or Rollups(),
        project=project(),
        as_of=AS_OF,
        weightings=weights,
    )


def places(decision: Decision) -> list[tuple[str, int | None, float | None]]:
    return [(entry.option, entry.rank, entry.score) for entry in decision.ranking]


def test_without_weights_cost_ranks_and_the_document_says_null() -> None:
    found = world([])
    assert places(found) == [("cheap", 1, None), ("steady", 2, None)]
    assert found.to_document()["weights"] is None


def test_scores_are_weighted_sums_on_the_stated_scales() -> None:
    """cheap: 0.4 × 0.8 + 0.6 × 0.1 = 0.38; steady: 0.4 × 0.4 + 0.6 × 0.9 = 0.70."""
    found = world([weighting({COST: 0.4, DOWN: 0.6})])
    assert places(found) == [("steady", 1, pytest.approx(0.70)), ("cheap", 2, pytest.approx(0.38))]
    assert found.phases[0].chosen == "steady"


def test_the_weight_that_flips_the_first_is_told() -> None:
    """0.8 w + 0.1 (1 - w) = 0.4 w + 0.9 (1 - w) at w = 2/3."""
    (cost, down) = world([weighting({COST: 0.4, DOWN: 0.6})]).to_document()["weights"]["flips"]
    assert cost == {"criterion": COST, "weight": 0.4, "at": 0.6667, "to": "cheap"}
    assert down == {"criterion": DOWN, "weight": 0.6, "at": 0.3333, "to": "cheap"}


def test_unknown_weights_put_each_first_for_its_share_of_them() -> None:
    """cheap leads above a weight of cost of 2/3: a third of all weights, with 5/6 in the middle."""
    found = world([weighting({COST: 0.4, DOWN: 0.6})], cost=drawn(*EXACT, draws=2**12)).weights
    assert found is not None
    cheap = found.options["cheap"]
    assert cheap.acceptability == (0, 1)
    assert cheap.acceptability_any_weights == pytest.approx((1 / 3, 2 / 3), abs=2e-3)
    assert cheap.central_weights == pytest.approx({COST: 5 / 6, DOWN: 1 / 6}, abs=2e-3)


def test_uncertain_values_share_the_first_rank() -> None:
    """In a quarter of the draws cheap costs 900: then it scores 0.1 and is last."""
    totals = {"cheap": np.where(np.arange(64) < 16, 900.0, 200.0), "steady": np.full(64, 600.0)}
    found = world([weighting({COST: 1.0})], cost=drawn(*EXACT, totals=totals)).weights
    assert found is not None
    assert found.options["cheap"].acceptability == (0.75, 0.25)
    assert found.options["cheap"].score == (pytest.approx(0.625), pytest.approx(0.1), pytest.approx(0.8))


def test_an_unknown_value_leaves_an_option_unscored_and_behind_and_says_so() -> None:
    unknown = priced("dark", total=1, down_min=None)
    found = world([weighting({COST: 0.9, DOWN: 0.1})], *EXACT, unknown)
    assert places(found)[-1] == ("dark", None, None)
    missing = "its service_unavailability_min_per_month is not known"
    assert found.ranking[-1].reasons == (f"not scored: {missing}",)
    assert found.to_document()["weights"]["options"]["dark"]["unknown"] == [missing]


def test_a_must_have_goes_before_any_weight() -> None:
    found = world([weighting({COST: 1.0})], uptime_need=0.999)
    assert places(found) == [("steady", 1, pytest.approx(0.4)), ("cheap", None, None)]
    assert list(found.to_document()["weights"]["options"]) == ["steady"]


def test_a_value_beyond_the_scale_is_held_at_its_end_and_told() -> None:
    found = world([weighting({COST: 1.0})], priced("cheap", total=1500), priced("steady", total=600)).weights
    assert found is not None
    assert (found.options["cheap"].score, found.options["cheap"].held) == ((0, 0, 0), (COST,))
    assert found.options["steady"].held == ()


def test_only_weights_known_on_the_day_count_and_changes_are_in_the_document() -> None:
    old = weighting({COST: 1.0}, as_of=AS_OF.replace(day=1))
    new, later = weighting({COST: 0.4, DOWN: 0.6}), weighting({DOWN: 1.0}, as_of=AS_OF.replace(day=24))
    document = world([old, new, later]).to_document()["weights"]
    assert document["weights"] == {COST: 0.4, DOWN: 0.6}
    assert document["sha256"] == new.sha256
    (change,) = document["changes"]
    assert (change["author"], change["as_of"], change["from_sha256"]) == ("Ada", "2026-11-23", old.sha256)
    assert {"criterion": COST, "what": "weight", "from": 1.0, "to": 0.4} in change["changed"]


def test_the_same_inputs_give_the_same_scores() -> None:
    first, second = (world([weighting({COST: 0.4, DOWN: 0.6})]).to_document()["weights"] for _ in range(2))
    assert first == second


def test_labour_and_effort_are_read_from_the_option_and_nothing_moves_what_runs() -> None:
    entry = weighting({"operations_hours_per_month": 0.5, "migration_person_days": 0.5})
    cost = replace(drawn(*EXACT), in_service="steady")
    moved = option("cheap", operations_hours_per_month=8.0, migration={"client": 4.0, "tests": 3.0})
    stays = option("steady", migration={"client": 4.0})
    found = values_of(moved, entry, cost, Rollups())
    assert {name: set(np.asarray(value).tolist()) for name, value in found.items()} == {
        "operations_hours_per_month": {8.0},
        "migration_person_days": {7.0},
    }
    kept = values_of(stays, entry, cost, Rollups())
    assert set(np.asarray(kept["migration_person_days"]).tolist()) == {0.0}
    assert kept["operations_hours_per_month"] == "its operations_hours_per_month is not known"


LATENCY = {"latency_p95_ms": {"worst": 500.0, "best": 0.0, "environment": "lab"}}


def latencies(folder: Path, *, cheap_bytes: int = 300) -> Rollups:
    """cheap has 100 ms and steady 400 ms, each of as many clients and messages."""
    return measured(
        folder,
        connections=[attempts(name, "lab", an_hour=40) for name in ("cheap", "steady")],
        deliveries=[("cheap", "lab", 0.1, cheap_bytes), ("steady", "lab", 0.4, 300)],
    )


def test_a_measured_latency_is_scored_where_the_scale_says(tmp_path: Path) -> None:
    entry = weighting({"latency_p95_ms": 1.0}, ranges=LATENCY)
    found = world([entry], rollups=latencies(tmp_path))
    assert places(found) == [
        ("cheap", 1, pytest.approx(0.8, abs=0.01)),
        ("steady", 2, pytest.approx(0.2, abs=0.01)),
    ]
    elsewhere = {"latency_p95_ms": {**LATENCY["latency_p95_ms"], "environment": "production"}}
    nothing = world([weighting({"latency_p95_ms": 1.0}, ranges=elsewhere)], rollups=latencies(tmp_path))
    assert nothing.ranking[0].reasons == ("not scored: its latency_p95_ms was not measured in production",)


def test_latencies_measured_under_unlike_loads_score_nobody(tmp_path: Path) -> None:
    entry = weighting({"latency_p95_ms": 0.5, COST: 0.5}, ranges={**LATENCY, COST: SCALES[COST]})
    found = world([entry], rollups=latencies(tmp_path, cheap_bytes=3000))
    assert [entry["what"] for entry in found.to_document()["comparability"]] == ["bytes"]
    assert [entry.rank for entry in found.ranking] == [None, None]
    assert found.ranking[0].reasons == (
        "not scored: its latency_p95_ms in lab is not comparable with that of steady (3,000 against 300 "
        "bytes a delivery)",
    )
