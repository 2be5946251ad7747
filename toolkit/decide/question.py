"""A criterion put in the terms in which its evidence is counted: shares of events, or time between ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from math import floor, inf

from toolkit.decide.percentiles import latency_interval
from toolkit.decide.plan import Comparator, Criterion
from toolkit.decide.reductions import Tally
from toolkit.decide.tally import DurationTally, ShareTally
from toolkit.decide.wording import counted, plain, seconds, share, shares
from toolkit.metrics.blocks import Blocks
from toolkit.metrics.durations import EndEvidence
from toolkit.metrics.key import PERCENTILES
from toolkit.metrics.latency import Latencies, percentile
from toolkit.metrics.reach import Deliveries, bucket_within
from toolkit.metrics.shares import ShareEvidence

LOW_IS_GOOD = ("reconnection_frequency",)
"""Shares that an outage raises."""

FLAP_S = 60.0
"""An outage is taken to end every connection at most once in so many seconds of its connected time."""

Interval = tuple[float | None, float | None]


def flap_s(threshold_s: float) -> float:
    """How often an outage ends a connection at most, for a threshold on the mean duration.

    A mean of less than twice that could not be told from an outage that never stops.

    >>> flap_s(300), flap_s(40)
    (60.0, 20.0)
    """
    return min(FLAP_S, threshold_s / 2) if threshold_s > 0 else FLAP_S


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a gate asks of one environment's evidence.

    Args:
        tally: what is counted.
        quantity: what the tally is of, in words.
        comparator, threshold: what the tally is held against.
        estimate: in the unit of the criterion. None where it is not finite or the counts are contradictory.
        interval: gives, for an error and the tally's interval, the interval in the unit of the criterion.
        n: raw events.
        events: what they are called.
        hours: how many hours hold evidence.
        first_hour, newest_hour: the first and last of them, UTC.
        contradiction: what is wrong with the counts. None where nothing is.
        spread, value: write an interval and a value of the tally.
        suffix: what the tally is of, after its numbers. Empty where the criterion says it.
        unlike: why two sides that are compared answer two questions. None where they answer one.
        told_sample: the estimate with its sample, where two sides are compared. None where one is counted.
        never: why more evidence is of no use, after that is said. Empty where the estimate is why.
    """

    tally: Tally
    quantity: str
    comparator: Comparator
    threshold: float
    estimate: float | None
    interval: Callable[[float, float, float], Interval]
    n: float
    events: str
    hours: int
    first_hour: datetime
    newest_hour: datetime
    contradiction: str | None
    spread: Callable[[float, float], str]
    value: Callable[[float], str]
    suffix: str = ""
    unlike: str | None = None
    told_sample: str | None = None
    never: str = ""

    @property
    def recorded_days(self) -> int:
        """Calendar days from the first to the newest hour that holds evidence, both counted."""
        return (self.newest_hour.date() - self.first_hour.date()).days + 1

    def age_days(self, as_of: date) -> int:
        """Calendar days from the newest hour that holds evidence to the as-of day."""
        return (as_of - self.newest_hour.date()).days

    @property
    def sample(self) -> str:
        """The estimate with its sample, for a reason."""
        if self.told_sample is not None:
            return self.told_sample
        estimate, effective = self.value(self.tally.estimate), f"{self.tally.n_effective:,.0f}"
        told = f"estimate {estimate}, {self.events} {plain(self.n)}, effective {effective}"
        blocks = self.tally.blocks
        return told if blocks is None or blocks.of_clients else f"{told}, {in_blocks(blocks)}"


def in_blocks(*blocks: Blocks) -> str:
    """How many blocks there are, of each side that is counted."""
    counts, last = " and ".join(plain(one.count) for one in blocks), blocks[-1]
    return f"{counts} block{'' if last.count == 1 else 's'} of {last.hours} h"


def client_hours(blocks: Blocks) -> str:
    """How many hours of single clients there are; unequal ones count as so many equal ones."""
    return counted(floor(blocks.count), "client-hour")


def _same(alpha: float, low: float, high: float) -> Interval:
    return low, None if high == inf else high


