"""Beside a HOLD: what evidence of too weak a grade would say, if it had the grade that is asked for.

It answers "suppose that production did what the lab did". It is labelled hypothetical wherever it is shown,
and the verdict, the ranking and the headline never read it: a HOLD stays one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from toolkit.decide.criteria import Choice, joined
from toolkit.decide.dossier import Dossier, Window
from toolkit.decide.gates import Because, PhaseResult, Verdict, held_back
from toolkit.decide.measured import judge_as_if
from toolkit.decide.plan import AnyOf, Criterion
from toolkit.decide.ranking import Ranked, choose
from toolkit.decide.result import CriterionResult
from toolkit.evidence import Grade

DECIDING = ("needed_if", "ready_if")


@dataclass(frozen=True, kw_only=True)
class Hypothetical:
    """What a criterion would be.

    Args:
        grade: of the evidence. None of an ``any_of`` entry.
        as_grade: the grade whose rules were applied. None likewise.
        result: the criterion, judged by them.
    """

    grade: Grade | None
    as_grade: Grade | None
    result: CriterionResult

    @property
    def label(self) -> str:
        """What is supposed, in words."""
        if self.grade is None or self.as_grade is None:
            return "hypothetical"
        return f"hypothetical: {supposition([self])}"

    def to_document(self) -> dict[str, Any]:
        """The supposition as ``toolkit decide --json`` prints it; every key is always there."""
        return {
            "label": self.label,
            "environment": self.result.environment,
            "as_grade": self.as_grade,
            **self.result.judged_document(),
            "grade": self.grade,
        }


@dataclass(frozen=True, kw_only=True)
class HypotheticalPhase:
    """What a phase would say.

    Args:
        label: what is supposed, in words.
        sentence: its verdict with its first reason.
    """

    label: str
    verdict: Verdict
    because: Because | None
    sentence: str

    def to_document(self) -> dict[str, Any]:
        """The same as ``toolkit decide --json`` prints it."""
        return dict(vars(self))


def supposition(found: Sequence[Hypothetical]) -> str:
    """What is supposed of evidence, in words."""
    pairs = dict.fromkeys((one.grade, one.as_grade) for one in found if one.grade is not None)
    return f"if {' and '.join(f'these {grade} counts were {other} data' for grade, other in pairs)}"


def with_hypotheses(result: PhaseResult, *, dossier: Dossier, ranking: list[Ranked]) -> PhaseResult:
    """The phase with what it would say beside its HOLD; any other verdict stays as it is.

    Args:
        ranking: the one that the phase was judged by.
    """
    if result.verdict != "HOLD":
        return result
    criteria = tuple(_supposed(one, result, dossier) for one in result.criteria)
    found = [one.hypothetical for entry in criteria for one in (entry, *(entry.any_of or ()))]
    told = [one for one in found if one is not None and one.grade is not None]
    if not told:
        return result
    choice = choose(result.phase.candidates, ranking) if result.phase.candidates else Choice()
    supposed = held_back(
        replace(
            result,
            criteria=tuple(
                one.hypothetical.result if one.hypothetical else one
                for one in criteria
                if one.list_name in DECIDING
            ),
        ),
        choice,
    )
    hypothetical = HypotheticalPhase(
        label=f"hypothetical: {supposition(told)}",
        verdict=supposed.verdict,
        because=supposed.because,
        sentence=supposed.sentence,
    )
    return replace(result, criteria=criteria, hypothetical=hypothetical)


def _supposed(result: CriterionResult, of: PhaseResult, dossier: Dossier) -> CriterionResult:
    """The criterion with what it would be, where its grade is what is wrong with it."""
    if result.list_name not in DECIDING or result.state != "unknown":
        return result
    if result.any_of is not None and isinstance(result.entry, AnyOf):
        return _any_supposed(result, result.entry, of, dossier)
    entry, option = result.entry, result.option
    if result.why != "grade too weak" or not isinstance(entry, Criterion) or option is None:
        return result
    window = Window(list_name=result.list_name, since=of.phase.since, duration_days=of.phase.duration_days)
    found = judge_as_if(entry, option=option, dossier=dossier, window=window)
    if found is None:
        return result
    grade, judged = found
    # At what rate evidence of that grade would come, nobody knows from a lab's.
    judged = replace(judged, more_needed=None)
    return replace(result, hypothetical=Hypothetical(grade=judged.grade, as_grade=grade, result=judged))


def _any_supposed(
    result: CriterionResult, entry: AnyOf, of: PhaseResult, dossier: Dossier
) -> CriterionResult:
    inner = tuple(_supposed(one, of, dossier) for one in result.any_of or ())
    if not any(one.hypothetical for one in inner):
        return result
    among = tuple(one.hypothetical.result if one.hypothetical else one for one in inner)
    judged = joined(entry, among, list_name=result.list_name)
    return replace(result, any_of=inner, hypothetical=Hypothetical(grade=None, as_grade=None, result=judged))
