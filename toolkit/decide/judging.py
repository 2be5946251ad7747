"""Judges a criterion on recorded evidence by its always-valid interval. Pure: no file and no clock."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from math import isfinite, isnan

from toolkit.decide.distance import days_left, no_sooner, to_clear, to_fill
from toolkit.decide.kleene import State, compared
from toolkit.decide.plan import Criterion
from toolkit.decide.question import Question, client_hours
from toolkit.decide.reductions import SIDES, ReductionTally, Side
from toolkit.decide.result import Basis, MoreNeeded, SideBasis
from toolkit.decide.tally import Asked, DurationTally
from toolkit.decide.wording import counted, plain, words
from toolkit.metrics.blocks import Blocks

NIGHTLY_DAYS = 1
"""Evidence that goes on may be so old: who looks during a day has that of the day before."""


@dataclass(frozen=True, kw_only=True)
class Demands:
    """What is asked of the evidence of one criterion.

    Args:
        list_name: ``needed_if``, ``ready_if`` or ``rollback_if``.
        since: first day of the evidence.
        soak_days: least days since then before ready. None where none are asked.
        outage_hours: the longest outage allowed for, in hours. None where the evidence needs no allowance.
        as_of: the UTC day of the question, counted as passed.
        goes_on: whether the evidence comes day by day, as in production, so that a gap in it is told.
    """

    list_name: str
    since: date
    soak_days: float | None
    outage_hours: float | None
    as_of: date
    goes_on: bool = False

    def days_left(self, state: State) -> int:
        """Days of soak left before a state may be concluded."""
        if self.list_name != "ready_if" or state != "met" or self.soak_days is None:
            return 0
        return days_left(self.since, duration_days=self.soak_days, as_of=self.as_of)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A state with its reason, the interval that was compared, and what is still needed.

    Args:
        low, high: in the unit of the criterion. None of both where the counts are contradictory or not
            comparable; of one, where it is infinite.
        basis: what the interval was made of. None where the counts are contradictory or not comparable.
    """

    state: State
    reason: str
    low: float | None = None
    high: float | None = None
    basis: Basis | None = None
    more_needed: MoreNeeded | None = None


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A question with its interval, in the tally's unit, and the side to which its estimate leans."""

    question: Question
    demands: Demands
    alpha: float
    low: float
    high: float

    @property
    def above(self) -> bool:
        return self.question.tally.estimate >= self.question.threshold

    @property
    def asked(self) -> Asked | None:
        """The blocks that could settle it, on the side to which the estimate leans."""
        threshold = self.question.threshold
        return self.question.tally.asked(threshold, alpha=self.alpha, above=self.above)

    @property
    def sentence(self) -> str:
        """The interval with its sample, without what it says of the threshold."""
        question = self.question
        clients = f", {client_hours(self.clients)}" if self.clients else ""
        return f"{question.spread(self.low, self.high)} ({question.sample}{clients}){question.suffix}"

    @cached_property
    def clients(self) -> Blocks | None:
        """The hours of single clients, where they prove less than the events do; else None."""
        tally = self.question.tally
        if isinstance(tally, ReductionTally) or tally.blocks is None or not tally.blocks.of_clients:
            return None
        by_events = replace(tally, blocks=None).interval(alpha=self.alpha)
        return None if by_events == (self.low, self.high) else tally.blocks


def judge(criterion: Criterion, question: Question, demands: Demands) -> Judgement:
    """The state of a measured criterion: what the interval says, unless the evidence may not say it yet."""
    if question.contradiction is not None:
        return Judgement(state="unknown", reason=f"contradictory: {question.contradiction}")
    if question.unlike is not None:
        return Judgement(state="unknown", reason=f"not comparable: {question.unlike}")
    alpha = alpha_of(criterion)
    low, high = question.tally.interval(alpha=alpha)
    case = _Case(question=question, demands=demands, alpha=alpha, low=low, high=high)
    shown_low, shown_high = question.interval(alpha, low, high)
    judged = partial(Judgement, low=shown_low, high=shown_high, basis=_basis(case))
    if old := _too_old(criterion, question, as_of=demands.as_of):
        return judged(state="unknown", reason=old)
    state = compared(low, high, comparator=question.comparator, threshold=question.threshold)
    told, more, state = _undecided(case) if state == "unknown" else _concluded(state, case)
    return judged(state=state, reason=told + _unwatched(question, demands, state), more_needed=more)


def alpha_of(criterion: Criterion) -> float:
    """The error that a criterion allows over all looks.

    >>> alpha_of(Criterion(option="a", metric="session_availability", at_least=0.9))
    0.05
    """
    return round(1 - criterion.confidence, 12)