def share_question(criterion: Criterion, found: ShareEvidence, *, blocks: Blocks | None) -> Question:
    """The question of a criterion on a share, as it stands.

    Args:
        blocks: None where no outage is allowed for; hours of single clients count instead.
    """
    wrong = None
    if found.contradictory:
        total = f"{plain(found.successes)} of {plain(found.n)} in all"
        wrong = f"some hour counts more successes than events ({total})"
    return Question(
        tally=ShareTally(
            estimate=found.estimate,
            n_effective=found.n_effective,
            blocks=blocks or found.clients,
            high_is_good=criterion.metric not in LOW_IS_GOOD,
        ),
        quantity="share",
        comparator=criterion.comparator,
        threshold=criterion.threshold,
        estimate=None if wrong else found.estimate,
        interval=_same,
        n=found.n,
        events="n",
        hours=found.hours,
        first_hour=found.first_hour,
        newest_hour=found.newest_hour,
        contradiction=wrong,
        spread=shares,
        value=share,
    )


def duration_question(criterion: Criterion, found: EndEvidence, *, blocks: Blocks | None) -> Question:
    """The question of a criterion on the mean connection duration: connected time per unintended end."""
    tally = DurationTally(
        n_effective=found.ends * found.worth,
        exposure_s=found.connected_s * found.worth,
        flap_s=found.flap_s,
        blocks=blocks or found.clients,
    )
    wrong = "some hour counts more connected than wanted time, or ends before any connection"
    return Question(
        tally=tally,
        quantity="mean time between unintended ends, in seconds",
        comparator=criterion.comparator,
        threshold=criterion.threshold,
        estimate=tally.estimate if found.ends and not found.contradictory else None,
        interval=_same,
        n=found.ends,
        events="ends",
        hours=found.hours,
        first_hour=found.first_hour,
        newest_hour=found.newest_hour,
        contradiction=wrong if found.contradictory else None,
        spread=_durations,
        value=seconds,
    )


def _durations(low: float, high: float) -> str:
    if high == inf:
        return f"{seconds(low)} and more"
    return f"{seconds(low).removesuffix(' s')}–{seconds(high)}"


def latency_question(criterion: Criterion, found: Deliveries, *, block_hours: int | None) -> Question:
    """The question of a criterion on a latency percentile, as one on the share of deliveries within it.

    The 95th percentile is at most 250 ms where at least 95 % of the deliveries expected came within 250 ms.
    The bucket that holds the limit counts as slower, and so does what missed its deadline.
    """
    percent, limit_ms = PERCENTILES[str(criterion.metric)], criterion.threshold
    evidence = found.within(bucket_within(limit_ms), block_hours=block_hours or 1)
    blocks = evidence.blocks if block_hours else evidence.clients
    fast = criterion.comparator in ("at_most", "below")
    within = f"deliveries within {plain(limit_ms)} ms"
    return Question(
        tally=ShareTally(estimate=evidence.estimate, n_effective=evidence.n_effective, blocks=blocks),
        quantity=f"share of {within}",
        comparator="at_least" if fast else "below",
        threshold=percent / 100,
        estimate=None if found.contradictory else _percentile_ms(found, percent, evidence.n_effective),
        interval=lambda alpha, low, high: latency_interval(
            found, percent / 100, alpha=alpha, block_hours=block_hours
        ),
        n=evidence.n,
        events="n",
        hours=evidence.hours,
        first_hour=evidence.first_hour,
        newest_hour=evidence.newest_hour,
        contradiction="some hour counts more deliveries in time than expected"
        if found.contradictory
        else None,
        spread=shares,
        value=share,
        suffix=f" of {within}",
    )


def _percentile_ms(found: Deliveries, percent: int, n_effective: float) -> float | None:
    totals = found.totals
    latencies = Latencies(
        buckets=tuple(totals),
        counts=tuple(totals.values()),
        expected=found.expected,
        deadline_ms=found.deadline_ms,
        n_effective=n_effective,
    )
    return percentile(latencies, percent).estimate
