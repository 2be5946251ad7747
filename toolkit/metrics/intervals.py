"""Confidence intervals for one look at the data: shares, event rates and order statistics."""

import math

from toolkit.metrics.quantiles import binomial, chi_square, normal

CONFIDENCE = 0.95


def wilson(successes: float, n: float, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The Wilson score interval of a share.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).

    Args:
        successes, n: counts, or fractions of counts where the sample is an effective one; 0 <= successes <=
            n.

    Raises:
        ValueError: the counts are no share.

    >>> [round(bound, 4) for bound in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    if not 0 <= successes <= n or n <= 0:
        raise ValueError(f"{successes:g} of {n:g} is no share")
    z2 = normal((1 + confidence) / 2) ** 2
    share = successes / n
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * share * (1 - share) / n + z2 * z2 / (4 * n * n)) / (1 + z2 / n)
    # At the ends the formula gives exactly 0 and 1 but for rounding.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    return low, 1.0 if successes == n else min(1.0, centre + half)


def fewest_for_a_bound(quantile: float, *, alpha: float) -> int:
    """The smallest sample with a distribution-free upper bound of a quantile: n with quantile^n <= alpha.

    >>> [fewest_for_a_bound(quantile, alpha=0.05) for quantile in (0.5, 0.95, 0.99)]
    [5, 59, 299]
    """
    return math.ceil(math.log(alpha) / math.log(quantile))


def mean_between_events(
    exposure: float, events: float, *, confidence: float = CONFIDENCE
) -> tuple[float, float | None]:
    """The exact interval of the mean exposure between the events of a Poisson process.

    Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28 (1936).

    Args:
        exposure: for example connected seconds.
        events: how many came in it; a fraction where the sample is an effective one.

    Returns:
        The upper end is None without any event: the mean may be infinite.

    >>> [round(bound or 0, 3) for bound in mean_between_events(10, 10)]
    [0.544, 2.085]
    """
    tail = (1 - confidence) / 2
    most = chi_square(1 - tail, 2 * events + 2) / 2
    least = chi_square(tail, 2 * events) / 2 if events > 0 else 0.0
    return exposure / most, exposure / least if least > 0 else None


def quantile_ranks(n: int, share: float, *, confidence: float = CONFIDENCE) -> tuple[int | None, int | None]:
    """The 1-based ranks between which a quantile lies, whatever the distribution.

    The two tails are of equal probability where the sample carries that. Where it does not, the largest value
    is the upper end if it leaves something for the lower one: of the 99th percentile at 95 % that needs
    299 values, since 0.99 to that power is the first below 5 %.

    David and Nagaraja, "Order Statistics", 3rd ed. 2003, section 7.1.

    Args:
        n: size of the sample.
        share: 0.95 for the 95th percentile.

    Returns:
        None for an end that the sample is too small to carry.

    >>> quantile_ranks(1000, 0.5), quantile_ranks(298, 0.99), quantile_ranks(299, 0.99)
    ((469, 532), (291, None), (289, 299))
    """
    tail = (1 - confidence) / 2
    high = binomial(1 - tail, n, share) + 1
    if high > n:
        above = share**n
        high = n if above < 2 * tail else n + 1
        tail = 2 * tail - above if high == n else tail
    low = binomial(tail, n, share)
    return low or None, high if high <= n else None
