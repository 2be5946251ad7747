"""The decision: every phase judged, the options ranked, and what would change the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import Any

from toolkit.cost.option import Option
from toolkit.cost.result import CostResult, Crossover
from toolkit.decide.agenda import NextMeasurement, next_measurements
from toolkit.decide.burning import Rung, ring
from toolkit.decide.comparability import Incomparable, incomparable
from toolkit.decide.dossier import Dossier
from toolkit.decide.gates import PhaseResult, judge_phase
from toolkit.decide.needs import latency_findings
from toolkit.decide.plan import Plan
from toolkit.decide.ranking import Ranked, rank
from toolkit.decide.robustness import Robustness, robustness
from toolkit.decide.scoring import Scores, by_score, score
from toolkit.decide.shares import GO_BLOCKS_PER_OUTAGE_HOUR, STOP_BLOCKS_PER_OUTAGE_HOUR
from toolkit.decide.usecases import Compared
from toolkit.decide.weights import Weighting, known_on
from toolkit.decide.wording import plain
from toolkit.evidence import Grade
from toolkit.metrics.rollups import Rollups
from toolkit.pricing.scenario import Scenario
from toolkit.project.folder import Project

SCHEMA = "toolkit.decision/1"

LIMITS = (
    "Gates judge shares only. Mean connection duration and latency percentiles are unknown in a gate "
    "(method not available in this version).",
    "The always-valid guarantee holds for independent events; clustered ones enter by their effective "
    "number, which is itself estimated from the same hours.",
    "A criterion's confidence is its own, over all looks; several criteria in a list are not corrected for.",
    "Lab faults strike independently by script, so lab evidence needs no least number of hourly blocks; "
    "a longer outage than the script holds is not in it.",
    "A criterion on monthly cost or on a range of the scenario is judged by its 5-95 % band, whatever "
    "its confidence.",
    "Must-haves are held against the median of unavailability and of the first month's cost; an option of "
    "which one is unknown ranks behind those that are known to fit.",
    "A need for latency is met or failed by field evidence alone; without any it stays unknown.",
    "Weights come on top of the must-haves. What is weighed of labour and moving is money in the total cost "
    "too, so that weighing both counts it twice.",
    "Whether measurements are comparable is told from hourly counts: regions and collectors are not in them.",
    "Flip points are the message volumes at which another option becomes the cheapest; those of the other "
    "inputs stand in the document of `toolkit cost`.",
    "The value of a next measurement in money is not available in this version.",
)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What to do about each phase, for one scenario on one UTC day.

    ``robustness`` and ``weights`` are None where there is nothing to compare, and where no weights are given.
    ``left_out`` says in words which recorded rows it does not rest on; it is not part of the document.
    """

    as_of: date
    scenario: str
    phases: list[PhaseResult]
    ranking: list[Ranked]
    flip_points: list[Crossover]
    next_measurements: list[NextMeasurement]
    limits: list[str]
    comparability: list[Incomparable] = field(default_factory=list)
    robustness: Robustness | None = None
    weights: Scores | None = None
    use_cases: list[Compared] = field(default_factory=list)
    alerts: list[Rung] = field(default_factory=list)
    left_out: tuple[str, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """What ``toolkit decide --json`` prints; every key is always there, null where it does not apply."""
        return {
            "schema": SCHEMA,
            "as_of": self.as_of.isoformat(),
            "scenario": self.scenario,
            "phases": [phase.to_document() for phase in self.phases],
            "ranking": [entry.to_document() for entry in self.ranking],
            "flip_points": [_flip_point(crossover) for crossover in self.flip_points],
            "next_measurements": [entry.to_document() for entry in self.next_measurements],
            "limits": self.limits,
            "comparability": [entry.to_document() for entry in self.comparability],
            "robustness": self.robustness and self.robustness.to_document(),
            "weights": self.weights and self.weights.to_document(),
            "use_cases": [entry.to_document() for entry in self.use_cases],
            "alerts": [entry.to_document() for entry in self.alerts],
        }


def _flip_point(crossover: Crossover) -> dict[str, Any]:
    found = crossover.to_document()
    return {"input": found["input"], "value": found["at"], "from": found["from"], "to": found["to"]}


def decide(
    plan: Plan,
    *,
    options: Mapping[str, Option],
    scenario: Scenario,
    scenario_id: str,
    cost: CostResult,
    rollups: Rollups,
    project: Project,
    as_of: date,
    weightings: Sequence[Weighting] = (),
    use_cases: Sequence[Compared] = (),
) -> Decision:
    """The verdict of every phase of a plan that passed its checks.

    Args:
        options: by id; every one of them is ranked.
        scenario_id: the scenario's id, the one that ``cost`` was computed for.
        rollups: recorded counts, none of them later than ``as_of``.
        project: names the environments with their grades, and the longest outage allowed for.
        as_of: the UTC day of the question, all of it.
        weightings: of the team, the newest last. Those set later do not count, and without any cost ranks.
        use_cases: of the brief, each with the ranking of its scenario.
    """
    dossier = Dossier(scenario=scenario, cost=cost, rollups=rollups, project=project, as_of=as_of)
    environments: dict[str, Grade] = dict(project.environments)
    ranking = _by_cost(options, dossier)
    unlike = incomparable(rollups, list(options), environments)
    weights = None
    if known := known_on(weightings, as_of):
        weights = score(known, ranking, options=options, cost=cost, rollups=rollups, unlike=unlike)
        ranking = by_score(ranking, weights)
    kept = [entry.option for entry in ranking if entry.feasible is not False]
    phases = [judge_phase(phase, dossier=dossier, ranking=ranking) for phase in plan.phases]
    return Decision(
        as_of=as_of,
        scenario=scenario_id,
        phases=phases,
        ranking=ranking,
        flip_points=list(cost.crossovers),
        next_measurements=next_measurements(phases),
        limits=[*LIMITS, _outage_limit(project.outage_hours)],
        comparability=unlike,
        robustness=robustness(cost.totals, kept),
        weights=weights,
        use_cases=list(use_cases),
        alerts=ring(
            plan.alerts,
            rollups=rollups,
            environments=environments,
            in_service=cost.in_service,
            as_of=as_of,
        ),
    )


def ranked(
    options: Mapping[str, Option],
    *,
    scenario: Scenario,
    cost: CostResult,
    rollups: Rollups,
    project: Project,
    as_of: date,
) -> list[Ranked]:
    """Every option by must-haves and expected cost, without a plan: what a scenario alone makes of them."""
    return _by_cost(
        options, Dossier(scenario=scenario, cost=cost, rollups=rollups, project=project, as_of=as_of)
    )


def _by_cost(options: Mapping[str, Option], dossier: Dossier) -> list[Ranked]:
    latencies = latency_findings(options, dossier)
    return rank(options, scenario=dossier.scenario, cost=dossier.cost, latencies=latencies)


def _outage_limit(outage_hours: float) -> str:
    per_outage_hour = (GO_BLOCKS_PER_OUTAGE_HOUR, STOP_BLOCKS_PER_OUTAGE_HOUR)
    go, stop = (plain(ceil(blocks * outage_hours)) for blocks in per_outage_hour)
    return (
        f"Field evidence must hold {go} hourly blocks before it says go on, {stop} before it says stop: this "
        f"assumes outages of at most {plain(outage_hours)} h (outage_hours in project.yaml); longer ones are "
        f"not allowed for."
    )
