"""What production recordings tell of an option is drawn from its posterior, each option's by itself."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cost_worlds import AS_OF, Costed, FixedOption, plain_scenario
from scipy import stats

from toolkit.cost.formulas import MINUTES_PER_MONTH
from toolkit.cost.measured import MeasuredFigure, with_measurements
from toolkit.cost.option import Option
from toolkit.cost.sampling import Draws
from toolkit.cost.setting import Setting
from toolkit.evidence import Grade
from toolkit.metrics.rollups import Rollups, roll_up
from toolkit.project import Faults

MINUTES = "service_unavailability_min_per_month"
ENVIRONMENTS: Mapping[str, Grade] = {"lab": "lab", "production": "field"}
DOWN_S = 36.0
"""Of every hour, which is 1 % of the time that users want."""


def session(option: str, environment: str, start: datetime, client: int) -> list[dict[str, Any]]:
    """An hour of wanted time, that begins with a failed attempt."""
    common = {
        "option": option, "environment": environment, "collector": "test", "client": str(client),
        "session": f"{start}-{client}",
    }  # fmt: skip
    opened, end = start + timedelta(seconds=DOWN_S), start + timedelta(hours=1, microseconds=-1)
    failed = {**common, "attempt": 1, "started_at": start, "outcome": "timeout", "observed_until": opened}
    return [
        failed,
        {
            **common, "attempt": 2, "started_at": opened, "handshake_s": 0.0, "outcome": "open",
            "ended_at": end, "observed_until": end, "close_code": 1000, "ended_by": "client",
            "intended": True,
        },
    ]  # fmt: skip


def recorded(folder: Path, *, environment: str, days: int) -> Rollups:
    first = datetime(2026, 10, 1, tzinfo=UTC)
    hours = [first + timedelta(hours=hour) for hour in range(24 * days)]
    rows = pd.DataFrame(
        [
            row
            for hour in hours
            for client in range(2)
            for row in session("current", environment, hour, client)
        ]
    )
    for day, part in rows.groupby(rows["observed_until"].dt.date):
        partition = folder / "connections" / "option=current" / f"date={day}"
        partition.mkdir(parents=True, exist_ok=True)
        part.to_parquet(partition / "part.parquet", index=False)
    faults = Faults()
    rolled = roll_up(folder, as_of=AS_OF, environments=list(ENVIRONMENTS), faults=faults)
    assert not faults.found, str(faults)
    return rolled


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Rollups:
    return recorded(tmp_path_factory.mktemp("month"), environment="production", days=28)


def informed(option: Option, rollups: Rollups) -> Option:
    return with_measurements({option.id: option}, rollups, environments=ENVIRONMENTS)[option.id]


def test_a_month_of_production_goes_before_any_figure_of_the_file(
    month: Rollups, shipped_options: Mapping[str, Option]
) -> None:
    known = informed(shipped_options["current"], month).figure(MINUTES, as_of=AS_OF)
    assert isinstance(known, MeasuredFigure) and known.grade == "field"
    assert known.central == pytest.approx(0.01 * MINUTES_PER_MONTH, rel=0.02)
    assert known.low < known.central < known.high
    assert "session_availability in production, 28 days from 2026-10-01 to 2026-10-28" in known.source


@pytest.mark.parametrize(("environment", "days"), [("production", 27), ("lab", 28)])
def test_less_than_28_days_and_the_lab_never_give_an_availability(
    tmp_path: Path, shipped_options: Mapping[str, Option], environment: str, days: int
) -> None:
    """Faults strike on purpose in the lab, and a shorter time shows too few outages."""
    option = shipped_options["current"]
    assert informed(option, recorded(tmp_path, environment=environment, days=days)) == option


def test_it_is_unknown_before_its_last_day(month: Rollups, shipped_options: Mapping[str, Option]) -> None:
    option = informed(shipped_options["current"], month)
    assert not isinstance(option.figure(MINUTES, as_of=AS_OF.replace(month=10, day=27)), MeasuredFigure)


def test_draws_are_those_of_the_posterior(month: Rollups, fixed: FixedOption) -> None:
    option = informed(fixed("current"), month)
    figure = option.figures[MINUTES][0]
    assert isinstance(figure, MeasuredFigure)
    setting = Setting.of(plain_scenario(), as_of=AS_OF, draws=4096, seed=1, options=[option])
    drawn = setting.drawn(option, MINUTES)
    assert drawn is not None and drawn.grade == "field"
    counted = figure.posterior.measured
    beta = stats.beta(counted.hits + 0.5, counted.trials - counted.hits + 0.5)  # type: ignore[union-attr] # a share
    assert np.mean(drawn.values) == pytest.approx(beta.mean() * MINUTES_PER_MONTH, rel=1e-3)
    assert np.std(drawn.values) == pytest.approx(beta.std() * MINUTES_PER_MONTH, rel=1e-2)


def test_two_measured_options_are_drawn_apart(month: Rollups, fixed: FixedOption) -> None:
    """Ranges of one quantity move together; what was counted of one option says nothing of another."""
    one = informed(fixed("current"), month)
    two = one.model_copy(update={"id": "twin"})
    setting = Setting.of(plain_scenario(), as_of=AS_OF, draws=1024, seed=1, options=[one, two])
    first, second = (setting.drawn(option, MINUTES) for option in (one, two))
    assert first is not None and second is not None
    assert abs(np.corrcoef(first.values, second.values)[0, 1]) < 0.05
    assert setting.draws.inputs == [f"{MINUTES} of current", f"{MINUTES} of twin"]


def test_old_draws_stay_what_they_were(month: Rollups, shipped_options: Mapping[str, Option]) -> None:
    option = informed(shipped_options["current"], month)
    setting = Setting.of(plain_scenario(), as_of=AS_OF, draws=64, seed=5, options=[option])
    for name in ("team_size", "memory_kib_per_connection"):
        assert np.array_equal(setting.draws.share(name), Draws(64, seed=5).share(name))


def test_the_cost_rests_on_it_and_says_so(month: Rollups, fixed: FixedOption, costed: Costed) -> None:
    option = informed(fixed("current", degraded_share=1.0), month)
    document = costed(option, scenario=plain_scenario(), draws=256).to_document()
    cost = document["options"]["current"]
    downtime = next(line for line in cost["lines"] if line["line"] == "downtime")
    expected = 0.01 * MINUTES_PER_MONTH / 60 * 250 * 12
    assert downtime["mean"] == pytest.approx(expected, rel=0.05), "none of it is taken for degraded only"
    assert "28 days" in downtime["source"] and "(field)" in downtime["source"]
    assert cost["availability"]["grade"] == "field" and "posterior" not in cost["availability"]
    assert [entry["input"] for entry in document["sensitivity"]] == [f"{MINUTES} of current"]
