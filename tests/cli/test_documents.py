"""Each `--json` prints one document with every key of the contract, and nothing else on standard output."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from documents import misfits

METRICS = {
    "connection_success_rate", "mean_connection_duration_s", "reconnection_frequency",
    "delivery_success_rate",
    "latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "session_availability",
}  # fmt: skip

OPTIONS = {
    "current-unfixed", "current", "socketio", "pusher", "ably", "pubnub", "socketcluster", "deepstream",
    "nats",
}  # fmt: skip

CRITERION = {
    "list", "option", "metric", "scenario_field", "any_of", "level", "comparator", "threshold", "environment",
    "grade", "since", "state", "reason", "estimate", "low", "high", "n", "n_effective", "design_effect",
    "alpha", "outage_hours", "block_hours", "blocks", "least_blocks", "basis", "more_needed",
}  # fmt: skip


def document(installed: Any, *arguments: Any) -> Any:
    done = installed(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_metrics(installed: Any, shipped: Path) -> None:
    told = document(installed, "metrics", "--project", shipped)
    assert told["as_of"] == "2026-11-27" and told["schema"]
    assert misfits("metrics", told) == []
    assert set(told["options"]) == OPTIONS
    for environments in told["options"].values():
        assert set(environments) == {"lab", "lab-brief", "bakeoff", "production"}
        for values in environments.values():
            assert set(values) == METRICS
            for value in values.values():
                assert set(value) == {"estimate", "low", "high", "n", "state", "alert"}
    lab = {option: told["options"][option]["lab"] for option in ("current-unfixed", "current", "socketio")}
    assert all(value["state"] == "measured" for values in lab.values() for value in values.values())
    assert lab["current-unfixed"]["reconnection_frequency"]["alert"] is True
    assert told["options"]["ably"]["lab"]["latency_p95_ms"] == {
        "estimate": None, "low": None, "high": None, "n": 0, "state": "absent", "alert": None,
    }  # fmt: skip


def test_cost(installed: Any, shipped: Path) -> None:
    told = document(installed, "cost", "--project", shipped, "--scenario", "enterprise")
    assert misfits("cost", told) == []
    assert {
        "schema",
        "as_of",
        "scenario",
        "currency",
        "options",
        "crossovers",
        "sensitivity",
        "limits",
    } <= set(told)
    assert (told["scenario"], told["currency"]) == ("enterprise", "USD")
    assert set(told["options"]) == OPTIONS
    for option in told["options"].values():
        assert {"total", "lines", "p_cheapest", "regret"} <= set(option)
        assert option["total"] is None or {"mean", "p5", "p50", "p95"} <= set(option["total"])
        assert all({"line", "mean", "p5", "p95"} <= set(line) for line in option["lines"])
    assert told["sensitivity"]
    for entry in told["sensitivity"]:
        assert {"input", "sobol", "evppi", "flip_points"} <= set(entry)
        assert 0 <= entry["evppi"] <= told["evpi"]


def test_decide(decision: str) -> None:
    told = json.loads(decision)
    assert {
        "schema",
        "as_of",
        "scenario",
        "phases",
        "ranking",
        "flip_points",
        "next_measurements",
        "limits",
    } <= set(told)
    assert [phase["id"] for phase in told["phases"]] == ["stabilise", "socketio", "managed"]
    for phase in told["phases"]:
        assert {
            "id", "option", "chosen", "status", "verdict", "because", "rollback", "decide_by", "criteria",
        } <= set(phase)  # fmt: skip
        for criterion in phase["criteria"]:
            assert set(criterion) >= CRITERION
            assert all(set(inner) >= CRITERION for inner in criterion["any_of"] or [])
    assert {entry["option"] for entry in told["ranking"]} == OPTIONS
    assert told["next_measurements"]


def test_bill(installed: Any, shipped: Path, tmp_path: Path) -> None:
    """Ably's worked example "realtime dashboard": 101.50 USD beside the base fee (docs of 2026-03-04)."""
    (tmp_path / "usage.yaml").write_text(
        "messages_published: 6336000\nmessages_delivered: 31680000\nmessage_bytes: 1000\n"
        "connection_minutes: 1108800\nchannel_minutes: 1056000\n"
    )
    told = document(
        installed, "bill", "ably", "--plan", "standard", "--usage", "usage.yaml", "--project", shipped
    )
    keys = {
        "schema", "vendor", "plan", "price_book", "as_of", "currency", "feasible", "violations", "lines",
        "total",
    }  # fmt: skip
    assert set(told) >= keys
    assert Decimal(told["total"]) == Decimal("101.50") + 29
    assert misfits("bill", told) == []
    for line in told["lines"]:
        assert {"meter", "quantity", "billed_quantity", "unit_price", "amount", "source"} <= set(line)
        assert Decimal(line["unit_price"]) * Decimal(line["billed_quantity"]) == Decimal(line["amount"])


def test_prices_not_yet_known_are_unknown_and_no_error(toolkit: Any, shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "usage.yaml").write_text("messages_published: 1000\npeak_connections: 300\n")
    told = document(
        toolkit, "bill", "pusher", "--usage", "usage.yaml", "--project", shipped, "--as-of", "2015-02-25"
    )
    assert told["total"] is None


def test_rows_after_the_day_are_left_out_and_counted(toolkit: Any, shipped: Path) -> None:
    done = toolkit("metrics", "--project", shipped, "--as-of", "2026-11-22", "--json")
    assert done.returncode == 0
    assert "rows after 2026-11-22 are left out" in done.stderr
    assert all(
        value["state"] == "absent"
        for environments in json.loads(done.stdout)["options"].values()
        for values in environments.values()
        for value in values.values()
    )


def test_the_same_question_gives_the_same_bytes(toolkit: Any, shipped: Path, decision: str) -> None:
    assert toolkit("decide", "--project", shipped, "--json").stdout == decision
