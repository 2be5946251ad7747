"""Verdicts on a loaded decision folder: today's, those of earlier days, and how often gates are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from toolkit.answers import costed, informed, left_out
from toolkit.loading import Loaded

if TYPE_CHECKING:
    from toolkit.cost.option import Option
    from toolkit.cost.result import CostResult
    from toolkit.decide.backtest.result import Backtest
    from toolkit.decide.coverage.certificate import Certificate
    from toolkit.decide.decision import Decision
    from toolkit.decide.usecases import Compared
    from toolkit.metrics.rollups import Rollups


def covered(loaded: Loaded, *, events_a_day: float | None = None) -> Certificate:
    """How often each gate of the plan on field evidence is wrong, see :func:`toolkit.api.coverage`."""
    from toolkit.decide.coverage.certificate import EVENTS_A_DAY, certificate

    return certificate(
        loaded.plan,
        outage_hours=loaded.project.outage_hours,
        environments=loaded.project.environments,
        events_a_day=EVENTS_A_DAY if events_a_day is None else events_a_day,
    )


def decided(loaded: Loaded, scenario: str, rolled: Rollups, cost: CostResult) -> Decision:
    """The verdict of every phase under a scenario, and what holds of the records of earlier decisions."""
    from toolkit.decide.decision import decide
    from toolkit.decide.dossier import Dossier
    from toolkit.decide.record.rechecking import Today, recheck

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
    today = Today(
        decision=made,
        dossier=Dossier(
            scenario=loaded.scenarios[scenario], cost=cost, rollups=rolled, project=loaded.project,
            as_of=loaded.as_of,
        ),
        options=loaded.options,
        books=loaded.books,
    )  # fmt: skip
    own = [filed for filed in loaded.records if filed.record.scenario == scenario]
    record = tuple(recheck(filed, today) for filed in own)
    return replace(made, left_out=tuple(left_out(loaded, rolled)), record=record)


def backtested(loaded: Loaded, scenario: str, rolled: Rollups, *, most_days: int | None = None) -> Backtest:
    """What the gates would have said on every recorded day, and whether it was right by what followed.

    Args:
        most_days: replay the last ones only. None: all.
    """
    from toolkit.cost.assumptions import default_assumptions
    from toolkit.cost.epochs import Epochs
    from toolkit.decide.backtest.backtest import backtest
    from toolkit.decide.backtest.replay import World

    epochs = Epochs([*loaded.options.values(), *loaded.books.values(), default_assumptions()])
    costs: dict[date, tuple[Mapping[str, Option], CostResult]] = {}

    def cost_on(day: date, recorded: Rollups) -> CostResult:
        known, then = epochs.start(day), informed(replace(loaded, as_of=day), recorded)
        options, cost = costs.get(known, ({}, None))
        if cost is None or options != then.options:
            cost = costed(then, scenario, whole=False)
            costs[known] = then.options, cost
        return cost

    world = World(
        plan=loaded.plan,
        options=loaded.options,
        scenario=loaded.scenarios[scenario],
        project=loaded.project,
        rollups=rolled,
        cost_on=cost_on,
        weightings=loaded.weightings,
    )
    made = backtest(world, scenario_id=scenario, as_of=loaded.as_of, most_days=most_days)
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
