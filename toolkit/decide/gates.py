"""The gate of one phase: needed, ready, and the alarm of a phase in service."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from toolkit.decide.criteria import CHOSEN, Choice, doubted, judge_entry
from toolkit.decide.dossier import Dossier, Window
from toolkit.decide.kleene import State, all_of, any_of
from toolkit.decide.plan import Phase
from toolkit.decide.ranking import Ranked, choose
from toolkit.decide.result import CriterionResult
from toolkit.decide.wording import counted

if TYPE_CHECKING:
    from toolkit.decide.hypothetical import HypotheticalPhase

Verdict = Literal["GO", "NO-GO", "HOLD"]
Because = Literal["not_needed", "not_ready"]


@dataclass(frozen=True, kw_only=True)
class PhaseResult:
    """One phase, judged.

    Args:
        phase: the phase as the plan has it.
        chosen: the candidate that ``option: chosen`` speaks of. None where none is, or none is asked for.
        criteria: every entry of its lists, in the plan's order.
        hypothetical: beside a HOLD, what the phase would say if evidence of too weak a grade had the grade
            that is asked for. The verdict does not read it. None where no grade is too weak.
    """

    phase: Phase
    chosen: str | None
    criteria: tuple[CriterionResult, ...]
    hypothetical: "HypotheticalPhase | None" = None

    def of(self, list_name: str) -> list[CriterionResult]:
        """The entries of a list that decide; those of level ``should`` only warn."""
        return [result for result in self.criteria if result.list_name == list_name and result.must]

    @property
    def needed(self) -> State:
        return all_of(result.state for result in self.of("needed_if"))

    @property
    def ready(self) -> State:
        return all_of(result.state for result in self.of("ready_if"))

    @property
    def verdict(self) -> Verdict:
        """GO when needed and ready, NO-GO when either is not, HOLD while what is unknown could decide it."""
        state = all_of([self.needed, self.ready])
        return "GO" if state == "met" else "NO-GO" if state == "not met" else "HOLD"

    @property
    def because(self) -> Because | None:
        """Why it is a NO-GO; None of any other verdict."""
        if self.needed == "not met":
            return "not_needed"
        return "not_ready" if self.ready == "not met" else None

    @property
    def rollback(self) -> bool | None:
        """Whether a rollback criterion holds: None while unknown, and of a phase that is not in service."""
        if self.phase.status != "in_service":
            return None
        state = any_of(result.state for result in self.of("rollback_if"))
        return None if state == "unknown" else state == "met"

    @property
    def warnings(self) -> list[CriterionResult]:
        """The entries of level ``should`` that are not met."""
        return [result for result in self.criteria if not result.must and result.state == "not met"]

    @property
    def sentence(self) -> str:
        """The verdict with its first reason, as one plain sentence."""
        alarm = ""
        if self.rollback:
            broken = next(result for result in self.of("rollback_if") if result.state == "met")
            alarm = f" - and a rollback alarm: {_told(broken)}"
        return f"{self.verdict} - {self._because_of()}{alarm}."

    def _because_of(self) -> str:
        if self.because == "not_needed":
            return f"not needed, because {_told(_first(self.of('needed_if'), 'not met'))}"
        if self.because == "not_ready":
            return f"not ready, because {_told(_first(self.of('ready_if'), 'not met'))}"
        deciding = [*self.of("needed_if"), *self.of("ready_if")]
        if self.verdict == "GO":
            return _all_met(self.of("needed_if"), self.of("ready_if"))
        unknown = [result for result in deciding if result.state == "unknown"]
        tally = f"{len(unknown)} of its {counted(len(deciding), 'condition')} cannot be judged yet"
        lead = "" if len(unknown) == 1 else "the first is "
        return f"{tally}: {lead}{unknown[0].subject} ({unknown[0].reason}{_distance(unknown[0])})"

    def to_document(self) -> dict[str, Any]:
        """The phase as ``toolkit decide --json`` prints it; every key is always there."""
        return {
            "id": self.phase.id,
            "option": self.phase.option,
            "chosen": self.chosen,
            "status": self.phase.status,
            "verdict": self.verdict,
            "because": self.because,
            "rollback": self.rollback,
            "decide_by": self.phase.decide_by and self.phase.decide_by.isoformat(),
            "hypothetical": self.hypothetical and self.hypothetical.to_document(),
            "criteria": [result.to_document() for result in self.criteria],
        }


def _first(results: list[CriterionResult], state: State) -> CriterionResult:
    return next(result for result in results if result.state == state)


def _told(result: CriterionResult) -> str:
    """The subject and its reason; where there is no option to speak of, the reason says all."""
    return result.reason if result.option == CHOSEN else f"{result.subject}: {result.reason}"


def _distance(result: CriterionResult) -> str:
    more = result.more_needed
    if more is None or result.why == "window not over":
        return ""
    events = [] if more.events is None else [counted(more.events, "more event")]
    days = [] if more.days is None else [counted(more.days, "more day")]
    return f"; about {' or '.join([*events, *days])} would settle it at today's rate"


def _all_met(needed: list[CriterionResult], ready: list[CriterionResult]) -> str:
    parts = [
        f"needed, because {_told(needed[0])}" if needed else "needed without a condition",
        f"ready, because {_told(ready[0])}" if ready else "ready without a condition",
    ]
    return "; ".join(parts)


def judge_phase(phase: Phase, *, dossier: Dossier, ranking: list[Ranked]) -> PhaseResult:
    """The phase's criteria, judged; its verdict follows from them alone."""
    choice = choose(phase.candidates, ranking) if phase.candidates else Choice()
    criteria = []
    for list_name, _, entry in phase.entries():
        window = Window(list_name=list_name, since=phase.since, duration_days=phase.duration_days)
        criteria.append(judge_entry(entry, dossier=dossier, window=window, choice=choice))
    result = PhaseResult(phase=phase, chosen=choice.option, criteria=tuple(criteria))
    return held_back(result, choice)


def held_back(result: PhaseResult, choice: Choice) -> PhaseResult:
    """The same, but a GO for an option that may fail a must-have is turned into what is not known of it."""
    if result.verdict != "GO" or not choice.doubts:
        return result
    criteria = tuple(
        one if one.list_name == "rollback_if" else doubted(one, choice) for one in result.criteria
    )
    return PhaseResult(phase=result.phase, chosen=result.chosen, criteria=criteria)
