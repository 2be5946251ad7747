"""Judges a criterion on a measured metric: which environment may speak, and what it says."""

from dataclasses import replace
from datetime import date
from functools import partial

from toolkit.decide.comparing import lacking
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
        silence = _silence(criterion, heard, option=option, dossier=dossier, since=window.since)
        return result(state="unknown", reason=silence, environment=criterion.environment, since=window.since)
    witness = asked[0]
    judged = _heard(criterion, witness, dossier=dossier, window=window)
    return _told(criterion, witness, judged, option=option, list_name=window.list_name)


def _told(
    criterion: Criterion, witness: Witness, judged: Judgement, *, option: str, list_name: str
) -> CriterionResult:
    """The judgement beside the evidence that it is of."""
    return CriterionResult(
        list_name=list_name,
        entry=criterion,
        option=option,
        environment=witness.environment,
        grade=witness.grade,
        since=witness.since,
        until=witness.question.newest_hour.date(),
        estimate=witness.question.estimate,
        n=witness.question.n,
        n_effective=witness.question.tally.n_effective,
        **vars(judged),
    )


def judge_as_if(
    criterion: Criterion, *, option: str, dossier: Dossier, window: Window
) -> tuple[Grade, CriterionResult] | None:
    """What evidence of too weak a grade would say if it had the grade that is asked for, and that grade.

    The counts are the same; all rules are those of the grade: blocks of time, outages allowed for, soak, age.
    It is no evidence, and nothing that decides may read it. None where no grade is too weak.
    """
    heard = witnesses(dossier, criterion, option=option, since=window.since)
    asked = [one for one in heard if criterion.environment in (None, one.environment)]
    found = asked or weaker_witnesses(criterion, heard, dossier)
    grade = criterion.grade if asked else dossier.project.environments.get(criterion.environment or "")
    if not found or grade is None or grade_rank(found[0].grade) >= grade_rank(grade):
        return None
    again = witnesses(dossier, criterion, option=option, since=window.since, as_if=grade)
    witness = next(one for one in again if one.environment == found[0].environment)
    demands = _demands(replace(witness, grade=grade), dossier=dossier, window=window)
    judged = judge(criterion, witness.question, demands)
    return grade, _told(criterion, witness, judged, option=option, list_name=window.list_name)


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
        goes_on=witness.grade == "field",
    )


def _silence(
    criterion: Criterion, heard: list[Witness], *, option: str, dossier: Dossier, since: date | None
) -> str:
    """Why the environment that is asked for, or any at all, says nothing."""
    where = criterion.environment or "any environment"
    until = f" from {since} to {dossier.as_of}" if since else f" up to {dossier.as_of}"
    whose = _whose(criterion, option=option, dossier=dossier, since=since)
    if weaker := weaker_witnesses(criterion, heard, dossier):
        says = weaker[0].says(alpha=alpha_of(criterion))
        return f"grade too weak: {where} has none{whose}{until}; {says}"
    aside = f"; {heard[0].environment} has it, but environments are never pooled" if heard else ""
    return f"absent: nothing was recorded{whose} in {where}{until}{aside}"


def weaker_witnesses(criterion: Criterion, heard: list[Witness], dossier: Dossier) -> list[Witness]:
    """Those of weaker grade than the environment that is asked for; none where none is asked for."""
    grade: Grade | None = dossier.project.environments.get(criterion.environment or "")
    return [one for one in heard if grade and grade_rank(one.grade) < grade_rank(grade)]


def _whose(criterion: Criterion, *, option: str, dossier: Dossier, since: date | None) -> str:
    """Which side of a comparison lacks it in the environment that is asked for; empty of anything else."""
    if criterion.baseline is None or criterion.environment is None:
        return ""
    where = criterion.environment
    missing = lacking(dossier.rollups, criterion, option=option, environment=where, since=since)
    return f" of {' or '.join(missing)}" if missing else ""
