"""A criterion on what an option saves against a baseline, in the terms in which its evidence is counted."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from math import inf, isfinite, isnan

from toolkit.decide.plan import Criterion
from toolkit.decide.question import FLAP_S, Interval, Question, in_blocks
from toolkit.decide.reductions import ReductionTally, Side
from toolkit.decide.tally import DurationTally
from toolkit.decide.wording import plain, share
from toolkit.evidence import Grade
from toolkit.metrics.arms import arm_of, why_not_comparable
from toolkit.metrics.durations import EndEvidence, end_evidence
from toolkit.metrics.rollups import Rollups

S_PER_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What was recorded of both sides in one environment.

    Args:
        option, baseline: their ids.
        of_option, of_baseline: their evidence.
        unlike: why the two answer two questions. Empty where they answer one.
    """

    option: str
    baseline: str
    of_option: EndEvidence
    of_baseline: EndEvidence
    unlike: tuple[str, ...]


def lacking(
    rollups: Rollups, criterion: Criterion, *, option: str, environment: str, since: date | None
) -> list[str]:
    """The sides of a comparison of which nothing is known there."""
    sides = ((option, since), (str(criterion.baseline), None))
    return [
        name
        for name, start in sides
        if end_evidence(rollups, option=name, environment=environment, since=start) is None
    ]


def pair_of(
    rollups: Rollups,
    *,
    option: str,
    baseline: str,
    environment: str,
    grade: Grade,
    since: date | None,
    block_hours: int | None,
) -> Pair | None:
    """The evidence of both sides in an environment; None where that of one is absent.

    Of the baseline everything counts that was recorded up to the as-of day: mostly it ran before.

    Args:
        since: first day of the option's evidence. None means the first that was recorded there.
        block_hours: length of the blocks of time. None where no outage is allowed for.
    """
    ends_of = partial(
        end_evidence, rollups, environment=environment, block_hours=block_hours or 1, flap_s=FLAP_S
    )
    of_option, of_baseline = ends_of(option=option, since=since), ends_of(option=baseline)
    if of_option is None or of_baseline is None:
        return None
    after = arm_of(rollups, option, environment, grade, since=since)
    before = arm_of(rollups, baseline, environment, grade)
    if after is None or before is None:
        return None
    return Pair(
        option=option,
        baseline=baseline,
        of_option=of_option,
        of_baseline=of_baseline,
        unlike=tuple(why_not_comparable(before, after)),
    )


def reduction_question(criterion: Criterion, pair: Pair, *, outages: bool) -> Question:
    """The question of a criterion on how many disconnections per connected hour are gone.

    The smaller worth of an end counts for both sides, as in :func:`toolkit.metrics.ratios.rate_ratio`: had
    nothing changed both would cluster alike, and a side that no outage struck cannot show how its ends come.

    Args:
        outages: whether any are allowed for, so that blocks of time count too.
    """
    new, old = pair.of_option, pair.of_baseline
    worth = min(new.worth, old.worth)
    goes_on = old.newest_hour.date() >= new.newest_hour.date()
    tally = ReductionTally(
        option=_side(pair.option, new, worth, outages=outages, goes_on=True),
        baseline=_side(pair.baseline, old, worth, outages=outages, goes_on=goes_on),
    )
    wrong = "some hour counts more connected than wanted time, or ends before any connection"
    contradictory = new.contradictory or old.contradictory
    usable = isfinite(tally.estimate) and not contradictory and not pair.unlike
    return Question(
        tally=tally,
        quantity=f"share of the unintended ends per connected hour of {pair.baseline} that are gone",
        comparator=criterion.comparator,
        threshold=criterion.threshold,
        estimate=tally.estimate if usable else None,
        interval=_bounded,
        n=new.ends + old.ends,
        events="ends",
        hours=new.hours,
        first_hour=new.first_hour,
        newest_hour=new.newest_hour,
        contradiction=wrong if contradictory else None,
        unlike="; ".join(pair.unlike) or None,
        spread=_reductions,
        value=_reduction,
        told_sample=_sample(tally),
        never="" if goes_on else f", as nothing more of {pair.baseline} is recorded",
    )


def _side(option: str, found: EndEvidence, worth: float, *, outages: bool, goes_on: bool) -> Side:
    tally = DurationTally(
        n_effective=found.ends * worth,
        exposure_s=found.connected_s * worth,
        flap_s=found.flap_s,
        blocks=found.blocks if outages else None,
    )
    return Side(
        option=option,
        ends=found.ends,
        connected_s=found.connected_s,
        tally=tally,
        recorded_days=(found.newest_hour.date() - found.first_hour.date()).days + 1,
        goes_on=goes_on,
    )


def _bounded(alpha: float, low: float, high: float) -> Interval:
    return None if low == -inf else low, high


def _reduction(value: float) -> str:
    """A reduction as a percentage; one below 0 is an increase.

    >>> _reduction(0.9513), _reduction(-0.25), _reduction(float("nan"))
    ('95.13 %', '−25 %', 'unknown')
    """
    if isnan(value):
        return "unknown"
    if value == -inf:
        return "−∞"
    return share(value) if value >= 0 else f"−{plain(round(-100 * value, 2))} %"


def _reductions(low: float, high: float) -> str:
    return f"{_reduction(low)} to {_reduction(high)}"


def _sample(tally: ReductionTally) -> str:
    """Both sides, as far as the interval depends on them."""
    sides = (tally.option, tally.baseline)
    ends = " against ".join(f"{side.ends:,} in {plain(side.connected_s / S_PER_HOUR)} h" for side in sides)
    effective = " and ".join(f"{side.tally.n_effective:,.0f}" for side in sides)
    told = f"estimate {_reduction(tally.estimate)}, ends {ends}, effective {effective}"
    blocks = [side.tally.blocks for side in sides if side.tally.blocks is not None]
    return f"{told}, {in_blocks(*blocks)}" if blocks else told
