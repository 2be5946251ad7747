"""What followed a day: the gate of a phase on the rest of the recorded history, by its interval alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from toolkit.decide.criteria import CHOSEN
from toolkit.decide.dossier import Dossier
from toolkit.decide.gates import PhaseResult, judge_phase
from toolkit.decide.kleene import State, all_of
from toolkit.decide.plan import AnyOf, Criterion, Phase
from toolkit.decide.ranking import Ranked
from toolkit.decide.result import CriterionResult

NO_OUTAGE: Mapping[str, Any] = {"outage_hours": 0.0}
"""What followed is not a decision to be careful with: it is told as it was recorded."""


@dataclass(frozen=True, kw_only=True)
class Followed:
    """The gate of a phase on everything that was recorded after a day.

    Args:
        state: whether it was needed and ready, *unknown* where the rest of the history says nothing.
        criteria: those that decide, each with its rate over the rest and the interval of it.
    """

    state: State
    criteria: tuple[CriterionResult, ...]


def followed(
    phase: Phase, *, option: str | None, after: date, dossier: Dossier, ranking: list[Ranked]
) -> Followed:
    """What the rest of the history says of a phase.

    Neither soak nor age nor a least number of hours is asked for; evidence starts on the day after, and not
    before the phase's own start.

    Args:
        option: the one chosen on that day, which the phase would have put into service. None where it names
            its own, or where none could be chosen.
        after: the last UTC day that does not count.
        dossier, ranking: of the last day of the history, with everything recorded.
    """
    late = Dossier(
        scenario=dossier.scenario,
        cost=dossier.cost,
        rollups=dossier.rollups,
        project=dossier.project.model_copy(update=dict(NO_OUTAGE)),
        as_of=dossier.as_of,
    )
    result = judge_phase(_of_the_rest(phase, option, after), dossier=late, ranking=ranking)
    deciding = (*result.of("needed_if"), *result.of("ready_if"))
    return Followed(state=_gate(result), criteria=deciding)


def _gate(result: PhaseResult) -> State:
    return all_of([result.needed, result.ready])


def _of_the_rest(phase: Phase, option: str | None, after: date) -> Phase:
    """The phase as it is asked of the rest: for the option it would have put into service, from then on."""
    lists = {
        name: [_bare(entry, option) for entry in getattr(phase, name)] for name in ("needed_if", "ready_if")
    }
    return phase.model_copy(
        update={
            **lists,
            "option": option or phase.option,
            "candidates": phase.candidates if option is None else None,
            "since": max(after + timedelta(days=1), phase.since or date.min),
            "duration_days": None,
            "rollback_if": [],
        }
    )


def _bare(entry: AnyOf | Criterion, option: str | None) -> AnyOf | Criterion:
    if isinstance(entry, AnyOf):
        return entry.model_copy(update={"any_of": [_bare(one, option) for one in entry.any_of]})
    named = option if entry.option == CHOSEN and option is not None else entry.option
    return entry.model_copy(update={"option": named, "max_age_days": None})
