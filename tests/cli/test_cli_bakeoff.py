"""The commands that measure: what they print, how they end, and the workload of a scenario."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from toolkit import api
from toolkit.measure.schedule import schedule
from toolkit.project import InputError

WORKLOAD = """
clients: 6
rooms_of: 3
duration_s: 3
rounds: 1
burst_messages: 3
burst_interval_s: {low: 0.05, high: 0.1}
pause_s: {low: 0.1, high: 0.3}
session_s: {low: 60, high: 60}
away_s: {low: 0, high: 0.1}
message_bytes: 100
deadline_s: 1
seed: 3
idle_connections: 30
idle_s: 0.2
lag_limit_ms: 5000
"""

INTERVAL = {
    "type": "object",
    "required": ["estimate", "low", "high", "n", "state"],
    "properties": {"n": {"type": "integer"}, "state": {"enum": ["measured", "absent"]}},
}
SCHEMA = {
    "type": "object",
    "required": ["schema", "environment", "collector", "preset", "workload", "options", "brief"],
    "properties": {
        "schema": {"const": "toolkit.bakeoff/1"},
        "options": {
            "additionalProperties": {
                "required": ["attempts", "opened", "received", "invalid", "faults", "noticed", "rounds",
                             "failures", "servers", "metrics"],
                "properties": {"metrics": {"additionalProperties": INTERVAL}},
            }
        },
        "brief": {"items": {"required": ["option", "statement", "verdict", "why"]}},
    },
}  # fmt: skip


@pytest.fixture
def workload(tmp_path: Path) -> Path:
    file = tmp_path / "workload.yaml"
    file.write_text(WORKLOAD)
    return file


def test_a_bakeoff_prints_one_document_and_feeds_the_cost_model(
    installed: Any, folder: Path, workload: Path
) -> None:
    options = ("--options", "current,current-unfixed", "--workload", workload, "--project", folder)
    done = installed("bakeoff", *options, "--json", timeout_s=120)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    jsonschema.validate(document, SCHEMA)
    delivered = document["options"]["current"]["metrics"]["delivery_success_rate"]
    assert delivered["low"] < delivered["estimate"] <= delivered["high"]
    assert [row["statement"] for row in document["brief"]] == ["its latency is 50 ms"]
    # All is recorded, so that nothing is kept to go on with.
    assert not (folder / "metrics" / "_bakeoff").exists()
    told = installed("capacity", "current", "--project", folder)
    assert told.returncode == 0, told.stderr
    figures = yaml.safe_load(told.stdout)
    (figure,) = figures["memory_kib_per_connection"]
    assert (figure["grade"], figure["unit"]) == ("lab", "KiB")
    assert figure["value"] > 0
    assert installed("check", "--project", folder).returncode == 0


def test_an_invalid_run_ends_with_3_and_says_where_it_lies(
    installed: Any, folder: Path, workload: Path
) -> None:
    workload.write_text(WORKLOAD.replace("lag_limit_ms: 5000", "lag_limit_ms: 0.000001"))
    done = installed(
        "bakeoff", "--options", "current-unfixed", "--workload", workload, "--project", folder, timeout_s=120
    )
    assert done.returncode == 3
    assert done.stderr.startswith("current-unfixed: round 1 invalid: the probe's own event loop ran ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (
            ["--scenario", "production", "--quick"],
            "scenario: is a workload too; leave out --quick and --workload",
        ),
        (["--scale", "0.5"], "scale: is of a scenario; name one with --scenario"),
        (["--scenario", "nosuch"], "scenario: there is no scenario 'nosuch'; use one of"),
        (["--scenario", "production", "--scale", "3"], "scale: 3 is no share of the users; write 0 to 1"),
    ],
)
def test_arguments_that_do_not_fit_are_told(
    installed: Any, folder: Path, given: list[str], wrong: str
) -> None:
    done = installed("bakeoff", *given, "--project", folder)
    assert done.returncode == 2
    assert wrong in done.stderr


def test_a_scenario_becomes_a_workload_and_says_its_scale(folder: Path) -> None:
    found = api.workload_of("production", project=folder, scale=0.2)
    # The medians: 1,500 users at the peak, 8 recipients, 10 messages in 1 hour a day, times 1.5.
    assert (found.clients, found.rooms_of[0].value, found.message_bytes[0].value) == (300, 9, 300)
    a_second = sum(len(message.recipients) for message in schedule(found).messages) / found.duration_s
    assert a_second == pytest.approx(300 * 10 * 1.5 / 3600 * 8, rel=0.15)
    assert found.stands_for is not None
    assert found.stands_for.startswith("scenario production: 300 of its 1,500 users at the peak")
    assert api.workload_of("production", project=folder).clients == 500


def test_a_capacity_that_nobody_measured_is_told(folder: Path) -> None:
    with pytest.raises(InputError, match="no bake-off of pusher was recorded; run toolkit bakeoff"):
        api.capacity("pusher", project=folder)
