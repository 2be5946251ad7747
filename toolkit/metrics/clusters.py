"""Cluster sums: what the variance of a ratio needs when its events come in clusters, as sums that add up.

Events of one client in one hour hang together, so that they count for less than as many independent ones.
For a ratio of sums of x and y over client-hours its variance follows from the sums of x², xy and y²
(Cochran, "Sampling Techniques", 3rd ed. 1977, section 6.3), which merge by addition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

CENTISECOND_US = 10_000


@dataclass(frozen=True)
class Ratio:
    """A ratio of two columns of client-hours.

    Args:
        x, y: the columns. Durations stand in centiseconds, so that squares of microseconds overflow nowhere.
    """

    name: str
    x: str
    y: str

    @property
    def columns(self) -> tuple[str, str, str, str]:
        """The columns of its sums: how many clusters, x², xy, y²."""
        return f"{self.name}_clusters", f"{self.name}_xx", f"{self.name}_xy", f"{self.name}_yy"


ATTEMPT_RATIOS = (
    Ratio("connection_success_rate", "opened", "attempts"),
    Ratio("reconnection_frequency", "opened_retry", "opened"),
)
TIME_RATIOS = (
    Ratio("session_availability", "connected_cs", "wanted_cs"),
    Ratio("unintended_end_rate", "unintended_ends", "connected_cs"),
)
CONNECTION_RATIOS = (*ATTEMPT_RATIOS, *TIME_RATIOS)
RECIPIENT_RATIOS = (
    Ratio("delivery_success_rate", "in_time", "expected"),
    Ratio("latency_index", "latency_index", "expected"),
)
SENDER_RATIOS = tuple(Ratio(f"{ratio.name}_by_sender", ratio.x, ratio.y) for ratio in RECIPIENT_RATIOS)

RATIOS = {ratio.name: ratio for ratio in (*CONNECTION_RATIOS, *RECIPIENT_RATIOS, *SENDER_RATIOS)}


def cluster_sums(clusters: ir.Table, ratios: tuple[Ratio, ...]) -> dict[str, ir.IntegerScalar]:
    """The sums of each ratio over the rows of ``clusters``, one row a cluster, as named aggregates."""
    sums: dict[str, ir.IntegerScalar] = {}
    for ratio in ratios:
        x, y = clusters[ratio.x], clusters[ratio.y]
        parts = ((y > 0).cast("int64"), x * x, x * y, y * y)
        sums |= {name: part.sum() for name, part in zip(ratio.columns, parts, strict=True)}
    return sums
