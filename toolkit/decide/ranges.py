"""The values that satisfy a criterion, as a stretch of the number line. Pure: no file and no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from toolkit.decide.plan import MEASURED, REDUCTION, SHARES, Criterion


@dataclass(frozen=True)
class Span:
    """Values from ``low`` to ``high``; whether each end belongs to them is said beside it."""

    low: float = -inf
    high: float = inf
    low_in: bool = field(default=True, kw_only=True)
    high_in: bool = field(default=True, kw_only=True)

    def meet(self, other: "Span") -> "Span":
        """The values that are in both.

        >>> Span(0, 5).meet(Span(5, 9, low_in=False)).empty
        True
        """
        low, high = max(self.low, other.low), min(self.high, other.high)
        ends = (self, other)
        return Span(
            low,
            high,
            low_in=all(span.low_in for span in ends if span.low == low),
            high_in=all(span.high_in for span in ends if span.high == high),
        )

    @property
    def empty(self) -> bool:
        return self.low > self.high or (self.low == self.high and not (self.low_in and self.high_in))

    @property
    def point(self) -> bool:
        """Whether one value alone is in it."""
        return self.low == self.high and not self.empty

    def covers(self, other: "Span") -> bool:
        """Whether it holds all of another span."""
        return self.meet(other) == other

    def joins(self, other: "Span") -> bool:
        """Whether no value is left out between the two, this one being the lower."""
        return self.high > other.low or (self.high == other.low and (self.high_in or other.low_in))


SHARE = Span(0, 1)
NOT_NEGATIVE = Span(0, inf)
AT_MOST_ALL = Span(-inf, 1)

SCENARIO_RANGES: Mapping[str, Span] = {
    "uptime_need": SHARE,
    "discount_rate_per_year": SHARE,
    "connected_hours_per_user_day": Span(0, 24),
    "busiest_day_factor": Span(1, 31),
    "horizon_months": Span(1, 600),
}
"""The fields of a scenario that have an end; see :class:`toolkit.pricing.scenario.Scenario`."""


def span_of(criterion: Criterion) -> Span:
    """The values that satisfy it.

    >>> span_of(Criterion(scenario_field="channels", above=3))
    Span(low=3.0, high=inf, low_in=False, high_in=True)
    """
    comparator, threshold = criterion.comparator, criterion.threshold
    if comparator in ("at_least", "above"):
        return Span(threshold, inf, low_in=comparator == "at_least")
    return Span(-inf, threshold, high_in=comparator == "at_most")


def range_of(criterion: Criterion, *, deadline_ms: float) -> Span:
    """The values that what it speaks of can have.

    Args:
        deadline_ms: past it a delivery counts as lost, so that how slow it was is not known.
    """
    if criterion.scenario_field is not None:
        return SCENARIO_RANGES.get(criterion.scenario_field, NOT_NEGATIVE)
    if criterion.metric in SHARES:
        return SHARE
    if criterion.metric == REDUCTION:
        return AT_MOST_ALL
    return Span(0, deadline_ms) if str(criterion.metric).startswith("latency_") else NOT_NEGATIVE


def is_sampled(criterion: Criterion) -> bool:
    """Whether it is judged by an interval, which no finite sample shrinks to one value."""
    return criterion.metric in MEASURED