def _basis(case: _Case) -> Basis:
    tally, asked = case.question.tally, case.asked
    if asked is not None and asked.blocks.of_clients and case.clients is None and not asked.lacking:
        asked = None
    duration = tally if isinstance(tally, DurationTally) else None
    sides = None
    if isinstance(tally, ReductionTally):
        sides = _side(tally.option, case.alpha), _side(tally.baseline, case.alpha)
    return Basis(
        quantity=case.question.quantity,
        estimate=tally.estimate if isfinite(tally.estimate) else None,
        low=case.low,
        high=case.high,
        threshold=case.question.threshold,
        alpha=case.alpha,
        exposure_s=duration.exposure_s if duration else None,
        flap_s=duration.flap_s if duration else None,
        outage_hours=case.demands.outage_hours,
        blocks=None if asked is None else asked.blocks,
        least_blocks=None if asked is None else asked.least,
        sides=sides,
    )


def _side(side: Side, alpha: float) -> SideBasis:
    low, high = side.tally.interval(alpha=alpha / SIDES)
    return SideBasis(
        option=side.option,
        ends=side.ends,
        connected_s=side.connected_s,
        n_effective=side.tally.n_effective,
        exposure_s=side.tally.exposure_s,
        flap_s=side.tally.flap_s,
        blocks=side.tally.blocks,
        alpha=alpha / SIDES,
        low_s=low,
        high_s=high,
    )


def _unwatched(question: Question, demands: Demands, state: State) -> str:
    """Days of which nothing was recorded, where what is decided would pass for seen on them; else empty."""
    if state == "unknown" or not demands.goes_on:
        return ""
    age_days = question.age_days(demands.as_of)
    told = ""
    if age_days > NIGHTLY_DAYS:
        told = f"; nothing was recorded in the {counted(age_days, 'day')} since {question.newest_hour.date()}"
    soak, recorded = demands.soak_days, question.recorded_days
    if demands.list_name == "ready_if" and state == "met" and soak is not None and recorded < soak:
        told += f"; the soak of {plain(soak)} days was recorded for {counted(recorded, 'day')} only"
    return told


def _too_old(criterion: Criterion, question: Question, *, as_of: date) -> str | None:
    newest = question.newest_hour.date()
    age_days = question.age_days(as_of)
    if criterion.max_age_days is None or age_days <= criterion.max_age_days:
        return None
    allowed = f"at most {plain(criterion.max_age_days)} allowed"
    return f"too old: the newest hour is of {newest}, {counted(age_days, 'day')} ago; {allowed}"


Told = tuple[str, MoreNeeded | None, State]


def _concluded(state: State, case: _Case) -> Told:
    """The interval decides, once the soak is over."""
    question = case.question
    compares = f"is {words(question.comparator)} {question.value(question.threshold)}"
    sentence = f"{'all' if state == 'met' else 'none'} of {case.sentence} {compares}"
    if few := _too_few_blocks(case):
        more = no_sooner(to_fill(question, case.asked), case.demands.days_left(state))
        return f"too few: {few}; so far {sentence}", more, "unknown"
    if left := case.demands.days_left(state):
        reason = f"window not over: {counted(left, 'day')} left; so far {sentence}"
        return reason, MoreNeeded(events=None, days=left), "unknown"
    return sentence, None, state


def _undecided(case: _Case) -> Told:
    """The interval holds the threshold: the value is near it, or no sample so small could clear it."""
    question, demands = case.question, case.demands
    threshold, estimate = question.threshold, question.tally.estimate
    leaning = compared(estimate, estimate, comparator=question.comparator, threshold=threshold)
    more = no_sooner(to_clear(question, alpha=case.alpha), demands.days_left(leaning))
    numbers = f"{case.sentence} holds {question.value(threshold)}"
    if few := _too_few_blocks(case):
        reason = f"too few: {few}; {numbers}"
        more = more or to_fill(question, case.asked)
    elif isnan(estimate):
        reason = f"too few: no connection of either ended, so that nothing can be gone; {numbers}"
    elif estimate != threshold and _hopeless(case):
        side = f"on this side of {question.value(threshold)}"
        reason = f"too few: no outcome of so few {side} would clear it; {numbers}"
    else:
        reason = f"straddles: {numbers}"
    if more is None:
        reason += f"; at today's estimate no number of events would settle it{question.never}"
    return reason, more, "unknown"


def _too_few_blocks(case: _Case) -> str | None:
    asked, outage_hours = case.asked, case.demands.outage_hours
    if asked is None or not asked.lacking:
        return None
    if asked.blocks.of_clients:
        return f"{client_hours(asked.blocks)} of the {asked.least:,} that it takes at the least"
    if outage_hours is None:
        return None
    whole = f"the {asked.least:,} blocks of {asked.blocks.hours} h{asked.of and f' of {asked.of}'}"
    longest = f"outages of up to {plain(outage_hours)} h"
    return f"{plain(asked.blocks.count)} of {whole} that {longest} ask for at the least"


def _hopeless(case: _Case) -> bool:
    """Whether even a sample without blemish, on the estimate's side, would leave the threshold inside."""
    best = case.question.tally.extreme(high=case.above)
    return not best.rejects(case.question.threshold, alpha=case.alpha)
