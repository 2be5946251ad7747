"""The rooms joined: each question about a loaded decision folder, answered once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from toolkit.loading import Loaded
from toolkit.project import Faults, InputError, near

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.cost.curves import Curve
    from toolkit.cost.result import CostResult
    from toolkit.decide.decision import Decision
    from toolkit.decide.usecases import Compared
    from toolkit.metrics.result import MetricsResult
    from toolkit.metrics.rollups import Rollups
    from toolkit.metrics.windows import Period
    from toolkit.metrics.worth import Worth
    from toolkit.pricing.quotes import Quote


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


def costed(loaded: Loaded, scenario: str, *, whole: bool = True) -> CostResult:
    """The total cost of every option under a scenario.

    Args:
        whole: False leaves out what the choice hangs on, which takes most of the time.
    """
    from toolkit.cost.model import cost_options

    return cost_options(
        list(loaded.options.values()),
        loaded.books,
        loaded.scenarios[scenario],
        scenario_id=scenario,
        as_of=loaded.as_of,
        in_service=in_service(loaded),
        whole=whole,
    )


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


def against_volume(loaded: Loaded, scenario: str) -> Curve:
    """Monthly cost of every option against message volume."""
    from toolkit.cost.curves import cost_against_volume

    options = list(loaded.options.values())
    return cost_against_volume(options, loaded.books, loaded.scenarios[scenario], as_of=loaded.as_of)


def against_uptime(loaded: Loaded, scenario: str) -> pd.DataFrame:
    """The cheapest option for each uptime need, by experience and by promise."""
    from toolkit.cost.curves import cost_against_uptime

    options = list(loaded.options.values())
    return cost_against_uptime(options, loaded.books, loaded.scenarios[scenario], as_of=loaded.as_of)


def decided(loaded: Loaded, scenario: str, rolled: Rollups, cost: CostResult) -> Decision:
    """The verdict of every phase under a scenario."""
    from toolkit.decide.decision import decide

    made = decide(
        loaded.plan,
        options=loaded.options,
        scenario=loaded.scenarios[scenario],
        scenario_id=scenario,
        cost=cost,
        rollups=rolled,
        project=loaded.project,
        as_of=loaded.as_of,
        weightings=loaded.weightings,
        use_cases=_use_cases(loaded, rolled, cost),
    )
    return replace(made, left_out=tuple(left_out(loaded, rolled)))


def _use_cases(loaded: Loaded, rolled: Rollups, cost: CostResult) -> list[Compared]:
    """The brief's use cases, each with the ranking of its scenario by cost."""
    from toolkit.decide.decision import ranked
    from toolkit.decide.usecases import Compared

    claims = {claim.id: claim for claim in loaded.claims}
    rankings = {
        name: ranked(
            loaded.options,
            scenario=loaded.scenarios[name],
            cost=cost if name == cost.scenario else costed(loaded, name, whole=False),
            rollups=rolled,
            project=loaded.project,
            as_of=loaded.as_of,
        )
        for name in dict.fromkeys(case.scenario for case in loaded.use_cases)
    }
    return [Compared(case=case, ranking=rankings[case.scenario], claims=claims) for case in loaded.use_cases]
