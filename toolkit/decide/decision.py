"""The decision: every phase judged, the options ranked, and what would change the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from toolkit.cost.option import Option
from toolkit.cost.result import CostResult
from toolkit.decide.agenda import NextMeasurement, next_measurements, open_questions
from toolkit.decide.blockbound import LEAST_TO_STOP, block_hours
from toolkit.decide.burning import Rung, ring
from toolkit.decide.buying import Candidate, candidates, valued, what_next
from toolkit.decide.comparability import Incomparable, incomparable
from toolkit.decide.coverage.certificate import outages_untold
from toolkit.decide.dossier import Dossier
from toolkit.decide.flippoints import FlipPoint, flip_points, inputs_without_flip
from toolkit.decide.gates import PhaseResult, judge_phase
from toolkit.decide.hypothetical import with_hypotheses
from toolkit.decide.needs import latency_findings
from toolkit.decide.phasing import PhaseSequence, sequence_of
from toolkit.decide.plan import Plan
from toolkit.decide.question import FLAP_S
from toolkit.decide.ranking import Ranked, rank
from toolkit.decide.robustness import Robustness, robustness
from toolkit.decide.scoring import Scores, by_score, score
from toolkit.decide.usecases import Compared
from toolkit.decide.weights import Weighting, known_on
from toolkit.decide.wording import plain
from toolkit.evidence import Grade
from toolkit.metrics.rollups import Rollups
from toolkit.pricing.scenario import Scenario
from toolkit.project.folder import Project

if TYPE_CHECKING:
    from toolkit.decide.record.rechecking import Rechecked
    from toolkit.decide.why.changes import Changes

SCHEMA = "toolkit.decision/1"

LIMITS = (
    "A latency percentile is judged by the share of expected deliveries within its limit; the bucket that "
    "holds the limit (2 % wide) counts as slower, and so does a delivery that missed its deadline.",
    "The always-valid guarantee holds for independent events; clustered ones enter by their effective "
    "number, which is itself estimated from the same hours.",
    "A criterion's confidence is its own, over all looks; several criteria in a list are not corrected for.",
    "Lab faults strike independently by script, so lab evidence is not counted in blocks of time, but in "
    "hours of single clients, each of which may fail as a whole; a longer outage than the script holds is "
    "not in it.",
    "A client counts in each hour as another one: what few clients see hour after hour is told of them, not "
    "of all users.",
    f"Where the mean connection duration is judged, an outage is taken to end a connection at most once in "
    f"{FLAP_S:.0f} s of its connected time.",
    "A reduction of disconnections bounds the rate of each side at half the error, and in the field by "
    "blocks of each side too; of the baseline all that was recorded counts, on whatever day a phase starts.",
    "What lab counts would say as field data stands beside a HOLD as hypothetical; nothing that decides, "
    "ranks or leads reads it.",
    "A criterion on monthly cost or on a range of the scenario is judged by its 5-95 % band, whatever "
    "its confidence.",
    "Must-haves are held against the median of unavailability and of the first month's cost; an option of "
    "which one is unknown ranks behind those that are known to fit.",
    "A need for latency is met or failed by field evidence alone; without any it stays unknown.",
    "Weights come on top of the must-haves. What is weighed of labour and moving is money in the total cost "
    "too, so that weighing both counts it twice.",
    "Whether measurements are comparable is told from hourly counts: regions and collectors are not in them.",
    "Flip points move one number at a time and compare expected costs of all options that have one; of an "
    "uncertain input worth next to nothing none are told, and a plain number has no probability.",
    "The value of a measurement is what it saves by a better choice of the least expected cost, for each "
    "alone: values do not add up, and must-haves and gates are worth what they settle, not money.",
    "The sequence prices entering a phase from what is in service, not from the phase before it.",
)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What to do about each phase, for one scenario on one UTC day.

    ``robustness`` and ``weights`` are None where there is nothing to compare, and where no weights are given.
    ``left_out`` says in words which recorded rows it does not rest on; it is not part of the document.
    ``record`` has the records of earlier decisions as they stand today, and ``changes`` what differs from an
    earlier report, None where there is none to compare with.
    """

    as_of: date
    scenario: str
    phases: list[PhaseResult]
    ranking: list[Ranked]
    flip_points: list[FlipPoint]
    next_measurements: list[NextMeasurement]
    limits: list[str]
    measurements: list[Candidate]
    measure_next: str | None
    sequence: PhaseSequence
    cost: CostResult
    comparability: list[Incomparable] = field(default_factory=list)
    robustness: Robustness | None = None
    weights: Scores | None = None
    use_cases: list[Compared] = field(default_factory=list)
    alerts: list[Rung] = field(default_factory=list)
    left_out: tuple[str, ...] = ()
    record: "tuple[Rechecked, ...]" = ()
    changes: "Changes | None" = None

    def to_document(self) -> dict[str, Any]:
        """What ``toolkit decide --json`` prints; every key is always there, null where it does not apply."""
        sensitivity = self.cost.sensitivity
        nearest = sensitivity.nearest if sensitivity else None
        return {
            "schema": SCHEMA,
            "as_of": self.as_of.isoformat(),
            "scenario": self.scenario,
            "phases": [phase.to_document() for phase in self.phases],
            "ranking": [entry.to_document() for entry in self.ranking],
            "flip_points": [point.to_document() for point in self.flip_points],
            "inputs_without_flip": inputs_without_flip(self.cost),
            "nearest_flip": nearest.to_document() if nearest else None,
            "next_measurements": [
                *(entry.to_document() for entry in self.next_measurements),
                *(candidate.to_document() for candidate in self.measurements),
            ],
            "measure_next": self.measure_next,
            "sequence": self.sequence.to_document(),
            "record": [entry.to_document() for entry in self.record],
            "changes": self.changes and self.changes.to_document(),
            "limits": self.limits,
            "comparability": [entry.to_document() for entry in self.comparability],
            "robustness": self.robustness and self.robustness.to_document(),
            "weights": self.weights and self.weights.to_document(),
            "use_cases": [entry.to_document() for entry in self.use_cases],
            "alerts": [entry.to_document() for entry in self.alerts],
        }


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
    unlike = incomparable(rollups, list(options), environments)
    ranking, weights = placed(options, dossier=dossier, weightings=weightings, unlike=unlike)
    kept = [entry.option for entry in ranking if entry.feasible is not False]
    judged = (judge_phase(phase, dossier=dossier, ranking=ranking) for phase in plan.phases)
    phases = [with_hypotheses(phase, dossier=dossier, ranking=ranking) for phase in judged]
    questions = open_questions(phases)
    flips = flip_points(cost)
    found = candidates(cost.measurements, questions, flips)
    return Decision(
        as_of=as_of,
        scenario=scenario_id,
        phases=phases,
        ranking=ranking,
        flip_points=flips,
        next_measurements=[valued(one, found) for one in next_measurements(questions)],
        measurements=found,
        measure_next=what_next(found, questions=questions),
        sequence=sequence_of(
            phases,
            cost=cost,
            found=found,
            questions=questions,
            fields=[name for name, grade in environments.items() if grade == "field"],
        ),
        cost=cost,
        limits=[*LIMITS, *_outage_limits(plan, project)],
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


def placed(
    options: Mapping[str, Option],
    *,
    dossier: Dossier,
    weightings: Sequence[Weighting],
    unlike: list[Incomparable],
) -> tuple[list[Ranked], Scores | None]:
    """The options in their order, by the team's weights where it gives any, with what they came to."""
    ranking = _by_cost(options, dossier)
    known = known_on(weightings, dossier.as_of)
    if not known:
        return ranking, None
    weights = score(
        known, ranking, options=options, cost=dossier.cost, rollups=dossier.rollups, unlike=unlike
    )
    return by_score(ranking, weights), weights


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


def _outage_limits(plan: Plan, project: Project) -> list[str]:
    """What is assumed of outages, and how often a gate would be wrong if they lasted longer."""
    hours = block_hours(project.outage_hours)
    assumed = (
        "No outage of everybody at once is allowed for (outage_hours: 0 in project.yaml)."
        if hours is None
        else f"Field evidence must prove what is good in blocks of {hours} h too, each of which may fail as "
        f"a whole, and hold {LEAST_TO_STOP} of them before it says stop: this assumes outages of at most "
        f"{plain(project.outage_hours)} h (outage_hours in project.yaml); longer ones are not allowed for."
    )
    longer = outages_untold(plan, project.environments, project.outage_hours)
    return [assumed] if longer is None else [assumed, longer]
