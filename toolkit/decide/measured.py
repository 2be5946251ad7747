"""Judges a criterion on a measured metric: which environment may speak, and what it says."""

from datetime import date
from functools import partial

from toolkit.decide.dossier import Dossier, Window
from toolkit.decide.judging import Demands, Judgement, alpha_of, judge
from toolkit.decide.plan import Criterion
from toolkit.decide.result import CriterionResult
from toolkit.decide.witness import Witness, outage_block_hours, witnesses
from toolkit.evidence import Grade, grade_rank


def judge_measured(criterion: Criterion, *, option: str, dossier: Dossier, window: Window) -> CriterionResult:
    """The state of a criterion on one of the recorded metrics; environments are never pooled."""
    heard = witnesses(dossier, criterion, option=option, since=window.since)
    asked = [one for one in heard if criterion.environment in (None, one.environment)]
    result = partial(CriterionResult, list_name=window.list_name, entry=criterion, option=option)
    if not asked:
        silence = _silence(criterion, heard, dossier=dossier, since=window.since)
        return result(state="unknown", reason=silence, environment=criterion.environment, since=window.since)
    witness = asked[0]
    return result(
        environment=witness.environment,
        grade=witness.grade,
        since=witness.since,
        estimate=witness.question.estimate,
        n=witness.question.n,
        n_effective=witness.question.tally.n_effective,
        **vars(_heard(criterion, witness, dossier=dossier, window=window)),
    )


def _heard(criterion: Criterion, witness: Witness, *, dossier: Dossier, window: Window) -> Judgement:
    """What the evidence says, if it is strong enough."""
    if criterion.grade is None or grade_rank(witness.grade) >= grade_rank(criterion.grade):
        return judge(criterion, witness.question, _demands(witness, dossier=dossier, window=window))
    why = f"grade too weak: {witness.grade} evidence where {criterion.grade} is asked for"
    return Judgement(state="unknown", reason=f"{why}; {witness.says(alpha=alpha_of(criterion))}")


def _demands(witness: Witness, *, dossier: Dossier, window: Window) -> Demands:
    outage_hours = dossier.project.outage_hours
    return Demands(
        list_name=window.list_name,
        since=witness.since,
        soak_days=window.duration_days,
        outage_hours=outage_hours if outage_block_hours(witness.grade, outage_hours) else None,
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
