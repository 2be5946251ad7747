"""How many independent events clustered ones are worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from toolkit.metrics.exact import Whole, product, total
from toolkit.metrics.quantiles import chi_square

FEWEST_BLOCKS = 8
"""Hours below which the spread between hours says nothing."""

UNLUCKY = 0.05
"""A variance from few hours may be too small by chance: raised, it is so with this probability only."""


@dataclass(frozen=True)
class ClusterSums:
    """Sums over clusters of x events out of y, exact because they nearly cancel: clusters, x², xy, y²."""

    clusters: int
    xx: int
    xy: int
    yy: int

    def residuals(self, ratio: Fraction) -> Fraction:
        """How far the clusters' x lie from the ratio's share of their y, squared and added up."""
        return self.xx - 2 * ratio * self.xy + ratio * ratio * self.yy


def cluster_variance(ratio: Fraction, y_total: int, sums: ClusterSums) -> float | None:
    """The variance of a ratio of sums over independent clusters; None where there are not two of them.

    Cochran, "Sampling Techniques", 3rd ed. 1977, section 6.3 (linearised, with the small-sample factor).

    >>> cluster_variance(Fraction(1, 2), 20, ClusterSums(clusters=2, xx=100, xy=100, yy=200))
    0.25
    """
    if sums.clusters < 2 or y_total <= 0:
        return None
    return float(sums.residuals(ratio) / y_total**2 * Fraction(sums.clusters, sums.clusters - 1))


def two_way_variance(by_recipient: float | None, by_sender: float | None, independent: float) -> float | None:
    """The variance where events cluster in two ways at once; None where neither way is known.

    Cameron, Gelbach and Miller, "Robust inference with multiway clustering", JBES 29(2), 2011: the two add
    up, less what both count, for which independent events are the smallest and so the cautious choice.
    """
    known = [variance for variance in (by_recipient, by_sender) if variance is not None]
    if not known:
        return None
    return max(*known, sum(known) - independent) if len(known) == 2 else known[0]


def block_variance(x: Sequence[int] | Whole, y: Sequence[int] | Whole) -> float | None:
    """The variance of the ratio of the sums of x and y over hours that are independent of one another.

    It is raised to its upper confidence bound, as the spread of few hours may be small by chance.

    Args:
        x, y: one value an hour, y above 0.

    Returns:
        None with fewer than eight hours.
    """
    blocks = len(y)
    if blocks < FEWEST_BLOCKS:
        return None
    sums = ClusterSums(
        blocks,
        product(x, x),
        product(x, y),
        product(y, y),
    )
    variance = cluster_variance(Fraction(total(x), total(y)), total(y), sums)
    return variance and variance * (blocks - 1) / chi_square(UNLUCKY, blocks - 1)


def effective_share(share: float, *, n: float, clusters: int, variances: Sequence[float | None]) -> float:
    """The size of an independent sample that would know the share as well.

    Args:
        n: events, which it never exceeds.
        clusters: how many client-hours they come from.
        variances: of the share, as far as known; the largest counts.

    Returns:
        Where all events are alike no variance shows: then each cluster counts as one event, the cautious
        choice.
    """
    known = [variance for variance in variances if variance is not None]
    if not 0 < share < 1 or not known:
        return min(n, clusters)
    return min(n, share * (1 - share) / max(known)) if max(known) > 0 else n
