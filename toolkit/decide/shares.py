"""Judges a criterion on a share by its always-valid interval. Pure: no file and no clock."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from math import ceil

from toolkit.decide.distance import days_left, no_sooner, to_clear, to_fill
from toolkit.decide.kleene import State, compared
from toolkit.decide.plan import Criterion
from toolkit.decide.result import MoreNeeded
from toolkit.decide.sequence import rejects
from toolkit.decide.witness import interval
from toolkit.decide.wording import counted, plain, share, shares, words
from toolkit.evidence import Grade
from toolkit.metrics.shares import ShareEvidence

GO_BLOCKS_PER_OUTAGE_HOUR = 168
"""Hourly blocks of field evidence, per hour of the longest outage, before a conclusion that goes on:
with fewer, an outage that has not struck yet hides in too many worlds."""

STOP_BLOCKS_PER_OUTAGE_HOUR = 24
"""The same before a conclusion that stops: enough that one outage is not the whole of the evidence."""


@dataclass(frozen=True, kw_only=True)
class Demands:
    """What is asked of the evidence of one criterion.

    Args:
        list_name: ``needed_if``, ``ready_if`` or ``rollback_if``.
        grade: of the evidence; only field evidence needs a least number of hourly blocks.
        since: first day of the evidence.
        soak_days: least days since then before ready. None where none are asked.
        outage_hours: the longest outage allowed for, in hours.
        as_of: the UTC day of the question, counted as passed.
    """

    list_name: str
    grade: Grade
    since: date
    soak_days: float | None
    outage_hours: float
    as_of: date

    def least_blocks(self, state: State) -> int:
        """Hourly blocks before a state may be concluded; a rollback alarm stops, as a failed gate does."""
        if self.grade != "field":
            return 0
        goes_on = (state == "met") != (self.list_name == "rollback_if")
        per_outage_hour = GO_BLOCKS_PER_OUTAGE_HOUR if goes_on else STOP_BLOCKS_PER_OUTAGE_HOUR
        return ceil(per_outage_hour * self.outage_hours)

    def days_left(self, state: State) -> int:
        """Days of soak left before a state may be concluded."""
        if self.list_name != "ready_if" or state != "met" or self.soak_days is None:
            return 0
        return days_left(self.since, duration_days=self.soak_days, as_of=self.as_of)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A state with its reason, the interval that was compared, and what is still needed."""

    state: State
    reason: str
    low: float | None = None
    high: float | None = None
    more_needed: MoreNeeded | None = None


def judge_share(criterion: Criterion, evidence: ShareEvidence, demands: Demands) -> Judgement:
    """The state of a share criterion: what the interval says, unless the evidence may not say it yet."""
    if evidence.contradictory:
        return Judgement(state="unknown", reason=_contradiction(evidence))
    low, high = interval(evidence, alpha=alpha_of(criterion))
    if old := _too_old(criterion, evidence, as_of=demands.as_of):
        return Judgement(state="unknown", reason=old, low=low, high=high)
    state = compared(low, high, comparator=criterion.comparator, threshold=criterion.threshold)
    if state == "unknown":
        return _undecided(criterion, evidence, demands, low=low, high=high)
    return _concluded(state, criterion, evidence, demands, low=low, high=high)


def alpha_of(criterion: Criterion) -> float:
    """The error that a criterion allows over all looks.

    >>> alpha_of(Criterion(option="a", metric="session_availability", at_least=0.9))
    0.05
    """
    return round(1 - criterion.confidence, 12)


def _contradiction(evidence: ShareEvidence) -> str:
    total = f"{plain(evidence.successes)} of {plain(evidence.n)} in all"
    return f"contradictory: some hour counts more successes than events ({total})"


def _too_old(criterion: Criterion, evidence: ShareEvidence, *, as_of: date) -> str | None:
    newest = evidence.newest_hour.date()
    age_days = (as_of - newest).days
    if criterion.max_age_days is None or age_days <= criterion.max_age_days:
        return None
    allowed = f"at most {plain(criterion.max_age_days)} allowed"
    return f"too old: the newest hour is of {newest}, {counted(age_days, 'day')} ago; {allowed}"


def _concluded(
    state: State, criterion: Criterion, evidence: ShareEvidence, demands: Demands, *, low: float, high: float
) -> Judgement:
    """The interval decides, once there are hours enough for an outage to show and the soak is over."""
    spread = f"{'all' if state == 'met' else 'none'} of {shares(low, high)} ({sample(evidence)})"
    sentence = f"{spread} is {words(criterion.comparator)} {share(criterion.threshold)}"
    judged = partial(Judgement, low=low, high=high)
    least, left = demands.least_blocks(state), demands.days_left(state)
    if evidence.hours < least:
        more = no_sooner(to_fill(evidence, least), left)
        asked = (
            f"{counted(least, 'hourly block')} that outages of up to {plain(demands.outage_hours)} h ask for"
        )
        reason = f"too few: {evidence.hours} of the {asked}; so far {sentence}"
        return judged(state="unknown", reason=reason, more_needed=more)
    if left:
        reason = f"window not over: {counted(left, 'day')} left; so far {sentence}"
        return judged(state="unknown", reason=reason, more_needed=MoreNeeded(events=None, days=left))
    return judged(state=state, reason=sentence)


def _undecided(
    criterion: Criterion, evidence: ShareEvidence, demands: Demands, *, low: float, high: float
) -> Judgement:
    """The interval holds the threshold: the share is near it, or no sample so small could clear it."""
    threshold, estimate, alpha = criterion.threshold, evidence.estimate, alpha_of(criterion)
    leaning = compared(estimate, estimate, comparator=criterion.comparator, threshold=threshold)
    more = to_clear(evidence, threshold, alpha=alpha)
    if (least := demands.least_blocks(leaning)) > evidence.hours:
        more = no_sooner(more, to_fill(evidence, least).days or 0)
    more = no_sooner(more, demands.days_left(leaning))
    numbers = f"{shares(low, high)} ({sample(evidence)}) holds {share(threshold)}"
    if _hopeless(estimate, threshold, n=evidence.n_effective, alpha=alpha):
        reason = f"too few: no outcome of so few on this side of {share(threshold)} would clear it; {numbers}"
    else:
        reason = f"straddles: {numbers}"
    if more is None:
        reason += "; at today's estimate no number of events would settle it"
    return Judgement(state="unknown", reason=reason, low=low, high=high, more_needed=more)


def _hopeless(estimate: float, threshold: float, *, n: float, alpha: float) -> bool:
    """Whether even a sample without blemish, on the estimate's side, would leave the threshold inside."""
    if estimate == threshold or not 0 < threshold < 1:
        return False
    return not rejects(threshold, n if estimate > threshold else 0, n, alpha=alpha)


def sample(evidence: ShareEvidence) -> str:
    """The estimate with its sample, for a reason."""
    estimate, effective = share(evidence.estimate), f"{evidence.n_effective:,.0f}"
    return f"estimate {estimate}, n {plain(evidence.n)}, effective {effective}"
