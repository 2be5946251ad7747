"""Shares with their evidence: what the gates and the intervals need to know of a metric between 0 and 1."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction

import pandas as pd

from toolkit.metrics.blocks import Blocks, blocks_of, share_blocks
from toolkit.metrics.clienthours import client_hours
from toolkit.metrics.clusters import CENTISECOND_US, RATIOS
from toolkit.metrics.counted import counted
from toolkit.metrics.effective import (
    ClusterSums,
    block_variance,
    cluster_variance,
    effective_share,
    two_way_variance,
)
from toolkit.metrics.exact import Whole, total
from toolkit.metrics.hourly import Rollups
from toolkit.metrics.windows import hours_of

US_PER_S = 1_000_000

SHARES: dict[str, tuple[str, str]] = {
    "connection_success_rate": ("opened", "attempts"),
    "reconnection_frequency": ("opened_retry", "opened"),
    "delivery_success_rate": ("in_time", "expected"),
    "session_availability": ("connected_us", "wanted_us"),
}
"""The metrics that are shares, with the counts that they are the ratio of."""


OF_SESSIONS = ("reconnection_frequency", "session_availability")
"""Those that need to know which connections follow one another."""

SUMMED_BEFORE = ("connection_success_rate", "reconnection_frequency", "delivery_success_rate")
"""Those that counts of a source that sums up can tell too."""


@dataclass(frozen=True)
class ShareEvidence:
    """What is known of a share.

    Args:
        successes, n: the raw counts; for session_availability connected and wanted seconds.
        n_effective: as many independent events would know the share as well. At most n, or for
            session_availability at most the client-hours.
        hours: how many hours hold evidence.
        first_hour, newest_hour: the first and last of them, UTC.
        client_hours: in how many hours of single clients the events lie.
        contradictory: the numerator exceeds the denominator, in all or in some hour, so that the counts are
            wrong.
        source: the kind of import that had summed the counts up before. None where events were recorded.
        blocks: the share in blocks of time. None where the counts are contradictory.
        clients: the share by client-hours. None likewise, and where nothing is known of these.
    """

    successes: float
    n: float
    n_effective: float
    hours: int
    first_hour: datetime
    newest_hour: datetime
    client_hours: int = 0
    contradictory: bool = False
    source: str | None = None
    blocks: Blocks | None = None
    clients: Blocks | None = None

    @property
    def estimate(self) -> float:
        return self.successes / self.n

    @property
    def successes_effective(self) -> float:
        return self.estimate * self.n_effective


def share_evidence(
    rollups: Rollups,
    *,
    metric: str,
    option: str,
    environment: str,
    since: date | None = None,
    block_hours: int = 1,
) -> ShareEvidence | None:
    """The evidence on a share; None where it is absent.

    Clients in one hour are taken as independent of one another, and with eight hours of evidence or more,
    whole hours too, and with eight blocks of evidence whole blocks; the largest variance counts.

    Args:
        metric: one of :data:`SHARES`.
        since: the UTC day on which evidence starts. None for all.
        block_hours: length of the blocks of time.

    Raises:
        KeyError: the metric is no share.
    """
    x_name, y_name = SHARES[metric]
    hours = hours_of(rollups, option=option, environment=environment, since=since)
    if metric in OF_SESSIONS and hours["unclear_attempts"].any():
        return None
    if metric == "session_availability" and is_unclear(hours):
        return None
    x, y = _whole(hours, x_name), _whole(hours, y_name)
    if total(y) <= 0:
        return _summed_before(rollups, metric, option, environment, since, block_hours)
    # Less than a centisecond of wanted time is too short to show in the sums, and still one client's hour.
    clusters = max(1, total(hours[RATIOS[metric].columns[0]]))
    in_seconds = metric == "session_availability"
    found = hours["hour"][hours[y_name] > 0]
    contradictory = bool((x > y).any())
    in_blocks = share_blocks(hours["hour"], x, y, block_hours=block_hours)
    return ShareEvidence(
        successes=total(x) / US_PER_S if in_seconds else total(x),
        n=total(y) / US_PER_S if in_seconds else total(y),
        n_effective=_effective(
            hours,
            metric,
            x,
            y,
            in_blocks,
            n=clusters if in_seconds else total(y),
            clusters=clusters,
            block_hours=block_hours,
        ),
        hours=len(found),
        first_hour=_moment(found.min()),
        newest_hour=_moment(found.max()),
        client_hours=clusters,
        contradictory=contradictory,
        blocks=None if contradictory else blocks_of(*in_blocks, block_hours),
        clients=None if contradictory else _clients(hours, metric, total(x), total(y)),
    )


def _clients(hours: pd.DataFrame, metric: str, x_total: int, y_total: int) -> Blocks | None:
    """The share by hours of single clients; of deliveries those of recipients."""
    in_unit = y_total // CENTISECOND_US if metric == "session_availability" else y_total
    return client_hours(Fraction(x_total, y_total), in_unit, cluster_sums(hours, metric))


def _summed_before(
    rollups: Rollups, metric: str, option: str, environment: str, since: date | None, block_hours: int
) -> ShareEvidence | None:
    """The evidence of aggregates. Nobody knows how their events cluster, so that an hour counts as one."""
    if metric not in SUMMED_BEFORE:
        return None
    found = counted(rollups, *SHARES[metric], option=option, environment=environment, since=since)
    if found is None:
        return None
    hours = found.hours[found.hours["y"] > 0]
    x, y = _whole(hours, "x"), _whole(hours, "y")
    share = total(x) / total(y)
    contradictory = bool((x > y).any())
    # Hours that are all alike show no variance, which is no reason to count for more than one event each.
    in_blocks = share_blocks(hours["hour"], x, y, block_hours=block_hours)
    spread = [] if contradictory else spread_in_time((x, y), in_blocks, block_hours)
    return ShareEvidence(
        successes=total(x),
        n=total(y),
        n_effective=effective_share(
            share, n=total(y), clusters=len(hours), variances=[one or None for one in spread]
        ),
        hours=len(hours),
        first_hour=_moment(hours["hour"].min()),
        newest_hour=_moment(hours["hour"].max()),
        client_hours=len(hours),
        contradictory=contradictory,
        source=found.source,
        blocks=None if contradictory else blocks_of(*in_blocks, block_hours),
    )


def is_unclear(hours: pd.DataFrame) -> bool:
    """Whether some handshake, end or intention is unknown, so that no duration can be trusted."""
    return bool((hours["unclear_ends"] + hours["unclear_handshakes"]).sum())


def cluster_sums(hours: pd.DataFrame, name: str) -> ClusterSums:
    """The cluster sums of a ratio of :data:`toolkit.metrics.clusters.RATIOS` over the hours, exact."""
    return ClusterSums(*(total(hours[column]) for column in RATIOS[name].columns))


def variance_by_clusters(
    hours: pd.DataFrame, name: str, ratio: Fraction, *, y_total: int, independent: float
) -> float | None:
    """The variance of a ratio by client-hours, for deliveries by those of recipients and of senders at once.

    Args:
        name: the ratio, of :data:`toolkit.metrics.clusters.RATIOS`.
        y_total: its denominator, in the unit of the cluster sums.
        independent: what the variance would be without clusters.
    """
    one_way = cluster_variance(ratio, y_total, cluster_sums(hours, name))
    if (by_sender := f"{name}_by_sender") not in RATIOS:
        return one_way
    other_way = cluster_variance(ratio, y_total, cluster_sums(hours, by_sender))
    return two_way_variance(one_way, other_way, independent)


def _effective(
    hours: pd.DataFrame,
    metric: str,
    x: Whole,
    y: Whole,
    in_blocks: tuple[Whole, Whole],
    *,
    n: int,
    clusters: int,
    block_hours: int,
) -> float:
    ratio = Fraction(total(x), total(y))
    y_total = total(y) // CENTISECOND_US if metric == "session_availability" else total(y)
    by_clusters = variance_by_clusters(
        hours, metric, ratio, y_total=y_total, independent=float(ratio * (1 - ratio)) / n
    )
    in_time = spread_in_time((x[y > 0], y[y > 0]), in_blocks, block_hours)
    return effective_share(float(ratio), n=n, clusters=clusters, variances=[by_clusters, *in_time])


def spread_in_time(
    by_hour: tuple[Whole, Whole], by_block: tuple[Whole, Whole], block_hours: int
) -> list[float | None]:
    """The variances of a ratio by hours, and by longer blocks of time where those are longer."""
    spread = [block_variance(*by_hour)]
    return spread if block_hours == 1 else [*spread, block_variance(*by_block)]


def _whole(hours: pd.DataFrame, column: str) -> Whole:
    return hours[column].to_numpy("int64")


def _moment(hour: pd.Timestamp) -> datetime:
    return hour.to_pydatetime().astimezone(UTC)
