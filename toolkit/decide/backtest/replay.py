"""Judges the plan as of each recorded day with nothing that was recorded or known later."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from toolkit.cost.option import Option
from toolkit.cost.result import CostResult
from toolkit.decide.comparability import incomparable
from toolkit.decide.decision import placed
from toolkit.decide.dossier import Dossier
from toolkit.decide.gates import PhaseResult, judge_phase
from toolkit.decide.plan import Plan
from toolkit.decide.ranking import Ranked
from toolkit.decide.weights import Weighting
from toolkit.evidence import Grade
from toolkit.metrics.hourly import Rollups
from toolkit.pricing.scenario import Scenario
from toolkit.project.folder import Project

CostOn = Callable[[date, Rollups], CostResult]
"""Gives the costs by what was known on a day and recorded up to its end.

It is the same object for days in a row on which the same was known.
"""


@dataclass(frozen=True, kw_only=True)
class World:
    """What is replayed: the plan, the options and the scenario as they stand today, and all that is dated.

    Args:
        rollups: everything that was recorded, to be looked at as of each day.
        cost_on: see :data:`CostOn`.
        weightings: of the team, the newest last.
    """

    plan: Plan
    options: Mapping[str, Option]
    scenario: Scenario
    project: Project
    rollups: Rollups
    cost_on: CostOn
    weightings: Sequence[Weighting] = ()

    def dossier(self, day: date) -> Dossier:
        """Everything that criteria might look at on that day."""
        rollups = self.rollups.until(day)
        return Dossier(
            scenario=self.scenario,
            cost=self.cost_on(day, rollups),
            rollups=rollups,
            project=self.project,
            as_of=day,
        )

    def ranking(self, dossier: Dossier) -> list[Ranked]:
        """The options in their order by what a dossier holds, by the weights that were set by its day."""
        environments = dict[str, Grade](self.project.environments)
        unlike = incomparable(dossier.rollups, list(self.options), environments) if self.weightings else []
        return placed(self.options, dossier=dossier, weightings=self.weightings, unlike=unlike)[0]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What was said of every phase on one UTC day, in the order of the plan, and the costs known then."""

    day: date
    cost: CostResult
    phases: tuple[PhaseResult, ...]


def replay(world: World, days: Sequence[date]) -> Iterator[Said]:
    """What would have been said on each day, knowing nothing of any later one."""
    for day in days:
        dossier = world.dossier(day)
        ranking = world.ranking(dossier)
        judged = (judge_phase(phase, dossier=dossier, ranking=ranking) for phase in world.plan.phases)
        yield Said(day=day, cost=dossier.cost, phases=tuple(judged))
