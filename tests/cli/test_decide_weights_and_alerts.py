"""Weights, alerts and rules that cannot work, from the files of a folder to what the commands say."""

import json
import re
from pathlib import Path
from typing import Any

WEIGHTS = """\
weights:
  - as_of: 2026-11-01
    author: platform team
    reason: an outage hurts more than a bill
    weights: {total_cost_usd: 0.2, service_unavailability_min_per_month: 0.8}
    ranges:
      total_cost_usd: {worst: 200000, best: 0}
      service_unavailability_min_per_month: {worst: 500, best: 0}
"""
ALERTS = """\
alerts:
  - metric: delivery_success_rate
    objective: 0.99
    windows: [{long: 1d, short: 2h, factor: 3}]
"""


def test_a_folder_with_weights_and_alerts_is_ranked_and_alarmed_by_them(toolkit: Any, folder: Path) -> None:
    (folder / "weights.yaml").write_text(WEIGHTS)
    with (folder / "plan.yaml").open("a") as plan:
        plan.write(ALERTS)
    done = toolkit("decide", "--project", folder, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    (alert,) = told["alerts"]
    assert (alert["option"], alert["environment"], alert["state"]) == ("current", "lab", "quiet")
    assert told["weights"]["author"] == "platform team" and len(told["weights"]["sha256"]) == 64
    ranked = [entry for entry in told["ranking"] if entry["rank"] is not None]
    assert [entry["score"] for entry in ranked] == sorted((entry["score"] for entry in ranked), reverse=True)
    placed = [found for found in told["weights"]["options"].values() if not found["unknown"]]
    assert placed and all(abs(sum(found["acceptability"]) - 1) < 1e-3 for found in placed)
    assert all(
        found["acceptability"] == [] for found in told["weights"]["options"].values() if found["unknown"]
    )
    assert told["robustness"]["among"] and told["use_cases"]


def test_every_rule_that_cannot_work_is_told_at_once_and_nothing_is_written(
    toolkit: Any, folder: Path, edit: Any
) -> None:
    (folder / "weights.yaml").write_text(WEIGHTS.replace("0.8}", "0.7}"))
    edit(folder / "use-cases.yaml", "scenario: enterprise", "scenario: enterprises")
    edit(folder / "plan.yaml", "duration_days: 14", "duration_days: 90")
    edit(folder / "plan.yaml", "below: 0.99, environment: production, max_age_days: 2}", "below: 0.995, "
         "environment: production, max_age_days: 2}")  # fmt: skip
    with (folder / "plan.yaml").open("a") as plan:
        plan.write(ALERTS.replace("factor: 3", "factor: 144"))
    done = toolkit("build", "--project", folder, "--out", folder.parent / "reports")
    assert done.returncode == 2
    said = [re.sub(r":\d+: ", ": ", line.removeprefix(f"{folder}/")) for line in done.stderr.splitlines()]
    for begins in (
        "plan.yaml: phases[0].duration_days: 90 days are not over by decide_by",
        "plan.yaml: phases[0].rollback_if[0].below: holds where ready_if does too",
        "plan.yaml: alerts[0].windows[0].factor: can never fire: 144 times a budget of 1 %",
        "use-cases.yaml: use_cases[2].scenario: 'enterprises' is no scenario; did you mean enterprise?",
        "weights.yaml: weights[0].weights: the shares add up to 0.9; make them add up to 1",
    ):
        assert any(line.startswith(begins) for line in said), done.stderr
    assert not (folder.parent / "reports").exists()
    assert "Traceback" not in done.stderr
