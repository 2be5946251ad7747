"""Small worlds for the tests of the decision: plans from YAML, recordings as Parquet, costs as results."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from toolkit.cost.band import Band
from toolkit.cost.evppi import Worth
from toolkit.cost.measurements import Measurement
from toolkit.cost.option import Option
from toolkit.cost.result import CostResult, Crossover, OptionCost
from toolkit.cost.valued import MeasurementWorth
from toolkit.decide.decision import Decision, decide
from toolkit.decide.plan import Plan
from toolkit.evidence import Figure
from toolkit.metrics.rollups import Rollups, roll_up
from toolkit.pricing.scenario import Scenario
from toolkit.project import Faults, Project

AS_OF = date(2026, 11, 23)
FIRST = datetime(2026, 11, 20, tzinfo=UTC)
ENVIRONMENTS = {"lab": "lab", "canary": "field", "production": "field"}
NEEDS_NOTHING: dict[str, Any] = {
    "title": "A team",
    "peak_concurrent_users": 1000,
    "monthly_active_users": 4000,
    "connected_hours_per_user_day": 2,
    "messages_per_user_day": 20,
    "recipients_per_message": 5,
    "message_bytes": 400,
    "channels": 100,
    "horizon_months": 12,
}


def attempts(
    option: str,
    environment: str,
    *,
    hours: int = 1,
    an_hour: int = 500,
    failed_an_hour: int = 0,
    first: datetime = FIRST,
) -> pd.DataFrame:
    """Connection rows: every attempt is a client of its own, and failures strike evenly."""
    rows = []
    for hour in range(hours):
        start = first + timedelta(hours=hour, seconds=10)
        for client in range(an_hour):
            rows.append(_attempt(option, environment, f"{hour}-{client}", start, client >= failed_an_hour))
    return pd.DataFrame(rows)


def _attempt(option: str, environment: str, client: str, start: datetime, opened: bool) -> dict[str, Any]:
    end = start + timedelta(minutes=30 if opened else 0, seconds=0 if opened else 5)
    return {
        "option": option,
        "environment": environment,
        "collector": "test",
        "client": client,
        "session": client,
        "attempt": 1,
        "started_at": start,
        "handshake_s": 0.05 if opened else None,
        "outcome": "open" if opened else "timeout",
        "ended_at": end if opened else None,
        "observed_until": end,
        "close_code": 1000 if opened else None,
        "ended_by": "client" if opened else None,
        "intended": True if opened else None,
    }


_ROLLED: dict[str, Rollups] = {}


def recorded(folder: Path, *facts: pd.DataFrame, as_of: date = AS_OF) -> Rollups:
    """The rollups of connection rows, by way of real Parquet partitions, made once for the same rows."""
    asked = "\n".join([as_of.isoformat(), *(frame.to_csv() for frame in facts)])
    if asked not in _ROLLED:
        _ROLLED[asked] = _rolled_up(folder, facts, as_of)
    return _ROLLED[asked]


def _rolled_up(folder: Path, facts: tuple[pd.DataFrame, ...], as_of: date) -> Rollups:
    for number, frame in enumerate(facts):
        for (option, day), part in frame.groupby(["option", frame["observed_until"].dt.date]):
            partition = folder / "metrics" / "connections" / f"option={option}" / f"date={day}"
            partition.mkdir(parents=True, exist_ok=True)
            part.to_parquet(partition / f"part-{number}.parquet", index=False)
    faults = Faults()
    rollups = roll_up(folder / "metrics", as_of=as_of, environments=ENVIRONMENTS, faults=faults)
    assert not faults.found, str(faults)
    return rollups


def band(mean: float, *, spread: float = 0.0) -> Band:
    return Band(mean=mean, p5=mean * (1 - spread), p50=mean, p95=mean * (1 + spread))


def priced(
    option: str,
    *,
    total: float | None = 1000.0,
    monthly: float | None = 80.0,
    spread: float = 0.0,
    down_min: float | None = 10.0,
    infeasible: tuple[str, ...] = (),
    unknown: tuple[str, ...] = (),
) -> OptionCost:
    """What an option costs; amounts in USD, ``down_min`` minutes a month."""
    down = down_min if down_min is None else _unavailability(down_min)
    return OptionCost(
        option=option,
        total=None if total is None else band(total, spread=spread),
        lines=[],
        monthly_cost_usd=None if monthly is None else band(monthly, spread=spread),
        p_cheapest=None if total is None else 0.5,
        regret=None if total is None else 12.345,
        plan=None,
        plan_note=None,
        infeasible=list(infeasible),
        unknown=list(unknown),
        availability=down,
    )


def _unavailability(minutes: float) -> Figure:
    return Figure(value=minutes, unit="min/month", grade="published", source="a page", as_of=AS_OF)


def costs(*options: OptionCost, crossovers: tuple[Crossover, ...] = ()) -> CostResult:
    return CostResult(
        scenario="team",
        as_of=AS_OF,
        horizon_months=12,
        options={cost.option: cost for cost in options},
        crossovers=list(crossovers),
        limits=[],
        seed=1,
        draws=1,
    )


def worth(
    name: str,
    *,
    saves: float | None = 0.0,
    costs_usd: float | None = 100.0,
    error: float = 1.0,
    **fields: Any,
) -> MeasurementWorth:
    """A measurement of 28 days, valued; amounts in USD."""
    free = {"value": 0, "unit": "USD", "grade": "claim", "source": "test", "as_of": "2026-11-01"}
    given: dict[str, Any] = {"id": name, "what": f"do {name}", "sample": {"days": 28}, "cost_usd": free}
    measurement = Measurement.model_validate({**given, **fields})
    if saves is None:
        return MeasurementWorth(measurement, costs_usd, None, "nothing it tells about is uncertain")
    return MeasurementWorth(measurement, costs_usd, Worth(saves, error))


def option(name: str, **fields: Any) -> Option:
    return Option.model_validate({"id": name, "name": name.title(), "hosting": "managed", **fields})


def options(*names: str) -> dict[str, Option]:
    return {name: option(name) for name in names}


def scenario(**fields: Any) -> Scenario:
    return Scenario.model_validate({**NEEDS_NOTHING, **fields})


def plan(text: str) -> Plan:
    """A plan, from YAML as a user writes it."""
    return Plan.model_validate(yaml.safe_load(text))


def project(**fields: Any) -> Project:
    base = {"title": "Test", "default_scenario": "team", "environments": ENVIRONMENTS}
    return Project.model_validate({**base, **fields})


def decided(
    of: Plan | str,
    *,
    rollups: Rollups | None = None,
    cost: CostResult | None = None,
    among: Mapping[str, Option] | None = None,
    team: Scenario | None = None,
    in_project: Project | None = None,
    as_of: date = AS_OF,
) -> Decision:
    """The decision of a world in which whatever is not given is empty."""
    return decide(
        plan(of) if isinstance(of, str) else of,
        options=among if among is not None else options("current", "pusher"),
        scenario=team or scenario(),
        scenario_id="team",
        cost=cost or costs(),
        rollups=rollups or Rollups(),
        project=in_project or project(),
        as_of=as_of,
    )


def phase(lists: str, *, head: str = "option: current") -> str:
    """A plan of one phase, from its lists; ``head`` holds its other fields."""
    return f"phases: [{{id: one, title: One, {head}, {_with_lists(lists)}}}]"


def _with_lists(lists: str) -> str:
    given = yaml.safe_load("{" + lists + "}")
    absent = [name for name in ("needed_if", "ready_if") if name not in given]
    return ", ".join([lists, *(f"{name}: []" for name in absent)]) if lists else "needed_if: [], ready_if: []"
