"""The decision: every phase judged, the options ranked, and what would change the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from toolkit.cost.option import Option
from toolkit.cost.result import CostResult
from toolkit.decide.agenda import NextMeasurement, next_measurements, open_questions
from toolkit.decide.buying import Candidate, candidates, valued, what_next
from toolkit.decide.dossier import Dossier
from toolkit.decide.flippoints import FlipPoint, flip_points, inputs_without_flip
from toolkit.decide.gates import PhaseResult, judge_phase
from toolkit.decide.phasing import Sequence, sequence_of
from toolkit.decide.plan import Plan
from toolkit.decide.ranking import Ranked, rank
from toolkit.decide.shares import GO_BLOCKS_PER_OUTAGE_HOUR, STOP_BLOCKS_PER_OUTAGE_HOUR
from toolkit.decide.wording import plain
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
    "A need for latency is not checked when options are ranked: it stays unknown.",
    "Flip points move one number at a time and compare expected costs of all options that have one; of an "
    "uncertain input worth next to nothing none are told, and a plain number has no probability.",
    "The value of a measurement is what it saves by a better choice of the least expected cost, for each "
    "alone: values do not add up, and must-haves and gates are worth what they settle, not money.",
    "The sequence prices entering a phase from what is in service, not from the phase before it.",
)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What to do about each phase, for one scenario on one UTC day.

    ``left_out`` says in words which recorded rows it does not rest on; it is not part of the document.
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
    sequence: Sequence
    cost: CostResult
    left_out: tuple[str, ...] = ()

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
            "limits": self.limits,
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
) -> Decision:
    """The verdict of every phase of a plan that passed its checks.

    Args:
        options: by id; every one of them is ranked.
        scenario_id: the scenario's id, the one that ``cost`` was computed for.
        rollups: recorded counts, none of them later than ``as_of``.
        project: names the environments with their grades, and the longest outage allowed for.
        as_of: the UTC day of the question, all of it.
    """
    dossier = Dossier(scenario=scenario, cost=cost, rollups=rollups, project=project, as_of=as_of)
    ranking = rank(options, scenario=scenario, cost=cost)
    phases = [judge_phase(phase, dossier=dossier, ranking=ranking) for phase in plan.phases]
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
            fields=[name for name, grade in project.environments.items() if grade == "field"],
        ),
        cost=cost,
        limits=[*LIMITS, _outage_limit(project.outage_hours)],
    )


def _outage_limit(outage_hours: float) -> str:
    per_outage_hour = (GO_BLOCKS_PER_OUTAGE_HOUR, STOP_BLOCKS_PER_OUTAGE_HOUR)
    go, stop = (plain(ceil(blocks * outage_hours)) for blocks in per_outage_hour)
    return (
        f"Field evidence must hold {go} hourly blocks before it says go on, {stop} before it says stop: this "
        f"assumes outages of at most {plain(outage_hours)} h (outage_hours in project.yaml); longer ones are "
        f"not allowed for."
    )
