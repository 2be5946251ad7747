"""The buckets of the rollups: logarithmic ones for latencies, fixed edges for the age of a connection.

Logarithmic buckets keep quantiles within a relative error and add up across hours and machines (Masson, Rim
and Lee, "DDSketch", PVLDB 12(12), 2019).
"""

import math
from bisect import bisect_right

GAMMA = 1.02
"""Each bucket reaches 2 % further than the one before, so that its middle is at most 1 % off."""

LN_GAMMA = math.log(GAMMA)

AGE_EDGES_S: tuple[float, ...] = (
    0, 1, 2, 5, 10, 15, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1200, 1800, 3600, 7200, 14400,
    28800, 86400, math.inf,
)  # fmt: skip
"""Edges of the age buckets in seconds; time in bucket i is from edge i up to, not including, edge i + 1."""

AGE_BUCKETS = len(AGE_EDGES_S) - 1


def latency_bucket(latency_us: int) -> int:
    """The bucket of a latency in whole microseconds; 0 holds everything up to one microsecond.

    No power of 1.02 above 1 is a whole number, so that no latency lies on an edge, where engines could
    disagree.

    >>> latency_bucket(1), latency_bucket(2), latency_bucket(5_000_000)
    (0, 36, 779)
    """
    return 0 if latency_us <= 1 else math.ceil(math.log(latency_us) / LN_GAMMA)


def latency_ms(bucket: int) -> float:
    """The latency in ms that stands for all of a bucket, at most 1 % from any of them.

    >>> round(latency_ms(latency_bucket(250_000)), 1)
    249.2
    """
    return latency_high_ms(bucket) * 2 / (GAMMA + 1)


def latency_low_ms(bucket: int) -> float:
    """The lower edge of a bucket in ms."""
    return 0.0 if bucket == 0 else latency_high_ms(bucket - 1)


def latency_high_ms(bucket: int) -> float:
    """The upper edge of a bucket in ms."""
    return float(GAMMA**bucket) / 1000


def age_bucket(age_s: float) -> int:
    """The bucket of a connection's age in seconds.

    >>> age_bucket(0), age_bucket(59.999), age_bucket(60), age_bucket(1e9)
    (0, 7, 8, 23)
    """
    return bisect_right(AGE_EDGES_S, age_s) - 1
