"""Judges a criterion on a measured metric: which environment may speak, and what it says."""

from datetime import date
from functools import partial
from typing import TypedDict

from toolkit.decide.dossier import Dossier, Window
from toolkit.decide.plan import Criterion
from toolkit.decide.result import CriterionResult
from toolkit.decide.shares import Demands, Judgement, alpha_of, judge_share
from toolkit.decide.witness import Witness, witnesses
from toolkit.evidence import Grade, grade_rank
from toolkit.metrics.key import MetricValue


def judge_measured(criterion: Criterion, *, option: str, dossier: Dossier, window: Window) -> CriterionResult:
    """The state of a criterion on one of the recorded metrics; environments are never pooled."""
    heard = witnesses(dossier, metric=str(criterion.metric), option=option, since=window.since)
    asked = [one for one in heard if criterion.environment in (None, one.environment)]
    result = partial(CriterionResult, list_name=window.list_name, entry=criterion, option=option)
    if not asked:
        silence = _silence(criterion, heard, dossier=dossier, since=window.since)
        return result(state="unknown", reason=silence, environment=criterion.environment, since=window.since)
    witness = asked[0]
    place = partial(result, environment=witness.environment, grade=witness.grade, since=witness.since)
    return place(**vars(_heard(criterion, witness, dossier=dossier, window=window)), **_numbers(witness))


def _heard(criterion: Criterion, witness: Witness, *, dossier: Dossier, window: Window) -> Judgement:
    """What the evidence says, if it is strong enough and there is a method to judge it."""
    weak = criterion.grade is not None and grade_rank(witness.grade) < grade_rank(criterion.grade)
    if not weak and not isinstance(witness.evidence, MetricValue):
        return judge_share(criterion, witness.evidence, _demands(witness, dossier=dossier, window=window))
    why = (
        f"grade too weak: {witness.grade} evidence where {criterion.grade} is asked for"
        if weak
        else f"method not available: this version has no always-valid interval for {criterion.metric}"
    )
    return Judgement(state="unknown", reason=f"{why}; {witness.says(alpha=alpha_of(criterion))}")


class _Numbers(TypedDict, total=False):
    estimate: float | None
    n: float
    n_effective: float


def _numbers(witness: Witness) -> _Numbers:
    """The estimate and its sample; contradictory counts have no estimate."""
    evidence = witness.evidence
    if isinstance(evidence, MetricValue):
        return {"estimate": evidence.estimate, "n": evidence.n}
    estimate = None if evidence.contradictory else evidence.estimate
    return {"estimate": estimate, "n": evidence.n, "n_effective": evidence.n_effective}


def _demands(witness: Witness, *, dossier: Dossier, window: Window) -> Demands:
    return Demands(
        list_name=window.list_name,
        grade=witness.grade,
        since=witness.since,
        soak_days=window.duration_days,
        outage_hours=dossier.project.outage_hours,
        as_of=dossier.as_of,
    )


def _silence(criterion: Criterion, heard: list[Witness], *, dossier: Dossier, since: date | None) -> str:
    """Why the environment that is asked for, or any at all, says nothing."""
    where = criterion.environment or "any environment"
    until = f" from {since} to {dossier.as_of}" if since else f" up to {dossier.as_of}"
    grade: Grade | None = dossier.project.environments.get(criterion.environment or "")
    weaker = [one for one in heard if grade and grade_rank(one.grade) < grade_rank(grade)]
    if weaker:
        says = weaker[0].says(alpha=alpha_of(criterion))
        return f"grade too weak: {where} has none{until}; {says}"
    aside = f"; {heard[0].environment} has it, but environments are never pooled" if heard else ""
    return f"absent: nothing was recorded in {where}{until}{aside}"
