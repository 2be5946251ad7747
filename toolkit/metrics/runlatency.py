"""Exact latency percentiles of one run, from its rows instead of from histograms."""

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from toolkit.metrics.intervals import quantile_ranks
from toolkit.metrics.latency import Percentile

MS_PER_S = 1000.0


def exact_percentile(
    latencies_s: NDArray[np.float64], percent: float, *, deadline_s: float, n_effective: float
) -> Percentile:
    """The latency within which ``percent`` of the expected deliveries came, in ms.

    The interval is between order statistics, whatever the distribution (David and Nagaraja, "Order
    Statistics", 3rd ed. 2003, section 7.1), at the ranks of the effective sample stretched to the whole.

    >>> found = exact_percentile(np.array([0.3, 0.1, np.nan, 0.2]), 50, deadline_s=5, n_effective=4)
    >>> found.estimate, found.high
    (200.0, None)

    Args:
        latencies_s: one for each expected delivery; NaN where it did not come by the deadline.
        percent: 95 for the 95th percentile.
        n_effective: as many independent deliveries would know it as well.
    """
    rows = np.sort(np.where(np.isnan(latencies_s), np.inf, latencies_s))
    n, size = len(rows), max(1, int(n_effective))

    def at(rank: int | None) -> float | None:
        if rank is None or not math.isfinite(rows[rank - 1]):
            return None
        return float(rows[rank - 1]) * MS_PER_S

    low, high = quantile_ranks(size, percent / 100)
    middle = at(math.ceil(Fraction(str(percent)) * n / 100))
    if middle is None:
        return Percentile(None, deadline_s * MS_PER_S, None)
    return Percentile(middle, at(low and max(1, low * n // size)), at(high and min(n, -(-high * n // size))))
