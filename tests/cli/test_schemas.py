"""What the commands print is what the schemas say, key by key."""

import json
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from documents import misfits
from jsonschema import Draft202012Validator

from toolkit.cost.briefcheck import Row
from toolkit.measure.faults.times import FaultTimes, Times
from toolkit.measure.totals import BakeoffResult, OptionResult, ProbeResult
from toolkit.measure.workload import read_workload
from toolkit.measuring import Measured
from toolkit.metrics.key import MetricValue
from toolkit.schemas import DOCUMENTS, schema_of

USAGE = "messages_published: 6336000\nmessages_delivered: 31680000\nmessage_bytes: 1000\n"


def printed(done: Any) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_schema_is_one_and_lets_nothing_in_that_it_does_not_name(document: str) -> None:
    schema = schema_of(document)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False and set(schema["required"]) == set(schema["properties"])
    with pytest.raises(KeyError):
        schema_of("nothing")


def test_the_decision_of_the_folder_that_ships(decision: str) -> None:
    told = json.loads(decision)
    assert misfits("decision", told) == []
    for broken in (
        {**told, "colour": "red"},
        {name: value for name, value in told.items() if name != "sequence"},
        {**told, "flip_points": [{**told["flip_points"][0], "value": None}]},
    ):
        assert misfits("decision", broken), "a schema that nothing can fail says nothing"


def test_a_criterion_that_grows_a_key_is_noticed(decision: str) -> None:
    told = deepcopy(json.loads(decision))
    told["phases"][0]["criteria"][0]["extra"] = 1
    assert any("'extra'" in misfit for misfit in misfits("decision", told))


SMALL_PLAN = """phases:
  - {id: buy, title: Buy, candidates: [pusher], needed_if: [], ready_if: [
      {option: chosen, metric: monthly_cost_usd, at_most: 100}, {any_of: [
      {scenario_field: latency_p95_ms, below: 100},
      {option: current, metric: delivery_success_rate, above: 0.9}]}]}
"""


def test_a_small_folder_without_recordings_and_measurements(toolkit: Any, folder: Path) -> None:
    """Everything absent, a total unknown: each key is there all the same."""
    for path in (folder / "options").glob("*.yaml"):
        if path.stem not in ("current", "pusher", "ably"):
            path.unlink()
    for name in ("measurements.yaml", "claims.yaml"):
        (folder / name).unlink()
    shutil.rmtree(folder / "metrics")
    (folder / "plan.yaml").write_text(SMALL_PLAN)
    ably = folder / "options" / "ably.yaml"
    ably.write_text(ably.read_text().replace("  service_unavailability_min_per_month:", "  unknown_minutes:"))
    ask = ("--project", folder, "--json")
    decided, costed = (printed(toolkit(command, *ask)) for command in ("decide", "cost"))
    assert misfits("decision", decided) == [] and misfits("cost", costed) == []
    assert misfits("metrics", printed(toolkit("metrics", *ask, "--by", "day"))) == []
    assert decided["measure_next"] is None and costed["options"]["ably"]["total"] is None


@pytest.mark.parametrize("more", [("--outage-minutes", "90"), (), ("--plan", "sandbox")])
def test_bills(toolkit: Any, shipped: Path, tmp_path: Path, more: tuple[str, ...]) -> None:
    (tmp_path / "usage.yaml").write_text(USAGE)
    done = toolkit("bill", "pusher", "--usage", "usage.yaml", *more, "--project", shipped, "--json")
    assert misfits("bill", printed(done)) == []


def test_differences_of_prices(toolkit: Any, folder: Path, shipped: Path, edit: Any) -> None:
    book = folder / "pricing" / "digitalocean.yaml"
    book.unlink()
    told = printed(toolkit("prices", "diff", shipped, folder, "--project", folder, "--json"))
    assert told["changes"] and misfits("prices-diff", told) == []


def test_a_bake_off() -> None:
    """Of totals as a run gives them; `test_soak.py` holds what a run prints against the same schema."""
    probe = ProbeResult(
        option="current", sessions=3, attempts=4, opened=3, outcomes={"open": 3, "timeout": 1},
        ends={"intended": 3}, expected=10, received=9, duplicated=0, out_of_order=0, lag_p99_ms=1.5,
        late_p99_ms=2.5, cpu_share=0.1, clock_step_s=None, invalid=None,
    )  # fmt: skip
    took = Times(n=3, seen=2, median_s=1.5, p95_s=None)
    noticed = {"blackhole to_client": FaultTimes(client=took, server=took, recovered=took)}
    options = {
        "current": OptionResult(probe=probe, faults={"accepted": 4}, noticed=noticed),
        "socketio": OptionResult(probe=None, faults=None, noticed=None, rounds=0, failures=["it died"]),
    }
    result = BakeoffResult(
        environment="lab", collector="c", preset="stable", workload=read_workload("quick"), options=options,
        facts=[], finish=lambda: None,
    )  # fmt: skip
    values = {"current": {"latency_p50_ms": MetricValue(1.0, 0.9, None, 10, "measured", None)}}
    brief = [Row("current", "it is fast", "cannot tell", "too little was measured")]
    told = json.loads(json.dumps(Measured(result, values, brief).to_document()))
    assert misfits("bakeoff", told) == []
    assert misfits("bakeoff", {**told, "brief": [{"option": "current"}]})


def test_a_backtest(toolkit: Any, folder: Path) -> None:
    assert misfits("backtest", printed(toolkit("backtest", "--project", folder, "--json"))) == []
