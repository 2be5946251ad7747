"""Decision folders with recordings made up from a seed, and everything that a report of them is told from."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit import answers, loading
from toolkit.cost.curves import cost_against_uptime, cost_against_volume
from toolkit.cost.model import cost_options
from toolkit.decide.decision import decide
from toolkit.metrics.result import measure_options
from toolkit.metrics.rollups import roll_up
from toolkit.pricing.quotes import quotes
from toolkit.project.faults import Faults
from toolkit.report.inputs import ReportInputs, ScenarioInputs

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

MEAN_LIFE_S = {"current-unfixed": 70.0, "current": 1500.0, "socketio": 4000.0}
"""Mean life of a connection of each option that is recorded."""

DRAWS = 256
"""Fewer than a report takes: these tests are about telling, not about sampling."""


def record(
    metrics: Path, *, clients: int = 20, minutes: int = 40, seed: int = 7, environment: str = "lab",
    lives_s: Mapping[str, float] = MEAN_LIFE_S,
) -> None:  # fmt: skip
    """Record three options in the lab for so many minutes.

    Args:
        environment: where else.
        lives_s: other options, or other mean lives of their connections.
    """
    rng = np.random.default_rng(seed)
    for option, mean_life_s in lives_s.items():
        tables = {
            "connections": _connections(rng, clients, minutes * 60.0, mean_life_s),
            "deliveries": _deliveries(rng, clients, minutes, mean_life_s),
        }
        for table, rows in tables.items():
            _write(metrics / table, option, [{**row, "environment": environment} for row in rows])


def silence(metrics: Path, *, environment: str = "lab", seed: int = 11) -> None:
    """Record idle cuts and resets of two options, and black holes that one of them never notices."""
    rng = np.random.default_rng(seed)
    for option, idle_cuts, notices_s in (("current-unfixed", 400, None), ("current", 0, 40.0)):
        kinds = ["idle"] * idle_cuts + ["reset"] * 30 + ["blackhole"] * 40
        rows = [_fault(number, kind, notices_s, rng, environment) for number, kind in enumerate(kinds)]
        _write(metrics / "faults", option, rows)


def _fault(
    number: int, kind: str, notices_s: float | None, rng: np.random.Generator, environment: str
) -> dict[str, Any]:
    took_s = (
        0.0
        if kind != "blackhole"
        else None
        if notices_s is None
        else float(rng.uniform(0.5, 1.5) * notices_s)
    )
    watched_s = took_s if took_s is not None else float(rng.uniform(60, 300))
    return {
        "environment": environment, "collector": "c", "connection": number, "fault": kind, "way": "both",
        "struck_at": START + timedelta(seconds=number), "client": f"{number % 20}", "healed_s": None,
        "recovered_s": None, "wanted_s": watched_s, "client_noticed_s": took_s,
        "client_observed_s": watched_s, "server_noticed_s": None, "server_observed_s": 0.0,
    }  # fmt: skip


def _connections(
    rng: np.random.Generator, clients: int, length_s: float, life_s: float
) -> list[dict[str, Any]]:
    rows = []
    end = START + timedelta(seconds=length_s)
    for client in range(clients):
        at, attempt = float(rng.uniform(0, 5)), 1
        while at < length_s:
            until = at + 0.05 + float(rng.exponential(life_s))
            cut = until < length_s
            rows.append({
                "environment": "lab", "collector": "c", "client": f"{client}", "session": "s",
                "attempt": attempt,
                "started_at": START + timedelta(seconds=at), "handshake_s": 0.05, "outcome": "open",
                "ended_at": START + timedelta(seconds=until) if cut else None,
                "observed_until": START + timedelta(seconds=until) if cut else end,
                "close_code": 1006 if cut else None, "ended_by": "network" if cut else None,
                "intended": False if cut else None,
            })  # fmt: skip
            at, attempt = until + 1.0, attempt + 1
    return rows


def _deliveries(rng: np.random.Generator, clients: int, minutes: int, life_s: float) -> list[dict[str, Any]]:
    rows = []
    for message in range(minutes * 12):
        for recipient in range(4):
            lost = rng.random() < 2.0 / life_s
            latency_s = float(rng.lognormal(np.log(0.02), 0.6))
            rows.append({
                "environment": "lab", "collector": "c", "message": f"{message}",
                "sender": f"{message % clients}",
                "recipient": f"{recipient}", "scheduled_at": START + timedelta(seconds=5.0 * message),
                "latency_s": None if lost else latency_s, "deadline_s": 5.0, "copies": 0 if lost else 1,
                "in_order": None if lost else True, "bytes": 200, "round_trip": False,
            })  # fmt: skip
    return rows


def _write(table: Path, option: str, rows: list[dict[str, Any]]) -> None:
    folder = table / f"option={option}" / f"date={START.date().isoformat()}"
    folder.mkdir(parents=True, exist_ok=True)
    # A file is one of an environment.
    name = re.sub(r"[^a-z]+", "-", rows[0]["environment"])[:60]
    pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")


def told(root: Path, *, scenarios: list[str] | None = None) -> ReportInputs:
    """Everything that a report of the folder is told from.

    Args:
        scenarios: ids, the first one comes first. None takes the folder's default alone.
    """
    loaded = loading.load(root)
    faults = Faults()
    rollups = roll_up(
        loaded.folder.metrics,
        as_of=loaded.as_of,
        environments=list(loaded.project.environments),
        faults=faults,
    )
    faults.raise_errors()
    names = scenarios or [loaded.project.default_scenario]
    metrics = measure_options(
        rollups,
        options=list(loaded.options),
        environments=dict(loaded.project.environments),
        as_of=loaded.as_of,
    )
    return ReportInputs(
        project=loaded.project,
        plan=loaded.plan,
        options=loaded.options,
        scenarios={name: _scenario(loaded, name, rollups) for name in names},
        metrics=metrics,
        rollups=rollups,
        claims=loaded.claims,
        as_of=loaded.as_of,
        worth=answers.worth(loaded, rollups),
        warnings=loaded.warnings,
        inputs={"plan.yaml": "0" * 64},
        versions={"python": "3.11"},
    )


def _scenario(loaded: loading.Loaded, name: str, rollups: Any) -> ScenarioInputs:
    options, scenario = list(loaded.options.values()), loaded.scenarios[name]
    arguments: dict[str, Any] = {"as_of": loaded.as_of, "draws": DRAWS}
    cost = cost_options(options, loaded.books, scenario, scenario_id=name, **arguments)
    return ScenarioInputs(
        scenario=scenario,
        cost=cost,
        volume=cost_against_volume(options, loaded.books, scenario, **arguments),
        uptime=cost_against_uptime(options, loaded.books, scenario, **arguments),
        decision=decide(
            loaded.plan, options=loaded.options, scenario=scenario, scenario_id=name, cost=cost,
            rollups=rollups, project=loaded.project, as_of=loaded.as_of,
        ),
        quotes=quotes(loaded.books, scenario, as_of=loaded.as_of),
    )  # fmt: skip
