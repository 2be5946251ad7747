"""How two rates of events compare: their ratio with an interval that holds for small counts and at zero.

Given how many events both saw, those of the one are binomial, with a share that the ratio and the two
exposures fix (Przyborowski and Wilenski, "Homogeneity of results in testing samples from Poisson series",
Biometrika 31, 1940). The interval of that share is Clopper and Pearson's, which R's ``poisson.test`` gives
too; of events in clusters it takes the effective counts (Korn and Graubard, "Confidence intervals for
proportions with small expected number of positive counts estimated from survey data", Survey Methodology
24, 1998).
"""

from dataclasses import dataclass

from scipy import stats

from toolkit.metrics.intervals import CONFIDENCE


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval; None for a value or an end that the data do not tell."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def known(self) -> bool:
        """Whether anything is known at all."""
        return (self.value, self.low, self.high) != (None, None, None)


UNKNOWN = Estimate(None)


@dataclass(frozen=True)
class Rate:
    """Events in an exposure.

    Args:
        events: how many.
        exposure: for example connected hours, above 0.
        worth: what share of an independent event each is worth, since events come in clusters.
    """

    events: int
    exposure: float
    worth: float = 1.0

    @property
    def per_unit(self) -> float:
        return self.events / self.exposure


def rate_ratio(rate: Rate, baseline: Rate, *, confidence: float = CONFIDENCE) -> Estimate:
    """The ratio of two rates, 1 where they are equal.

    The smaller worth counts for both: if nothing had changed both would cluster alike, and a sample that no
    outage struck cannot show how its events would have come. So a zero takes the clusters of the other.

    Returns:
        ``value`` is None where the baseline has no event. ``high`` is None then: the ratio may be infinite.
        ``low`` is 0 where the rate itself has none. Of no events at all nothing is known.

    >>> found = rate_ratio(Rate(11, 800), Rate(21, 3011))
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (1.9715, 0.8584, 4.2773)
    """
    if rate.events == baseline.events == 0:
        return UNKNOWN
    worth = min(rate.worth, baseline.worth)
    low, high = _binomial_interval(rate.events * worth, baseline.events * worth, confidence)
    scale = baseline.exposure / rate.exposure
    return Estimate(
        value=rate.per_unit / baseline.per_unit if baseline.events else None,
        low=low / (1 - low) * scale,
        high=high / (1 - high) * scale if high < 1 else None,
    )


def _binomial_interval(hits: float, misses: float, confidence: float) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share, also for fractions of counts."""
    tail = (1 - confidence) / 2
    low = float(stats.beta.ppf(tail, hits, misses + 1)) if hits > 0 else 0.0
    high = float(stats.beta.ppf(1 - tail, hits + 1, misses)) if misses > 0 else 1.0
    return low, high


def difference(option: Estimate, baseline: Estimate) -> Estimate:
    """The option's value less the baseline's, from the interval of each, whatever they are.

    Zou and Donner, "Construction of confidence limits about effect measures: a general approach", Statistics
    in Medicine 27 (2008). Of Wilson intervals of two shares it is Newcombe's method 10 (Statistics in
    Medicine 17, 1998).

    Returns:
        An end is None where an interval that it takes has none. Unknown where a value is.
    """
    if option.value is None or baseline.value is None:
        return UNKNOWN
    found = option.value - baseline.value
    below = _together(option.value, option.low, baseline.value, baseline.high)
    above = _together(option.value, option.high, baseline.value, baseline.low)
    return Estimate(found, None if below is None else found - below, None if above is None else found + above)


def _together(value: float, end: float | None, other: float, other_end: float | None) -> float | None:
    """How far the difference may move as one value goes to its end and the other to its own."""
    if end is None or other_end is None:
        return None
    return float(((value - end) ** 2 + (other - other_end) ** 2) ** 0.5)


def inverse(ratio: Estimate) -> Estimate:
    """One over a ratio: where rates fall by it, what lies between two events grows by it."""

    def over(value: float | None) -> float | None:
        return 1 / value if value else None

    low = 0.0 if ratio.known and ratio.high is None else over(ratio.high)
    return Estimate(over(ratio.value), low, over(ratio.low))
