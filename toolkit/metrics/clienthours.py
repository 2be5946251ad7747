"""Shares by hours of single clients: what evidence is worth when each of these may fail as a whole."""

from fractions import Fraction
from math import sqrt

from toolkit.metrics.blocks import Blocks
from toolkit.metrics.effective import ClusterSums


def client_hours(ratio: Fraction, y_total: int, sums: ClusterSums, *, times: float = 1.0) -> Blocks | None:
    """The client-hours behind a ratio, each weighing what it holds; None where nothing is known of them.

    Unequal ones count as so many equal ones (Kish, "Survey Sampling", 1965, section 8.2).

    Args:
        ratio, y_total, sums: as for :func:`toolkit.metrics.effective.cluster_variance`.
        times: what one x counts in the share that is bad. 1 where x is what succeeds.

    >>> client_hours(Fraction(1, 2), 20, ClusterSums(clusters=2, xx=100, xy=100, yy=200))
    Blocks(hours=1, count=2.0, mean=0.5, sd=0.5, of_clients=True)
    """
    if sums.yy <= 0 or y_total <= 0:
        return None
    spread = sums.residuals(ratio) / sums.yy
    return Blocks(
        hours=1,
        count=round(float(Fraction(y_total**2, sums.yy)), 3),
        mean=float(ratio),
        sd=times * sqrt(max(float(spread), 0.0)),
        of_clients=True,
    )
