"""Which environments speak about a metric of an option, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from toolkit.decide.blockbound import block_hours
from toolkit.decide.comparing import pair_of, reduction_question
from toolkit.decide.dossier import Dossier
from toolkit.decide.plan import REDUCTION, SHARES, Criterion
from toolkit.decide.question import (
    Question,
    duration_question,
    flap_s,
    latency_question,
    share_question,
)
from toolkit.evidence import Grade, grade_rank
from toolkit.metrics.durations import end_evidence
from toolkit.metrics.key import PERCENTILES
from toolkit.metrics.reach import deliveries_of
from toolkit.metrics.rollups import Rollups
from toolkit.metrics.shares import ShareEvidence, share_evidence
from toolkit.metrics.windows import hours_of


@dataclass(frozen=True, kw_only=True)
class Witness:
    """One environment's evidence on one metric of one option.

    Args:
        since: the first day that counts.
        question: what a criterion asks of its evidence.
    """

    environment: str
    grade: Grade
    since: date
    question: Question

    def says(self, *, alpha: float) -> str:
        """Its estimate with its interval, for a reason."""
        asked = self.question
        if asked.contradiction is not None:
            return f"{self.environment} has contradictory counts"
        if asked.unlike is not None:
            return f"{self.environment} has recordings that are not comparable ({asked.unlike})"
        spread = asked.spread(*asked.tally.interval(alpha=alpha))
        return f"{self.environment} says {asked.value(asked.tally.estimate)} ({spread}){asked.suffix}"


def by_strength(environments: Mapping[str, Grade]) -> list[str]:
    """The environments, strongest grade first; equal grades keep their order.

    >>> by_strength({"lab": "lab", "production": "field", "canary": "field"})
    ['production', 'canary', 'lab']
    """
    return sorted(environments, key=lambda name: -grade_rank(environments[name]))


def witnesses(
    dossier: Dossier,
    criterion: Criterion,
    *,
    option: str,
    since: date | None,
    as_if: Grade | None = None,
) -> list[Witness]:
    """Every listed environment that has a criterion's metric since a day, strongest grade first.

    Args:
        since: first day of evidence. None means the first that was recorded there.
        as_if: the grade by whose rules its evidence is counted. None: its own.
    """
    environments = dossier.project.environments
    found = []
    for name in by_strength(environments):
        first = since or first_day(dossier.rollups, option=option, environment=name)
        grade = as_if or environments[name]
        blocks = outage_block_hours(grade, dossier.project.outage_hours)
        asked = first and _question(
            dossier.rollups, criterion, option=option, environment=name, grade=grade, since=since,
            blocks=blocks,
        )  # fmt: skip
        if asked and first:
            found.append(Witness(environment=name, grade=environments[name], since=first, question=asked))
    return found


def outage_block_hours(grade: Grade, outage_hours: float) -> int | None:
    """The length of blocks of time in which evidence of a grade is counted too; None without them.

    Faults of the lab strike by script: what they do is in its recordings, and nothing else is to come.
    """
    return block_hours(outage_hours) if grade == "field" else None


def _question(
    rollups: Rollups,
    criterion: Criterion,
    *,
    option: str,
    environment: str,
    grade: Grade,
    since: date | None,
    blocks: int | None,
) -> Question | None:
    """What is asked of an environment's evidence; None where it has none."""
    metric = str(criterion.metric)
    where = {"option": option, "environment": environment}
    if metric in PERCENTILES:
        found = deliveries_of(rollups, since=since, **where)
        return None if found is None else latency_question(criterion, found, block_hours=blocks)
    if metric in SHARES:
        shares = share_evidence(rollups, metric=metric, since=since, block_hours=blocks or 1, **where)
        if shares is None:
            return None
        in_blocks = shares.blocks if blocks else None
        counted = _in_client_hours(shares) if metric == "session_availability" else shares
        return share_question(criterion, counted, blocks=in_blocks)
    if metric == REDUCTION:
        pair = pair_of(
            rollups, baseline=str(criterion.baseline), grade=grade, since=since, block_hours=blocks, **where
        )
        return None if pair is None else reduction_question(criterion, pair, outages=blocks is not None)
    shortest = flap_s(criterion.threshold)
    ends = end_evidence(rollups, since=since, block_hours=blocks or 1, flap_s=shortest, **where)
    if ends is None:
        return None
    return duration_question(criterion, ends, blocks=ends.blocks if blocks else None)


def _in_client_hours(found: ShareEvidence) -> ShareEvidence:
    """The same share of client-hours: nobody plans a measurement in seconds wanted."""
    return replace(found, successes=found.estimate * found.client_hours, n=found.client_hours)


def first_day(rollups: Rollups, *, option: str, environment: str) -> date | None:
    """The first UTC day that an environment recorded of an option; None where it recorded nothing."""
    hours = hours_of(rollups, option=option, environment=environment, since=None)["hour"]
    return None if hours.empty else hours.iloc[0].date()
