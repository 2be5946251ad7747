"""The rooms joined: each question about a loaded decision folder, answered once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from toolkit.cost.whatif import Where, what_if
from toolkit.loading import Loaded
from toolkit.project import Faults, InputError, near
from toolkit.project.remembered import remembered

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.cost.curves import Curve
    from toolkit.cost.result import CostResult
    from toolkit.metrics.result import MetricsResult
    from toolkit.metrics.rollups import Rollups
    from toolkit.metrics.windows import Period
    from toolkit.metrics.worth import Worth
    from toolkit.pricing.quotes import Quote

Result = TypeVar("Result")


def counts(loaded: Loaded, *, engine: str = "duckdb", master: str | None = None) -> Rollups:
    """Hourly counts of what the folder's metrics record up to its as-of day.

    Args:
        engine: ``duckdb`` or ``spark``.
        master: of the Spark cluster. None: this machine.

    Raises:
        InputError: a file is no Parquet of recorded facts, or names an environment that is not listed.
    """
    from toolkit.metrics.rollups import roll_up

    faults = Faults()
    rolled = roll_up(
        loaded.folder.metrics,
        as_of=loaded.as_of,
        environments=list(loaded.project.environments),
        faults=faults,
        engine=engine,
        master=master,
        recordings=loaded.project.recordings,
    )
    faults.raise_errors()
    return rolled


def left_out(loaded: Loaded, rolled: Rollups) -> list[str]:
    """What the counts do not hold, in words: rows after the as-of day, and rows that make no sense."""
    notes = []
    if rolled.left_out_rows:
        notes.append(f"{rolled.left_out_rows:,} rows after {loaded.as_of} are left out")
    for aside in rolled.set_aside:
        notes.append(f"{aside.partition}: {aside.count:,} rows set aside: {aside.reason}")
    return notes


def informed(loaded: Loaded, rolled: Rollups) -> Loaded:
    """The folder with what was measured in production among the figures of its options."""
    from toolkit.cost.measured import with_measurements

    environments = dict(loaded.project.environments)
    return replace(loaded, options=with_measurements(loaded.options, rolled, environments=environments))


def measured(loaded: Loaded, rolled: Rollups, *, by: Period | None = None) -> MetricsResult:
    """The key metrics of every option in every environment.

    Args:
        by: tell them hour by hour or day by day too.
    """
    from toolkit.metrics.result import measure_options

    found = measure_options(
        rolled,
        options=list(loaded.options),
        environments=dict(loaded.project.environments),
        as_of=loaded.as_of,
        by=by,
    )
    return replace(found, left_out=tuple(left_out(loaded, rolled)))


def worth(
    loaded: Loaded,
    rolled: Rollups,
    *,
    option: str | None = None,
    against: str | None = None,
    environment: str | None = None,
    against_environment: str | None = None,
) -> Worth:
    """What an option is worth against a baseline, see :func:`toolkit.api.worth`.

    Raises:
        InputError: there is no such option or environment.
    """
    from toolkit.metrics.worth import BASELINE, OPTION, measure_worth

    environments = dict(loaded.project.environments)
    _known({"option": option, "against": against}, list(loaded.options))
    _known({"environment": environment, "against_environment": against_environment}, list(environments))
    first = environment or against_environment
    pairs = [(against_environment or first, environment or first)] if first else None
    return measure_worth(
        rolled,
        option=option or OPTION,
        against=against or BASELINE,
        pairs=pairs,
        environments=environments,
        as_of=loaded.as_of,
    )


def _known(asked: Mapping[str, str | None], known: list[str]) -> None:
    """Refuse an argument that names none of what is known."""
    for field, name in asked.items():
        if name is not None and name not in known:
            raise InputError.of_argument(field, f"there is no {name!r}", near(name, known))


def costed(loaded: Loaded, scenario: str, *, where: Where | None = None, whole: bool = True) -> CostResult:
    """The total cost of every option under a scenario.

    Args:
        where: fields of the scenario to change, see :func:`toolkit.api.cost`.
        whole: False leaves out what the choice hangs on, which takes most of the time.
    """
    return kept(
        "cost", loaded, scenario, [where, whole], lambda: _costed(loaded, scenario, where=where, whole=whole)
    )


def kept(name: str, loaded: Loaded, scenario: str, asked: Any, make: Callable[[], Result]) -> Result:
    """What is computed from options, prices and a scenario; a build computes it once for all its pages.

    Args:
        name: of what is computed.
        asked: the other arguments.
        make: computes it from these and nothing else.
    """
    parts = [
        loaded.options, loaded.books, scenario, loaded.scenarios[scenario], loaded.as_of, in_service(loaded),
        loaded.measurements, asked,
    ]  # fmt: skip
    return remembered(name, parts, make)


def _costed(loaded: Loaded, scenario: str, *, where: Where | None, whole: bool) -> CostResult:
    from toolkit.cost.model import cost_options
    from toolkit.cost.numberflips import number_flips
    from toolkit.cost.setting import Setting

    asked, now = what_if(loaded.scenarios[scenario], where), in_service(loaded)
    options = list(loaded.options.values())
    found = cost_options(
        options,
        loaded.books,
        asked.scenario,
        scenario_id=scenario,
        as_of=loaded.as_of,
        in_service=now,
        measurements=loaded.measurements if whole else (),
        curve=against_volume(loaded, scenario, where=where) if whole else None,
        whole=whole,
    )
    found = replace(found, limits=[*asked.notes, *found.limits])
    if not whole:
        return found
    setting = Setting.of(
        asked.scenario, as_of=loaded.as_of, draws=found.draws, seed=found.seed, in_service=now,
        options=options,
    )  # fmt: skip
    return replace(found, number_flips=number_flips(found, options, loaded.books, setting))


def in_service(loaded: Loaded) -> str | None:
    """The option that runs today: that of the last phase in service or done, else the current server.

    None where the plan has no such phase and the folder none of the current servers.
    """
    running = [phase.option for phase in loaded.plan.phases if phase.status in ("in_service", "done")]
    known = [option for option in [*reversed(running), "current", "current-unfixed"] if option is not None]
    return next((option for option in known if option in loaded.options), None)


def quoted(loaded: Loaded, scenario: str) -> list[Quote]:
    """What every vendor would bill for a scenario's first month, beside what the brief quotes."""
    from toolkit.pricing.quotes import quotes

    return quotes(loaded.books, loaded.scenarios[scenario], as_of=loaded.as_of)


def against_volume(loaded: Loaded, scenario: str, *, where: Where | None = None) -> Curve:
    """Monthly cost of every option against message volume."""
    from toolkit.cost.curves import cost_against_volume

    def make() -> Curve:
        options, asked = list(loaded.options.values()), what_if(loaded.scenarios[scenario], where)
        return cost_against_volume(options, loaded.books, asked.scenario, as_of=loaded.as_of)

    return kept("volume", loaded, scenario, where, make)


def against_uptime(loaded: Loaded, scenario: str, *, where: Where | None = None) -> pd.DataFrame:
    """The cheapest option for each uptime need, by experience and by promise."""
    from toolkit.cost.curves import cost_against_uptime

    def make() -> pd.DataFrame:
        options, asked = list(loaded.options.values()), what_if(loaded.scenarios[scenario], where)
        return cost_against_uptime(
            options, loaded.books, asked.scenario, as_of=loaded.as_of, in_service=in_service(loaded)
        )

    return kept("uptime", loaded, scenario, where, make)
