"""The always-valid interval of a latency percentile, from the shares of deliveries within each latency.

At most a share p of deliveries lies below the percentile and at least p at or below it, so that a limit whose
share is shown to be below p lies below the percentile, and one whose share is shown to be p or more does not.
Howard and Ramdas, "Sequential estimation of quantiles with applications to A/B testing and best-arm
identification", Bernoulli 28 (2022), section 2.
"""

from bisect import bisect_left
from functools import cache

from toolkit.decide.tally import ShareTally
from toolkit.metrics.buckets import latency_high_ms, latency_low_ms
from toolkit.metrics.reach import Deliveries


def latency_interval(
    found: Deliveries, share: float, *, alpha: float, block_hours: int | None
) -> tuple[float | None, float | None]:
    """The interval of the latency within which a share of the expected deliveries came, in ms.

    Args:
        share: 0.95 for the 95th percentile.
        alpha: error over all looks.
        block_hours: length of the blocks of time. None where no outage is allowed for.

    Returns:
        ``low`` is at most the deadline, beyond which nothing can be told; ``high`` is None where the
        percentile may lie beyond it.
    """
    buckets = list(found.totals)
    if not buckets:
        return found.deadline_ms, None

    # Before the first bucket nothing has come, and between two as much as in the lower one.
    limits = [buckets[0] - 1, *buckets]

    @cache
    def side(place: int) -> int:
        """Whether the share up to a bucket is shown to be below (-1) or not below (1) the one asked for."""
        evidence = found.within(limits[place], block_hours=block_hours or 1)
        blocks = evidence.blocks if block_hours else evidence.clients
        tally = ShareTally(estimate=evidence.estimate, n_effective=evidence.n_effective, blocks=blocks)
        if not tally.rejects(share, alpha=alpha):
            return 0
        return 1 if tally.estimate > share else -1

    places = range(len(limits))
    lowest = bisect_left(places, True, key=lambda place: side(place) >= 0)
    highest = bisect_left(places, True, key=lambda place: side(place) > 0)
    high = None if highest == len(limits) else latency_high_ms(limits[highest])
    if lowest == len(limits):
        return found.deadline_ms, high
    low = latency_low_ms(limits[lowest]) if lowest else 0.0
    return min(low, found.deadline_ms), high
